"""The boxes of forms: finds frames around digits, alone or in rows, so that their lines can be taken out of the ink.

A frame is known by its outline, which is straight on all four sides however the digits in it touch or cross them.
Works on NumPy arrays and OpenCV alone.
"""

import math
from collections.abc import Iterable
from itertools import combinations
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE_MIN = 16  # pixels; a smaller component is no frame
PROFILE_POINTS = 96  # of a side, that are looked at; lines through two of them are tried
TRIALS = np.array([(i, j) for i, j in combinations(range(9, PROFILE_POINTS, 10), 2) if j - i > PROFILE_POINTS // 4]).T
STRAIGHT, STRAIGHT_MIN = 0.02, 1.5  # of the shorter side, and pixels, by which a line's points lie off it
ON_LINE = 0.55  # of a side's points; digits reach beyond the frame at the others
SLOPE_MAX = 0.2  # rise to run
EXTENT_MIN = 0.5  # of a component's width and height, that the frame in it has
THICKEST = 0.2  # of the shorter side, that a frame's line is thick
SIDE_INKED = 0.8  # of each side of a frame, that is ink
UPRIGHT_INKED = 0.97  # of the way from the upper side to the lower one, that is ink where a line parts two cells
NARROWEST_CELL = 0.55  # width to height
UNEVEN = 0.25  # of a cell's width, by which a line is off its place at most
FIXED_POINT = 4  # bits of subpixel precision in OpenCV's drawing
SLIVER = 0.7  # of a piece of ink, that lies along a line; what is left of the line does

Mask = NDArray[np.uint8]  # 0 or 1
Line = NDArray[np.float64]  # (2,): where it begins, and its slope
Corners = NDArray[np.float64]  # (2, 2, 2): upper and lower, left and right, x and y


class Frame(NamedTuple):
    """The lines of a frame, level and upright ones, each (h, w) uint8, 0 or 1, their width in pixels, and its cells."""

    level: Mask
    upright: Mask
    width: int
    cells: int


def trace_frame(mask: Mask) -> Frame | None:
    """Return the frame that a component is, or holds among the digits that touch it; None if it is something else.

    Args:
        mask: (h, w) uint8, 1 where the component is, cut to its bounding box.
    """
    sides = _straight_sides(mask)
    if sides is None:
        return None
    thickness = float(np.median([_thickness(mask, sides[0]), _thickness(mask[::-1], sides[1])]))
    if thickness > THICKEST * min(mask.shape):
        return None
    corners = _find_corners(sides, thickness, mask.shape)
    if not _is_drawn(mask, corners):
        return None
    parts = _find_uprights(mask, corners)
    width = math.ceil(thickness)
    level = _draw(corners, mask.shape, width)
    upright = _draw([corners[:, 0], corners[:, 1], *parts], mask.shape, width)
    return Frame(level, upright, width, len(parts) + 1)


def erase_frame(ink: NDArray[Any], frame: Frame) -> NDArray[Any]:
    """Return ink (h, w) float32 without the frame's lines, but where strokes cross or meet them."""
    lines = frame.level | frame.upright
    rest = beside = np.where(lines > 0, 0, ink)
    reach = np.ones((2 * frame.width + 1, 1), np.uint8)
    for line, brush in ((frame.level, reach), (frame.upright, reach.T)):
        rest = np.maximum(rest, np.where(line > 0, np.minimum(cv2.dilate(beside, brush), ink), 0))
    along = cv2.dilate(lines, np.ones((frame.width, frame.width), np.uint8))
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((rest > 0).astype(np.uint8))
    sliver = np.bincount(pieces[along > 0], minlength=len(stats)) > SLIVER * stats[:, cv2.CC_STAT_AREA]
    sliver[0] = False
    return np.where(sliver[pieces], 0, rest)


def _straight_sides(mask: Mask) -> list[Line] | None:
    """Return a component's sides from above, below, left and right, seen from there; None if one is not straight."""
    if min(mask.shape) < SIDE_MIN:
        return None
    sides = []
    for turned in (mask, mask[::-1], mask.T, mask.T[::-1]):
        line = _straight_side(turned, max(STRAIGHT_MIN, STRAIGHT * min(mask.shape)))
        if line is None:
            return None
        sides.append(line)
    return sides


def _straight_side(mask: Mask, tolerance: float) -> Line | None:
    """Return the line along which most of a component's columns begin, seen from above; None if there is none."""
    x = np.linspace(0, mask.shape[1] - 1, PROFILE_POINTS).astype(int)
    y = mask[:, x].argmax(0)  # a component has ink in each of its columns
    first, last = TRIALS
    slope = (y[last] - y[first]) / (x[last] - x[first])
    start = y[first] - slope * x[first]
    near = np.abs(start[:, None] + slope[:, None] * x - y) <= tolerance
    best = int(near.sum(1).argmax())
    if near[best].mean() < ON_LINE or abs(slope[best]) > SLOPE_MAX:
        return None
    fitted = np.polyfit(x[near[best]], y[near[best]], 1)
    return fitted[::-1]


def _thickness(mask: Mask, line: Line) -> float:
    """The usual thickness in pixels of the line along a component's upper side."""
    columns = np.arange(mask.shape[1])
    top = mask.argmax(0)
    on = np.abs(line[0] + line[1] * columns - top) <= STRAIGHT_MIN
    below = columns[on], top[on]
    paper = 1 - mask[:, below[0]]
    paper[np.arange(mask.shape[0])[:, None] < below[1]] = 0
    ends = np.where(paper.any(0), paper.argmax(0), mask.shape[0])
    return float(np.median(ends - below[1])) if on.any() else float(mask.shape[0])


def _find_corners(sides: list[Line], thickness: float, shape: tuple[int, ...]) -> Corners:
    """Return where the middles of the lines along the sides meet."""
    above, below, left, right = (np.array([line[0] + (thickness - 1) / 2, line[1]]) for line in sides)
    below, right = np.array([shape[0] - 1 - below[0], -below[1]]), np.array([shape[1] - 1 - right[0], -right[1]])
    return np.array([[_meet(level, upright) for upright in (left, right)] for level in (above, below)])


def _is_drawn(mask: Mask, corners: Corners) -> bool:
    """Whether the lines between corners are ink and enclose most of the component; a 7 has its stem on both sides."""
    extents = np.ptp(corners[..., 1], axis=0).min(), np.ptp(corners[..., 0], axis=1).min()
    if min(np.divide(extents, mask.shape)) < EXTENT_MIN:
        return False
    around = corners[[0, 0, 1, 1], [0, 1, 1, 0]]
    return bool(_inked(mask, around, np.roll(around, -1, 0)).min() >= SIDE_INKED)


def _meet(level: Line, upright: Line) -> NDArray[np.float64]:
    """Where a level line y = a + b x and an upright one x = c + d y meet: x, y."""
    y = (level[0] + level[1] * upright[0]) / (1 - level[1] * upright[1])
    return np.array([upright[0] + upright[1] * y, y])


def _find_uprights(mask: Mask, corners: Corners) -> list[NDArray[np.float64]]:
    """Return the lines that part the cells of a frame, each as its upper and its lower end (2, 2)."""
    (upper_left, upper_right), (lower_left, lower_right) = corners
    share = np.linspace(0, 1, 2 * mask.shape[1])[:, None]
    ends = upper_left + share * (upper_right - upper_left), lower_left + share * (lower_right - lower_left)
    inked = _inked(mask, *ends)
    line = np.pad((inked >= UPRIGHT_INKED).astype(np.int8), 1)
    starts, stops = np.flatnonzero(np.diff(line) > 0), np.flatnonzero(np.diff(line) < 0) - 1
    narrowest = NARROWEST_CELL * np.ptp(corners[..., 1]) / max(float(np.linalg.norm(upper_right - upper_left)), 1)
    middles = (starts + stops) // 2
    kept = _evenly_spaced(share[middles, 0], narrowest)
    return [np.stack([ends[0][i], ends[1][i]]) for i in middles[kept]]


def _evenly_spaced(places: NDArray[np.float64], narrowest: float) -> NDArray[np.intp]:
    """Return which places (n,), shares of a frame's width, part it into even cells: others are strokes of digits.

    Where they part it into no even cells, all are that are at least `narrowest` from its ends.
    """
    kept, best = (places > narrowest) & (places < 1 - narrowest), 0.0
    for cells in range(2, int(1 / narrowest) + 1):
        off = np.abs(np.arange(1, cells)[:, None] - cells * places) / UNEVEN
        fit = float(np.maximum(1 - off.min(1, initial=math.inf), -1).sum())  # -1 for a line that is not there
        if fit > best:
            kept, best = off.min(0) <= 1, fit
    return np.flatnonzero(kept)


def _inked(mask: Mask, starts: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much (n,) of the way from each start to each end (n, 2) is ink, or lies beside it."""
    along = np.linspace(0.04, 0.96, max(mask.shape))[:, None, None]
    x, y = np.moveaxis(np.round(starts + along * (ends - starts)).astype(int), 2, 0)
    near = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    return np.asarray(near[np.clip(y, 0, mask.shape[0] - 1), np.clip(x, 0, mask.shape[1] - 1)].mean(0))


def _draw(lines: Iterable[NDArray[np.float64]], shape: tuple[int, ...], width: int) -> Mask:
    """Draw lines, each from one end to the other (2, 2), on a mask of the given shape."""
    drawn = np.zeros(shape, np.uint8)
    for start, end in lines:
        first, last = np.round(np.stack([start, end]) * 2**FIXED_POINT).astype(int).tolist()
        cv2.line(drawn, first, last, 1, width, shift=FIXED_POINT)
    return drawn
