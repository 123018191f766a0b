"""A hand that writes digits and signs: strokes through a few points, and the pen that draws them.

Each digit is slanted, turned, sized and bent a little differently, with the unevenness of a hand.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import ImageDraw

FINENESS = 4  # pixels that stand for one while drawing

Stroke = NDArray[np.float64]  # (points, 2), x to the right and y down

# The points that a hand aims for, stroke by stroke, in a box about 0.6 wide and 1 high; signs take half its width.
GLYPHS: dict[str, list[list[tuple[float, float]]]] = {
    "0": [[(0.36, 0.01), (0.18, 0.08), (0.05, 0.34), (0.04, 0.68), (0.18, 0.95), (0.38, 0.96), (0.55, 0.7),
          (0.55, 0.3), (0.42, 0.05), (0.26, 0.02)]],
    "1": [[(0.12, 0.24), (0.24, 0.13), (0.34, 0.0), (0.33, 0.35), (0.32, 0.7), (0.31, 1.0)]],
    "2": [[(0.06, 0.26), (0.14, 0.06), (0.36, 0.0), (0.54, 0.18), (0.46, 0.46), (0.22, 0.76), (0.03, 0.97),
          (0.05, 0.98), (0.32, 0.95), (0.6, 0.97)]],
    "3": [[(0.08, 0.1), (0.3, 0.0), (0.52, 0.14), (0.46, 0.36), (0.22, 0.47), (0.23, 0.48), (0.52, 0.58),
          (0.54, 0.84), (0.3, 1.0), (0.04, 0.9)]],
    "4": [[(0.38, 0.0), (0.24, 0.28), (0.04, 0.62), (0.05, 0.64), (0.32, 0.63), (0.62, 0.61)],
         [(0.45, 0.34), (0.44, 0.66), (0.42, 1.0)]],
    "5": [[(0.13, 0.03), (0.11, 0.24), (0.08, 0.45), (0.09, 0.45), (0.3, 0.36), (0.52, 0.5), (0.54, 0.78),
          (0.32, 0.99), (0.05, 0.9)],
         [(0.13, 0.03), (0.32, 0.03), (0.54, 0.0)]],
    "6": [[(0.46, 0.0), (0.22, 0.22), (0.06, 0.58), (0.1, 0.88), (0.32, 1.0), (0.53, 0.84), (0.5, 0.6),
          (0.3, 0.52), (0.09, 0.7)]],
    "7": [[(0.04, 0.05), (0.3, 0.04), (0.58, 0.02), (0.57, 0.04), (0.42, 0.34), (0.3, 0.66), (0.22, 1.0)]],
    "8": [[(0.5, 0.14), (0.32, 0.0), (0.11, 0.14), (0.2, 0.36), (0.44, 0.56), (0.54, 0.8), (0.32, 1.0),
          (0.07, 0.84), (0.17, 0.58), (0.42, 0.38), (0.51, 0.16), (0.44, 0.05)]],
    "9": [[(0.52, 0.18), (0.34, 0.02), (0.1, 0.16), (0.1, 0.4), (0.3, 0.5), (0.5, 0.32), (0.53, 0.14),
          (0.52, 0.36), (0.47, 0.7), (0.4, 1.0)]],
    ".": [[(0.1, 0.97), (0.12, 1.0)]],
    ",": [[(0.13, 0.95), (0.11, 1.06), (0.04, 1.18)]],
    "-": [[(0.0, 0.55), (0.15, 0.54), (0.3, 0.53)]],
    "/": [[(0.32, -0.05), (0.16, 0.5), (0.0, 1.08)]],
    ":": [[(0.1, 0.3), (0.12, 0.33)],
         [(0.1, 0.82), (0.12, 0.85)]],
}  # fmt: skip


def smooth(points: Stroke) -> Stroke:
    """Return a curve (n, 2) through the points: a Catmull-Rom spline, cut into seven pieces from one to the next."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    steps = np.linspace(0, 1, 7, endpoint=False)[:, None]
    curve = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        bend = 2 * before - 5 * start + 4 * end - after
        twist = 3 * start - before - 3 * end + after
        curve.append(start + 0.5 * steps * (end - before + steps * (bend + steps * twist)))
    return np.vstack([*curve, points[-1:]])


def write_digit(label: str, rng: np.random.Generator) -> list[Stroke]:
    """Return a digit's strokes as one hand writes it once, in a box about 0.6 wide and 1 high."""
    slant, turn = rng.normal(0.08, 0.05), rng.normal(0, 0.04)
    bend = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[1, -slant], [0, 1]])
    size = rng.normal(1, 0.04, 2)
    strokes = []
    for glyph in GLYPHS[label]:
        points = np.array(glyph) + rng.normal(0, 0.008, (len(glyph), 2))
        strokes.append(((smooth(points) - [0.3, 0.5]) * size) @ bend.T + [0.3, 0.5])
    return strokes


def write_line(text: str, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of a line of digits and signs, 1 high; a space leaves a gap."""
    strokes: list[Stroke] = []
    left = 0.0
    for character in text:
        if character != " ":
            drop = rng.normal(0, 0.025)
            strokes += [stroke + np.array([left, drop]) for stroke in write_digit(character, rng)]
        left += (0.45 if character in ".,-/:" else 0.85) * rng.normal(1, 0.03)
    return strokes


def bounds(strokes: list[Stroke]) -> tuple[Stroke, Stroke]:
    """Return the smallest and the largest x and y of the strokes, as two (2,) arrays."""
    points = np.vstack(strokes)
    return points.min(axis=0), points.max(axis=0)


def draw_stroke(pen: ImageDraw.ImageDraw, points: Stroke, colour: int | tuple[int, int, int], width: float) -> None:
    """Draw a stroke through points in pixels with a round pen."""
    pen.line(points.ravel().tolist(), colour, round(width))
    for x, y in points:
        pen.circle((x, y), (width - 1) / 2, colour)
