"""Touching digits, and other signs that touch.

The separator learns from them whose each stroke is, and the classifier that together they are no digit.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.images import IMAGE_SIDE, RUN_SHAPE, Ink, fit_run, frame_run, normalize
from mnist_demo.training.data import Labelled, PenStrokes
from mnist_demo.training.outliers import scribble
from mnist_demo.training.rendering import draw_alike, to_bytes, wear

GROUP_SIZES, GROUP_SHARES = (1, 2, 3), (0.12, 0.6, 0.28)
FROM_MNIST = 0.25  # of the groups of digits; the others are written with a pen
NO_DIGITS, SCRIBBLES = 0.2, 0.2  # the share of groups of other signs, and of scribbles among them
OVERLAP = (-0.02, 0.12)  # of a digit's height, by which it is moved beyond where it touches the one before
TOUCH = (-0.02, 0.05)  # likewise, in the groups that the classifier sees as one mark
VISIBLE = 0.25  # of the darkest ink; fainter is the soft edge of a stroke
NARROWEST = 0.6  # width to height, of those groups
WITH_ONE = 0.4  # of the groups for the classifier, that have a 1 in them: what is easily overlooked
UNEVEN = 0.07  # of a digit's height: the standard deviation of its place on the line


class Runs(NamedTuple):
    """Groups of touching digits as the app frames them, (n, 32, 64) uint8, ink = 255, and whose the ink is.

    `parts` (n, 32, 64, 2) uint8 is 255 where it is the first digit's, and where it is one of the others'; both are
    where they cross, and neither where it is no digit's.
    """

    images: NDArray[np.uint8]
    parts: NDArray[np.uint8]


def write_runs(
    digits: PenStrokes | None, signs: PenStrokes | None, mnist: Labelled, count: int, rng: np.random.Generator
) -> Runs:
    """Write `count` groups of digits that touch, and some of other signs, framed as the app frames them.

    Args:
        digits: recorded strokes; those of a group are by one writer. None where there are none.
        signs: recorded strokes of letters and symbols. With None every group is of digits.
        mnist: images for the other groups.
    """
    images = np.zeros((count, *RUN_SHAPE), np.uint8)
    parts = np.zeros((count, *RUN_SHAPE, 2), np.uint8)
    by_writer = _by_writer(digits) if digits else []
    for i in range(count):
        size = int(rng.choice(GROUP_SIZES, p=GROUP_SHARES))
        no_digits = signs is not None and rng.random() < NO_DIGITS
        if signs and no_digits:
            inks = _draw_no_digits(signs, size, rng)
        elif digits and rng.random() > FROM_MNIST:
            chosen = rng.choice(by_writer[rng.integers(len(by_writer))], size)
            inks = _write(digits, chosen, rng)
        else:
            inks = [_enlarge(mnist.images[j], rng) for j in rng.integers(len(mnist.images), size=size)]
        own = _push_together(inks, rng)
        ink = wear(own.max(0), rng)
        if ink.max() < VISIBLE:
            continue
        ink /= ink.max()
        inside = np.ix_(*(np.flatnonzero(ink.max(axis) > VISIBLE) for axis in (1, 0)))
        images[i] = to_bytes(frame_run(ink[inside]))
        if no_digits:
            continue
        owners = _owners(own, ink.shape)
        parts[i, ..., 0] = to_bytes(fit_run(owners[0][inside]))
        parts[i, ..., 1] = to_bytes(fit_run(owners[1:].max(0, initial=0)[inside]))
    return Runs(images, parts)


def draw_groups(digits: PenStrokes, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw two or three touching digits by one writer, framed as one mark: (count, 28, 28) uint8, ink = 255.

    None is as narrow as a single digit may be: two ones that cross are one, and a one through a zero is a slash.
    """
    images = np.zeros((count, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    by_writer = _by_writer(digits)
    done = 0
    while done < count:
        own = by_writer[rng.integers(len(by_writer))]
        chosen = rng.choice(own, 2 if rng.random() < 0.8 else 3)
        ones = own[digits.labels[own] == "1"]
        if ones.size and rng.random() < WITH_ONE:
            chosen[rng.integers(len(chosen))] = rng.choice(ones)
        inks = _write(digits, chosen, rng)
        ink = wear(_push_together(inks, rng, TOUCH).max(0), rng)
        height, width = ((ink.max(axis) > VISIBLE).sum() for axis in (1, 0))
        if width >= NARROWEST * height > 0:
            images[done] = to_bytes(normalize(ink))
            done += 1
    return images


def _write(signs: PenStrokes, chosen: NDArray[np.intp], rng: np.random.Generator) -> list[Ink]:
    return draw_alike([signs.signs[j] for j in chosen], [str(signs.labels[j]) for j in chosen], rng)


def _by_writer(digits: PenStrokes) -> list[NDArray[np.intp]]:
    """The indices of each writer's signs."""
    return [np.flatnonzero(digits.writers == writer) for writer in np.unique(digits.writers)]


def _draw_no_digits(signs: PenStrokes, size: int, rng: np.random.Generator) -> list[Ink]:
    """Letters or symbols, or a scribble."""
    if rng.random() < SCRIBBLES:
        return [scribble(rng)]
    return _write(signs, rng.integers(len(signs.signs), size=(size + 1) // 2), rng)


def _enlarge(image: NDArray[np.uint8], rng: np.random.Generator) -> Ink:
    scale = 3 * rng.normal(1, 0.08)
    return np.clip(cv2.resize(image.astype(np.float32) / 255, None, fx=scale, fy=scale), 0, 1)


def _push_together(
    inks: list[Ink], rng: np.random.Generator, overlap: tuple[float, float] = OVERLAP
) -> NDArray[np.float32]:
    """Place digits on a line, each to the left until it touches the one before, or further: (n, height, width)."""
    high = max(ink.shape[0] for ink in inks)
    own = np.zeros((len(inks), 2 * high, sum(ink.shape[1] for ink in inks)), np.float32)
    left = 0
    for i, ink in enumerate(inks):
        height, width = ink.shape
        top = int(np.clip(high - height / 2 + rng.normal(0, UNEVEN) * high, 0, 2 * high - height))
        if i:
            reach = _outermost(own[i - 1], "right")[top : top + height] - _outermost(ink, "left")
            left = round(float(reach.max()) - rng.uniform(*overlap) * height)
        left = int(np.clip(left, 0, own.shape[2] - width))
        own[i, top : top + height, left : left + width] = ink
    return own


def _outermost(ink: Ink, side: str) -> NDArray[np.float32]:
    """The column of the outermost ink in each row or the rows beside it; far inside where there is none: (height,)."""
    inked = cv2.dilate((ink > 0.5).astype(np.uint8), np.ones((3, 1), np.uint8)) > 0
    columns = np.arange(ink.shape[1], dtype=np.float32)
    if side == "right":
        return np.where(inked, columns, -1e6).max(1)
    return np.where(inked, columns, 1e6).min(1)


def _owners(own: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Where each digit's ink is, soft edges included, in a picture of the given shape: (n, height, width), 0 or 1."""
    near = np.stack([cv2.GaussianBlur(digit, (0, 0), 0.01 * len(digit)) for digit in own])
    near = np.stack([cv2.resize(digit, shape[::-1], interpolation=cv2.INTER_AREA) for digit in near])
    return ((near > 0.5 * near.max(0)) & (near > 1e-3)).astype(np.float32)
