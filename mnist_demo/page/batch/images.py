"""Images that are as MNIST's are already, from MNIST's own files: the model reads them as they come."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_demo.batch.mnist import read
from mnist_demo.inference import IMAGE_SIDE

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

IMAGES_MAX = 1000  # in one request; the page sends 500


def read_images(encoded: object, classifier: Classifier) -> dict[str, list[Any]]:
    """Return what the model reads in each image.

    Args:
        encoded: the images, as base64 of 28 * 28 bytes each, ink = 255.

    Returns:
        labels, a digit's text for each image; lowest, the probabilities of these.

    Raises:
        ValueError: the images are none, or too many.
    """
    values = base64.b64decode(encoded, validate=True) if isinstance(encoded, str) else b""
    count, rest = divmod(len(values), IMAGE_SIDE**2)
    if rest or not 0 < count <= IMAGES_MAX:
        raise ValueError(f"Expected at most {IMAGES_MAX} images, {IMAGE_SIDE} x {IMAGE_SIDE} bytes each, as base64.")
    images = np.frombuffer(values, np.uint8).reshape(count, IMAGE_SIDE, IMAGE_SIDE)
    readings = list(read(images, classifier))
    return {
        "labels": [reading.text for reading in readings],
        "lowest": [reading.digits[0].confidence for reading in readings],
    }
