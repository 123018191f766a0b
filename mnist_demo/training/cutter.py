"""The cutter: a small net that tells a mark's own ink from all else around it.

It is a U-Net (Ronneberger, Fischer and Brox, 2015) that sees a mark in the middle of a cut-out, with paper, lines and
neighbours, and gives the ink of that mark alone, as dark and as broad as MNIST's strokes are.
"""

from typing import Any, NamedTuple

import cv2
import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from mnist_demo.training.camera import take_picture
from mnist_demo.training.hands import Hands
from mnist_demo.training.pages import CUT, SIDE, draw_sheet, judge_visible
from mnist_demo.training.sheet import FINENESS, Mark

CUT_SIDE = 40  # pixels, of a cut-out
CUT_MARK = 28  # pixels of it, that the mark's longer side takes
WIDTHS = 16, 24, 40  # channels at strides 1, 2 and 4
STROKE_MIN = 0.09  # of a mark's longer side, that its strokes come out broad at least; MNIST's are 0.1 and more
SMALLEST = 8  # pixels of the sheet, of a mark that is learned from
MARKS_OF_SHEET = 6
SHAKE = 0.07  # of a mark's longer side: the standard deviation of where and how large it is found


class Cut(NamedTuple):
    """A cut-out (40, 40) uint8, its mark's own ink (40, 40) uint8, ink = 255, and which sign it is by its index."""

    picture: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    sign: int


def build_cutter(normalised: bool = True) -> keras.Model:
    """Return a net from cut-outs (n, 40, 40, 1) float32, standardised, to logits (n, 40, 40, 1) of the mark's ink."""
    cuts = keras.Input((CUT_SIDE, CUT_SIDE, 1))
    x = cuts
    skipped: list[keras.KerasTensor] = []
    for width in WIDTHS:
        x = _convolve(x, width, normalised, 2 if skipped else 1)
        x = layers.Add()([x, _convolve(x, width, normalised)])
        skipped.append(x)
    x = layers.Add()([x, _convolve(x, WIDTHS[-1], normalised)])
    for fine in reversed(skipped[:-1]):
        x = layers.Add()([layers.UpSampling2D()(layers.Conv2D(fine.shape[-1], 1)(x)), fine])
        x = _convolve(x, fine.shape[-1], normalised)
    return keras.Model(cuts, layers.Conv2D(1, 1, dtype="float32")(x), name="cutter")


def _convolve(x: keras.KerasTensor, channels: int, normalised: bool, stride: int = 1) -> keras.KerasTensor:
    x = layers.Conv2D(channels, 3, stride, padding="same", use_bias=not normalised)(x)
    return layers.ReLU()(layers.BatchNormalization()(x) if normalised else x)


def draw_cuts(hands: Hands, rng: np.random.Generator) -> list[Cut]:
    """Draw a sheet and cut some of its marks out; there may be none on it."""
    sheet = draw_sheet(hands, rng)
    picture = take_picture(sheet, hands, rng)
    visible = judge_visible(sheet, picture)
    signs = [mark for mark in sheet.marks if mark.sign >= 0 and _is_whole(mark) and visible(mark)]
    rng.shuffle(signs)
    cuts = []
    for mark in signs[:MARKS_OF_SHEET]:
        left, top, right, bottom = mark.box
        side = max(right - left, bottom - top)
        layer = np.zeros_like(sheet.pen)
        mark.paint(layer, STROKE_MIN * side)
        middle = np.array([left + right, top + bottom]) / 2 + rng.normal(0, SHAKE, 2) * side
        reach = side * CUT_SIDE / CUT_MARK * float(np.exp(rng.normal(0, SHAKE)))
        ink = _cut(layer, middle * FINENESS, reach * FINENESS, cv2.BORDER_CONSTANT)
        cuts.append(Cut(_cut(picture, middle, reach), ink, mark.sign))
    return cuts


def _is_whole(mark: Mark) -> bool:
    left, top, right, bottom = mark.box
    inside = np.clip(mark.box, 0, SIDE)
    area = (inside[2] - inside[0]) * (inside[3] - inside[1])
    return max(right - left, bottom - top) >= SMALLEST and area >= CUT * (right - left) * (bottom - top)


def _cut(
    grey: NDArray[Any], middle: NDArray[np.float64], side: float, border: int = cv2.BORDER_REPLICATE
) -> NDArray[Any]:
    """Cut a square out of a picture, which is continued beyond its edges, and scale it to 40x40."""
    while side > 1.5 * CUT_SIDE:
        grey = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        middle, side = middle / 2, side / 2
    scale = side / CUT_SIDE
    corner = middle - side / 2 + (scale - 1) / 2
    matrix = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(grey, matrix, (CUT_SIDE, CUT_SIDE), flags=flags, borderMode=border)


def cut_loss(logits: Any, ink: Any) -> Any:
    """Return how far answers (n, 40, 40, 1) are from the ink (n, 40, 40) uint8: cross entropy, and overlap (Dice)."""
    truth = ops.cast(ink, "float32")[..., None] / 255
    found = ops.sigmoid(logits)
    entropy = ops.mean(ops.softplus(logits) - truth * logits)
    shared, both = ops.sum(found * truth, (1, 2, 3)), ops.sum(found + truth, (1, 2, 3))
    return 4 * entropy + ops.mean(1 - (2 * shared + 1) / (both + 1))
