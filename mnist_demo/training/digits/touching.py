"""Touching digits: together they are no digit, which the classifier learns from them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.training.data import PenStrokes
from mnist_demo.training.digits.ink import Ink, normalize
from mnist_demo.training.digits.rendering import draw_alike, to_bytes, wear

TOUCH = (-0.02, 0.05)  # of a digit's height, by which it is moved beyond where it touches the one before
VISIBLE = 0.25  # of the darkest ink; fainter is the soft edge of a stroke
NARROWEST = 0.6  # width to height, of those groups
WITH_ONE = 0.4  # of the groups, that have a 1 in them: what is easily overlooked
UNEVEN = 0.07  # of a digit's height: the standard deviation of its place on the line


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
        ink = wear(_push_together(inks, rng).max(0), rng)
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


def _push_together(inks: list[Ink], rng: np.random.Generator) -> NDArray[np.float32]:
    """Place digits on a line, each to the left until it touches the one before, or further: (n, height, width)."""
    high = max(ink.shape[0] for ink in inks)
    own = np.zeros((len(inks), 2 * high, sum(ink.shape[1] for ink in inks)), np.float32)
    left = 0
    for i, ink in enumerate(inks):
        height, width = ink.shape
        top = int(np.clip(high - height / 2 + rng.normal(0, UNEVEN) * high, 0, 2 * high - height))
        if i:
            reach = _outermost(own[i - 1], "right")[top : top + height] - _outermost(ink, "left")
            left = round(float(reach.max()) - rng.uniform(*TOUCH) * height)
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
