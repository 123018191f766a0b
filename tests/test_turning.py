"""Photos that lie on their side or head."""

from itertools import product

import cv2
import numpy as np
import pytest
from conftest import Write
from hands import HANDS

from mnist_demo import Classifier, recognize
from mnist_demo.training.evaluation.sets import Sample, turn


@pytest.mark.parametrize(
    ("text", "hand", "quarters"),
    [
        *product(["4071"], ["crossed", "narrow and leaning"], [1, 2, 3]),
        *product(["12.50\n-347"], ["plain"], [1, 2, 3]),
        *product(["2357\n4412"], ["wide and leaning back"], [1, 2, 3]),
        *product(["31 415"], ["the page's"], [1, 2, 3]),
        ("4071", "wide and leaning back", 2),
        ("31 415", "plain", 3),
    ],
)
def test_a_picture_is_turned_and_its_boxes_are_those_of_the_turned_one(
    text: str, hand: str, quarters: int, write: Write, classifier: Classifier
) -> None:
    page = write(*text.split("\n"), hand=HANDS[hand])
    upright, reading = (recognize(np.rot90(page, way), classifier) for way in (0, quarters))
    assert reading.text == upright.text == text
    assert reading.turned == 4 - quarters
    assert [digit.box for digit in reading.digits] == [digit.box for digit in upright.digits]


@pytest.mark.parametrize("text", ["0", "1", "2", "5", "1111", "88", "69", "12.50", "-45", "31 415"])
def test_what_stands_upright_is_left_so(text: str, write: Write, classifier: Classifier) -> None:
    reading = recognize(write(text), classifier)
    assert (reading.text, reading.turned) == (text, 0)


@pytest.mark.parametrize(("text", "read"), [("6", "9"), ("9", "6")])
def test_a_single_6_or_9_is_not_turned(text: str, read: str, write: Write, classifier: Classifier) -> None:
    reading = recognize(np.rot90(write(text), 2), classifier)
    assert (reading.text, reading.turned) == (read, 0)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_drawing_is_never_turned(quarters: int, write: Write, classifier: Classifier) -> None:
    assert recognize(np.rot90(write("4071"), quarters), classifier, may_turn=False).turned == 0


@pytest.mark.parametrize("turns", [0, 2], ids=["M", "W"])
def test_a_letter_is_not_turned_until_it_looks_like_a_digit(turns: int, classifier: Classifier) -> None:
    page = np.full((220, 200), 250, np.uint8)
    corners = np.array([(50, 160), (50, 50), (95, 120), (140, 50), (140, 160)])  # on its side, a 3
    cv2.polylines(page, [corners], isClosed=False, color=30, thickness=9, lineType=cv2.LINE_AA)
    assert recognize(np.rot90(page, turns), classifier).text == ""


def test_a_set_of_turned_pictures_leaves_6_and_9_out() -> None:
    page = np.array([[1, 2], [3, 4]], np.uint8)
    turned = turn([Sample(page, "5", "photo"), Sample(page, "6", "photo"), Sample(page, "19", "photo")])
    assert [(sample.truth, sample.kind) for sample in turned] == [("5", f"by {way} degrees") for way in (90, 180, 270)]
    assert [np.asarray(sample.source()).tolist() for sample in turned] == [
        [[2, 4], [1, 3]],
        [[4, 3], [2, 1]],
        [[3, 1], [4, 2]],
    ]
