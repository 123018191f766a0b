"""Cutting marks out of a page. TensorFlow operations alone."""

import numpy as np
import tensorflow as tf

from mnist_demo.training.drawing.cuts import CUT_MARK, CUT_SIDE
from mnist_demo.training.export.pyramid import Mosaic

CUT_FROM = 60.0  # pixels of a level, of the longest mark that is cut out of it. Of 1,986 pictures 40 and 90 give 1 more
# and 2 fewer that are read right


def cut_out(mosaic: Mosaic, boxes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return cut-outs (n, 40, 40) float32 of marks whose boxes (n, 4) are in the page's pixels.

    They are standardised; the deviations that they had, as parts of the page's, come with them, (n, 1) float32.
    """
    picture, places, scale = mosaic
    low, high = boxes[:, :2] / scale, boxes[:, 2:] / scale
    side = tf.maximum(tf.reduce_max(high - low, 1), 1.0)
    level = tf.clip_by_value(
        tf.math.ceil(tf.math.log(side / CUT_FROM) / tf.math.log(2.0)), 0.0, float(places.shape[0] - 1)
    )
    factor = tf.pow(0.5, level)[:, None]
    corner, size = tf.split(tf.cast(tf.gather(places, tf.cast(level, tf.int32)), tf.float32), 2, 1)
    middle = (low + high) / 2 * factor + corner - 0.5
    reach = side[:, None] * factor * (CUT_SIDE - 1) / CUT_MARK / 2
    crops = _crop(picture, (middle - reach, middle + reach), (corner, corner + size - 1))
    mean, variance = tf.nn.moments(crops, (1, 2), keepdims=True)
    return (crops - mean) * tf.math.rsqrt(variance + 1e-4), tf.sqrt(variance[:, 0])


def _crop(picture: tf.Tensor, ends: tuple[tf.Tensor, tf.Tensor], edges: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
    """Sample squares of a picture bilinearly, continued at the edges of the level that each lies in.

    Args:
        ends: first and last pixel of each square, each x and y, (n, 2) float32; edges: likewise, of its level.

    Returns:
        (n, 40, 40) float32.
    """
    (start, end), (edge, last) = ([side[..., None] for side in sides] for sides in (ends, edges))
    points = tf.clip_by_value(
        start + (end - start) * np.linspace(0, 1, CUT_SIDE, dtype=np.float32), edge, last
    )  # (n, 2, 40)
    across, down = tf.unstack(points, axis=1)
    last_across, last_down = tf.unstack(last[..., None], axis=1)
    return sample(picture, across[:, None, :], down[..., None], (last_across, last_down))


def sample(picture: tf.Tensor, across: tf.Tensor, down: tf.Tensor, last: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
    """Sample a picture (h, w) bilinearly.

    Args:
        across, down: where, in pixels, float32 that are broadcast against each other.
        last: the pixels, across and down, beyond which nothing is taken, float32, likewise.
    """
    left, top = tf.floor(across), tf.floor(down)
    to_right, to_below = across - left, down - top
    right, below = (tf.cast(tf.minimum(near + 1, end), tf.int32) for near, end in ((left, last[0]), (top, last[1])))
    left, top = tf.cast(left, tf.int32), tf.cast(top, tf.int32)
    flat, width = tf.reshape(picture, (-1,)), tf.shape(picture)[1]
    top, below = top * width, below * width
    upper = tf.gather(flat, top + left) * (1 - to_right) + tf.gather(flat, top + right) * to_right
    lower = tf.gather(flat, below + left) * (1 - to_right) + tf.gather(flat, below + right) * to_right
    return upper * (1 - to_below) + lower * to_below
