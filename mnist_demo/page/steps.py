"""How a picture becomes what the model sees, step by step, in pictures for the page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.images import extract_ink, load_scaled
from mnist_demo.recognition import recognize

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

SHOWN_SIDE = 480  # pixels: the longest side of a step's picture
DIGITS_SHOWN = 8


def take_steps(picture: bytes, classifier: Classifier) -> dict[str, Any]:
    """Return the steps from a picture to its digits.

    Returns:
        picture and ink, data URLs of pictures of the same shape; boxes, [left, top, right, bottom] in parts of their
        width and height; images, the first digits' images as base64 of 28 * 28 bytes, ink = 255.

    Raises:
        ValueError: the picture cannot be read.
    """
    grey, scale = load_scaled(picture)
    ink = extract_ink(grey)
    digits = recognize(picture, classifier).digits
    height, width = np.array(grey.shape) * scale
    return {
        "picture": data_url(grey),
        "ink": data_url(np.rint(255 * (1 - ink)).astype(np.uint8)),
        "boxes": [[float(side) for side in np.array(digit.box) / [width, height, width, height]] for digit in digits],
        "images": [encode(digit.image) for digit in digits[:DIGITS_SHOWN]],
    }


def data_url(grey: NDArray[np.uint8]) -> str:
    """Return a grey picture, reduced to be shown, as the data URL of a WebP file."""
    reduction = max(1.0, max(grey.shape) / SHOWN_SIDE)
    size = (round(grey.shape[1] / reduction), round(grey.shape[0] / reduction))
    _, file = cv2.imencode(
        ".webp", cv2.resize(grey, size, interpolation=cv2.INTER_AREA), [cv2.IMWRITE_WEBP_QUALITY, 80]
    )
    return "data:image/webp;base64," + base64.b64encode(file.tobytes()).decode("ascii")


def encode(image: NDArray[np.float32]) -> str:
    """Return a digit's (28, 28) image in [0, 1] as base64 of its bytes in [0, 255]."""
    return base64.b64encode(np.rint(image * 255).astype(np.uint8).tobytes()).decode("ascii")
