"""Marks that are no digits: scribbles, blots, paper texture, lines, digits run together, halves of digits.

They are trained against uniform probabilities (outlier exposure: Hendrycks, Mazeika and Dietterich,
"Deep Anomaly Detection with Outlier Exposure", ICLR 2019, https://arxiv.org/abs/1812.04606).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.images import IMAGE_SIDE, Ink, normalize
from mnist_demo.training.data import Labelled
from mnist_demo.training.rendering import to_bytes

SIDE = 64  # pixels, of the canvas that shapes are drawn on
HALVED = (0, 2, 5, 6, 8)  # digits whose left and right halves are no other digit


def make_outliers(digits: Labelled, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return `count` marks that are no digits, framed as the app frames them: (count, 28, 28) uint8, ink = 255."""
    shapes = [_scribble, _blot, _texture, _lines]
    images = np.zeros((count, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    for i in range(count):
        chance = rng.random()
        if chance < 0.35:
            ink = _run_together(digits, rng)
        elif chance < 0.45:
            ink = _half(digits, rng)
        else:
            ink = shapes[rng.integers(len(shapes))](rng)
        images[i] = to_bytes(normalize(ink))
    return images


def _run_together(digits: Labelled, rng: np.random.Generator) -> Ink:
    """Two or three digits beside each other, apart, touching or overlapping."""
    ink = np.zeros((IMAGE_SIDE + 8, 4 * IMAGE_SIDE), np.float32)
    left = 0
    for _ in range(2 if rng.random() < 0.8 else 3):
        image = digits.images[rng.integers(len(digits.images))].astype(np.float32) / 255
        columns = np.flatnonzero(image.max(0) > 0.3)
        image = image[:, columns[0] : columns[-1] + 1]
        scale = rng.uniform(0.75, 1.0)
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        top = rng.integers(0, ink.shape[0] - image.shape[0] + 1)
        place = ink[top : top + image.shape[0], left : left + image.shape[1]]
        np.maximum(place, image, out=place)
        left += max(image.shape[1] + int(rng.integers(-4, 6)), 3)
    return ink


def _half(digits: Labelled, rng: np.random.Generator) -> Ink:
    """The left or right half of a digit, as a wrong cut leaves it."""
    candidates = np.flatnonzero(np.isin(digits.labels, HALVED))
    image = digits.images[rng.choice(candidates)].astype(np.float32) / 255
    middle = IMAGE_SIDE // 2 + int(rng.integers(-2, 3))
    return image[:, :middle] if rng.random() < 0.5 else image[:, middle:]


def _scribble(rng: np.random.Generator) -> Ink:
    """A wandering line with many turns."""
    turns = int(rng.integers(5, 16))
    points = rng.uniform(8, SIDE - 8, (turns, 2))
    if rng.random() < 0.5:
        steps = np.linspace(0, turns - 1, 8 * turns)
        smooth = [np.convolve(np.interp(steps, range(turns), axis), np.ones(9) / 9, "valid") for axis in points.T]
        points = np.stack(smooth, 1)
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    cv2.polylines(
        canvas, [points.astype(np.int32)], bool(rng.random() < 0.2), 255, int(rng.integers(1, 8)), cv2.LINE_AA
    )
    return canvas.astype(np.float32) / 255


def _blot(rng: np.random.Generator) -> Ink:
    """Filled shapes: stains, crossed-out words, the corner of a table."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(rng.integers(1, 4)):
        centre = tuple(rng.integers(12, SIDE - 12, 2).tolist())
        if rng.random() < 0.5:
            axes = (int(rng.integers(6, 24)), int(rng.integers(6, 24)))
            cv2.ellipse(canvas, centre, axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
        else:
            corners = rng.integers(0, SIDE, (int(rng.integers(3, 6)), 2)).astype(np.int32)
            cv2.fillPoly(canvas, [corners], 255, cv2.LINE_AA)
    return cv2.GaussianBlur(canvas.astype(np.float32) / 255, (0, 0), rng.uniform(0.3, 4))


def _texture(rng: np.random.Generator) -> Ink:
    """Paper grain, fabric, grass: noise at one scale, thresholded."""
    stretch = rng.uniform(0.3, 3)
    grain = rng.standard_normal((SIDE, SIDE)).astype(np.float32)
    noise = cv2.GaussianBlur(grain, (0, 0), sigmaX=rng.uniform(1, 5) * stretch, sigmaY=rng.uniform(1, 5))
    level = np.quantile(noise, rng.uniform(0.5, 0.95))
    return np.clip((noise - level) / (noise.max() - level + 1e-6) * rng.uniform(1, 6), 0, 1).astype(np.float32)


def _lines(rng: np.random.Generator) -> Ink:
    """Ruled paper, boxes, crosses: several straight lines, most of them parallel or at right angles."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    width = int(rng.integers(1, 6))
    tilt = rng.normal(0, 4, 2)
    for _ in range(rng.integers(2, 6)):
        at = int(rng.integers(4, SIDE - 4))
        start, end = rng.integers(0, SIDE // 3), rng.integers(2 * SIDE // 3, SIDE)
        a, b = np.array([start, at - tilt[0]]), np.array([end, at + tilt[0]])
        if rng.random() < 0.5:
            a, b = a[::-1] + tilt[1], b[::-1] - tilt[1]
        cv2.line(canvas, a.astype(int).tolist(), b.astype(int).tolist(), 255, width, cv2.LINE_AA)
    return canvas.astype(np.float32) / 255
