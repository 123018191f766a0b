"""The classifier: a small convolutional net that pools early, so that two CPU cores can train it."""

import keras
from keras import layers

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.training.networks.convolution import convolve

SHOWN_LAYERS = ("first_layer", "middle_layer", "last_layer")  # whose responses the page shows; each is 0 or more
WIDTH = 32  # channels at full resolution; doubled after each pooling


def build_network(width: int = WIDTH, normalised: bool = True) -> keras.Model:
    """Return a net from images (n, 28, 28, 1) float32 in [0, 1] to logits (n, 10) float32.

    Args:
        normalised: whether the convolutions' outputs are normalised, as training needs it; without, they have biases.
    """
    images = keras.Input((IMAGE_SIDE, IMAGE_SIDE, 1))
    first, middle, last = SHOWN_LAYERS
    x = convolve(images, width, normalised, name=first)
    x = layers.MaxPooling2D()(x)
    x = _block(convolve(x, 2 * width, normalised), 2 * width, normalised, middle)
    x = layers.MaxPooling2D()(x)
    x = convolve(x, 4 * width, normalised)
    x = _block(_block(x, 4 * width, normalised), 4 * width, normalised, last)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(images, layers.Dense(10, dtype="float32")(x), name="mnist_demo")


def _block(x: keras.KerasTensor, channels: int, normalised: bool, name: str | None = None) -> keras.KerasTensor:
    """Add what one more convolution sees (He et al., "Deep Residual Learning", CVPR 2016)."""
    return layers.Add(name=name)([x, convolve(x, channels, normalised)])
