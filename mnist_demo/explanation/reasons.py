"""Why the model reads a digit as it does, in pictures for the page."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.inference import IMAGE_SIDE, LABELS, SIGNS
from mnist_demo.picture.data_url import draw_data_url

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

MAPS_SHOWN = 9  # of each layer, three by three on the page


def explain(question: object, classifier: Classifier) -> dict[str, str]:
    """Return what speaks for the label that a digit is read as, and for another.

    The label is given, as the classifier alone may take the digit for another than what is read with the detector.

    Args:
        question: a dict of image, the digit's as base64 of 28 * 28 bytes, ink = 255; and labels, that which was read
            and its rival, the likeliest other one, both "0" to "9".

    Returns:
        own and other, their saliency as base64 of 28 * 28 signed bytes in [-127, 127].

    Raises:
        ValueError: the image is none, or the labels are not two.
    """
    asked = question if isinstance(question, dict) else {}
    image, labels = decode_image(asked.get("image")), decode_labels(asked.get("labels"))
    own, other = classifier.saliency(np.stack([image, image]), labels)
    return {"own": encode_signed(own), "other": encode_signed(other)}


def respond(encoded: object, classifier: Classifier) -> dict[str, list[str]]:
    """Return a digit's way through the classifier.

    Args:
        encoded: the digit's image, as to `explain`.

    Returns:
        layers, from the image on, each as the data URL of a grey PNG of the maps that respond most, in a row.

    Raises:
        ValueError: the image is none.
    """
    return {"layers": [side_by_side(maps[0]) for maps in classifier.layers(decode_image(encoded)[None])]}


def decode_labels(labels: object) -> NDArray[np.int64]:
    """Return two labels, "0" to "9", as numbers (2,). Raises ValueError if they are not two."""
    if not isinstance(labels, list) or len(labels) != 2 or any(label not in SIGNS[:LABELS] for label in labels):
        raise ValueError("Expected a digit's label and its rival, each 0 to 9 as text.")
    return np.array([SIGNS.index(label) for label in labels])


def decode_image(encoded: object) -> NDArray[np.float32]:
    """Return the (28, 28) float32 image in [0, 1] of base64 bytes. Raises ValueError if they are not one."""
    values = base64.b64decode(encoded, validate=True) if isinstance(encoded, str) else b""
    if len(values) != IMAGE_SIDE**2:
        raise ValueError(f"Expected a digit's image, {IMAGE_SIDE} x {IMAGE_SIDE} bytes as base64.")
    return np.frombuffer(values, np.uint8).reshape(IMAGE_SIDE, IMAGE_SIDE).astype(np.float32) / np.float32(255)


def encode_signed(saliency: NDArray[np.float32]) -> str:
    """Return a (28, 28) map, a little smoothed, as base64 of signed bytes; its strongest value is 127 or -127."""
    smoothed = blur(saliency, 0.9)
    scaled = smoothed * (127 / max(float(np.abs(smoothed).max()), 1e-9))
    return base64.b64encode(np.rint(scaled).astype(np.int8).tobytes()).decode("ascii")


def blur(picture: NDArray[np.float32], sigma: float) -> NDArray[np.floating]:
    """Return a picture (h, w), blurred by a Gaussian of `sigma` pixels up to three of them; its edge goes on beyond."""
    reach = math.ceil(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    blurred: NDArray[np.floating] = np.pad(picture, reach, "edge")
    for axis in (0, 1):
        blurred = np.apply_along_axis(np.convolve, axis, blurred, kernel / kernel.sum(), "valid")
    return blurred


def side_by_side(responses: NDArray[np.float32]) -> str:
    """Return those maps of (side, side, channels) responses, 0 or more, with the strongest spots, in their order.

    Returns:
        A grey PNG, side pixels high, as a data URL: MAPS_SHOWN maps from left to right, the peak of each white.
    """
    peaks = responses.max(axis=(0, 1))
    strongest = np.sort(peaks.argsort()[-MAPS_SHOWN:])
    maps = responses[..., strongest] / np.maximum(peaks[strongest], 1e-6)
    row = np.hstack(list(np.moveaxis(maps, 2, 0)))
    return draw_data_url(Image.fromarray(np.rint(255 * row).astype(np.uint8)), "png", optimize=True)
