"""What all tests share: the real model, the real app, and hands that write digits."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from typing import Any

import cv2
import numpy as np
import pytest
from app_server import serve_app
from hands import HANDS, WriteLine
from numpy.typing import NDArray
from pictures import encode

from mnist_demo import Classifier, recognize
from mnist_demo.hand import bounds, write_line
from mnist_demo.inference import Images

Write = Callable[..., NDArray[np.uint8]]


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Run `python app.py` and return its address."""
    with serve_app() as url:
        yield url


@pytest.fixture
def write(request: pytest.FixtureRequest) -> Write:
    """Write by the hand, one of HANDS, that the name of the test and of its case decides."""
    number = zlib.crc32(request.node.name.encode()) % len(HANDS)
    return partial(write_digits, hand=list(HANDS.values())[number])


@pytest.fixture(scope="session")
def digits() -> list[NDArray[np.uint8]]:
    """Pictures of 0 to 9, which several hands wrote by turns."""
    return [write_digits(label, hand=hand) for label, hand in zip("0123456789", cycle(HANDS.values()), strict=False)]


@pytest.fixture(scope="session")
def pictures(digits: list[NDArray[np.uint8]]) -> list[bytes]:
    """PNG files of 0 to 9."""
    return [encode(digit) for digit in digits]


@pytest.fixture(scope="session")
def images(digits: list[NDArray[np.uint8]], classifier: Classifier) -> Images:
    """What the model sees of 0 to 9, (10, 28, 28)."""
    return np.stack([recognize(digit, classifier).digits[0].image for digit in digits])


@pytest.fixture(scope="session")
def mnist_images(images: Images) -> NDArray[np.uint8]:
    """The same with ink = 255, as MNIST's images are."""
    return np.rint(images * 255).astype(np.uint8)


def about(value: Any) -> Any:
    """Return a JSON value that equals one whose floats differ a little, as they do from one process to another."""
    if isinstance(value, dict):
        return {key: about(part) for key, part in value.items()}
    if isinstance(value, list):
        return [about(part) for part in value]
    return pytest.approx(value, abs=1e-4) if isinstance(value, float) else value


def write_digits(
    *lines: str,
    hand: WriteLine = write_line,
    height: int = 120,
    pen: int = 9,
    ink: int = 0,
    paper: int = 255,
    seed: int = 5,
) -> NDArray[np.uint8]:
    """Return a picture of lines of digits and signs, (h, w) uint8, written with a round pen and a margin all around."""
    rng = np.random.default_rng(seed)
    rows = [[stroke * height + 0.6 * height for stroke in hand(line, rng)] for line in lines]
    width = max(int(bounds(row)[1][0]) for row in rows) + int(0.6 * height)
    pitch = int(1.7 * height)
    picture = np.full((pitch * len(lines) + int(0.5 * height), width), paper, np.uint8)
    for number, row in enumerate(rows):
        for stroke in row:
            points = np.round((stroke + np.array([0, number * pitch])) * 16).astype(np.int32)
            cv2.polylines(picture, [points], False, ink, pen, cv2.LINE_AA, 4)
    return picture
