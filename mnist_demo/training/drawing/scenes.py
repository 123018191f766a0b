"""Scenes: what people write and print on a sheet, and around it."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.training.drawing.hands import Grey, Hands, Line
from mnist_demo.training.drawing.sheet import NO_SIGN, OTHER, Box, Sheet, draw_round
from mnist_demo.training.drawing.strokes import bar, extent
from mnist_demo.training.drawing.writing import (
    Style,
    choose_height,
    choose_letter,
    choose_number,
    choose_style,
    choose_word,
    print_text,
    write_number,
)

Rng = np.random.Generator


def draw_sheet(side: int, hands: Hands, rng: Rng) -> Sheet:
    """Fill a sheet, turned a little, with a random scene."""
    sheet = Sheet(side, choose_turn(side, rng))
    scenes = list(_SCENES)
    scenes[rng.choice(len(scenes), p=list(_SCENES.values()))](sheet, hands, rng)
    return sheet


def choose_turn(side: int, rng: Rng) -> NDArray[np.float32]:
    """Return how a sheet is turned and slanted a little about its middle: (2, 3)."""
    angle = rng.normal(0, 0.02) if rng.random() < 0.8 else rng.normal(0, 0.15)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, rng.normal(0, 0.03)], [0, 1]])
    middle = np.full(2, side / 2)
    return np.hstack([matrix, (middle - matrix @ middle)[:, None]]).astype(np.float32)


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
            if rng.random() < 0.12:  # a unit or a letter that touches the number, or nearly
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
    lines = [bar(-wide, first + k * step, wide, first + k * step) for k in range(-8, int(wide / step) + 8)][:60]
    if rng.random() < 0.4:
        start = rng.uniform(0, step)
        lines += [bar(start + k * step, -wide, start + k * step, wide) for k in range(-8, int(wide / step) + 8)][:60]
    if rng.random() < 0.2:
        x = rng.uniform(0, sheet.side)
        lines.append(bar(x, -wide, x, wide))
    sheet.rule(lines, width)


def _underline(sheet: Sheet, box: Box, style: Style, rng: Rng) -> None:
    left, _, right, bottom = box
    lines = []
    y = bottom + style.height * rng.uniform(-0.08, 0.3)
    for _ in range(1 if rng.random() < 0.6 else 2):
        reach = style.height * rng.uniform(-0.1, 0.5, 2)
        lines.append(bar(left - reach[0], y + rng.normal(0, 0.5), right + reach[1], y + rng.normal(0, 1)))
        y += style.height * rng.uniform(0.1, 0.25)
    sheet.rule(lines, style.pen * rng.uniform(0.5, 1.8), sheet.pen)


def _line_on(sheet: Sheet, box: Box, style: Style, rng: Rng) -> None:
    """The one line that a number stands on, and perhaps a margin."""
    y = box[3] + style.height * rng.uniform(-0.12, 0.12)
    wide = 3 * sheet.side
    lines = [bar(-wide, y, wide, y)]
    if rng.random() < 0.3:
        x = box[0] - style.height * rng.uniform(0.1, 0.8)
        lines.append(bar(x, -wide, x, wide))
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
    sheet.rule([_frame(left, top, right, bottom)], max(0.5, style.height * rng.uniform(0.01, 0.1)))


def _frame(left: float, top: float, right: float, bottom: float) -> Line:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], np.float32)


def _strike_out(sheet: Sheet, box: Box, style: Style, rng: Rng) -> None:
    """Cross out some numbers: these are read no more."""
    if rng.random() < 0.5:
        return
    left, top, right, bottom = box
    if rng.random() < 0.5:
        count = int(rng.integers(1, 4))
        ys = rng.uniform(top + 0.25 * (bottom - top), bottom - 0.25 * (bottom - top), count)
        lines = [bar(left - 0.1 * style.height, y, right + 0.1 * style.height, y + rng.normal(0, 3)) for y in ys]
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
    lines = [bar(start + k * step, top, start + k * step, bottom) for k in range(count + 1)]
    lines += [bar(start, y, start + count * step, y) for y in (top, bottom)]
    sheet.rule(lines, max(0.5, style.height * rng.uniform(0.01, 0.06)))


_AROUND = (None, _underline, _line_on, _ring, _box, _strike_out, _comb)
_AROUND_SHARES = (0.5, 0.1, 0.1, 0.1, 0.07, 0.07, 0.06)


def _draw_single(sheet: Sheet, hands: Hands, rng: Rng) -> None:
    """One digit, or two, and nothing else but perhaps a line, a ring or the neighbours' ink at the edges."""
    low, high = (14, 80) if rng.random() < 0.6 else (60, 170)
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
        bar(start[0], start[1] + k * cell[1], start[0] + columns * cell[0], start[1] + k * cell[1]) for k in range(rows)
    ]
    down = [
        bar(start[0] + k * cell[0], start[1], start[0] + k * cell[0], start[1] + rows * cell[1]) for k in range(columns)
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
    ones = 1.0 if rng.random() < 0.12 else 0.25
    while top < sheet.side:
        left = rng.uniform(-1, 0.5) * across
        for _ in range(int(rng.integers(1, 14))):
            right, bottom = left + across, top + down
            sheet.rule([_frame(left, top, right, bottom)], width)
            if rng.random() < filled:
                digit = "1" if rng.random() < ones else str(rng.integers(0, 10))
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
        lines = choose_letter(hands, rng)
    else:
        return x
    low, high = extent(lines)
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


_SCENES = {  # and their shares
    _draw_numbers: 0.27,
    _draw_single: 0.19,
    _draw_table: 0.09,
    _draw_form: 0.07,
    _draw_others: 0.15,
    _draw_label: 0.08,
    _draw_closely: 0.06,
    _draw_nothing: 0.09,
}
