"""The lines of signs, in units of a digit's height: how they are adorned, bent and simplified, and signs of our own."""

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.training.drawing.hands import Line

Rng = np.random.Generator

BEND = 0.025  # of a sign's height: the standard deviation of how far its lines are bent


def extent(lines: list[Line]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the top left and the bottom right corner of lines' box, (2,) each."""
    points = np.concatenate(lines)
    return points.min(0), points.max(0)


def bar(x0: float, y0: float, x1: float, y1: float) -> Line:
    """Return a straight line, (6, 2)."""
    return np.linspace((x0, y0), (x1, y1), 6).astype(np.float32)


def segments(digit: int) -> list[Line]:
    """A seven-segment digit, for the few that a hand never wrote."""
    segments = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afedcg", "abc", "abcdefg", "abcdfg")
    ends = {"a": (0, 0, 1, 0), "b": (1, 0, 1, 1), "c": (1, 1, 1, 2), "d": (0, 2, 1, 2), "e": (0, 1, 0, 2)}
    ends |= {"f": (0, 0, 0, 1), "g": (0, 1, 1, 1)}
    scale = np.array([0.6, 0.5], np.float32)
    return [bar(*ends[name]) * scale for name in segments[digit]]


def straighten(lines: list[Line], rng: Rng) -> list[Line]:
    """Draw a sign with as few straight strokes as come near to its lines."""
    near = float(rng.uniform(0.04, 0.14))
    straight = []
    for line in lines:
        corners = cv2.approxPolyDP(line[:, None], near, False)[:, 0]
        bars = [bar(*start, *end) for start, end in itertools.pairwise(corners.tolist())]
        straight.append(np.concatenate(bars) if bars else line)
    return straight


def bend(lines: list[Line], rng: Rng) -> list[Line]:
    """Bend a sign as a whole by two slow waves, as no hand writes a sign twice the same."""
    ways = rng.normal(0, 2.5, (2, 2)).astype(np.float32)  # radians over a height
    shifts = rng.normal(0, BEND, (2, 2)).astype(np.float32)
    phases = rng.uniform(0, 2 * np.pi, 2).astype(np.float32)
    return [line + np.sin(line @ ways + phases) @ shifts for line in lines]


def shake(line: Line, rng: Rng) -> Line:
    """Return some lines as a trembling hand draws them, others as they are."""
    if rng.random() < 0.3:
        return line + rng.normal(0, 0.012, line.shape).astype(np.float32)
    return line


def flourish(lines: list[Line], digit: int, pen: float, habit: float, rng: Rng) -> list[Line]:
    """Slash zeros or make them square, cross sevens, give ones a foot or a flag, twos a tail, part strokes: some.

    Which, `habit` says, between 0 and 1.
    """
    low, high = extent(lines)
    if digit == 0 and habit < 0.08 and pen < 0.1:
        slash = (low[0] + high[0]) / 2 + np.array([1, -1]) * rng.uniform(0, 0.65, 2) * (high[0] - low[0])
        return [*lines, bar(slash[0], -rng.uniform(0, 0.15), slash[1], 1 + rng.uniform(0, 0.15))]
    if digit == 0 and habit > 0.92 and pen > 0.05:
        wide = rng.uniform(0.4, 0.8)
        return [bar(0, 0, wide, 0), bar(wide, 0, wide, 1), bar(wide, 1, 0, 1), bar(0, 1, 0, 0)]
    if digit == 7 and habit < 0.25:
        return _adorn_seven(lines, low, high, rng)
    if digit == 1 and habit < 0.55:
        return _adorn_one(lines, low, high, pen, rng)
    if digit == 2 and habit < 0.12:
        x, y = lines[-1][-1]
        return [*lines, bar(x, y, x + rng.uniform(0.1, 0.6), y + rng.normal(0, 0.06))]
    if len(lines) > 1 and habit > 0.85:
        return [line + rng.normal(0, 0.04, 2).astype(np.float32) for line in lines]
    return lines


def _adorn_seven(lines: list[Line], low: NDArray[np.float32], high: NDArray[np.float32], rng: Rng) -> list[Line]:
    """A bar across the stem, or a tick where the pen begins."""
    if rng.random() < 0.6 and len(lines) == 1:
        y = rng.uniform(0.4, 0.6)
        return [*lines, bar(low[0] + 0.1 * (high[0] - low[0]), y, high[0] + 0.1, y + rng.normal(0, 0.05))]
    x, y = lines[0][0]
    return [bar(x + rng.normal(0, 0.04), y + rng.uniform(0.08, 0.3), x, y), *lines]


def _adorn_one(
    lines: list[Line], low: NDArray[np.float32], high: NDArray[np.float32], pen: float, rng: Rng
) -> list[Line]:
    """A foot, a flag, both, or a hook at the foot, beyond the pen's breadth."""
    chance, (x, y) = rng.random(), lines[-1][-1]
    flag, foot, beyond = [], [], pen / 2
    if chance < 0.6 and high[0] - low[0] < 0.25:
        reach = beyond + rng.uniform(0.08, 0.5)
        flag = [bar(lines[0][0][0] - reach, rng.uniform(0.03, 0.6), lines[0][0][0], 0.02)]
    if 0.4 < chance < 0.8:
        left, right = beyond + rng.uniform(0.02, 0.35, 2)
        foot = [bar(x - left, y + rng.normal(0, 0.03), x + right, y + rng.normal(0, 0.03))]
    elif chance >= 0.8:
        reach = (beyond + rng.uniform(0.08, 0.3)) * rng.choice([1, 1, -1])
        foot = [np.array([(x, y), (x + 0.4 * reach, y + 0.03), (x + reach, y - rng.uniform(0, 0.12))], np.float32)]
    return [*flag, *lines, *foot]


_TURN = np.linspace(0.4, 2.7, 9, dtype=np.float32)
_ARC: Line = np.stack([0.6 - 0.6 * np.sin(_TURN), 0.5 - 0.6 * np.cos(_TURN)], 1).astype(np.float32)
OPERATORS: dict[str, list[Line]] = {  # signs of sums and amounts that no number has
    "+": [bar(0, 0.5, 1, 0.5), bar(0.5, 0, 0.5, 1)],
    "=": [bar(0, 0.3, 1, 0.3), bar(0, 0.7, 1, 0.7)],
    "x": [bar(0, 0, 0.9, 1), bar(0.9, 0, 0, 1)],
    "÷": [bar(0, 0.5, 1, 0.5), bar(0.48, 0.1, 0.52, 0.12), bar(0.48, 0.88, 0.52, 0.9)],
    "€": [_ARC, bar(-0.05, 0.4, 0.45, 0.4), bar(-0.05, 0.6, 0.4, 0.6)],
    "%": [bar(1, 0, 0, 1), bar(0.1, 0.1, 0.14, 0.14), bar(0.86, 0.86, 0.9, 0.9)],
}


def punctuation(sign: str, rng: Rng) -> list[Line]:
    """Lines of a sign beside digits, in units of a digit's height, its top at 0."""
    if sign in OPERATORS:
        size, y = rng.uniform(0.4, 0.8), rng.uniform(0.1, 0.35)
        lines = (line + rng.normal(0, 0.03, line.shape) for line in OPERATORS[sign])
        return [(line * size + np.array([0, y])).astype(np.float32) for line in lines]
    base = 1 + rng.normal(0, 0.05)
    if sign == ".":
        return [_dab(0.0, base - 0.04, rng.uniform(0.0, 0.07), rng)]
    if sign == ",":
        x, long = rng.uniform(-0.12, 0.02), rng.uniform(0.12, 0.3)
        return [np.array([(0, base - 0.08), (0.03, base + 0.3 * long), (x, base + long - 0.05)], np.float32)]
    if sign == "-":
        y, long = rng.uniform(0.35, 0.7), rng.uniform(0.22, 0.8)
        return [bar(0, y, long, y + rng.normal(0, 0.04))]
    if sign == "/":
        top, foot = rng.uniform(-0.25, 0.05), rng.uniform(0.95, 1.3)
        return [bar(rng.uniform(0.15, 0.8), top, 0, foot)]
    upper, lower = rng.uniform(0.15, 0.4), rng.uniform(0.7, 1.0)
    size = rng.uniform(0.0, 0.06)
    return [_dab(0, upper, size, rng), _dab(rng.normal(0, 0.03), lower, size, rng)]


def _dab(x: float, y: float, size: float, rng: Rng) -> Line:
    way = rng.uniform(0, 2 * np.pi)
    return np.array([(x, y), (x + size * np.cos(way), y + size * np.sin(way)), (x + 0.01, y + 0.01)], np.float32)
