"""Measuring how marks are drawn. TensorFlow operations alone."""

import numpy as np
import tensorflow as tf

from mnist_demo.training.drawing.cuts import CUT_MARK, CUT_SIDE

AROUND = 5  # pixels of a cut-out, of a window: paper is where no ink of the mark is within it
EDGE, BAND = 1.5, 4.0  # pixels of a cut-out: how far beyond a mark's box ink may be another's, and over how many
FROM_MIDDLE = np.arange(CUT_SIDE, dtype=np.float32) - (CUT_SIDE - 1) / 2


def measure(cuts: tf.Tensor, deviations: tf.Tensor, ink: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """Return how marks are drawn, (n, 6) float32, by which a stroke of a pen and a part of a line differ.

    Args:
        cuts, deviations: as `cut_out` gives them.
        ink: (n, 40, 40) float32 in [0, 1], the marks' own in the cut-outs.
        boxes: (n, 4) float32: left, top, right, bottom.

    Returns:
        How far ink differs from paper, in deviations of the page; how broad strokes are, as a part of a mark's longer
        side; how much ink lies beyond the box on its left, above it, on its right and below, where most is, in [0, 1].
    """
    around = 1 - tf.nn.max_pool2d(ink[..., None], AROUND, 1, "SAME")[..., 0]
    paper = _mean(cuts, around)
    contrast = _mean(cuts, ink) - paper
    inked = tf.clip_by_value((cuts - paper) * contrast / (contrast**2 + 1e-2), 0.0, 1.0)
    sides = boxes[:, 2:] - boxes[:, :2]
    half = CUT_MARK / 2 * sides / tf.maximum(tf.reduce_max(sides, 1, keepdims=True), 1e-3)
    across, down = _position(half[:, :1]), _position(half[:, 1:])
    own = inked * tf.cast((down < 1)[:, :, None] & (across < 1)[:, None], tf.float32)
    edges = tf.reduce_sum(tf.abs(own[:, 1:] - own[:, :-1]), (1, 2)) + tf.reduce_sum(
        tf.abs(own[:, :, 1:] - own[:, :, :-1]), (1, 2)
    )
    broad = 2 * tf.reduce_sum(own, (1, 2)) / (edges + 1.0) / CUT_MARK
    rows, columns = inked, tf.transpose(inked, (0, 2, 1))
    beyond = [
        _beyond(lines, along, beside, after)
        for after in (False, True)
        for lines, along, beside in ((rows, across, down), (columns, down, across))
    ]
    return tf.stack([contrast[:, 0, 0] * deviations[:, 0], broad, *beyond], 1)


def _mean(cuts: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Return the weighted mean of each cut-out, (n, 1, 1)."""
    total = tf.reduce_sum(cuts * weights, (1, 2), keepdims=True)
    return total / (tf.reduce_sum(weights, (1, 2), keepdims=True) + 1e-3)


def _position(half: tf.Tensor) -> tf.Tensor:
    """Return how far pixels of a cut-out are beyond a box, half of whose side is given, (n, 1): (n, 40), < 0 inside."""
    return tf.abs(FROM_MIDDLE) - half


def _beyond(lines: tf.Tensor, along: tf.Tensor, beside: tf.Tensor, after: bool) -> tf.Tensor:
    """Return how much ink goes on beyond a box's end, where most does, (n,).

    Args:
        lines: the ink's rows or columns, (n, 40, 40).
        along, beside: how far pixels are beyond the box, in a line and beside it, (n, 40).
        after: whether behind the box, else before it.
    """
    side = (FROM_MIDDLE > 0) == after
    band = tf.cast((along > EDGE) & (along < EDGE + BAND) & side, tf.float32)
    mean = tf.linalg.matvec(lines, band) / (tf.reduce_sum(band, 1, keepdims=True) + 1e-3)
    return tf.reduce_max(mean * tf.cast(beside < 1, tf.float32), 1)
