"""How every net learns: its pictures varied, its answers judged, its weights averaged, each part kept on the way.

All of it is Keras' own operations, so that detector, cutter and row reader train with any of its backends.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
from keras import ops
from numpy.typing import NDArray

KEEP_EVERY = 500  # steps, between two checkpoints
AVERAGED = (
    0.999  # of the averaged weights, how much stays at each step (Polyak and Juditsky, 1992); less in a short run
)

Batch = tuple[NDArray[Any], tuple[NDArray[Any], ...]]  # pictures (n, h, w, 1), and what there is to say of them


class Learner(keras.Model):
    """A net while it learns.

    Args:
        network: what learns.
        vary: what happens to its pictures before it sees them.
        judge: takes the net's answers and a batch's targets, and, if there are teachers, the mean of their answers as
            `said`; returns the loss.
        teachers: nets whose answers it learns from too (Hinton, Vinyals and Dean, 2015,
            "Distilling the Knowledge in a Neural Network", https://arxiv.org/abs/1503.02531).
    """

    def __init__(
        self,
        network: keras.Model,
        vary: keras.layers.Layer,
        judge: Callable[..., Any],
        teachers: Sequence[keras.Model] = (),
    ) -> None:
        super().__init__()
        self.network, self.vary, self.judge, self.teachers = network, vary, judge, list(teachers)
        for teacher in teachers:
            teacher.trainable = False
        self.built = True  # all of its parts are

    def call(self, pictures: Any, training: bool = False) -> tuple[Any, ...]:
        """Return the net's answers and, if there are any, the mean of its teachers'."""
        pictures = self.vary(pictures)
        said = [teacher(pictures, training=False) for teacher in self.teachers]
        return self.network(pictures, training=training), *([sum(said[1:], said[0]) / len(said)] if said else [])

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """Return the loss, a number, of what `call` returned."""
        del x, sample_weight, training
        answers, *said = y_pred
        return self.judge(answers, *y, **({"said": said[0]} if said else {}))


def learn(
    learner: Learner,
    batches: Iterator[Batch],
    optimizer: keras.optimizers.Optimizer,
    steps: int,
    checkpoints: Path,
    watch: Callable[[keras.Model], str] | None = None,
) -> None:
    """Train a learner's net for so many steps; it then has its averaged weights.

    An interrupted training goes on from the folder `checkpoints`, one that has ended can be made longer. A file beside
    the folder, named as it is, keeps the averaged weights on the way.

    Args:
        optimizer: it averages weights, as `averaging` says.
        watch: what is to be printed of the net at each checkpoint.

    Raises:
        ValueError: steps that are no multiple of KEEP_EVERY, nor fewer.
    """
    part = min(KEEP_EVERY, steps)
    if steps % part:
        raise ValueError(f"Cannot train for {steps} steps. Take a multiple of {KEEP_EVERY}, or fewer.")
    learner.compile(optimizer, jit_compile=keras.backend.backend() != "tensorflow")
    learner.fit(
        batches,
        epochs=steps // part,
        steps_per_epoch=part,
        callbacks=[
            keras.callbacks.BackupAndRestore(checkpoints, delete_checkpoint=False),
            _KeepAverage(checkpoints.with_suffix(".weights.h5"), watch),
        ],
        shuffle=False,
        verbose=2,
    )


def averaging(steps: int) -> dict[str, Any]:
    """Return what tells one of Keras' optimizers to average the weights of a training of so many steps."""
    return {"use_ema": True, "ema_momentum": min(AVERAGED, 1 - 10 / max(steps, 20))}


class Trapezoid(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises for some steps, stays, and falls to nothing over the last share of all steps.

    Such a training can be made longer (Hu et al., "MiniCPM", 2024, https://arxiv.org/abs/2404.06395).
    """

    def __init__(self, highest: float, rise: int, fall: float, steps: int) -> None:
        self.highest, self.rise, self.fall, self.steps = highest, rise, fall, steps

    def __call__(self, step: Any) -> Any:
        """Return the rate at a step."""
        step = ops.cast(step, "float32")
        left = ops.maximum(self.steps - step, 0.0) / (self.fall * self.steps)
        return self.highest * ops.minimum(1.0, ops.minimum((step + 1) / self.rise, left))


class _KeepAverage(keras.callbacks.Callback):
    """Write the averaged weights after each epoch."""

    def __init__(self, path: Path, watch: Callable[[keras.Model], str] | None) -> None:
        super().__init__()
        self._path, self._watch = path, watch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        network = self.model.network
        now = [ops.copy(weight.value) for weight in network.trainable_variables]
        self.model.optimizer.finalize_variable_values(network.trainable_variables)
        network.save_weights(self._path)
        if self._watch:
            print(self._watch(network), flush=True)
        for weight, value in zip(network.trainable_variables, now, strict=True):
            weight.assign(value)
