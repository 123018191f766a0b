"""Pen strokes drawn as people's tools draw them: fine and broad pens, flat brushes, pencils, jittery mice."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.training.data import Stroke
from mnist_demo.training.digits.ink import Ink, normalize

Points = NDArray[Any]  # (k, 2) float32 in pixels, x right and y down
Tool = Callable[[list[Points], float, tuple[int, ...], np.random.Generator], Ink]

CANVAS_SIDES = (28, 112)  # pixels, of a sign's longer side when it is drawn
PEN_WIDTHS = (0.012, 0.2)  # of that side
FIXED_POINT = 4  # bits of subpixel precision in OpenCV's drawing
SLASHED_ZEROS = 0.2  # the shares of signs that get a flourish which few of the recorded writers use
CROSSED_SEVENS = 0.15
FOOTED_ONES = 0.08
SLASHING_PEN = 0.08  # of a sign's longer side; a broader pen would fill the zero
APART, APART_BY = 0.2, 0.05  # the share of signs whose strokes are moved, and by how much of the longer side


def render(strokes: list[Stroke], rng: np.random.Generator, label: str = "") -> Ink:
    """Draw a sign with a random tool.

    Args:
        strokes: the sign's strokes, each (k, 2), x right and y down, in any unit.
        label: the sign's name; some "0", "7" and "1" get a slash, a cross-bar or a foot.

    Returns:
        (height, width) float32 in [0, 1], 0 is paper.
    """
    side = rng.uniform(*CANVAS_SIDES)
    pen = float(np.exp(rng.uniform(*np.log(PEN_WIDTHS)))) * side
    tool = TOOLS[rng.choice(len(TOOLS), p=TOOL_SHARES)]
    return wear(_draw(strokes, side, pen, label, tool, rng), rng)


def draw_alike(signs: list[list[Stroke]], labels: list[str], rng: np.random.Generator) -> list[Ink]:
    """Draw each sign on paper of its own, about equally high and with the same random tool: (height, width) each."""
    side = rng.uniform(*CANVAS_SIDES)
    pen = float(np.exp(rng.uniform(*np.log(PEN_WIDTHS)))) * side
    tool = TOOLS[rng.choice(len(TOOLS), p=TOOL_SHARES)]
    return [
        _draw(sign, side * rng.normal(1, 0.08), pen, label, tool, rng)
        for sign, label in zip(signs, labels, strict=True)
    ]


def _draw(sign: list[Stroke], side: float, pen: float, label: str, tool: Tool, rng: np.random.Generator) -> Ink:
    """Draw a sign, its longer side `side` pixels and the pen `pen` pixels wide."""
    lines = _part([stroke.astype(np.float32) for stroke in sign], rng)
    lines = _place(lines + _flourish(lines, label, pen / side, rng), side, margin=pen + 3)
    lines = [_shake(line, side, rng) for line in lines]
    shape = tuple(int(v) for v in np.ceil(np.concatenate(lines).max(0) + pen + 3)[::-1])
    return tool(lines, pen, shape, rng)


def render_all(
    signs: list[list[Stroke]], labels: NDArray[np.str_], variants: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Draw each sign `variants` times and frame it as MNIST's are: (n * variants, 28, 28) uint8, sign by sign."""
    images = np.zeros((len(signs) * variants, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    for i in range(len(images)):
        images[i] = to_bytes(normalize(render(signs[i // variants], rng, str(labels[i // variants]))))
    return images


def to_bytes(image: Ink) -> NDArray[np.uint8]:
    """Return ink in [0, 1] as uint8 in [0, 255]."""
    return np.round(image * 255).astype(np.uint8)


def _place(lines: list[Points], side: float, margin: float) -> list[Points]:
    """Scale the lines so that their longer side is `side`, and leave `margin` around them."""
    points = np.concatenate(lines)
    low, extent = points.min(0), float(np.ptp(points, axis=0).max())
    return [(line - low) * (side / max(extent, 1.0)) + margin for line in lines]


def _part(lines: list[Points], rng: np.random.Generator) -> list[Points]:
    """Move the lines of some signs a little, so that bars stand apart and loops stay open."""
    if len(lines) < 2 or rng.random() > APART:
        return lines
    extent = float(np.ptp(np.concatenate(lines), axis=0).max())
    return [line + rng.normal(0, APART_BY * extent, 2).astype(np.float32) for line in lines]


def _flourish(lines: list[Points], label: str, pen: float, rng: np.random.Generator) -> list[Points]:
    """The extra line of a slashed zero, a crossed seven or a footed one, or none."""
    (left, top), (right, bottom) = np.concatenate(lines).min(0), np.concatenate(lines).max(0)
    across, down = right - left, bottom - top
    chance = rng.random()
    if label == "0" and pen < SLASHING_PEN and chance < SLASHED_ZEROS:
        return [_slash(left, top, right, bottom, rng)]
    if label == "7" and len(lines) == 1 and chance < CROSSED_SEVENS:
        middle = top + rng.uniform(0.4, 0.6) * down
        ends = [(left + 0.2 * across, middle), (right, middle + rng.uniform(-0.06, 0.06) * down)]
    elif label == "1" and chance < FOOTED_ONES:
        middle, half = lines[-1][-1][0], rng.uniform(0.15, 0.3) * down
        ends = [(middle - half, bottom), (middle + half, bottom)]
    else:
        return []
    return [np.array(ends, np.float32)]


def _slash(left: float, top: float, right: float, bottom: float, rng: np.random.Generator) -> Points:
    """The stroke through a zero: flat or steep, within it or beyond, straight or a little bent."""
    middle = np.array([left + right, top + bottom]) / 2 + rng.normal(0, 0.05, 2) * (right - left, bottom - top)
    reach = rng.uniform(0.6, 1.35) * np.array([right - left, top - bottom]) / 2
    reach[0] *= rng.uniform(0, 1.1) if rng.random() < 0.9 else -1
    bend = rng.normal(0, 0.08) * np.array([bottom - top, right - left])
    return np.array([middle + reach, middle + bend, middle - reach], np.float32)


def _shake(line: Points, side: float, rng: np.random.Generator) -> Points:
    """Resample a line and disturb it as an unsteady hand or a coarse mouse does."""
    if len(line) > 2 and rng.random() < 0.3:
        line = line[np.unique(np.r_[0 : len(line) : rng.integers(2, 5), len(line) - 1])]
    if rng.random() < 0.5:
        line = line + rng.normal(0, 0.008 * side * rng.random(), line.shape)
    if rng.random() < 0.15:
        grid = side * rng.uniform(0.02, 0.06)
        line = np.round(line / grid) * grid
    return np.maximum(line, 0).astype(np.float32)


def draw_line(canvas: NDArray[np.uint8], line: Points, width: float) -> None:
    """Draw a line (k, 2) in pixels with a round pen."""
    fixed = np.round(line * 2**FIXED_POINT).astype(np.int32)
    cv2.polylines(canvas, [fixed[:, None]], False, 255, max(1, round(width)), cv2.LINE_AA, FIXED_POINT)


def _draw_round(lines: list[Points], pen: float, shape: tuple[int, ...], _rng: np.random.Generator) -> Ink:
    canvas = np.zeros(shape, np.uint8)
    for line in lines:
        draw_line(canvas, line, pen)
    return canvas.astype(np.float32) / 255


def _draw_pressed(lines: list[Points], pen: float, shape: tuple[int, ...], rng: np.random.Generator) -> Ink:
    """A pen whose width follows the hand's pressure."""
    canvas = np.zeros(shape, np.uint8)
    for line in lines:
        phase, swing = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.6)
        pressure = 1 + swing * np.sin(phase + np.linspace(0, rng.uniform(1, 6), len(line)))
        for i in range(max(len(line) - 1, 1)):
            draw_line(canvas, line[i : i + 2], pen * pressure[i])
    return canvas.astype(np.float32) / 255


def _draw_flat(lines: list[Points], pen: float, shape: tuple[int, ...], rng: np.random.Generator) -> Ink:
    """A flat, often translucent nib, dark where it passes twice."""
    angle, flow = rng.uniform(0, np.pi), rng.uniform(0.6, 1)
    nib = np.array([np.cos(angle), np.sin(angle)], np.float32) * pen * rng.uniform(0.5, 1)
    paper = np.ones(shape, np.float32)
    for line in lines:
        canvas = np.zeros(shape, np.uint8)
        for a, b in pairwise(line):
            quad = np.stack([a - nib, a + nib, b + nib, b - nib])
            cv2.fillConvexPoly(canvas, np.round(quad * 2**FIXED_POINT).astype(np.int32), 255, cv2.LINE_AA, FIXED_POINT)
        draw_line(canvas, line, max(1, 0.2 * pen))
        paper *= 1 - canvas.astype(np.float32) / 255 * flow
    return 1 - paper


def _draw_broken(lines: list[Points], pen: float, shape: tuple[int, ...], rng: np.random.Generator) -> Ink:
    """A pen that skips: short gaps along the line."""
    ink = _draw_round(lines, pen, shape, rng)
    for _ in range(rng.integers(1, 4)):
        line = lines[rng.integers(len(lines))]
        x, y = line[rng.integers(len(line))]
        cv2.circle(ink, (round(float(x)), round(float(y))), max(1, round(0.6 * pen + 1)), 0.0, -1, cv2.LINE_AA)
    return ink


def _draw_doubled(lines: list[Points], pen: float, shape: tuple[int, ...], rng: np.random.Generator) -> Ink:
    """A line gone over twice, beside itself."""
    offset = rng.uniform(-1, 1, 2).astype(np.float32) * max(2.0, 0.08 * max(shape))
    lines = lines + [np.maximum(line + offset, 0) for line in lines]
    return _draw_round(lines, min(pen, 0.06 * max(shape)), shape, rng)


TOOLS: tuple[Tool, ...] = (_draw_round, _draw_pressed, _draw_flat, _draw_broken, _draw_doubled)
TOOL_SHARES = (0.45, 0.22, 0.2, 0.08, 0.05)


def wear(ink: Ink, rng: np.random.Generator) -> Ink:
    """What paper, camera and screen do to ink: grain, blur, few pixels, a hard threshold."""
    if rng.random() < 0.2:
        grain = cv2.resize(rng.random((ink.shape[0] // 2 + 1, ink.shape[1] // 2 + 1), np.float32), ink.shape[::-1])
        ink = ink * np.clip(0.5 + 1.2 * grain, 0, 1)
    if rng.random() < 0.4:
        ink = cv2.GaussianBlur(ink, (0, 0), 0.3 + rng.uniform(0, 0.02) * max(ink.shape))
    if rng.random() < 0.25:
        scale = rng.uniform(14, 28) / max(ink.shape)
        if scale < 1:
            ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.3 and ink.max() > 0:
        ink = np.clip((ink / ink.max() - rng.uniform(0.1, 0.3)) / 0.4, 0, 1)
    return np.clip(ink, 0, 1).astype(np.float32)
