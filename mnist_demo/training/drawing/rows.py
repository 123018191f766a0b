"""Rows cut out of drawn sheets: windows around what stands on a line, and the signs in them from left to right."""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.training.drawing.boxes import Boxes, area, shared
from mnist_demo.training.drawing.camera import take_picture
from mnist_demo.training.drawing.crops import CUT, SIDE, judge_visible
from mnist_demo.training.drawing.hands import Hands
from mnist_demo.training.drawing.scenes import draw_sheet
from mnist_demo.training.drawing.sheet import DIGITS, NO_SIGN, OTHER, UNKNOWN, Mark, Sheet

ROW_HEIGHT, ROW_WIDTH = 40, 400  # pixels, of a row: its height, and its width at most
ROW_WIDTH_MIN = 8
# Two digits are on one row by: how far their middles differ, the lower one's height, and a gap; of the higher one.
ON_A_LINE, ALIKE, NEAR = 0.4, 0.5, 1.2
ROWS_OF_SHEET = 6
HEIGHTS = 11, 110  # pixels of the sheet, of a row's digits
REACH = 1.5, 0.4  # of the digits' height, that a window reaches beyond them at most, to the sides, and up and down
LOWEST = 0.9  # of the digits' height, that a window has at least
EMPTY, EMPTY_WINDOWS = 0.3, 3  # the share of sheets that windows without any sign are looked for on, and how many
OTHERS = 0.3  # the share of other writing that gets a window of its own
SEEN = 0.3  # of a sign's box: with less in a window it is none of its own, and with less than CUT it is not known
OFF_LINE = 0.6  # of the digits' height: a digit's middle that far from its window's is on another row


class Row(NamedTuple):
    """A window (40, w) uint8, w at most 400; and, from left to right, the signs in it by their index, and the middles
    of their boxes in its pixels, each (n,)."""

    picture: NDArray[np.uint8]
    signs: NDArray[np.int8]
    middles: NDArray[np.float32]


def draw_rows(hands: Hands, rng: np.random.Generator) -> list[Row]:
    """Draw a sheet and cut some of its rows out; there may be none on it."""
    sheet = draw_sheet(SIDE, hands, rng)
    windows = _choose_windows(sheet, rng)
    if not windows:
        return []
    rng.shuffle(windows)
    picture = take_picture(sheet, hands, rng)
    visible = judge_visible(sheet, picture)
    rows = (_cut_row(sheet, picture, window, height, visible) for window, height in windows[:ROWS_OF_SHEET])
    return [row for row in rows if row]


def find_rows(boxes: Boxes) -> NDArray[np.int64]:
    """Return which row each digit (n, 4) is on, (n,), as the index of one of its digits."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    tall = boxes[:, 3] - boxes[:, 1]
    higher = np.maximum(tall[:, None], tall)
    apart = np.abs((low + high)[..., 1] - boxes[:, 1] - boxes[:, 3]) / 2
    gap = np.maximum(low[..., 0], boxes[:, 0]) - np.minimum(high[..., 0], boxes[:, 2])
    together = (apart < ON_A_LINE * higher) & (np.minimum(tall[:, None], tall) > ALIKE * higher) & (gap < NEAR * higher)
    row = np.arange(len(boxes))
    while (row != (joined := np.where(together, row, len(boxes)).min(1, initial=len(boxes)))).any():
        row = joined
    return row


def _choose_windows(sheet: Sheet, rng: np.random.Generator) -> list[tuple[NDArray[np.float64], float]]:
    """Return windows, left, top, right and bottom, around rows, other writing and nothing, each with its height."""
    digits = [mark for mark in sheet.marks if 0 <= mark.sign < DIGITS]
    boxes = np.array([mark.box for mark in digits]).reshape(-1, 4)
    heights = np.array([mark.height for mark in digits])
    rows = find_rows(boxes)
    around = [(boxes[rows == row], float(heights[rows == row].mean())) for row in np.unique(rows)]
    around += [
        (np.array([mark.box]), mark.height) for mark in sheet.marks if mark.sign == OTHER and rng.random() < OTHERS
    ]
    if rng.random() < EMPTY:
        for _ in range(EMPTY_WINDOWS):
            height = float(np.exp(rng.uniform(*np.log(HEIGHTS))))
            corner = rng.uniform(-0.3 * height, SIDE - 12, 2)
            around.append((np.array([[*corner, *corner + height * np.array([rng.uniform(0.4, 3.5), 1])]]), height))
    return [(_around(group, height, rng), height) for group, height in around if HEIGHTS[0] <= height <= HEIGHTS[1]]


def _around(boxes: Boxes, height: float, rng: np.random.Generator) -> NDArray[np.float64]:
    reach = height * rng.uniform(0, 1, 4) * np.array(REACH * 2)
    reach[[0, 2]] *= rng.random(2)
    window = np.concatenate([boxes[:, :2].min(0) - reach[:2], boxes[:, 2:].max(0) + reach[2:]])
    lacking = max(LOWEST * height - (window[3] - window[1]), 0)
    return np.clip(window + np.array([0, -lacking, 0, lacking]) / 2, 0, SIDE)


def _cut_row(
    sheet: Sheet,
    picture: NDArray[np.uint8],
    window: NDArray[np.float64],
    height: float,
    visible: Callable[[Mark], bool],
) -> Row | None:
    """Return what a window shows; None if it is too small or too long, or not all signs in it are known."""
    left, top = np.floor(window[:2]).astype(int).tolist()
    right, bottom = np.ceil(window[2:]).astype(int).tolist()
    if right - left < 6 or bottom - top < 8:
        return None
    scale = ROW_HEIGHT / (bottom - top)
    width = max(ROW_WIDTH_MIN, round((right - left) * scale))
    if width > ROW_WIDTH:
        return None
    boxes = np.array([mark.box for mark in sheet.marks]).reshape(-1, 4)
    shares = shared(boxes, np.array([[left, top, right, bottom]]))[:, 0] / np.maximum(area(boxes), 1e-3)
    signs = []
    for mark, share in zip(sheet.marks, shares.tolist(), strict=True):
        if mark.sign == NO_SIGN or share < SEEN:
            continue
        middle = np.add(mark.box[:2], mark.box[2:]) / 2
        off_line = mark.sign < DIGITS and abs(middle[1] - (top + bottom) / 2) > OFF_LINE * height
        if mark.sign == UNKNOWN or share < CUT or off_line or not visible(mark):
            return None
        signs.append(((middle[0] - left) * width / (right - left), mark.sign))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    grey = cv2.resize(picture[top:bottom, left:right], (width, ROW_HEIGHT), interpolation=smooth)
    middles, indices = zip(*sorted(signs), strict=True) if signs else ((), ())
    return Row(grey.astype(np.uint8), np.array(indices, np.int8), np.array(middles, np.float32))
