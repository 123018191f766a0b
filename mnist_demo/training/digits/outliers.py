"""Marks that are no digits: scribbles, blots, texture, lines, digits run together, halved or turned, invented signs.

They are trained against uniform probabilities (outlier exposure: Hendrycks, Mazeika and Dietterich,
"Deep Anomaly Detection with Outlier Exposure", ICLR 2019, https://arxiv.org/abs/1812.04606).
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.training.data import Labelled, Stroke
from mnist_demo.training.digits.ink import Ink, normalize
from mnist_demo.training.digits.rendering import render, to_bytes

SIDE = 64  # pixels, of the canvas that shapes are drawn on
HALVED = (0, 2, 5, 6, 8)  # digits whose left and right halves are no other digit
SIDEWAYS = (2, 3, 4, 5, 6, 7, 8, 9)  # digits that are no digit when they lie on their side
MIRRORED = (3, 4, 6, 7, 9)  # digits that are none in a mirror
NARROW = 0.45  # width to height; a narrower half may be a 1


def make_outliers(
    digits: Labelled, signs: NDArray[np.uint8], strokes: list[Stroke], count: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Make marks that are no digits, framed as MNIST's digits are.

    Args:
        digits: digits to run together, to halve and to turn.
        signs: (n, 28, 28) uint8, letters and symbols to halve; may be empty.
        strokes: strokes to put together anew, each (k, 2); may be empty.

    Returns:
        (count, 28, 28) uint8, ink = 255.
    """
    makers: list[tuple[float, Callable[[], Ink]]] = [
        (0.2, lambda: _run_together(digits, rng)),
        (0.1, lambda: _half(_pick(digits, HALVED, rng), rng)),
        (0.15, lambda: _turn(digits, rng)),
        (0.07, lambda: scribble(rng)),
        (0.07, lambda: _blot(rng)),
        (0.05, lambda: _texture(rng)),
        (0.06, lambda: _lines(rng)),
    ]
    if len(signs):
        makers.append((0.1, lambda: _half(_as_ink(signs[rng.integers(len(signs))]), rng)))
    if strokes:
        makers.append((0.15, lambda: _recombine(strokes, rng)))
    shares = np.array([share for share, _ in makers])
    images = np.zeros((count, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    for i, kind in enumerate(rng.choice(len(makers), count, p=shares / shares.sum())):
        images[i] = to_bytes(normalize(makers[kind][1]()))
    return images


def _as_ink(image: NDArray[np.uint8]) -> Ink:
    return image.astype(np.float32) / 255


def _pick(digits: Labelled, labels: tuple[int, ...], rng: np.random.Generator) -> Ink:
    """A random digit of one of the labels."""
    while True:
        i = rng.integers(len(digits.images))
        if digits.labels[i] in labels:
            return _as_ink(digits.images[i])


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


def _half(image: Ink, rng: np.random.Generator) -> Ink:
    """The left or right half of a sign, as a wrong cut leaves it, unless that is narrow enough for a 1."""
    faint = 0.3 * image.max()
    columns = np.flatnonzero(image.max(0) >= faint)
    middle = columns[0] + round(rng.uniform(0.35, 0.65) * len(columns))
    half = image[:, columns[0] : middle] if rng.random() < 0.5 else image[:, middle : columns[-1] + 1]
    inked = half.max(1, initial=0) >= faint
    return half if half.shape[1] > NARROW * max(inked.sum(), 1) else image[::-1, ::-1].T


def _turn(digits: Labelled, rng: np.random.Generator) -> Ink:
    """A digit lying on its side, or mirrored."""
    if rng.random() < 0.6:
        return np.rot90(_pick(digits, SIDEWAYS, rng), rng.choice([1, -1]))
    return _pick(digits, MIRRORED, rng)[:, ::-1]


def _recombine(strokes: list[Stroke], rng: np.random.Generator) -> Ink:
    """A sign of no alphabet: parts of two or three recorded strokes, turned and put together."""
    sign: list[Stroke] = []
    for _ in range(rng.choice([2, 3])):
        stroke = strokes[rng.integers(len(strokes))].astype(np.float32)
        start = rng.integers(0, max(1, len(stroke) // 2))
        part = stroke[start : start + max(2, round(rng.uniform(0.5, 1) * len(stroke)))]
        part = (part - part.mean(0)) / max(float(np.ptp(part, axis=0).max()), 1)
        angle = rng.choice([0, 0.5, 1, 1.5]) * np.pi + rng.normal(0, 0.3)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        sign.append(1000 * (rng.uniform(0.4, 1) * part @ turn + rng.uniform(-0.35, 0.35, 2)))
    return render(sign, rng)


def scribble(rng: np.random.Generator) -> Ink:
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
