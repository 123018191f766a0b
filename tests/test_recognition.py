"""From a picture to its text, with the real model."""

from collections.abc import Iterable
from functools import reduce

import cv2
import numpy as np
import pytest
from conftest import Write
from numpy.typing import NDArray

from mnist_demo import Classifier, recognize


@pytest.mark.parametrize("digit", "0123456789")
@pytest.mark.parametrize(("pen", "height"), [(1, 60), (2, 300), (9, 120), (22, 120), (6, 40)])
def test_reads_a_digit_in_any_pen_and_size(
    digit: str, pen: int, height: int, write: Write, classifier: Classifier
) -> None:
    assert recognize(write(digit, pen=pen, height=height), classifier).text == digit


@pytest.mark.parametrize("slash", [((0.2, 0.9), (0.8, 0.1)), ((0.4, 1.1), (0.65, -0.1)), ((0.5, 0.95), (0.5, 0.05))])
@pytest.mark.parametrize("pen", [2, 6])
def test_reads_a_zero_with_a_slash(slash: tuple, pen: int, write: Write, classifier: Classifier) -> None:
    picture = write("0", pen=pen, height=100)
    rows, columns = (np.flatnonzero((picture < 128).any(axis)) for axis in (1, 0))
    corner, extent = np.array([columns[0], rows[0]]), np.array([np.ptp(columns), np.ptp(rows)])
    start, end = (np.round(corner + extent * point).astype(int).tolist() for point in slash)
    cv2.line(picture, start, end, 0, pen, cv2.LINE_AA)
    assert recognize(picture, classifier).text == "0"


@pytest.mark.parametrize("lines", [("42",), ("2026", "11", "22"), ("31415926535",), ("007", "8", "9000")])
def test_reads_lines_of_digits(lines: tuple[str, ...], write: Write, classifier: Classifier) -> None:
    reading = recognize(write(*lines), classifier)
    assert reading.text.replace(" ", "") == "\n".join(lines)
    assert len(reading.digits) == sum(map(len, lines))


@pytest.mark.parametrize(("ink", "paper"), [(255, 0), (110, 200), (230, 40)])
def test_reads_any_ink_on_any_paper(ink: int, paper: int, write: Write, classifier: Classifier) -> None:
    assert recognize(write("3097", ink=ink, paper=paper), classifier).text == "3097"


@pytest.mark.parametrize("bare", [0.25, 0.4])
def test_reads_chalk_that_left_crumbs(bare: float, write: Write, classifier: Classifier) -> None:
    board = write("3097", "215", pen=12, ink=210, paper=50)
    grain = cv2.GaussianBlur(np.random.default_rng(1).standard_normal(board.shape), (0, 0), 2)
    board[grain > (1 - 2 * bare) * grain.std()] = 50
    assert recognize(cv2.GaussianBlur(board, (0, 0), 0.8), classifier).text == "3097\n215"


@pytest.mark.parametrize(("pen", "pitch", "gap"), [(9, 8, 3), (12, 8, 3), (12, 10, 4)])
def test_reads_a_dotted_pen(pen: int, pitch: int, gap: int, write: Write, classifier: Classifier) -> None:
    picture = write("3097", "215", pen=pen)
    y, x = np.indices(picture.shape)
    picture[(y % pitch < gap) | ((x + y) % pitch < gap)] = 255
    assert recognize(picture, classifier).text == "3097\n215"


def test_reads_a_wide_gap_as_a_space(write: Write, classifier: Classifier) -> None:
    left, right = write("123"), write("45")
    gap = np.full((left.shape[0], 200), 255, np.uint8)
    assert recognize(np.hstack([left, gap, right]), classifier).text == "123 45"


