"""Scenes: what people write and print on a sheet, and around it."""

import itertools
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.training.greek import draw_greek
from mnist_demo.training.hands import Grey, Hands, Line, unit
from mnist_demo.training.sheet import (
    BITMAP_INK,
    NO_SIGN,
    OTHER,
    SIGNS,
    Box,
    Layer,
    Sheet,
    Tool,
    choose_tool,
    draw_round,
)

Rng = np.random.Generator

HEIGHTS = (9, 150)  # pixels of the sheet, of digits
PENS = (0.015, 0.2)  # of a digit's height
BROAD, BROAD_PENS = 0.1, (0.2, 0.34)  # the share of broader pens
BEND = 0.025  # of a sign's height: the standard deviation of how far its lines are bent
STRAIGHT = 0.06  # of the digits, that are drawn with straight strokes
GREEK = 0.15  # of the letters
BITMAPS = 0.25  # of the numbers, that MNIST's bitmaps are put together to
WORDS = ("Total", "Name", "Date", "Sum", "No.", "Amount", "Phone", "Student ID", "Marks", "Roll No.", "Page", "Score")


@dataclass(frozen=True)
class Style:
    """How one hand writes a number at one time.

    Attributes:
        hand: its digits' lines by label; None where bitmaps are put down.
        height, pen: pixels; gap: between signs, of the height; slant: run to rise.
        uneven: how far signs stand off their line, of the height; sizes: the deviation of their sizes, of it.
        wide: how many times as wide as the hand's signs are.
        joined: whether the pen stays on the paper between digits.
        close: whether each digit stands as near to the last as their ink lets it.
        hard: how MNIST's bitmaps are hardened, a threshold and a gain.
    """

    hand: list[list[list[Line]]] | None
    height: float
    pen: float
    gap: float
    slant: float
    wide: float
    uneven: float
    sizes: float
    joined: bool
    close: bool
    tool: Tool
    hard: tuple[float, float]


def choose_style(hands: Hands, height: float, rng: Rng) -> Style:
    bitmaps = rng.random() < BITMAPS or not hands.writers
    pens = BROAD_PENS if rng.random() < BROAD else PENS
    return Style(
        None if bitmaps else hands.writers[rng.integers(len(hands.writers))],
        height,
        max(0.5, height * float(np.exp(rng.uniform(*np.log(pens))))),
        _choose_gap(rng),
        float(rng.normal(0, 0.12) if rng.random() < 0.8 else rng.uniform(-0.1, 0.6)),
        float(np.exp(rng.normal(0, 0.15))),
        float(rng.uniform(0, 0.08) if rng.random() < 0.8 else rng.uniform(0.08, 0.2)),
        float(rng.uniform(0, 0.1) if rng.random() < 0.75 else rng.uniform(0.1, 0.25)),
        bool(rng.random() < 0.12),
        bool(rng.random() < 0.15),
        choose_tool(rng),
        (float(rng.uniform(0.2, 0.5)), float(rng.uniform(1.2, 8))),
    )


def _choose_gap(rng: Rng) -> float:
    chance = rng.random()
    low, high = (-0.14, 0.0) if chance < 0.25 else (-0.06, 0.3) if chance < 0.85 else (0.3, 1.2)
    return float(rng.uniform(low, high))


