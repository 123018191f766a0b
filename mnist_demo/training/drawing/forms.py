"""Forms of digits that the hands at hand seldom write: those that schools of Europe and South America teach, and what
quick hands make of them. Lines are in units of a digit's height, x right and y down, the top at 0.
"""

from collections.abc import Callable

import numpy as np

from mnist_demo.training.drawing.hands import Line
from mnist_demo.training.drawing.strokes import bar

Rng = np.random.Generator
Point = tuple[float, float]


def _curve(start: Point, end: Point, bulge: float) -> Line:
    """Return a line (9, 2) that leaves the straight way by `bulge` of its length, to the left if that is positive."""
    x, y = end[0] - start[0], end[1] - start[1]
    along = np.linspace(0, 1, 9)[:, None]
    aside = 4 * bulge * along * (1 - along) * np.array([[y, -x]])
    return (np.array(start) + along * np.array([[x, y]]) + aside).astype(np.float32)


def _arc(middle: Point, reach: Point, start: float, turn: float) -> Line:
    """Return part of an ellipse, (13, 2), that begins at the angle `start` in degrees, to the right being 0 and below
    90, and goes on by `turn` of them."""
    angles = np.deg2rad(np.linspace(start, start + turn, 13))
    around = np.stack([np.cos(angles), np.sin(angles)], 1) * np.array(reach)
    return (np.array(middle) + around).astype(np.float32)


def _ends(line: Line) -> tuple[Point, Point]:
    (x0, y0), (x1, y1) = line[[0, -1]].tolist()
    return (x0, y0), (x1, y1)


def _write_one(rng: Rng) -> list[Line]:
    """A 1 whose upstroke may be as long as its stem, or is a loop with it; nothing, a hook or a bar at its foot."""
    foot = (float(rng.normal(0, 0.05)), 1.0)
    if rng.random() < 0.25:
        return _write_looped_one(foot, rng)
    up = _curve((-rng.uniform(0.12, 0.7), rng.uniform(0.2, 1.05)), (0, 0), rng.normal(0, 0.05))
    line, chance = [up, _curve((0, 0), foot, rng.normal(0, 0.04))], rng.random()
    if chance < 0.3:
        line.append(_curve(foot, (foot[0] + rng.uniform(0.1, 0.4), 1 - rng.uniform(0, 0.2)), rng.uniform(-0.3, 0)))
    under = [bar(-rng.uniform(0.1, 0.45), 1 + rng.normal(0, 0.03), rng.uniform(0.1, 0.45), 1)] if chance > 0.75 else []
    return [np.concatenate(line), *under]


def _write_looped_one(foot: Point, rng: Rng) -> list[Line]:
    """A 1 whose pen comes up across the stem and turns to the left into it."""
    wide, low = rng.uniform(0.04, 0.14), rng.uniform(0.1, 0.25)
    loop = _arc((wide, low), (wide, low), 40, -220)
    up = bar(-rng.uniform(0.05, 0.4), rng.uniform(0.4, 0.8), *_ends(loop)[0])
    return [np.concatenate([up, loop, _curve(_ends(loop)[1], foot, rng.normal(0, 0.04))])]


def _write_two(rng: Rng) -> list[Line]:
    """A 2 that begins with a loop as large as a 9's."""
    wide, tall = rng.uniform(0.18, 0.36), rng.uniform(0.22, 0.36)
    begin = rng.uniform(60, 170)
    loop = _arc((wide, tall), (wide, tall), begin, 360 + rng.uniform(10, 60) - begin)
    heel = (rng.uniform(-0.15, 0.15), rng.uniform(0.9, 1.0))
    down = _curve(_ends(loop)[1], heel, rng.uniform(-0.15, 0.05))
    base = _curve(heel, (heel[0] + rng.uniform(0.35, 0.9), 1 + rng.normal(0, 0.04)), rng.normal(0, 0.1))
    return [np.concatenate([loop, down, base])]