@pytest.mark.parametrize("pen", [4, 9])
def test_a_comma_and_a_point_are_no_digits(pen: int, write: Write, classifier: Classifier) -> None:
    pieces = [write(text, pen=pen) for text in ("39", "78", "52")]
    bottom = np.flatnonzero((pieces[0] < 128).any(1))[-1]
    cv2.line(pieces[0], (pieces[0].shape[1] - 45, bottom - 14), (pieces[0].shape[1] - 55, bottom + 18), 0, pen)
    cv2.circle(pieces[1], (pieces[1].shape[1] - 45, bottom - pen // 2), pen, 0, -1)
    assert recognize(np.hstack(pieces), classifier).text.replace(" ", "") == "397852"


def test_reads_digits_that_touch(write: Write, classifier: Classifier) -> None:
    left, right = write("3"), write("5")
    overlap = 90  # pixels; the margins of both, so that the strokes meet
    touching = np.minimum(np.pad(left, ((0, 0), (0, right.shape[1] - overlap)), constant_values=255), 255)
    touching[:, -right.shape[1] :] = np.minimum(touching[:, -right.shape[1] :], right)
    touching[140:144, left.shape[1] // 2 : -right.shape[1] // 2] = 0
    assert recognize(touching, classifier).text == "35"


@pytest.mark.parametrize("text", ["06", "16", "19", "23", "58", "345", "8269"])
def test_tells_digits_apart_that_are_pushed_together(text: str, write: Write, classifier: Classifier) -> None:
    reading = recognize(push_together(map(write, text)), classifier)
    assert reading.text == text
    lefts = [digit.box[0] for digit in reading.digits]
    assert lefts == sorted(lefts)


@pytest.mark.parametrize("text", ["412", "413", "416"])
def test_a_one_that_touches_its_left_neighbour_stands_apart_from_the_right(
    text: str, write: Write, classifier: Classifier
) -> None:
    row = push_together(map(write, text[:2]))
    last = write(text[2])
    ends, begins = np.flatnonzero((row < 128).any(0))[-1], np.flatnonzero((last < 128).any(0))[0]
    assert recognize(np.hstack([row[:, : ends + 8], last[:, begins:]]), classifier).text == text


@pytest.mark.parametrize("text", ["38", "25", "603"])
def test_reads_digits_though_one_mark_that_touches_them_is_none(
    text: str, write: Write, classifier: Classifier
) -> None:
    letter = np.full_like(write("0"), 255)
    for start, end in (((15, 80), (15, 190)), ((80, 80), (80, 190)), ((15, 130), (80, 130))):
        cv2.line(letter, start, end, 0, 9, cv2.LINE_AA)
    assert recognize(push_together([*map(write, text), letter]), classifier).text == text


def push_together(marks: Iterable[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Move each picture over those to its left until their ink shares a few pixels."""
    return reduce(push_onto, [np.pad(mark, ((0, 0), (400, 400)), constant_values=255) for mark in marks])


def push_onto(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Move the right picture over the left one until their ink shares a few pixels."""
    inked = np.flatnonzero((left < 128).any(0))
    for shift in range(int(inked[-1]), 0, -2):
        moved = np.full_like(left, 255, shape=(left.shape[0], left.shape[1] + right.shape[1]))
        moved[:, shift - 400 : shift - 400 + right.shape[1]] = right
        shared = (moved[:, : left.shape[1]] < 128) & (left < 128)
        if shared.sum() > 10:
            break
    moved[:, : left.shape[1]] = np.minimum(moved[:, : left.shape[1]], left)
    return moved


def test_a_doubtful_digit_is_one_in_the_company_of_digits(write: Write, classifier: Classifier) -> None:
    doubtful = []
    for label in "2345689":
        for turn in range(4):
            for share in np.arange(0.1, 0.5, 0.04):
                torn = np.rot90(write(label), turn).copy()
                rows = np.flatnonzero((torn < 128).any(1))
                torn[round(rows[-1] - share * len(rows)) :] = 255
                torn = np.rot90(torn, -turn)
                digits = recognize(torn, classifier).digits
                if len(digits) == 1 and 0.41 < digits[0].confidence < 0.49 and digits[0].probabilities.argmax() != 1:
                    doubtful.append(torn)
    assert doubtful
    for torn in doubtful:
        assert recognize(torn, classifier).text == ""
        text = recognize(np.hstack([write("2051"), torn]), classifier).text.replace(" ", "")
        assert text[:4] == "2051"
        assert len(text) == 5


def test_a_bar_is_a_one_only_in_the_company_of_digits(classifier: Classifier) -> None:
    bars = np.full((400, 900), 255, np.uint8)
    for x in (120, 240, 360):
        cv2.line(bars, (x, 60), (x, 160), 0, 6, cv2.LINE_AA)
    assert recognize(bars, classifier).text == "111"
    for x in range(60, 860, 50):
        cv2.circle(bars, (x, 300), 18, 0, -1, cv2.LINE_AA)
        cv2.circle(bars, (x, 220), 18, 0, -1, cv2.LINE_AA)
    assert recognize(bars, classifier).text == ""


def test_specks_do_not_keep_a_bar_from_being_a_one(classifier: Classifier) -> None:
    picture = np.full((400, 900), 255, np.uint8)
    for x in range(120, 720, 120):
        cv2.line(picture, (x, 60), (x, 160), 0, 6, cv2.LINE_AA)
    for x in range(60, 860, 70):
        cv2.circle(picture, (x, 250), 9, 0, -1, cv2.LINE_AA)
    assert recognize(picture, classifier).text == "11111"


@pytest.mark.parametrize(("lengths", "text"), [((150,) * 6, "111111"), ((250, 190, 150, 120, 90, 70), "")])
def test_bars_of_unlike_lengths_are_no_ones(lengths: tuple[int, ...], text: str, classifier: Classifier) -> None:
    picture = np.full((400, 900), 255, np.uint8)
    for i, length in enumerate(lengths):
        cv2.line(picture, (120 + 120 * i, 20), (120 + 120 * i, 20 + length), 0, 6, cv2.LINE_AA)
    for x in range(60, 860, 70):
        cv2.circle(picture, (x, 340), 14, 0, -1, cv2.LINE_AA)
    assert recognize(picture, classifier).text == text


def test_a_date_stamp_is_too_small_to_be_writing(write: Write, classifier: Classifier) -> None:
    picture = np.pad(write("305", height=300, pen=20), ((0, 200), (0, 0)), constant_values=255)
    cv2.putText(picture, "24 11 26", (60, picture.shape[0] - 40), cv2.FONT_HERSHEY_SIMPLEX, 2.6, 0, 4, cv2.LINE_AA)
    reading = recognize(picture, classifier)
    assert reading.text == "305"
    assert sum(digit.label is None for digit in reading.digits) >= 4


def test_writing_of_less_than_half_the_size_is_read(write: Write, classifier: Classifier) -> None:
    large, small = write("305", height=300, pen=20), write("24785", height=120, pen=9)
    picture = np.full((large.shape[0] + small.shape[0], max(large.shape[1], small.shape[1])), 255, np.uint8)
    picture[: large.shape[0], : large.shape[1]] = large
    picture[large.shape[0] :, : small.shape[1]] = small
    assert recognize(picture, classifier).text == "305\n24785"


@pytest.mark.parametrize("digit", "2358")
def test_reads_a_picture_of_the_models_own_size_through_specks(
    digit: str, write: Write, classifier: Classifier
) -> None:
    (found,) = recognize(write(digit), classifier).digits
    rng = np.random.default_rng(8)
    specks = rng.random((28, 28)) < 0.06
    picture = np.round(255 * np.maximum(found.image, specks)).astype(np.uint8)
    assert recognize(picture, classifier).text == digit
    assert recognize(255 - picture, classifier).text == digit


@pytest.mark.parametrize("digit", "2358")
def test_reads_a_picture_of_the_models_own_size_in_grain_that_hides_every_mark(
    digit: str, write: Write, classifier: Classifier
) -> None:
    (found,) = recognize(write(digit), classifier).digits
    grain = np.random.default_rng(9).normal(0, 0.3, (28, 28))
    picture = np.round(255 * np.clip(found.image + grain, 0, 1)).astype(np.uint8)
    assert recognize(picture, classifier).text == digit


@pytest.mark.parametrize("digit", "2358")
def test_reads_a_picture_of_the_models_own_size_in_light_ink_on_a_bright_ground(
    digit: str, write: Write, classifier: Classifier
) -> None:
    (found,) = recognize(write(digit), classifier).digits
    picture = np.round(255 * np.clip(found.image + 0.55, 0, 1)).astype(np.uint8)
    assert recognize(picture, classifier).text == digit


@pytest.mark.parametrize("shade", [0, 90, 255])
def test_reads_nothing_on_blank_paper(shade: int, classifier: Classifier) -> None:
    reading = recognize(np.full((300, 400), shade, np.uint8), classifier)
    assert reading.text == ""
    assert reading.digits == ()


def test_a_scribble_is_no_digit(classifier: Classifier) -> None:
    rng = np.random.default_rng(3)
    picture = np.full((300, 300), 255, np.uint8)
    cv2.polylines(picture, [rng.integers(40, 260, (25, 2)).astype(np.int32)], False, 0, 5, cv2.LINE_AA)
    reading = recognize(picture, classifier)
    assert [digit.label for digit in reading.digits] == [None] * len(reading.digits)
    assert reading.text == ""


def test_a_reading_tells_where_and_how_sure(write: Write, classifier: Classifier) -> None:
    picture = write("64")
    reading = recognize(picture, classifier)
    for digit, shown in zip(reading.digits, reading.to_dict()["digits"], strict=True):
        left, top, right, bottom = digit.box
        assert 0 <= left < right <= picture.shape[1]
        assert 0 <= top < bottom <= picture.shape[0]
        assert picture[top:bottom, left:right].min() == 0
        assert digit.image.shape == (28, 28)
        assert shown["box"] == [left, top, right, bottom]
        assert shown["confidence"] == max(shown["probabilities"]) == digit.confidence
        assert shown["label"] == digit.label == str(np.argmax(shown["probabilities"]))
        assert sum(shown["probabilities"]) == pytest.approx(1, abs=1e-4)


def test_boxes_are_in_the_pictures_own_pixels_when_it_is_reduced(write: Write, classifier: Classifier) -> None:
    picture = np.full((3000, 4000), 255, np.uint8)
    digit = write("5", height=600, pen=40)
    picture[1500 : 1500 + digit.shape[0], 2500 : 2500 + digit.shape[1]] = digit
    (found,) = recognize(picture, classifier).digits
    rows, columns = np.nonzero(picture < 128)
    expected = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert np.abs(np.subtract(found.box, expected)).max() <= 4
