"""Rows of digits, read as a whole and at one scale. TensorFlow operations alone."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from mnist_demo.training.drawing.rows import ALIKE, LOWEST, NEAR, ON_A_LINE, ROW_HEIGHT, ROW_WIDTH_MIN
from mnist_demo.training.drawing.sheet import DIGITS, SIGNS
from mnist_demo.training.export.cutting import sample
from mnist_demo.training.export.pyramid import Marks, Mosaic
from mnist_demo.training.networks.row_reader import BETWEEN, STEP

AROUND = 0.4, 0.15  # of the digits' height, that a row's window reaches beyond them, to the sides, and up and down
ROUNDS = 6  # of finding rows: each doubles how far a digit is from the one that its row is named after
STRIP_MAX = 6_000  # pixels that all rows of a page are long together; beyond, nothing is said of marks
ABOUT = 3  # places in which a mark's middle is looked for


class Strip(NamedTuple):
    """Rows beside each other, as the row reader sees them, STEP pixels to a place.

    Attributes:
        picture: (40, w) float32, each row standardised, 0 between them; w is a multiple of STEP.
        starts, widths: (rows,) int32, pixels of the strip.
    """

    picture: tf.Tensor
    starts: tf.Tensor
    widths: tf.Tensor


def read_rows(row_reader: Callable[[tf.Tensor], tf.Tensor], mosaic: Mosaic, marks: Marks) -> tf.Tensor:
    """Return what the row reader says of each mark, (n, 17) float32: the signs' probabilities, and whether the mark is
    in a row, 0 or 1; where it is in none, all are 0.

    Args:
        row_reader: takes strips (1, 40, w, 1) and gives logits (1, w / 4, 17) of the signs and of no sign's middle.
    """
    windows, belongs = find_windows(marks, mosaic)
    strip = lay_out(mosaic, windows)
    said = tf.nn.softmax(row_reader(strip.picture[None, ..., None]))[..., : len(SIGNS)]
    said = tf.nn.max_pool2d(said[None], (1, ABOUT), 1, "SAME")[0, 0]
    own = tf.argmax(belongs, 0)
    left, _, right, _ = tf.unstack(tf.gather(windows, own), axis=1)
    middle = (marks.boxes[:, 0] + marks.boxes[:, 2]) / 2
    along = (middle - left) / (right - left) * tf.cast(tf.gather(strip.widths, own), tf.float32)
    place = (tf.gather(strip.starts, own) + tf.cast(along, tf.int32)) // STEP
    places = tf.shape(said)[0]
    known = tf.cast((tf.reduce_max(belongs, 0) > 0) & (place < places), tf.float32)[:, None]
    return tf.concat([tf.gather(said, tf.clip_by_value(place, 0, places - 1)) * known, known], 1)


def find_windows(marks: Marks, mosaic: Mosaic) -> tuple[tf.Tensor, tf.Tensor]:
    """Return windows around the rows of what looks like digits, (rows, 4) float32 in the page's pixels; and which marks
    belong to them, (rows, n) int32: 2 for a row's digits, 1 for what else has its middle there, 0 for others.

    The last row is none, so that there always is one: TensorFlow.js computes nothing without elements.
    """
    boxes, scores = marks
    is_digit = tf.argmax(scores, 1) < DIGITS
    index = tf.range(tf.shape(boxes)[0])
    row = _name_rows(boxes, is_digit, index)
    names = tf.cast(tf.where(tf.concat([is_digit & (row == index), [True]], 0))[:, 0], tf.int32)
    of_row = (row == names[:, None])[..., None]  # (rows, n, 1)
    low = tf.reduce_min(tf.where(of_row, boxes[:, :2], tf.float32.max), 1)
    high = tf.reduce_max(tf.where(of_row, boxes[:, 2:], 0.0), 1)
    count = tf.cast(of_row, tf.float32)
    height = tf.reduce_sum(count * (boxes[:, 3:] - boxes[:, 1:2]), 1) / tf.maximum(tf.reduce_sum(count, 1), 1.0)
    lacking = tf.maximum(LOWEST * height - (high - low)[:, 1:], 0.0) / 2
    reach = tf.concat([AROUND[0] * height, tf.maximum(AROUND[1] * height, lacking)], 1)
    page = tf.cast(mosaic.places[0, 2:], tf.float32) * mosaic.scale
    low, high = tf.maximum(low - reach, 0.0), tf.minimum(high + reach, page)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = tf.reduce_all((middle >= low[:, None]) & (middle < high[:, None]), -1)
    belongs = tf.cast(inside | of_row[..., 0], tf.int32) + tf.cast(of_row[..., 0], tf.int32)
    none = tf.constant([[0.0, 0.0, ROW_WIDTH_MIN, ROW_HEIGHT]])
    return tf.where(names[:, None] < tf.size(index), tf.concat([low, high], 1), none), belongs


def _name_rows(boxes: tf.Tensor, is_digit: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    """Return the index of the digit that each digit's row is named after, (n,) int32; as `drawing.rows.find_rows`."""
    apart, gap, lower, higher = compare(boxes)
    together = (apart < ON_A_LINE * higher) & (lower > ALIKE * higher) & (gap < NEAR * higher)
    together = together & is_digit[:, None] & is_digit | (index[:, None] == index)
    row = index
    for _ in range(ROUNDS):
        row = tf.reduce_min(tf.where(together, row, tf.size(index)), 1)
        row = tf.gather(row, row)
    return row


