"""The convolution that every net is made of: normalised while it learns, folded when it ships."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops


def convolve(
    x: keras.KerasTensor,
    channels: int,
    normalised: bool,
    stride: int | tuple[int, int] = 1,
    name: str | None = None,
    kernel: int | tuple[int, int] = 3,
    padding: str = "same",
) -> keras.KerasTensor:
    """Return what a layer of convolutions, 3x3 by default, responds to x (n, h, w, c), 0 or more.

    Args:
        normalised: whether the convolutions' outputs are normalised, as training needs it; without, they have biases.
        name: of the responses.
        padding: of x's edge, as Keras has it: "same" or "valid", which is none.
    """
    x = layers.Conv2D(channels, kernel, stride, padding=padding, use_bias=not normalised)(x)
    return layers.ReLU(name=name)(layers.BatchNormalization()(x) if normalised else x)


class Enlarged(layers.Layer):
    """What it is given, (n, h, w, c), twice as high and wide: as UpSampling2D does it in twice as many operations."""

    def call(self, x: Any) -> Any:
        _, height, width, channels = ops.shape(x)
        wide = ops.reshape(ops.concatenate([x, x], 3), (-1, height, 2 * width, channels))
        return ops.reshape(ops.concatenate([wide, wide], 2), (-1, 2 * height, 2 * width, channels))


def fold(network: keras.Model, folded: keras.Model) -> keras.Model:
    """Return `folded`, the same net without normalisation, which is multiplied into its weights: half the operations.

    Args:
        network: a trained net, each of its normalisations right after a convolution.
        folded: what its builder gives with `normalised=False`.
    """
    sources = [layer for layer in network.layers if isinstance(layer, layers.Conv2D | layers.Dense)]
    targets = [layer for layer in folded.layers if isinstance(layer, layers.Conv2D | layers.Dense)]
    norms = iter(layer for layer in network.layers if isinstance(layer, layers.BatchNormalization))
    for source, target in zip(sources, targets, strict=True):
        weights = [np.asarray(weight) for weight in source.get_weights()]
        if len(weights) == 1:
            norm = next(norms)
            gamma, beta, mean, variance = (np.asarray(weight) for weight in norm.get_weights())
            scale = gamma / np.sqrt(variance + norm.epsilon)
            weights = [weights[0] * scale, beta - mean * scale]
        target.set_weights(weights)
    return folded
