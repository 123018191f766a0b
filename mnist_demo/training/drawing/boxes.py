"""Boxes of marks, and what they share."""

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]  # (n, 4): left, top, right, bottom


def overlap(a: Boxes, b: Boxes) -> Boxes:
    """Return the boxes' (n, 4) and (m, 4) intersections over their unions, (n, m)."""
    common = shared(a, b)
    return common / np.maximum(area(a)[:, None] + area(b)[None] - common, 1e-3)


def shared(a: Boxes, b: Boxes) -> Boxes:
    """Return the areas (n, m) that boxes (n, 4) and (m, 4) share."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.prod(np.maximum(high - low, 0), 2)


def area(boxes: Boxes) -> Boxes:
    return np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), 1)
