"""How the About tab pictures a reading."""

import base64
import io

import numpy as np
import pytest
from conftest import Write
from pictures import encode
from PIL import Image

from mnist_demo import Classifier
from mnist_demo.explanation.steps import DIGITS_SHOWN, SHOWN_SIDE, take_steps
from mnist_demo.page.about import About
from mnist_demo.page.reader import Reader


def open_picture(data_url: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(data_url.removeprefix("data:image/webp;base64,"))))


def test_the_steps_are_the_picture_its_marks_and_the_digits_images(write: Write, classifier: Classifier) -> None:
    picture = write("305")
    steps = take_steps(encode(picture), classifier)
    assert [mark["label"] for mark in steps["marks"]] == list("305")
    for mark in steps["marks"]:
        left, top, right, bottom = mark["box"]
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
    assert [len(base64.b64decode(image)) for image in steps["images"]] == [28 * 28] * 3
    assert open_picture(steps["picture"]).size == picture.shape[::-1]


def test_what_the_model_sees_is_laid_over_the_picture(write: Write, classifier: Classifier) -> None:
    picture = write("305")
    steps = take_steps(encode(picture), classifier)
    heat = open_picture(steps["heat"])
    assert heat.mode == "RGBA"
    assert heat.width / heat.height == pytest.approx(picture.shape[1] / picture.shape[0], rel=0.05)
    opaque = np.asarray(heat.getchannel("A"))
    assert opaque.min() < 20
    for mark in steps["marks"]:
        left, top, right, bottom = mark["box"]
        assert opaque[int((top + bottom) / 2 * heat.height), int((left + right) / 2 * heat.width)] > 60


def test_a_large_picture_is_shown_reduced_and_few_of_many_digits(write: Write, classifier: Classifier) -> None:
    steps = take_steps(encode(write("314159265358")), classifier)
    assert len(steps["marks"]) == 12
    assert len(steps["images"]) == DIGITS_SHOWN
    assert max(open_picture(steps["picture"]).size) == SHOWN_SIDE


def test_blank_paper_has_a_picture_alone(classifier: Classifier) -> None:
    steps = take_steps(encode(np.full((90, 120), 255, np.uint8)), classifier)
    assert steps["picture"].startswith("data:image/webp")
    assert (steps["marks"], steps["images"]) == ([], [])


def test_those_of_the_example_are_taken_once() -> None:
    about = About(Reader())
    steps = about.steps(None)
    assert len(steps["images"]) == DIGITS_SHOWN
    assert about.steps(None) is steps


def test_what_is_no_picture_is_refused(classifier: Classifier) -> None:
    with pytest.raises(ValueError, match="not a PNG, JPEG or WebP image"):
        take_steps(b"Dear model,", classifier)
