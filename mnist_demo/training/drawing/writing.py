"""How hands write numbers on a sheet, and how machines print them."""

from dataclasses import dataclass

import cv2
import numpy as np

from mnist_demo.training.drawing import forms
from mnist_demo.training.drawing.greek import draw_greek
from mnist_demo.training.drawing.hands import Hands, Line, unit
from mnist_demo.training.drawing.sheet import BITMAP_INK, NO_SIGN, OTHER, SIGNS, Box, Layer, Sheet, Tool, choose_tool
from mnist_demo.training.drawing.strokes import bend, extent, flourish, punctuation, segments, shake, straighten

Rng = np.random.Generator

HEIGHTS = (9, 150)  # pixels of the sheet, of digits
PENS = (0.015, 0.2)  # of a digit's height
BROAD, BROAD_PENS = 0.1, (0.2, 0.34)  # the share of broader pens
STRAIGHT = 0.06  # of the digits, that are drawn with straight strokes
BITMAPS = 0.25  # of the numbers, that MNIST's bitmaps are put together to
LETTER = "a"  # in a number: any letter, as in 12b or A4
GREEK = 0.15  # of the letters
FEW, FEW_OF = 0.15, "1111112345670890"  # of the numbers, that have one or two digits alone, as 11, 2020 or 11:11 have:
# people choose such more often than chance does, and a row of bars is easily taken for lines
SMALL_ZEROS = 0.2  # of the hands, that write the zeros of a round number small
HABIT = 0.6  # of the digits, that are adorned as the number's first was
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
        close: whether each digit or letter stands as near to the last as their ink lets it.
        zeros: how high the zeros of a round number are, of the height.
        habit: between 0 and 1, by which digits are adorned: a hand that slashes one zero slashes the next.
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
    zeros: float
    habit: float
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
        bool(rng.random() < 0.3),
        float(rng.uniform(0.35, 0.9) if rng.random() < SMALL_ZEROS else 1.0),
        float(rng.random()),
        choose_tool(rng),
        (float(rng.uniform(0.2, 0.5)), float(rng.uniform(1.2, 8))),
    )


def _choose_gap(rng: Rng) -> float:
    chance = rng.random()
    low, high = (-0.14, 0.0) if chance < 0.25 else (-0.06, 0.3) if chance < 0.85 else (0.3, 1.2)
    return float(rng.uniform(low, high))


def choose_height(rng: Rng) -> float:
    """The height of a scene's digits: mostly what one level of the pyramid answers for, now and then far from it."""
    low, high = (13, 80) if rng.random() < 0.82 else HEIGHTS
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def choose_number(rng: Rng) -> str:
    """A number as people write them: mostly an integer, else a decimal, an amount, a date, a time, a sum."""
    digits = "".join(map(str, rng.integers(0, 10, rng.integers(1, 8))))
    if rng.random() < 0.2:  # round amounts
        digits = digits[: max(1, len(digits) - 3)] + "0" * int(rng.integers(1, 5))
    if rng.random() < 0.15:
        digits = "".join(rng.choice(list("111470"), rng.integers(1, 6)))
    two = [f"{rng.integers(0, 100):02}" for _ in range(4)]
    if rng.random() < FEW:
        few = rng.choice(list(FEW_OF), rng.integers(1, 3))
        digits, *two = ("".join(rng.choice(few, length)) for length in (rng.integers(2, 7), 2, 2, 2, 2))
    ways = (
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
        (0.09, f"{digits[:3]}{LETTER}" if rng.random() < 0.7 else f"{LETTER}{digits[:3]}"),
        (0.02, f"{digits[:4]}.{two[0]}€" if rng.random() < 0.5 else f"{two[0]}%"),
    )
    shares = np.array([share for share, _ in ways])
    return ways[rng.choice(len(ways), p=shares / shares.sum())][1]