def compare(boxes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return of any two boxes (n, 4) how far their middles differ in height, the gap between them, below 0 where they
    overlap, and the lower and the higher one's height, each (n, n) float32."""
    left, top, right, bottom = tf.unstack(boxes, axis=1)
    tall = bottom - top
    apart = tf.abs(top[:, None] + bottom[:, None] - top - bottom) / 2
    gap = tf.maximum(left[:, None], left) - tf.minimum(right[:, None], right)
    return apart, gap, tf.minimum(tall[:, None], tall), tf.maximum(tall[:, None], tall)


def lay_out(mosaic: Mosaic, windows: tf.Tensor) -> Strip:
    """Return windows (rows, 4) of the page beside each other, BETWEEN pixels apart; rows is at least 1."""
    sides = windows[:, 2:] - windows[:, :2]
    widths = tf.maximum(tf.cast(tf.round(sides[:, 0] / sides[:, 1] * ROW_HEIGHT), tf.int32), ROW_WIDTH_MIN)
    slots = (widths + BETWEEN + STEP - 1) // STEP * STEP
    starts = tf.cumsum(slots, exclusive=True)
    columns = tf.range(tf.minimum(tf.reduce_sum(slots), STRIP_MAX))
    row = tf.reduce_sum(tf.cast(columns[:, None] >= starts, tf.int32), 1) - 1
    along = columns - tf.gather(starts, row)
    grey = _sample_columns(mosaic, windows, widths, row, tf.cast(along, tf.float32))
    there = tf.cast(along < tf.gather(widths, row), tf.float32)
    return Strip(_standardise(grey, row, there, widths), starts, widths)


def _sample_columns(
    mosaic: Mosaic, windows: tf.Tensor, widths: tf.Tensor, row: tf.Tensor, along: tf.Tensor
) -> tf.Tensor:
    """Return columns of rows that are so many pixels wide, (40, n) float32, from the level that is nearest in size.

    Args:
        row, along: of each column, which row's it is and how many pixels it lies along that, (n,).
    """
    low, sides = windows[:, :2], windows[:, 2:] - windows[:, :2]
    pixel = sides / tf.stack([tf.cast(widths, tf.float32), tf.fill(tf.shape(widths), float(ROW_HEIGHT))], 1)
    level = tf.round(tf.math.log(pixel[:, 1] / mosaic.scale) / tf.math.log(2.0))
    level = tf.clip_by_value(level, 0.0, float(mosaic.places.shape[0] - 1))
    corner, size = tf.split(tf.cast(tf.gather(mosaic.places, tf.cast(level, tf.int32)), tf.float32), 2, 1)
    factor = mosaic.scale * tf.pow(2.0, level)[:, None]
    middle = low / factor + corner + pixel / factor / 2 - 0.5  # of each row's first pixel
    of_column = tf.gather(tf.concat([middle, pixel / factor, corner, corner + size - 1], 1), row)
    x, y, step_x, step_y, left, top, right, bottom = tf.unstack(of_column, axis=1)
    across = tf.clip_by_value(x + step_x * along, left, right)
    down = tf.clip_by_value(y + step_y * tf.range(float(ROW_HEIGHT))[:, None], top, bottom)
    return sample(mosaic.picture, across, down, (right, bottom))


def _standardise(grey: tf.Tensor, row: tf.Tensor, there: tf.Tensor, widths: tf.Tensor) -> tf.Tensor:
    """Return columns (40, n) such that each row has a mean of 0 and a deviation of 1; 0 where none is `there`."""
    rows = tf.cast(row[:, None] == tf.range(tf.size(widths)), tf.float32)
    rows *= there[:, None] / tf.cast(widths, tf.float32)
    grey -= tf.gather(tf.linalg.matvec(rows, tf.reduce_mean(grey, 0), transpose_a=True), row)
    variance = tf.linalg.matvec(rows, tf.reduce_mean(grey**2, 0), transpose_a=True)
    return grey * tf.gather(tf.math.rsqrt(variance + 1e-4), row) * there
