"""The network: a small residual convolutional net that pools early, so that two CPU cores can train it."""

import keras
from keras import layers

from mnist_demo.images import IMAGE_SIDE

FIRST_LAYER = "first_layer"  # the name of the layer whose responses the page shows
WIDTH = 32  # channels at full resolution; doubled after each pooling


def build_network(width: int = WIDTH) -> keras.Model:
    """Return a net from images (n, 28, 28, 1) float32 in [0, 1] to logits (n, 10) float32."""
    images = keras.Input((IMAGE_SIDE, IMAGE_SIDE, 1))
    x = _convolve(images, width, name=FIRST_LAYER)
    x = layers.MaxPooling2D()(x)
    x = _block(_convolve(x, 2 * width), 2 * width)
    x = layers.MaxPooling2D()(x)
    x = _block(_block(_convolve(x, 4 * width), 4 * width), 4 * width)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(images, layers.Dense(10, dtype="float32")(x), name="mnist_demo")


def _convolve(x: keras.KerasTensor, channels: int, name: str | None = None) -> keras.KerasTensor:
    x = layers.Conv2D(channels, 3, padding="same", use_bias=False)(x)
    return layers.ReLU(name=name)(layers.BatchNormalization()(x))


def _block(x: keras.KerasTensor, channels: int) -> keras.KerasTensor:
    """Add what one more convolution sees (He et al., "Deep Residual Learning", CVPR 2016)."""
    return layers.Add()([x, _convolve(x, channels)])
