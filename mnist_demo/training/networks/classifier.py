"""The networks: small convolutional nets that pool early, so that two CPU cores can train them."""

import keras
import numpy as np
from keras import layers

from mnist_demo.inference import IMAGE_SIDE

SHOWN_LAYERS = ("first_layer", "middle_layer", "last_layer")  # whose responses the page shows; each is 0 or more
WIDTH = 32  # channels at full resolution; doubled after each pooling


def build_network(width: int = WIDTH, normalised: bool = True) -> keras.Model:
    """Return a net from images (n, 28, 28, 1) float32 in [0, 1] to logits (n, 10) float32.

    Args:
        normalised: whether the convolutions' outputs are normalised, as training needs it; without, they have biases.
    """
    images = keras.Input((IMAGE_SIDE, IMAGE_SIDE, 1))
    first, middle, last = SHOWN_LAYERS
    x = _convolve(images, width, normalised, first)
    x = layers.MaxPooling2D()(x)
    x = _block(_convolve(x, 2 * width, normalised), 2 * width, normalised, middle)
    x = layers.MaxPooling2D()(x)
    x = _convolve(x, 4 * width, normalised)
    x = _block(_block(x, 4 * width, normalised), 4 * width, normalised, last)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(images, layers.Dense(10, dtype="float32")(x), name="mnist_demo")


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


def _convolve(x: keras.KerasTensor, channels: int, normalised: bool, name: str | None = None) -> keras.KerasTensor:
    x = layers.Conv2D(channels, 3, padding="same", use_bias=not normalised)(x)
    return layers.ReLU(name=name)(layers.BatchNormalization()(x) if normalised else x)


def _block(x: keras.KerasTensor, channels: int, normalised: bool, name: str | None = None) -> keras.KerasTensor:
    """Add what one more convolution sees (He et al., "Deep Residual Learning", CVPR 2016)."""
    return layers.Add(name=name)([x, _convolve(x, channels, normalised)])