def draw_scene(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """Fill a sheet with a random scene."""
    scenes = (
        *(_draw_numbers, _draw_single, _draw_table, _draw_form, _draw_others, _draw_label, _draw_closely),
        _draw_nothing,
    )
    chosen = rng.choice(len(scenes), p=(0.29, 0.19, 0.09, 0.04, 0.15, 0.08, 0.06, 0.1))
    scenes[chosen](sheet, hands, rng)


def choose_height(rng: Rng) -> float:
    """The height of a scene's digits: mostly what one level of the pyramid answers for, now and then far from it."""
    low, high = (13, 66) if rng.random() < 0.85 else HEIGHTS
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


# ---- numbers


def choose_number(rng: Rng) -> str:
    """A number as people write them: mostly an integer, else a decimal, an amount, a date, a time, a sum."""
    digits = "".join(map(str, rng.integers(0, 10, rng.integers(1, 8))))
    if rng.random() < 0.2:  # round amounts
        digits = digits[: max(1, len(digits) - 3)] + "0" * int(rng.integers(1, 5))
    if rng.random() < 0.15:
        digits = "".join(rng.choice(list("111470"), rng.integers(1, 6)))
    two = [f"{rng.integers(0, 100):02}" for _ in range(4)]
    forms = (
        (0.42, digits),
        (0.09, f"{digits[:4]}.{two[0]}"),
        (0.08, f"{digits[:4]},{two[0]}"),
        (0.05, f"{digits[:3]}.{two[0]}{two[1][:1]}"),
        (0.04, f"{digits[:3]},{two[0]}{two[1][:1]}"),
        (0.05, f"-{digits[:4]}"),
        (0.03, f"{digits}.-"),
        (0.02, f"{digits},-"),
        (0.05, f"{two[0]}/{two[1]}/{two[2]}"),
        (0.04, f"{two[0]}/{two[1]}/{two[2]}{two[3]}"),
        (0.02, f"{two[0]}.{two[1]}.{two[2]}{two[3]}"),
        (0.02, f"{two[0]}-{two[1]}-{two[2]}"),
        (0.04, f"{two[0]}:{two[1]}"),
        (0.03, f"{digits[:2]}/{two[0][:1]}"),
        (0.02, f"{digits[:3]} {two[0]} {two[1]}"),
        (0.03, f"{digits[:3]}{rng.choice(list('+-x÷'))}{two[0]}={two[1]}"),
        (0.02, f"{digits[:4]}.{two[0]}€" if rng.random() < 0.5 else f"{two[0]}%"),
    )
    shares = np.array([share for share, _ in forms])
    return forms[rng.choice(len(forms), p=shares / shares.sum())][1]


def write_number(sheet: Sheet, text: str, style: Style, x: float, middle: float, hands: Hands, rng: Rng) -> Box:
    """Write a number from x on, its digits' middle there; return the box around it before the sheet's turn."""
    left, top, bottom = x, middle, middle
    last: list[Line] = []  # the digit before
    for sign in text:
        if sign == " ":
            x += style.height * rng.uniform(0.4, 1.0)
            continue
        height = style.height * float(np.clip(rng.normal(1, style.sizes), 0.5, 1.8))
        y = middle + style.uneven * style.height * rng.normal() + rng.uniform(-0.5, 0.5) * (style.height - height)
        gap = style.height * (style.gap + rng.normal(0, 0.04)) if x > left else 0.0
        if sign.isdigit() and style.hand is None:
            x = _stamp_digit(sheet, int(sign), style, x + gap, y, height, hands, rng)
        else:
            lines = _lines_of(sign, style, height, rng)
            low, _ = _extent(lines)
            lines = [line + np.array([x + gap - low[0], y - height / 2], np.float32) for line in lines]
            if last and style.close and sign.isdigit():
                nearer = _room(last, lines, 0.1 * style.height) - style.pen * rng.uniform(0.2, 1.1)
                lines = [line - np.array([nearer, 0], np.float32) for line in lines]
            if last and style.joined and sign.isdigit():
                lines[0] = np.concatenate([last[-1][-1:], lines[0]])
            sheet.write(SIGNS.index(sign) if sign in SIGNS else OTHER, lines, style.pen, style.height, style.tool)
            last = lines if sign.isdigit() else []
            x = float(_extent(lines)[1][0]) + 0.7 * style.pen
        top, bottom = min(top, y - height / 2), max(bottom, y + height / 2)
    return left, top, x, bottom


def _extent(lines: list[Line]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    points = np.concatenate(lines)
    return points.min(0), points.max(0)


def _room(left: list[Line], right: list[Line], step: float) -> float:
    """How far signs may be pushed together until their ink meets, seen in rows `step` high."""
    before, after = np.concatenate(left), np.concatenate(right)
    low = min(before[:, 1].min(), after[:, 1].min())
    rows = int(max(before[:, 1].max(), after[:, 1].max()) - low) // max(1, int(step)) + 3
    ends, begins = np.full(rows, -np.inf), np.full(rows, np.inf)
    for points, edge, extreme in ((before, ends, np.maximum), (after, begins, np.minimum)):
        row = ((points[:, 1] - low) / max(1, int(step))).astype(int)
        for near in (-1, 0, 1):  # lines go on between their points
            extreme.at(edge, np.clip(row + near, 0, rows - 1), points[:, 0])
    room = float((begins - ends).min())
    return room if np.isfinite(room) else 0.0


def _stamp_digit(
    sheet: Sheet, label: int, style: Style, x: float, y: float, height: float, hands: Hands, rng: Rng
) -> float:
    """Put one of MNIST's bitmaps on the sheet; return where it ends."""
    known = hands.bitmaps[label]
    image = known[rng.integers(len(known))]
    rows, columns = np.flatnonzero(image.max(1) > BITMAP_INK), np.flatnonzero(image.max(0) > BITMAP_INK)
    image = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = height / 20
    wide = style.wide * rng.normal(1, 0.06)
    large = cv2.resize(np.pad(image, 1), None, fx=4 * wide, fy=4, interpolation=cv2.INTER_CUBIC)
    threshold, gain = style.hard
    ink = np.clip((large.astype(np.float32) / 255 - threshold) * gain * 255 + 128, 0, 255)
    high = image.shape[0] * scale
    corner = x - scale, y - high / 2 - scale
    sheet.stamp(label, np.where(large < 8, 0, ink).astype(np.uint8), corner, scale / 4, style.height, sheet.pen)
    return x + image.shape[1] * wide * scale


def _lines_of(sign: str, style: Style, height: float, rng: Rng) -> list[Line]:
    """A sign's lines in pixels, the top of a digit at y = 0."""
    if sign.isdigit():
        digit = int(sign)
        own = style.hand[digit] if style.hand else []
        lines = own[rng.integers(len(own))] if own else _segments(digit)
        if rng.random() < STRAIGHT:
            lines = _straighten(lines, rng)
        lines = _flourish(lines, digit, style.pen / height, rng)
    else:
        lines = _punctuation(sign, rng)
    wide = style.wide if sign.isdigit() else 1.0
    stretch = np.array([wide * rng.normal(1, 0.06), 1], np.float32)
    bent: list[Line] = [_shake(line, rng) * stretch for line in _bend(lines, rng)]
    shear = np.array([[1, 0], [-style.slant, 1]], np.float32)
    return [(line @ shear + np.array([0.5 * style.slant, 0], np.float32)) * np.float32(height) for line in bent]


def _straighten(lines: list[Line], rng: Rng) -> list[Line]:
    """Draw a sign with as few straight strokes as come near to its lines."""
    near = float(rng.uniform(0.04, 0.14))
    straight = []
    for line in lines:
        corners = cv2.approxPolyDP(line[:, None], near, False)[:, 0]
        bars = [_bar(*start, *end) for start, end in itertools.pairwise(corners.tolist())]
        straight.append(np.concatenate(bars) if bars else line)
    return straight


def _segments(digit: int) -> list[Line]:
    """A seven-segment digit, for the few that a hand never wrote."""
    segments = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afedcg", "abc", "abcdefg", "abcdfg")
    ends = {"a": (0, 0, 1, 0), "b": (1, 0, 1, 1), "c": (1, 1, 1, 2), "d": (0, 2, 1, 2), "e": (0, 1, 0, 2)}
    ends |= {"f": (0, 0, 0, 1), "g": (0, 1, 1, 1)}
    scale = np.array([0.6, 0.5], np.float32)
    return [_bar(*ends[name]) * scale for name in segments[digit]]


def _bar(x0: float, y0: float, x1: float, y1: float) -> Line:
    return np.linspace((x0, y0), (x1, y1), 6).astype(np.float32)


def _bend(lines: list[Line], rng: Rng) -> list[Line]:
    """Bend a sign as a whole by two slow waves, as no hand writes a sign twice the same."""
    ways = rng.normal(0, 2.5, (2, 2)).astype(np.float32)  # radians over a height
    shifts = rng.normal(0, BEND, (2, 2)).astype(np.float32)
    phases = rng.uniform(0, 2 * np.pi, 2).astype(np.float32)
    return [line + np.sin(line @ ways + phases) @ shifts for line in lines]


def _shake(line: Line, rng: Rng) -> Line:
    if rng.random() < 0.3:
        return line + rng.normal(0, 0.012, line.shape).astype(np.float32)
    return line


def _flourish(lines: list[Line], digit: int, pen: float, rng: Rng) -> list[Line]:
    """Slash zeros or make them square, cross sevens, give ones a foot or a flag, twos a tail, part strokes: some."""
    chance = rng.random()
    low, high = _extent(lines)
    if digit == 0 and chance < 0.08 and pen < 0.1:
        return [*lines, _bar(high[0] + rng.uniform(-0.1, 0.15), -0.05, low[0] - rng.uniform(-0.1, 0.15), 1.05)]
    if digit == 0 and chance > 0.97 and pen > 0.05:
        wide = rng.uniform(0.4, 0.8)
        return [_bar(0, 0, wide, 0), _bar(wide, 0, wide, 1), _bar(wide, 1, 0, 1), _bar(0, 1, 0, 0)]
    if digit == 7 and chance < 0.25:
        return _adorn_seven(lines, low, high, rng)
    if digit == 1 and chance < 0.55:
        return _adorn_one(lines, low, high, pen, rng)
    if digit == 2 and chance < 0.12:
        x, y = lines[-1][-1]
        return [*lines, _bar(x, y, x + rng.uniform(0.1, 0.6), y + rng.normal(0, 0.06))]
    if len(lines) > 1 and chance > 0.85:
        return [line + rng.normal(0, 0.04, 2).astype(np.float32) for line in lines]
    return lines


def _adorn_seven(lines: list[Line], low: NDArray[np.float32], high: NDArray[np.float32], rng: Rng) -> list[Line]:
    """A bar across the stem, or a tick where the pen begins."""
    if rng.random() < 0.6 and len(lines) == 1:
        y = rng.uniform(0.4, 0.6)
        return [*lines, _bar(low[0] + 0.1 * (high[0] - low[0]), y, high[0] + 0.1, y + rng.normal(0, 0.05))]
    x, y = lines[0][0]
    return [_bar(x + rng.normal(0, 0.04), y + rng.uniform(0.08, 0.3), x, y), *lines]


def _adorn_one(
    lines: list[Line], low: NDArray[np.float32], high: NDArray[np.float32], pen: float, rng: Rng
) -> list[Line]:
    """A foot, a flag, both, or a hook at the foot, beyond the pen's breadth."""
    chance, (x, y) = rng.random(), lines[-1][-1]
    flag, foot, beyond = [], [], pen / 2
    if chance < 0.6 and high[0] - low[0] < 0.25:
        reach = beyond + rng.uniform(0.08, 0.5)
        flag = [_bar(lines[0][0][0] - reach, rng.uniform(0.03, 0.6), lines[0][0][0], 0.02)]
    if 0.4 < chance < 0.8:
        left, right = beyond + rng.uniform(0.02, 0.35, 2)
        foot = [_bar(x - left, y + rng.normal(0, 0.03), x + right, y + rng.normal(0, 0.03))]
    elif chance >= 0.8:
        reach = (beyond + rng.uniform(0.08, 0.3)) * rng.choice([1, 1, -1])
        foot = [np.array([(x, y), (x + 0.4 * reach, y + 0.03), (x + reach, y - rng.uniform(0, 0.12))], np.float32)]
    return [*flag, *lines, *foot]


_TURN = np.linspace(0.4, 2.7, 9, dtype=np.float32)
_ARC: Line = np.stack([0.6 - 0.6 * np.sin(_TURN), 0.5 - 0.6 * np.cos(_TURN)], 1).astype(np.float32)
OPERATORS: dict[str, list[Line]] = {  # signs of sums and amounts that no number has
    "+": [_bar(0, 0.5, 1, 0.5), _bar(0.5, 0, 0.5, 1)],
    "=": [_bar(0, 0.3, 1, 0.3), _bar(0, 0.7, 1, 0.7)],
    "x": [_bar(0, 0, 0.9, 1), _bar(0.9, 0, 0, 1)],
    "÷": [_bar(0, 0.5, 1, 0.5), _bar(0.48, 0.1, 0.52, 0.12), _bar(0.48, 0.88, 0.52, 0.9)],
    "€": [_ARC, _bar(-0.05, 0.4, 0.45, 0.4), _bar(-0.05, 0.6, 0.4, 0.6)],
    "%": [_bar(1, 0, 0, 1), _bar(0.1, 0.1, 0.14, 0.14), _bar(0.86, 0.86, 0.9, 0.9)],
}


def _punctuation(sign: str, rng: Rng) -> list[Line]:
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
        return [_bar(0, y, long, y + rng.normal(0, 0.04))]
    if sign == "/":
        top, foot = rng.uniform(-0.25, 0.05), rng.uniform(0.95, 1.3)
        return [_bar(rng.uniform(0.15, 0.8), top, 0, foot)]
    upper, lower = rng.uniform(0.15, 0.4), rng.uniform(0.7, 1.0)
    size = rng.uniform(0.0, 0.06)
    return [_dab(0, upper, size, rng), _dab(rng.normal(0, 0.03), lower, size, rng)]


def _dab(x: float, y: float, size: float, rng: Rng) -> Line:
    way = rng.uniform(0, 2 * np.pi)
    return np.array([(x, y), (x + size * np.cos(way), y + size * np.sin(way)), (x + 0.01, y + 0.01)], np.float32)


def print_text(
    sheet: Sheet, text: str, hands: Hands, x: float, baseline: float, height: float, layer: Layer, rng: Rng
) -> Box:
    """Print a text; letters are signs of no number. Return the box around it before the sheet's turn."""
    face = hands.faces[rng.integers(len(hands.faces))]
    left, spread = x, rng.uniform(0.0, 0.15) if rng.random() < 0.3 else 0.0
    for sign in text:
        glyph = face.get(sign)
        if glyph is None:
            x += 0.45 * height
            continue
        known = SIGNS.index(sign) if sign in SIGNS else NO_SIGN
        sheet.type(known, glyph, x, baseline, height, layer)
        x += (glyph.advance + spread) * height
    return left, baseline - height, x, baseline


def choose_word(rng: Rng) -> str:
    """A label as forms have it, or letters as they come."""
    if rng.random() < 0.5:
        return str(rng.choice(WORDS))
    letters = "".join(rng.choice(list("aeiouonslrtdmcgbBOSIlZDQ"), rng.integers(2, 12)))
    return letters.upper() if rng.random() < 0.2 else letters.capitalize() if rng.random() < 0.5 else letters


# ---- scenes


def _draw_numbers(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """Lines of numbers by one hand, plain or with what stands around numbers on paper."""
    style = choose_style(hands, choose_height(rng), rng)
    height = style.height
    pitch = height * rng.uniform(1.15, 2.4)
    middle = rng.uniform(-0.3, 0.8) * height if pitch * 2 < sheet.side else sheet.side * rng.uniform(0.3, 0.7)
    around = _AROUND[rng.choice(len(_AROUND), p=_AROUND_SHARES)]
    before = rng.random()
    if before < 0.25:
        _rule_paper(sheet, middle + 0.5 * height, pitch, rng)
    while middle < sheet.side + 0.5 * height:
        x = rng.uniform(-1.5, 0.6) * height if rng.random() < 0.6 else sheet.side * rng.uniform(0, 0.6)
        while x < sheet.side:
            box = write_number(sheet, choose_number(rng), style, x, middle, hands, rng)
            if around:
                around(sheet, box, style, rng)
            if rng.random() < 0.06:  # a unit or a letter that touches the number, or nearly
                x = _write_other(sheet, hands, style, box[2] + height * rng.uniform(-0.1, 0.3), middle, rng)
            else:
                x = box[2]
            x += height * rng.uniform(0.5, 4)
            if rng.random() < 0.12:
                x = _write_other(sheet, hands, style, x, middle, rng) + height * rng.uniform(-0.1, 1)
        middle += pitch


def _rule_paper(sheet: Sheet, first: float, pitch: float, rng: Rng) -> None:
    """Ruled or squared paper."""
    width = max(0.5, rng.uniform(0.01, 0.06) * pitch)
    wide = 2 * sheet.side
    step = pitch if rng.random() < 0.6 else pitch * rng.choice([0.25, 0.34, 0.5])
    lines = [_bar(-wide, first + k * step, wide, first + k * step) for k in range(-8, int(wide / step) + 8)][:60]
    if rng.random() < 0.4:
        start = rng.uniform(0, step)
        lines += [_bar(start + k * step, -wide, start + k * step, wide) for k in range(-8, int(wide / step) + 8)][:60]
    if rng.random() < 0.2:
        x = rng.uniform(0, sheet.side)
        lines.append(_bar(x, -wide, x, wide))
    sheet.rule(lines, width)


def _underline(sheet: Sheet, box: Box, style: Style, rng: Rng) -> None:
    left, _, right, bottom = box
    lines = []
    y = bottom + style.height * rng.uniform(-0.08, 0.3)
    for _ in range(1 if rng.random() < 0.6 else 2):
        reach = style.height * rng.uniform(-0.1, 0.5, 2)
        lines.append(_bar(left - reach[0], y + rng.normal(0, 0.5), right + reach[1], y + rng.normal(0, 1)))
        y += style.height * rng.uniform(0.1, 0.25)
    sheet.rule(lines, style.pen * rng.uniform(0.5, 1.8), sheet.pen)


def _line_on(sheet: Sheet, box: Box, style: Style, rng: Rng) -> None:
    """The one line that a number stands on, and perhaps a margin."""
    y = box[3] + style.height * rng.uniform(-0.12, 0.12)
    wide = 3 * sheet.side
    lines = [_bar(-wide, y, wide, y)]
    if rng.random() < 0.3:
        x = box[0] - style.height * rng.uniform(0.1, 0.8)
        lines.append(_bar(x, -wide, x, wide))
    sheet.rule(lines, max(0.5, style.height * rng.uniform(0.01, 0.12)))


def _ring(sheet: Sheet, box: Box, style: Style, rng: Rng) -> None:
    centre = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    reach = np.array([box[2] - box[0], box[3] - box[1]]) / 2 * 1.25 + style.height * rng.uniform(0.1, 0.5)
    angles = rng.uniform(0, 6) + np.linspace(0, 2 * np.pi * rng.uniform(0.9, 1.1), 40)
    wobble = 1 + 0.05 * np.sin(angles * rng.uniform(0.5, 2) + rng.uniform(0, 6))
    ring = centre + reach * np.stack([np.cos(angles), np.sin(angles)], 1) * wobble[:, None]
    sheet.rule([ring.astype(np.float32)], style.pen * rng.uniform(0.5, 1.3), sheet.pen)


def _box(sheet: Sheet, box: Box, style: Style, rng: Rng) -> None:
    left, top, right, bottom = np.array(box) + style.height * rng.uniform(-0.05, 0.5, 4) * [-1, -1, 1, 1]
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], np.float32)
    sheet.rule([corners], max(0.5, style.height * rng.uniform(0.01, 0.1)))


def _strike_out(sheet: Sheet, box: Box, style: Style, rng: Rng) -> None:
    """Cross out some numbers: these are read no more."""
    if rng.random() < 0.5:
        return
    left, top, right, bottom = box
    if rng.random() < 0.5:
        count = int(rng.integers(1, 4))
        ys = rng.uniform(top + 0.25 * (bottom - top), bottom - 0.25 * (bottom - top), count)
        lines = [_bar(left - 0.1 * style.height, y, right + 0.1 * style.height, y + rng.normal(0, 3)) for y in ys]
    else:
        steps = int(rng.integers(6, 16))
        xs = np.linspace(left, right, steps) + rng.normal(0, 1, steps)
        ys = np.where(np.arange(steps) % 2, top, bottom) + rng.normal(0, 2, steps)
        lines = [np.stack([xs, ys], 1).astype(np.float32)]
    sheet.rule(lines, style.pen * rng.uniform(0.7, 1.5), sheet.pen)
    placed = sheet.place([np.array([(left, top), (right, top), (left, bottom), (right, bottom)], np.float32)])[0]
    low, high = placed.min(0), placed.max(0)
    struck = float(low[0]), float(low[1]), float(high[0]), float(high[1])
    sheet.marks = [mark for mark in sheet.marks if mark.sign < 0 or not _within(mark.box, struck)]
    sheet.forbid(struck)


def _within(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] - 4 <= y <= outer[3] + 4


def _comb(sheet: Sheet, box: Box, style: Style, rng: Rng) -> None:
    """A form's boxes for single digits, in line with the number only by chance."""
    step = style.height * rng.uniform(0.6, 1.3)
    top, bottom = box[1] - style.height * rng.uniform(0, 0.3), box[3] + style.height * rng.uniform(0, 0.3)
    count = int(rng.integers(2, 12))
    start = box[0] - style.height * rng.uniform(0, 0.3)
    lines = [_bar(start + k * step, top, start + k * step, bottom) for k in range(count + 1)]
    lines += [_bar(start, y, start + count * step, y) for y in (top, bottom)]
    sheet.rule(lines, max(0.5, style.height * rng.uniform(0.01, 0.06)))


_AROUND = (None, _underline, _line_on, _ring, _box, _strike_out, _comb)
_AROUND_SHARES = (0.5, 0.1, 0.1, 0.1, 0.07, 0.07, 0.06)


def _draw_single(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """One digit, or two, and nothing else but perhaps a line, a ring or the neighbours' ink at the edges."""
    low, high = (14, 70) if rng.random() < 0.8 else (70, 180)
    style = choose_style(hands, float(rng.uniform(low, high)), rng)
    if rng.random() < 0.2:
        style = replace(style, pen=max(0.5, style.height * float(rng.uniform(0.012, 0.05))))
    text = str(rng.integers(0, 10)) if rng.random() < 0.8 else f"{rng.integers(0, 100):02}"
    if rng.random() < 0.25:
        text = str(rng.choice(["1", "7"]))
    x, y = rng.uniform(0.1, 0.7, 2) * sheet.side
    box = write_number(sheet, text, style, float(x), float(y), hands, rng)
    if rng.random() < 0.25:
        (_underline, _line_on, _ring, _box)[rng.integers(4)](sheet, box, style, rng)


def _draw_closely(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """A part of a digit, a letter or a drawing far larger than the sheet."""
    style = choose_style(hands, float(np.exp(rng.uniform(np.log(120), np.log(900)))), rng)
    x, y = rng.uniform(-1, 0.8) * style.height, sheet.side * rng.uniform(0, 1) + style.height * rng.uniform(-0.4, 0.4)
    if rng.random() < 0.7:
        write_number(sheet, "".join(map(str, rng.integers(0, 10, 3))), style, x, y, hands, rng)
    else:
        _write_other(sheet, hands, style, x, y, rng)
    if rng.random() < 0.3:
        _rule_paper(sheet, rng.uniform(0, 200), rng.uniform(40, 300), rng)


def _draw_table(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """A table, a sudoku, a register: cells with numbers, written or printed, cut by the sheet at any place."""
    height = choose_height(rng)
    style = choose_style(hands, height, rng)
    long = int(rng.integers(1, 5)) if rng.random() < 0.6 else 1
    cell = height * np.array([0.75 * long + rng.uniform(0.25, 1.2), rng.uniform(1.15, 2.2)])
    start = -cell * rng.uniform(0, 1, 2)
    columns, rows = (int(np.ceil(2 * sheet.side / side)) + 1 for side in cell)
    width = max(0.5, height * (rng.uniform(0.01, 0.12) if rng.random() < 0.8 else rng.uniform(0.1, 0.35)))
    across = [
        _bar(start[0], start[1] + k * cell[1], start[0] + columns * cell[0], start[1] + k * cell[1])
        for k in range(rows)
    ]
    down = [
        _bar(start[0] + k * cell[0], start[1], start[0] + k * cell[0], start[1] + rows * cell[1])
        for k in range(columns)
    ]
    lines = (across + down) if rng.random() < 0.75 else down if rng.random() < 0.5 else across
    layer = sheet.pen if rng.random() < 0.3 else sheet.rules
    sheet.rule(lines, width, layer)
    if rng.random() < 0.25:  # a sudoku's blocks
        sheet.rule(lines[::3], 2.5 * width, layer)
    filled, printed = rng.uniform(0.3, 1), rng.random() if rng.random() < 0.4 else 0.0
    for row in range(rows):
        for column in range(columns):
            corner = start + cell * (column, row)
            if (corner > sheet.side).any() or rng.random() > filled:
                continue
            text = "".join(map(str, rng.integers(0, 10, rng.integers(1, long + 1))))
            if rng.random() < printed:
                x, baseline = corner + cell * (0.5, 0.5) + height * np.array([-0.35 * len(text), 0.5])
                print_text(sheet, text, hands, float(x), float(baseline), height, sheet.print, rng)
            else:
                x, y = corner + cell * (rng.uniform(0.05, 0.25), rng.uniform(0.45, 0.55))
                write_number(sheet, text, style, float(x), float(y), hands, rng)


def _draw_form(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """A form's row of boxes with a digit in each, which keeps within them or not, or with none."""
    style = choose_style(hands, choose_height(rng), rng)
    height = style.height
    across, down = height * rng.uniform(0.65, 1.3), height * rng.uniform(0.95, 1.1 if rng.random() < 0.4 else 1.8)
    apart = height * rng.uniform(0.05, 0.5) if rng.random() < 0.3 else 0.0
    width = max(0.5, height * rng.uniform(0.01, 0.07))
    top, filled = sheet.side * rng.uniform(-0.1, 0.4), rng.uniform(0, 1.3)
    while top < sheet.side:
        left = rng.uniform(-1, 0.5) * across
        for _ in range(int(rng.integers(1, 14))):
            right, bottom = left + across, top + down
            corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
            sheet.rule([np.array(corners, np.float32)], width)
            if rng.random() < filled:
                digit = "1" if rng.random() < 0.2 else str(rng.integers(0, 10))
                x, y = left + across * rng.uniform(0.05, 0.6), (top + bottom) / 2 + 0.08 * height * rng.normal()
                write_number(sheet, digit, style, float(x), float(y), hands, rng)
            left = right + apart
        top += down * rng.uniform(1.0, 3)


def _draw_label(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """Print: a word beside a written number, a printed number, a page of print with a number written on it."""
    height = choose_height(rng)
    y = sheet.side * rng.uniform(0.2, 0.8)
    if rng.random() < 0.4 and hands.pages:
        _paste(sheet, hands.pages, rng)
    if rng.random() < 0.6:
        word = choose_word(rng) + (":" if rng.random() < 0.5 else "")
        box = print_text(
            sheet, word, hands, sheet.side * rng.uniform(-0.3, 0.3), y, height * rng.uniform(0.3, 1), sheet.print, rng
        )
        x = box[2] + height * rng.uniform(0.1, 1)
        if rng.random() < 0.3:
            x, y = box[0], y + 1.5 * height
        number = write_number(
            sheet, choose_number(rng), choose_style(hands, height, rng), x, y - height / 2, hands, rng
        )
        if rng.random() < 0.4:
            _line_on(sheet, number, choose_style(hands, height, rng), rng)
        return
    while y < sheet.side + height:
        print_text(sheet, choose_number(rng), hands, sheet.side * rng.uniform(-0.2, 0.4), y, height, sheet.print, rng)
        y += height * rng.uniform(1.3, 2.5)


def _draw_others(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """Letters, words, doodles, shapes, signatures, alone or beside numbers."""
    style = choose_style(hands, choose_height(rng), rng)
    height = style.height
    if rng.random() < 0.3:
        x = rng.uniform(0, 0.5) * sheet.side
        _write_other(sheet, hands, style, float(x), sheet.side * rng.uniform(0.3, 0.7), rng)
        return
    middle = rng.uniform(0.2, 1.0) * height
    while middle < sheet.side:
        x = rng.uniform(-0.5, 1) * height
        while x < sheet.side:
            if rng.random() < 0.2:
                x = write_number(sheet, choose_number(rng), style, x, middle, hands, rng)[2]
            else:
                x = _write_other(sheet, hands, style, x, middle, rng)
            x += height * rng.uniform(0.1, 1.2)
        middle += height * rng.uniform(1.2, 2.2)


def _write_other(sheet: Sheet, hands: Hands, style: Style, x: float, middle: float, rng: Rng) -> float:
    """Write something that is no number; return where it ends."""
    chance, height = rng.random(), style.height
    if chance < 0.2 and hands.drawings:
        drawing = hands.drawings[rng.integers(len(hands.drawings))]
        size = height * rng.uniform(0.8, 2)
        box = sheet.stamp(OTHER, drawing, (x, middle - size / 2), size / max(drawing.shape), size, sheet.pen)
        return box[2]
    if chance < 0.4 and hands.words:
        sign, scale = NO_SIGN, height * rng.uniform(0.7, 1.5)
        lines = hands.words[rng.integers(len(hands.words))]
        lines = [line * np.float32(0.7) for line in lines]
    elif hands.letters:
        sign, scale = OTHER, height * rng.uniform(0.6, 1.2)
        greek = rng.random() < GREEK
        lines = unit(draw_greek(rng)) if greek else hands.letters[rng.integers(len(hands.letters))]
    else:
        return x
    low, high = _extent(lines)
    placed = [(line - low) * scale + np.array([x, middle - scale * (high - low)[1] / 2], np.float32) for line in lines]
    sheet.write(sign, [line.astype(np.float32) for line in placed], style.pen, scale, style.tool)
    return x + scale * float(high[0] - low[0]) + style.pen


def _draw_nothing(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """Blank paper, lines, a page of print, scribbles."""
    chance = rng.random()
    if chance < 0.25:
        _rule_paper(sheet, rng.uniform(0, 40), rng.uniform(12, 60), rng)
    elif chance < 0.5 and hands.pages:
        _paste(sheet, hands.pages, rng)
    elif chance < 0.75:
        for _ in range(rng.integers(1, 4)):
            points = sheet.side * rng.uniform(0, 1, 2) + np.cumsum(rng.normal(0, 10, (rng.integers(4, 40), 2)), 0)
            knots = cv2.resize(points.astype(np.float32)[None], (2, 1)) if len(points) < 4 else points
            draw_round(sheet.pen, sheet.place([knots.astype(np.float32)]), rng.uniform(1, 8))


def _paste(sheet: Sheet, pages: list[Grey], rng: Rng) -> None:
    """Lay a piece of a printed page into the sheet; it holds no sign that counts."""
    page = pages[rng.integers(len(pages))]
    side = int(min(sheet.side / rng.uniform(0.4, 1.2), *page.shape))
    y, x = (int(rng.integers(0, n - side + 1)) for n in page.shape)
    piece = page[y : y + side, x : x + side]
    if piece.mean() < 128:
        piece = 255 - piece
    np.maximum(sheet.print, cv2.resize(255 - piece, sheet.print.shape, interpolation=cv2.INTER_AREA), out=sheet.print)
    sheet.forbid((0, 0, sheet.side, sheet.side))
