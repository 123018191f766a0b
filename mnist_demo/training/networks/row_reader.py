"""The row reader: a small net that reads a row as a whole, at one scale, from left to right.

Like a recognizer of text lines it takes a row's height together and then looks along it (Shi, Bai and Yao, 2015, "An
End-to-End Trainable Neural Network for Image-based Sequence Recognition", https://arxiv.org/abs/1507.05717). It says
what has its middle at each place, not only in which order signs come, so that its word and the detector's can be laid
beside each other, mark by mark.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from mnist_demo.training.drawing.crops import standardise
from mnist_demo.training.drawing.rows import ROW_HEIGHT, ROW_WIDTH, Row
from mnist_demo.training.drawing.sheet import SIGNS, UNKNOWN
from mnist_demo.training.networks.convolution import convolve

WIDTHS = 24, 48, 80, 128  # channels at heights of 20, 10, 5 and 1
BLOCKS = 1, 2  # residual blocks at heights of 10 and 5
ALONG = 5, 5, 7, 7  # how many places the blocks of height 1 see
STEP = 4  # pixels of a row to a place
PLACES = ROW_WIDTH // STEP
NO_MIDDLE = len(SIGNS)  # what a place is where no sign has its middle
BETWEEN = 24  # pixels between rows that are seen at once


def build_row_reader(normalised: bool = True) -> keras.Model:
    """Return a net from rows (n, 40, w, 1) float32, standardised, to logits (n, w / 4, 17) of the signs that have their
    middle at a place, and of none; w is a multiple of 4.

    Args:
        normalised: whether the convolutions' outputs are normalised, as training needs it; without, they have biases.
    """
    rows = keras.Input((ROW_HEIGHT, None, 1))
    half, quarter, eighth, line = WIDTHS
    x = convolve(convolve(rows, half, normalised, 2), quarter, normalised, 2)
    for _ in range(BLOCKS[0]):
        x = layers.Add()([x, convolve(x, quarter, normalised)])
    x = convolve(x, eighth, normalised, (2, 1))
    for _ in range(BLOCKS[1]):
        x = layers.Add()([x, convolve(x, eighth, normalised)])
    x = convolve(x, line, normalised, kernel=(x.shape[1], 1), padding="valid")
    for places in ALONG:
        x = layers.Add()([x, convolve(x, line, normalised, kernel=(1, places))])
    x = layers.Dropout(0.1)(x) if normalised else x
    logits = layers.Conv2D(len(SIGNS) + 1, 1, dtype="float32")(x)
    return keras.Model(rows, layers.Reshape((-1, len(SIGNS) + 1))(logits), name="row_reader")


def fits(rows: list[Row]) -> bool:
    """Return whether rows can lie beside each other in one of the largest width."""
    return sum(_slot(row) for row in rows) - BETWEEN <= ROW_WIDTH


def _slot(row: Row) -> int:
    """How many pixels a row takes of a strip, with what keeps it from the next: a whole number of places."""
    return -(-(row.picture.shape[1] + BETWEEN) // STEP) * STEP


def lay_side_by_side(rows: list[Row]) -> tuple[NDArray[np.float16], NDArray[np.int8]]:
    """Return rows, as many as fit, standardised and beside each other, (40, 400) float16, 0 between them; and what the
    row reader should say, (100,) int8: signs, NO_MIDDLE, or UNKNOWN, which does not count."""
    strip, said = np.zeros((ROW_HEIGHT, ROW_WIDTH), np.float16), np.full(PLACES, UNKNOWN, np.int8)
    start = 0
    for row in rows:
        width = row.picture.shape[1]
        strip[:, start : start + width] = standardise(row.picture)
        places = np.full(-(-width // STEP), NO_MIDDLE, np.int8)
        middles = np.clip(row.middles // STEP, 0, len(places) - 1).astype(int)
        for beside in (-1, 1):
            places[np.clip(middles + beside, 0, len(places) - 1)] = UNKNOWN
        places[middles] = row.signs
        said[start // STEP : start // STEP + len(places)] = places
        start += _slot(row)
    return strip, said


def row_loss(logits: Any, said: Any) -> Any:
    """Return the focal loss (Lin et al., 2017) of answers (n, 100, 17), what they should say being (n, 100) int8."""
    said = ops.cast(said, "int32")
    loss = ops.sparse_categorical_crossentropy(ops.maximum(said, 0), logits, from_logits=True)
    known, signs = ops.cast(said >= 0, "float32"), ops.cast((said >= 0) & (said < NO_MIDDLE), "float32")
    return ops.sum(known * loss * (1 - ops.exp(-loss))) / ops.maximum(ops.sum(signs), 1.0)