def write_number(sheet: Sheet, text: str, style: Style, x: float, middle: float, hands: Hands, rng: Rng) -> Box:
    """Write a number from x on, its digits' middle there; return the box around it before the sheet's turn."""
    left, top, bottom = x, middle, middle
    last: list[Line] = []  # the digit or letter before
    round_from = len(text.rstrip("0")) if text.endswith("00") else len(text)
    for i, sign in enumerate(text):
        if sign == LETTER and not hands.letters:
            continue
        if sign == " ":
            x += style.height * rng.uniform(0.4, 1.0)
            continue
        height = style.height * float(np.clip(rng.normal(1, style.sizes), 0.5, 1.8))
        small = i >= round_from and style.zeros < 1
        height *= style.zeros if small else 1.0
        lowered = rng.uniform(0.1 if small else -0.5, 0.5)
        y = middle + style.uneven * style.height * rng.normal() + lowered * (style.height - height)
        gap = style.height * (style.gap + rng.normal(0, 0.04)) if x > left else 0.0
        if sign.isdigit() and style.hand is None:
            x = _stamp_digit(sheet, int(sign), style, x + gap, y, height, hands, rng)
        else:
            lines = _lines_of(sign, style, height, hands, rng)
            low, _ = extent(lines)
            stands = sign.isdigit() or sign == LETTER
            lines = [line + np.array([x + gap - low[0], y - height / 2], np.float32) for line in lines]
            if last and style.close and stands:
                nearer = _room(last, lines, 0.1 * style.height) - style.pen * rng.uniform(0.2, 1.1)
                lines = [line - np.array([nearer, 0], np.float32) for line in lines]
            if last and style.joined and sign.isdigit():
                lines[0] = np.concatenate([last[-1][-1:], lines[0]])
            sheet.write(SIGNS.index(sign) if sign in SIGNS else OTHER, lines, style.pen, style.height, style.tool)
            last = lines if stands else []
            x = float(extent(lines)[1][0]) + 0.7 * style.pen
        top, bottom = min(top, y - height / 2), max(bottom, y + height / 2)
    return left, top, x, bottom


def _room(left: list[Line], right: list[Line], step: float) -> float:
    """How far signs may be pushed together until their ink meets, seen in rows `step` high."""
    before, after = np.concatenate(left), np.concatenate(right)
    low = min(before[:, 1].min(), after[:, 1].min())
    step = max(1, int(step))
    rows = int(max(before[:, 1].max(), after[:, 1].max()) - low) // step + 3
    ends, begins = np.full(rows, -np.inf), np.full(rows, np.inf)
    for points, edge, extreme in ((before, ends, np.maximum), (after, begins, np.minimum)):
        row = ((points[:, 1] - low) / step).astype(int)
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


def _lines_of(sign: str, style: Style, height: float, hands: Hands, rng: Rng) -> list[Line]:
    """A sign's lines in pixels, the top of a digit at y = 0."""
    if sign.isdigit():
        digit = int(sign)
        own = style.hand[digit] if style.hand else []
        lines = own[rng.integers(len(own))] if own else segments(digit)
        if rng.random() < STRAIGHT:
            lines = straighten(lines, rng)
        habit = style.habit if rng.random() < HABIT else rng.random()
        if habit > 1 - forms.SHARES.get(digit, 0):
            lines = forms.write(digit, rng)
        else:
            lines = flourish(lines, digit, style.pen / height, habit, rng)
    elif sign == LETTER and hands.letters:
        lines = choose_letter(hands, rng)
    else:
        lines = punctuation(sign, rng)
    wide = style.wide if sign.isdigit() or sign == LETTER else 1.0
    stretch = np.array([wide * rng.normal(1, 0.06), 1], np.float32)
    bent: list[Line] = [shake(line, rng) * stretch for line in bend(lines, rng)]
    shear = np.array([[1, 0], [-style.slant, 1]], np.float32)
    return [(line @ shear + np.array([0.5 * style.slant, 0], np.float32)) * np.float32(height) for line in bent]


def choose_letter(hands: Hands, rng: Rng) -> list[Line]:
    """A letter's lines, in units of its height; there are some in `hands.letters`."""
    return unit(draw_greek(rng)) if rng.random() < GREEK else hands.letters[rng.integers(len(hands.letters))]


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