def _write_four(rng: Rng) -> list[Line]:
    """A 4 like an h, or one whose bar goes on far to the right."""
    if rng.random() < 0.6:
        return [_write_open_four(rng)]
    top, cross, stem = rng.uniform(0.1, 0.45), rng.uniform(0.45, 0.7), rng.uniform(0.3, 0.5)
    bent = [bar(top, 0, 0, cross), bar(0, cross, rng.uniform(0.8, 1.7), cross + rng.normal(0, 0.05))]
    return [np.concatenate(bent), bar(stem, rng.uniform(0, 0.4), stem - rng.uniform(0, 0.15), 1)]


def _write_open_four(rng: Rng) -> Line:
    left, right = (float(rng.normal(0, 0.04)), rng.uniform(0.6, 0.95)), (rng.uniform(0.35, 0.6), rng.uniform(0.4, 0.6))
    down = _curve((rng.uniform(0.0, 0.3), 0), left, rng.normal(0, 0.08))
    stem = _curve(right, (right[0] + rng.uniform(-0.15, 0.1), 1), rng.normal(0, 0.06))
    return np.concatenate([down, _curve(left, right, rng.uniform(-0.05, 0.25)), stem])


def _write_five(rng: Rng) -> list[Line]:
    """A 5 like the sign of a root: hardly a belly, a slanting stem, and a bar at its top."""
    foot, top = (0.0, 1.0), (rng.uniform(0.05, 0.4), rng.uniform(0.0, 0.12))
    belly = _curve((-rng.uniform(0.06, 0.35), rng.uniform(0.5, 0.95)), foot, rng.uniform(-0.3, 0.3))
    stem = _curve(foot, top, rng.normal(0, 0.08))
    end = (top[0] + rng.uniform(0.2, 0.7), max(0.0, top[1] - rng.uniform(-0.02, 0.15)))
    flag = _curve(top, end, rng.normal(0, 0.1))
    return [np.concatenate([belly, stem, flag])]


def _write_seven(rng: Rng) -> list[Line]:
    """A 7 with a waved top, which may be as short as a tick, mostly crossed, perhaps with a tick where it begins."""
    short = rng.random() < 0.3
    wide = rng.uniform(0.03, 0.3) if short else rng.uniform(0.3, 0.9)
    lean, cross = min(rng.uniform(-0.05, 0.6), wide + 0.2), rng.uniform(0.38, 0.65)
    line = [_curve((0, 0.04), (wide, 0), rng.normal(0, 0.08)), _curve((wide, 0), (wide - lean, 1), rng.normal(0, 0.06))]
    if rng.random() < 0.5:
        line.insert(0, bar(rng.normal(0, 0.06), rng.uniform(0.1, 0.35), 0, 0.04))
    stem, tilt = wide - lean * cross, rng.normal(0, 0.06)
    left, right = stem - rng.uniform(0.12, 0.45), stem + rng.uniform(0.1, 0.4)
    crossed = short or rng.random() < 0.75
    return [np.concatenate(line), *([bar(left, cross + tilt, right, cross - tilt)] if crossed else [])]


def _write_nine(rng: Rng) -> list[Line]:
    """A 9 whose pen comes up from its foot and turns back to the stem, to the right or to the left."""
    wide, tall = rng.uniform(0.12, 0.25), rng.uniform(0.18, 0.3)
    side = 1 if rng.random() < 0.35 else -1
    loop = _arc((side * wide, tall), (wide, tall), 150 if side > 0 else 30, side * rng.uniform(250, 340))
    foot = (rng.uniform(-0.15, 0.1), 1.0)
    stem = _curve(foot, _ends(loop)[0], rng.normal(0, 0.05))
    hook = [_curve((foot[0] - rng.uniform(0.08, 0.3), rng.uniform(0.85, 1.0)), foot, 0.2)] if rng.random() < 0.5 else []
    return [np.concatenate([*hook, stem, loop])]


_FORMS: dict[int, Callable[[Rng], list[Line]]] = {
    1: _write_one,
    2: _write_two,
    4: _write_four,
    5: _write_five,
    7: _write_seven,
    9: _write_nine,
}
SHARES = {1: 0.3, 2: 0.12, 4: 0.1, 5: 0.12, 7: 0.3, 9: 0.08}  # of a digit, that are written so


def write(digit: int, rng: Rng) -> list[Line]:
    """Return the lines of a digit that SHARES has."""
    return _FORMS[digit](rng)
