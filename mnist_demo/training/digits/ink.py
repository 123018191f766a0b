"""Framing single marks as MNIST framed its digits, for the pictures that the classifier is trained on."""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE

Ink = NDArray[Any]  # float32 in [0, 1], 0 is paper

DIGIT_SIDE = 20  # pixels, of the box in the image that a digit fills
MASS_CENTRE = 14.0  # pixel index, of a digit's centre of mass
STROKE_MIN = 2.0  # pixels of the 28x28 image; most of MNIST's strokes are wider
FINENESS = 4  # pixels that stand for one of that image while a mark is framed
INK_MIN = 0.25  # of the darkest ink; fainter is a stroke's blurred edge


def normalize(ink: Ink) -> Ink:
    """Frame one mark as MNIST framed its digits.

    The mark's bounding box is scaled, its aspect kept, to fit 20x20 pixels, and placed in a 28x28 image so that its
    centre of mass is at the centre (LeCun, Cortes and Burges, "The MNIST database of handwritten digits",
    http://yann.lecun.com/exdb/mnist). Strokes that would come out thinner than MNIST's are thickened first, so that
    a fine pen stays as dark as a broad one.

    Args:
        ink: (height, width) float32 in [0, 1], 0 is paper. Any size.

    Returns:
        (28, 28) float32 in [0, 1]; all 0 where there is no ink.

    Raises:
        ValueError: `ink` is not two-dimensional.
    """
    if ink.ndim != 2:
        raise ValueError(f"expected ink of shape (height, width), got {ink.shape}")
    darkest = float(ink.max(initial=0))
    if darkest <= 0:
        return np.zeros((IMAGE_SIDE, IMAGE_SIDE), np.float32)
    mark = _fit(_crop(ink / np.float32(darkest)))
    mark = _thicken(_darken(mark))
    frame = np.zeros((FINENESS * IMAGE_SIDE, FINENESS * IMAGE_SIDE), np.float32)
    top, left = _mass_offset(mark)
    frame[top : top + mark.shape[0], left : left + mark.shape[1]] = mark
    return _darken(cv2.resize(frame, (IMAGE_SIDE, IMAGE_SIDE), interpolation=cv2.INTER_AREA))


def _crop(ink: Ink) -> Ink:
    """Cut `ink` (darkest 1) to the box of its strokes."""
    rows, columns = np.flatnonzero(ink.max(1) >= INK_MIN), np.flatnonzero(ink.max(0) >= INK_MIN)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(mark: Ink) -> Ink:
    """Scale a mark to fit the digit's box, which is worked on in pixels `FINENESS` times finer than the image's."""
    scale = FINENESS * (DIGIT_SIDE - 1) / max(mark.shape)  # less 1, for the fraction of a pixel that centring takes
    height, width = (max(1, round(side * scale)) for side in mark.shape)
    if scale < 1:
        return cv2.resize(mark, (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(cv2.resize(mark, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def _darken(ink: Ink) -> Ink:
    """Bring the middle of the strokes, the 70th percentile of what is not paper, to 1."""
    inked = ink[ink > 0.1 * ink.max()]
    rank = 7 * inked.size // 10
    return np.minimum(ink / np.partition(inked, rank)[rank], 1)


def _thicken(mark: Ink) -> Ink:
    """Widen strokes that are thinner than MNIST's."""
    reach = math.ceil((FINENESS * STROKE_MIN - _stroke_width(mark)) / 2)
    if reach <= 0:
        return mark
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return _fit(cv2.dilate(_pad(mark, reach), brush))


def _stroke_width(mark: Ink) -> float:
    """Mean width in pixels of a mark's strokes: a bar's pixels lie a quarter of its width from its edge on average."""
    inside = (mark >= 0.5).astype(np.uint8)
    if not inside.any():
        return 0.0
    distance = cv2.distanceTransform(_pad(inside, 1), cv2.DIST_L2, 3)
    return max(4 * float(distance.sum()) / float(inside.sum()) - 2, 1)  # a pixel at the edge counts as 1, not as 1/2


def _pad(array: np.ndarray, border: int) -> np.ndarray:
    return cv2.copyMakeBorder(array, border, border, border, border, cv2.BORDER_CONSTANT, value=0)


def _mass_offset(mark: Ink) -> tuple[int, int]:
    """Row and column of the mark's corner in the frame that bring its centre of mass to the middle."""
    mass = float(mark.sum())
    offsets = []
    for axis, side in enumerate(mark.shape):
        centre = float((mark.sum(1 - axis) * (np.arange(side) + 0.5)).sum()) / mass
        offset = round(FINENESS * (MASS_CENTRE + 0.5) - centre)
        offsets.append(min(max(offset, 0), FINENESS * IMAGE_SIDE - side))
    return offsets[0], offsets[1]
