"""How a picture is read, step by step, in pictures for the page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.picture import load_scaled
from mnist_demo.picture.data_url import draw_data_url
from mnist_demo.reading import is_digit, read_marks

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

SHOWN_SIDE = 480  # pixels: the longest side of a step's picture, some 5 kB of WebP
DIGITS_SHOWN = 8  # a row of them
HOT = (255, 48, 0)  # the colour of the heat map
FAINT = 0.1  # of it, that is not shown: blank paper has 0.01 to 0.05, which would lie over it as a haze
OPAQUE = 216  # of 255, where it is hottest: the ink below is still seen


def take_steps(picture: bytes, classifier: Classifier) -> dict[str, Any]:
    """Return the steps from a picture to its digits.

    Returns:
        picture, a data URL of it as the model sees it; heat, that of where it sees signs, to lay over it; marks, each
        with its label, None for no sign, and its box, [left, top, right, bottom] in parts of the picture's width and
        height; images, those of the first digits as base64 of 28 * 28 bytes, ink = 255.

    Raises:
        ValueError: the picture cannot be read.
    """
    grey, _ = load_scaled(picture)
    marks = read_marks(classifier.read(grey)).digits
    height, width = grey.shape
    digits = [mark for mark in marks if is_digit(mark.label)]
    return {
        "picture": shown(Image.fromarray(grey)),
        "heat": shown(glow(classifier.heat(grey))),
        "marks": [
            {"label": mark.label, "box": (np.array(mark.box) / [width, height, width, height]).tolist()}
            for mark in marks
        ],
        "images": [encode(digit.image) for digit in digits[:DIGITS_SHOWN]],
    }


def glow(heat: NDArray[np.float32]) -> Image.Image:
    """Return a heat map (h, w) in [0, 1] as a picture of one colour, the less transparent the hotter."""
    picture = Image.new("RGB", heat.shape[::-1], HOT)
    opacity = np.maximum(heat - FAINT, 0) / (1 - FAINT)
    picture.putalpha(Image.fromarray(np.rint(OPAQUE * opacity).astype(np.uint8)))
    return picture


def shown(picture: Image.Image) -> str:
    """Return a picture, reduced to be shown, as the data URL of a WebP file."""
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    return draw_data_url(picture, "webp", quality=80)


def encode(image: NDArray[np.float32]) -> str:
    """Return a digit's (28, 28) image in [0, 1] as base64 of its bytes in [0, 255]."""
    return base64.b64encode(np.rint(image * 255).astype(np.uint8).tobytes()).decode("ascii")
