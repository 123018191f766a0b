"""Marks cut out of drawn sheets, and the ink that is theirs alone."""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.training.drawing.camera import take_picture
from mnist_demo.training.drawing.crops import CUT, SIDE, judge_visible
from mnist_demo.training.drawing.hands import Hands
from mnist_demo.training.drawing.scenes import draw_sheet
from mnist_demo.training.drawing.sheet import FINENESS, Mark

CUT_SIDE = 40  # pixels, of a cut-out
CUT_MARK = 28  # pixels of it, that the mark's longer side takes
STROKE_MIN = 0.09  # of a mark's longer side, that its strokes come out broad at least; MNIST's are 0.1 and more
SMALLEST = 8  # pixels of the sheet, of a mark that is learned from
MARKS_OF_SHEET = 6
SHAKE = 0.07  # of a mark's longer side: the standard deviation of where and how large it is found


class Cut(NamedTuple):
    """A cut-out (40, 40) uint8, its mark's own ink (40, 40) uint8, ink = 255, and which sign it is by its index."""

    picture: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    sign: int


def draw_cuts(hands: Hands, rng: np.random.Generator) -> list[Cut]:
    """Draw a sheet and cut some of its marks out; there may be none on it."""
    sheet = draw_sheet(SIDE, hands, rng)
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
