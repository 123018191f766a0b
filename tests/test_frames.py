"""The boxes of forms are no ink, whether the digits keep within them or not."""

import cv2
import numpy as np
import pytest
from conftest import Write
from numpy.typing import NDArray

from mnist_demo import Classifier, recognize
from mnist_demo.frames import erase_frame, trace_frame

TEXT = "3597"


def draw_form(write: Write, gap: int, thickness: int, tilt: float, height: int = 100) -> NDArray[np.uint8]:
    """Four boxes in a row, 100 pixels high and 90 wide, and a digit of the given height in each."""
    picture = np.full((300, 600), 255, np.uint8)
    for i, label in enumerate(TEXT):
        left = 60 + i * (90 + gap)
        cv2.rectangle(picture, (left, 100), (left + 90, 200), 90, thickness)
        digit = write(label, height=height, pen=5)
        rows, columns = (np.flatnonzero((digit < 128).any(axis)) for axis in (1, 0))
        digit = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        top, across = 150 - digit.shape[0] // 2, left + 45 - digit.shape[1] // 2
        place = picture[top : top + digit.shape[0], across : across + digit.shape[1]]
        np.minimum(place, digit, out=place)
    turned = cv2.getRotationMatrix2D((300, 150), tilt, 1)
    return cv2.warpAffine(picture, turned, (600, 300), borderValue=255).astype(np.uint8)


@pytest.mark.parametrize("height", [70, 93])
@pytest.mark.parametrize(("gap", "thickness", "tilt"), [(0, 2, 0), (0, 3, 3), (15, 2, 0), (15, 3, -3)])
def test_reads_digits_in_boxes_and_across_their_lines(
    gap: int, thickness: int, tilt: float, height: int, write: Write, classifier: Classifier
) -> None:
    assert recognize(draw_form(write, gap, thickness, tilt, height), classifier).text == TEXT


def test_boxes_that_nothing_is_written_in_are_no_digits(classifier: Classifier) -> None:
    picture = np.full((300, 600), 255, np.uint8)
    for left in range(60, 420, 90):
        cv2.rectangle(picture, (left, 100), (left + 90, 200), 90, 2)
    assert recognize(picture, classifier).text == ""


def test_a_one_from_line_to_line_is_no_line_of_the_form(classifier: Classifier) -> None:
    picture = np.full((300, 600), 255, np.uint8)
    for left in range(60, 510, 90):
        cv2.rectangle(picture, (left, 100), (left + 90, 200), 90, 2)
        cv2.line(picture, (left + 48, 98), (left + 45, 202), 0, 5, cv2.LINE_AA)
    assert recognize(picture, classifier).text == "11111"


def test_zeros_drawn_with_straight_strokes_are_no_boxes(classifier: Classifier) -> None:
    picture = np.full((300, 600), 255, np.uint8)
    for left in (100, 220, 340):
        cv2.rectangle(picture, (left, 100), (left + 60, 200), 0, 8)
    assert recognize(picture, classifier).text == "000"


@pytest.mark.parametrize("label", "0123456789")
def test_no_digit_is_a_frame(label: str, write: Write) -> None:
    digit = write(label, pen=6) < 128
    rows, columns = np.flatnonzero(digit.any(1)), np.flatnonzero(digit.any(0))
    assert trace_frame(digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.uint8)) is None


def test_a_stroke_that_crosses_a_frame_stays_whole() -> None:
    ink = np.zeros((60, 80), np.float32)
    cv2.rectangle(ink, (0, 10), (79, 59), 1.0, 2)
    cv2.line(ink, (40, 0), (40, 40), 1.0, 3)
    frame = trace_frame((ink > 0).astype(np.uint8))
    assert frame is not None
    rest = erase_frame(ink, frame)
    assert (rest[:41, 40] == 1).all()
    assert rest[:, :30].sum() == rest[:, 50:].sum() == 0


def test_a_seven_with_a_cross_bar_is_no_frame() -> None:
    seven = np.zeros((100, 70), np.uint8)
    cv2.polylines(seven, [np.array([(8, 4), (60, 4), (30, 96)])], False, 1, 7)
    cv2.line(seven, (4, 60), (66, 60), 1, 7)
    assert trace_frame(seven) is None
