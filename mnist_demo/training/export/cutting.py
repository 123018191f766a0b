"""Cutting marks out of a page. TensorFlow operations alone."""

import tensorflow as tf

from mnist_demo.training.drawing.cuts import CUT_MARK, CUT_SIDE
from mnist_demo.training.export.pyramid import Mosaic

CUT_FROM = 60.0  # pixels of a level, of the longest mark that is cut out of it


def cut_out(mosaic: Mosaic, boxes: tf.Tensor) -> tf.Tensor:
    """Return cut-outs (n, 40, 40) float32, standardised, of marks whose boxes (n, 4) are in the page's pixels."""
    picture, places, scale = mosaic
    low, high = boxes[:, :2] / scale, boxes[:, 2:] / scale
    side = tf.maximum(tf.reduce_max(high - low, 1), 1.0)
    level = tf.clip_by_value(
        tf.math.ceil(tf.math.log(side / CUT_FROM) / tf.math.log(2.0)), 0.0, float(places.shape[0] - 1)
    )
    factor = tf.pow(0.5, level)[:, None]
    place = tf.cast(tf.gather(places, tf.cast(level, tf.int32)), tf.float32)
    middle = (low + high) / 2 * factor + place[:, :2]
    reach = side[:, None] * factor * (CUT_SIDE / CUT_MARK) / 2
    corners = tf.concat([middle - reach * (1 - 1 / CUT_SIDE) - 0.5, middle + reach * (1 - 1 / CUT_SIDE) - 0.5], 1)
    within = tf.concat([place[:, :2], place[:, :2] + place[:, 2:] - 1], 1)
    crops = _crop(picture, corners, within)
    mean, variance = tf.nn.moments(crops, (1, 2), keepdims=True)
    return (crops - mean) * tf.math.rsqrt(variance + 1e-4)


def _crop(picture: tf.Tensor, corners: tf.Tensor, within: tf.Tensor) -> tf.Tensor:
    """Sample squares of a picture, continued at the edge of the level that each lies in, bilinearly: (n, 40, 40)."""
    steps = tf.linspace(0.0, 1.0, CUT_SIDE)
    x = corners[:, :1] + (corners[:, 2:3] - corners[:, :1]) * steps
    y = corners[:, 1:2] + (corners[:, 3:4] - corners[:, 1:2]) * steps
    x = tf.clip_by_value(x, within[:, :1], within[:, 2:3])
    y = tf.clip_by_value(y, within[:, 1:2], within[:, 3:4])
    flat, width = tf.reshape(picture, (-1,)), tf.shape(picture)[1]
    left, top = tf.floor(x), tf.floor(y)
    across, down = (x - left)[:, None, :], (y - top)[:, :, None]
    column, row = tf.cast(left, tf.int32)[:, None, :], tf.cast(top, tf.int32)[:, :, None]
    right = tf.minimum(column + 1, tf.cast(within[:, 2:3], tf.int32)[:, None])
    below = tf.minimum(row + 1, tf.cast(within[:, 3:4], tf.int32)[:, None])
    upper = tf.gather(flat, row * width + column) * (1 - across) + tf.gather(flat, row * width + right) * across
    lower = tf.gather(flat, below * width + column) * (1 - across) + tf.gather(flat, below * width + right) * across
    return upper * (1 - down) + lower * down
