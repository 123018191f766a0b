"""Muon, the optimizer: it needs far fewer steps than AdamW does.

It moves each layer's weights by the nearest matrix with equal singular values instead of the gradient itself (Jordan et
al., "Muon: An optimizer for hidden layers in neural networks", 2024, https://kellerjordan.github.io/posts/muon). Keras'
own does so with dense layers alone; a convolution is such a matrix too, from what a window holds to the channels out.
"""

import keras
from keras import ops

from mnist_demo.training.recipe.learning import averaging

LEARNING_RATE, WEIGHT_DECAY, WARM_UP = 5e-3, 0.1, 200  # the rate is reached after so many steps
ADAM_RATE, ADAM_DECAY = 2e-3, 0.02  # of the first layer, the last one, biases and normalisation


def muon(steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer for a training of so many steps, over which its rate falls as a cosine does."""
    schedule = keras.optimizers.schedules.CosineDecay(
        LEARNING_RATE / 100, max(1, steps - WARM_UP), warmup_target=LEARNING_RATE, warmup_steps=min(WARM_UP, steps)
    )
    return ConvolutionMuon(
        schedule,
        weight_decay=WEIGHT_DECAY,
        adam_weight_decay=ADAM_DECAY,
        adam_lr_ratio=ADAM_RATE / LEARNING_RATE,
        **averaging(steps),
    )


class ConvolutionMuon(keras.optimizers.Muon):
    """Keras' Muon for kernels (height, width, channels in, channels out) of hidden layers."""

    def _should_use_adamw(self, variable: keras.Variable) -> bool:
        return len(variable.shape) != 4 or variable.shape[2] == 1

    def _muon_update_step(
        self, gradient: keras.KerasTensor, variable: keras.Variable, lr: keras.KerasTensor, momentum: keras.Variable
    ) -> None:
        self.assign(momentum, self.momentum * momentum + gradient)
        matrix = ops.reshape(gradient + self.momentum * momentum, (-1, variable.shape[-1]))
        update = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, ops.reshape(update, variable.shape))
