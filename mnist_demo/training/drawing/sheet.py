"""A sheet that is written on: layers of ink and the marks in them, with what each mark is and where."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.training.drawing.hands import Glyph, Grey, Line

SIGNS = (*"0123456789", ".", ",", "-", "/", ":", "other")  # what the reader knows, in its order
DIGITS = 10  # of them, the first
OTHER = SIGNS.index("other")
NO_SIGN, UNKNOWN = -2, -1  # regions: of what is no sign though it may look like other writing; of what counts nothing
FINENESS = 2  # pixels of a layer to one of the sheet, each way
FIXED_POINT = 4  # bits of subpixel precision in OpenCV's drawing
BITMAP_INK = 60  # of 255; fainter is a bitmap's soft edge, outside of its box

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the sheet
Layer = NDArray[np.uint8]


@dataclass(frozen=True)
class Mark:
    """What was put on the sheet: a sign by its index, NO_SIGN or UNKNOWN; where; and what paints it alone."""

    sign: int
    box: Box
    height: float  # pixels: of the digits on its line, by which its size is judged
    paint: Callable[[Layer, float], None]  # on a layer, with a pen of at least so many pixels


@dataclass
class Sheet:
    """Layers (2 * side, 2 * side) uint8, ink = 255, and marks. All coordinates are pixels of the sheet.

    Attributes:
        turn: (2, 3), how all that is put on the sheet is turned and moved.
        pen: what is written; `print`: what is printed; `rules`: lines, boxes, grids.
    """

    side: int
    turn: NDArray[np.float32]
    pen: Layer = field(init=False)
    print: Layer = field(init=False)
    rules: Layer = field(init=False)
    marks: list[Mark] = field(default_factory=list)

    def __post_init__(self) -> None:
        shape = (FINENESS * self.side,) * 2
        self.pen, self.print, self.rules = (np.zeros(shape, np.uint8) for _ in range(3))

    def place(self, lines: list[Line]) -> list[Line]:
        """Turn lines as all of the sheet is."""
        return [line @ self.turn[:, :2].T + self.turn[:, 2] for line in lines]

    def write(
        self, sign: int, lines: list[Line], pen: float, height: float, tool: "Tool", layer: Layer | None = None
    ) -> Box:
        """Write a sign's lines, already where they belong but for the sheet's turn; return its box."""
        lines = self.place(lines)
        points = np.concatenate(lines)
        low, high = points.min(0) - pen / 2, points.max(0) + pen / 2
        box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        if self.sees(box):

            def paint(layer: Layer, least: float = 0.0) -> None:
                tool(layer, lines, max(pen, least))

            paint(self.pen if layer is None else layer)
            self.marks.append(Mark(sign, box, height, paint))
        return box

    def stamp(
        self, sign: int, ink: Grey, corner: tuple[float, float], scale: float, height: float, layer: Layer
    ) -> Box:
        """Put a bitmap, `scale` times as large, with its top left corner there; return the box of its ink."""
        inked = ink > BITMAP_INK
        columns, rows = np.flatnonzero(inked.any(0)), np.flatnonzero(inked.any(1))
        if not columns.size:
            return (*corner, *corner)
        corners = np.array([[x, y] for x in (columns[0], columns[-1] + 1) for y in (rows[0], rows[-1] + 1)], np.float32)
        placed = self.place([corners * scale + np.array(corner, np.float32)])[0]
        low, high = placed.min(0), placed.max(0)
        box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        if self.sees(box):
            matrix = self.turn[:, :2] * scale, self.turn[:, :2] @ np.array(corner, np.float32) + self.turn[:, 2]
            if scale * FINENESS < 0.7:  # else it would be sampled too coarsely
                ink = cv2.resize(ink, None, fx=scale * FINENESS, fy=scale * FINENESS, interpolation=cv2.INTER_AREA)
                matrix = self.turn[:, :2] / FINENESS, matrix[1]

            def paint(layer: Layer, _least: float = 0.0) -> None:
                _lay(layer, ink, matrix[0] * FINENESS, matrix[1] * FINENESS)

            paint(layer)
            self.marks.append(Mark(sign, box, height, paint))
        return box

    def type(self, sign: int, glyph: Glyph, x: float, baseline: float, height: float, layer: Layer) -> Box:
        """Print a sign of type whose digits are `height` high."""
        corner = x, baseline + (glyph.top - 1) * height
        return self.stamp(sign, glyph.ink, corner, height / glyph.size, height, layer)

    def sees(self, box: Box) -> bool:
        """Whether any of a box is on the sheet."""
        return box[0] < self.side and box[1] < self.side and box[2] > 0 and box[3] > 0

    def rule(self, lines: list[Line], width: float, layer: Layer | None = None) -> None:
        """Draw lines that are no writing."""
        draw_round(self.rules if layer is None else layer, self.place(lines), width)

    def forbid(self, box: Box) -> None:
        """Let what the box holds be no sign, though it looks like one."""
        self.marks.append(Mark(NO_SIGN, box, 0.0, lambda *_: None))


def _lay(layer: Layer, ink: Grey, matrix: NDArray[np.float32], shift: NDArray[np.float32]) -> None:
    """Put a bitmap, moved by matrix and shift, on a layer where it is darker."""
    height, width = ink.shape
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32) @ matrix.T + shift
    low = np.maximum(np.floor(corners.min(0)).astype(int), 0)
    high = np.minimum(np.ceil(corners.max(0)).astype(int) + 1, layer.shape[::-1])
    if (high <= low).any():
        return
    moved = np.hstack([matrix, (shift - low + 0.5 * (matrix.sum(1) - 1))[:, None]]).astype(np.float32)
    patch = cv2.warpAffine(ink, moved, tuple(int(v) for v in high - low), flags=cv2.INTER_LINEAR)
    place = layer[low[1] : high[1], low[0] : high[0]]
    np.maximum(place, patch, out=place)


Tool = Callable[[Layer, list[Line], float], None]


def draw_round(layer: Layer, lines: list[Line], pen: float, ink: int = 255) -> None:
    """A pen that is equally wide everywhere; `pen` is its width in pixels of the sheet."""
    fixed = [np.round(line * (FINENESS << FIXED_POINT)).astype(np.int32)[:, None] for line in lines]
    cv2.polylines(layer, fixed, False, ink, max(1, round(pen * FINENESS)), cv2.LINE_AA, FIXED_POINT)


def choose_tool(rng: np.random.Generator) -> Tool:
    """Return a way to draw lines: a pen, one that is pressed, a flat nib, one that skips, an outline."""
    chance, seed = rng.random(), int(rng.integers(2**31))
    if chance < 0.68:
        return draw_round
    if chance < 0.82:
        return lambda layer, lines, pen: _draw_pressed(layer, lines, pen, np.random.default_rng(seed))
    if chance < 0.90:
        angle, thin = rng.uniform(0, np.pi), rng.uniform(0.15, 0.6)
        return lambda layer, lines, pen: _draw_flat(layer, lines, pen, angle, thin)
    if chance < 0.97:
        return lambda layer, lines, pen: _draw_broken(layer, lines, pen, np.random.default_rng(seed))
    return _draw_hollow


def _draw_pressed(layer: Layer, lines: list[Line], pen: float, rng: np.random.Generator) -> None:
    """A pen whose width follows the hand's pressure."""
    for line in lines:
        phase, swing, speed = rng.uniform(0, 6.3), rng.uniform(0.2, 0.6), rng.uniform(1, 6)
        parts = max(1, min(8, len(line) - 1))
        for i in range(parts):
            piece = line[i * (len(line) - 1) // parts : (i + 1) * (len(line) - 1) // parts + 1]
            draw_round(layer, [piece], pen * (1 + swing * np.sin(phase + speed * i / parts)) * 0.9)


def _draw_flat(layer: Layer, lines: list[Line], pen: float, angle: float, thin: float) -> None:
    """A flat nib: broad across, thin along."""
    nib = np.array([np.cos(angle), np.sin(angle)], np.float32) * pen / 2
    for line in lines:
        quads = np.stack([line[:-1] - nib, line[:-1] + nib, line[1:] + nib, line[1:] - nib], 1)
        for quad in np.round(quads * (FINENESS << FIXED_POINT)).astype(np.int32):
            cv2.fillConvexPoly(layer, quad, 255, cv2.LINE_AA, FIXED_POINT)
    draw_round(layer, lines, thin * pen)


def _draw_broken(layer: Layer, lines: list[Line], pen: float, rng: np.random.Generator) -> None:
    """A pen that skips."""
    for line in lines:
        if len(line) < 6:
            draw_round(layer, [line], pen)
            continue
        gap = int(rng.integers(2, len(line) - 2))
        long = max(1, round(len(line) * rng.uniform(0.02, 0.12)))
        draw_round(layer, [line[:gap]] + ([line[gap + long :]] if gap + long < len(line) - 1 else []), pen)


def _draw_hollow(layer: Layer, lines: list[Line], pen: float) -> None:
    """The outline of a broad stroke, as of bubble letters."""
    own = np.zeros_like(layer)
    draw_round(own, lines, 1.8 * pen + 2)
    draw_round(own, lines, 0.9 * pen + 0.5, 0)
    np.maximum(layer, own, out=layer)
