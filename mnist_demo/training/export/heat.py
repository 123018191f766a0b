"""Where on a page the detector sees signs of numbers, as one map to lay over it. TensorFlow operations alone."""

from collections.abc import Callable

import tensorflow as tf

from mnist_demo.training.drawing.sheet import OTHER
from mnist_demo.training.export.pyramid import Mosaic
from mnist_demo.training.networks.detector import STRIDE


def heat_map(detector: Callable[[tf.Tensor], tf.Tensor], mosaic: Mosaic) -> tf.Tensor:
    """Return how likely a digit or another sign of a number has its middle at each place of a page, at any scale.

    Returns:
        (rows, columns) float32 in [0, 1]: a place is STRIDE pixels of the largest scale wide.
    """
    signs = detector(mosaic.picture[None, ..., None])[..., :OTHER]
    likely = tf.sigmoid(tf.reduce_max(signs, -1, keepdims=True))
    levels = [_part(likely, place) for place in tf.unstack(mosaic.places)]
    rows, columns = tf.unstack(tf.shape(levels[0])[1:3])
    alike = [_enlarge(level, 2**i)[:, :rows, :columns] for i, level in enumerate(levels)]
    return tf.reduce_max(tf.concat(alike, 0), 0)[..., 0]


def _part(likely: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
    """What is said of the level at left, top, width and height in the mosaic's pixels."""
    left, top, width, height = tf.unstack(place)
    right, bottom = ((start + extent + STRIDE - 1) // STRIDE for start, extent in ((left, width), (top, height)))
    return likely[:, top // STRIDE : bottom, left // STRIDE : right]


def _enlarge(level: tf.Tensor, times: int) -> tf.Tensor:
    return tf.image.resize(level, tf.shape(level)[1:3] * times)
