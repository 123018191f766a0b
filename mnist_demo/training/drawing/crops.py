"""Pages drawn on the fly: pictures with the signs in them, where they are and what they are."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.training.drawing.camera import take_picture
from mnist_demo.training.drawing.hands import Hands
from mnist_demo.training.drawing.scenes import draw_sheet
from mnist_demo.training.drawing.sheet import NO_SIGN, UNKNOWN, Mark, Sheet

SIDE = 192  # pixels, of a crop
CUT = 0.7  # of a mark's box: with less in view it is not known
BOXES_MAX = 160  # in a crop
PARTS, PART_MIN = 0.5, 10  # the share of crops of which only a part is seen, as of small pictures; pixels a side
SQUARE, STRIP = 0.4, 0.25  # the share of parts around a mark that are square, as photos of a single digit are; and of
# those as wide as the sheet, as cells and amounts that are cut out of a form
QUARTER_GAP = 16  # pixels between small crops that are seen at once, as between the levels of a pyramid
TURNED = 0.06  # the share of crops that lie on their side or head
NO_DIGITS_SIDEWAYS, NO_DIGITS_HEAD_DOWN = (2, 3, 4, 5, 7), (3, 4, 7)  # digits that look like none then
# Between a mark's ink and its surroundings, in grey levels and in deviations of these; with less it is not known.
VISIBLE, DISTINCT = 5, 1.2
SMOOTHED = 0.06  # of the digits' height: over so much of the paper's grain an eye takes the mean


class Crop(NamedTuple):
    """A picture (h, w) uint8 of at most 192 pixels a side, and its boxes (BOXES_MAX, 6) float32.

    A row is a sign's index (or NO_SIGN or UNKNOWN), left, top, right, bottom in pixels, and the height of the digits on
    its line, by which its size is judged. Rows that are not used have the sign -9.
    """

    picture: NDArray[np.uint8]
    boxes: NDArray[np.float32]


def draw_crop(hands: Hands, rng: np.random.Generator) -> Crop:
    """Return a random picture and what is in it."""
    sheet = draw_sheet(SIDE, hands, rng)
    grey, part = take_picture(sheet, hands, rng), _choose_part(sheet, rng)
    visible = judge_visible(sheet, grey)
    rows = [_row(mark, visible, part) for mark in sheet.marks[:BOXES_MAX]]
    boxes = np.full((BOXES_MAX, 6), -9, np.float32)
    boxes[: len(rows)] = rows or np.zeros((0, 6))
    crop = Crop(np.ascontiguousarray(grey[part[1] : part[3], part[0] : part[2]]), boxes)
    return _turn(crop, int(rng.integers(1, 4))) if rng.random() < TURNED else crop


def _turn(crop: Crop, quarters: int) -> Crop:
    """Turn a crop by quarters to the left. What then looks like no digit is none; what does is not known."""
    signs, boxes = crop.boxes[:, 0], crop.boxes[:, 1:5]
    none = np.isin(signs, NO_DIGITS_HEAD_DOWN if quarters == 2 else NO_DIGITS_SIDEWAYS)
    picture = crop.picture
    for _ in range(quarters):
        left, top, right, bottom = boxes.T
        boxes = np.stack([top, picture.shape[1] - right, bottom, picture.shape[1] - left], 1)
        picture = np.rot90(picture)
    signs = np.where(none, NO_SIGN, np.where(signs >= 0, UNKNOWN, signs))
    return Crop(np.ascontiguousarray(picture), np.concatenate([signs[:, None], boxes, crop.boxes[:, 5:]], 1))


def lay_down(crops: Sequence[Crop], rng: np.random.Generator) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """Return crops as the detector sees the levels of a pyramid, and their boxes there.

    Each is standardised and lies in (SIDE, SIDE) float16, 0 is around it: one anywhere, up to four small ones each
    anywhere in a quarter, QUARTER_GAP from the others.
    """
    picture, boxes = np.zeros((SIDE, SIDE), np.float16), []
    for crop, corner in zip(crops, ((0, 0), (0, 1), (1, 0), (1, 1)), strict=False):
        room = SIDE if len(crops) == 1 else SIDE // 2 - QUARTER_GAP
        size = np.array(crop.picture.shape)
        top, left = (np.array(corner) * SIDE // 2 + rng.integers(0, room - size + 1)).tolist()
        picture[top : top + size[0], left : left + size[1]] = standardise(crop.picture)
        boxes.append(crop.boxes + np.array([0, left, top, left, top, 0], np.float32))
    return picture, np.concatenate(boxes)


def is_small(crop: Crop) -> bool:
    """Whether four such crops fit into a square."""
    return max(crop.picture.shape) <= SIDE // 2 - QUARTER_GAP


def standardise(grey: NDArray[np.uint8]) -> NDArray[np.float16]:
    """Return a picture (h, w) with a mean of 0 and a deviation of 1."""
    picture = grey.astype(np.float32)
    return ((picture - picture.mean()) / np.sqrt(picture.var() + 1)).astype(np.float16)


def _choose_part(sheet: Sheet, rng: np.random.Generator) -> tuple[int, ...]:
    """What is seen of a sheet: left, top, right, bottom; mostly all of it, else a part, or a mark and what is near."""
    side = sheet.side
    if rng.random() > PARTS:
        return 0, 0, side, side
    signs = [mark.box for mark in sheet.marks if mark.sign >= 0 and mark.box[3] - mark.box[1] > PART_MIN]
    if signs and rng.random() < 0.7:
        first = signs[rng.integers(len(signs))]
        around = max(first[2] - first[0], first[3] - first[1]) * rng.uniform(0.02, rng.choice([0.2, 0.8, 3]), 4)
        low, high = np.array(first[:2]) - around[:2], np.array(first[2:]) + around[2:]
        chance = rng.random()
        if chance > 1 - STRIP:
            low[0], high[0] = 0, side
        elif chance < SQUARE:
            lacking, before = np.max(high - low) - (high - low), rng.uniform(0, 1, 2)
            low, high = low - lacking * before, high + lacking * (1 - before)
    else:
        size = side * rng.uniform(0.15, 1, 2)
        low = rng.uniform(0, side - size)
        high = low + size
    left, top = np.clip(low, 0, side - PART_MIN).astype(int).tolist()
    right, bottom = np.clip(high, (left + PART_MIN, top + PART_MIN), side).astype(int).tolist()
    return left, top, right, bottom


def judge_visible(sheet: Sheet, picture: NDArray[np.uint8]) -> Callable[[Mark], bool]:
    """Return what tells whether a mark's ink stands out from what is around it, in grey levels and deviations of it."""
    heights = [mark.height for mark in sheet.marks if mark.sign >= 0] or [0.0]
    smooth = cv2.GaussianBlur(picture, (0, 0), max(0.4, SMOOTHED * float(np.median(heights))))
    inked = cv2.resize(np.maximum(sheet.pen, sheet.print), picture.shape, interpolation=cv2.INTER_AREA)

    def is_visible(mark: Mark) -> bool:
        left, top, right, bottom = np.clip(np.add(mark.box, (-1, -1, 2, 2)), 0, sheet.side).astype(int)
        grey, ink = smooth[top:bottom, left:right], inked[top:bottom, left:right]
        inside, outside = grey[ink > 128], grey[ink < 32]
        if not inside.size or not outside.size:
            return bool(grey.size and np.ptp(grey) >= VISIBLE)
        contrast = abs(float(inside.mean()) - float(outside.mean()))
        return contrast >= max(VISIBLE, DISTINCT * float(outside.std()))

    return is_visible


def _row(mark: Mark, visible: Callable[[Mark], bool], part: tuple[int, ...]) -> tuple[float, ...]:
    left, top = np.clip(mark.box[:2], part[:2], part[2:]).tolist()
    right, bottom = np.clip(mark.box[2:], part[:2], part[2:]).tolist()
    whole = max((mark.box[2] - mark.box[0]) * (mark.box[3] - mark.box[1]), 1e-3)
    seen = (right - left) * (bottom - top) / whole
    known = mark.sign < 0 or (seen >= CUT and visible(mark))
    sign = mark.sign if known else UNKNOWN
    return sign, left - part[0], top - part[1], right - part[0], bottom - part[1], mark.height
