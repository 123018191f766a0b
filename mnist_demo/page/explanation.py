"""Why the model reads a digit as it does, in pictures for the page."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.page.blur import blur

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

FILTERS_A_ROW = 8
FILTER_MARGIN = 2  # pixels between two filters' pictures


def explain(encoded: object, classifier: Classifier) -> dict[str, Any]:
    """Return what speaks for a digit's likeliest label, and for the next.

    Args:
        encoded: the digit's image, as base64 of 28 * 28 bytes, ink = 255.

    Returns:
        label and rival; own and other, their saliency as base64 of 28 * 28 signed bytes in [-127, 127].

    Raises:
        ValueError: the image is none.
    """
    images = decode_image(encoded)[None]
    rival, label = np.argsort(classifier.predict(images)[0])[-2:]
    own, other = classifier.saliency(np.repeat(images, 2, axis=0), np.array([label, rival]))
    return {
        "label": str(label),
        "rival": str(rival),
        "own": encode_signed(own),
        "other": encode_signed(other),
    }


def respond(encoded: object, classifier: Classifier) -> dict[str, str]:
    """Return what the first layer responds to in a digit, given as to `explain`; raises what that does.

    Returns:
        filters, the responses side by side, as the data URL of a grey PNG.
    """
    return {"filters": side_by_side(classifier.features(decode_image(encoded)[None])[0])}


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


def side_by_side(responses: NDArray[np.float32]) -> str:
    """Return (28, 28, filters) responses as one picture, a PNG's data URL; each filter's strongest is white."""
    strongest = np.maximum(responses.max(axis=(0, 1)), 1e-6)
    pictures = np.moveaxis(np.rint(responses / strongest * 255).astype(np.uint8), 2, 0)
    pictures = np.pad(pictures, ((0, -len(pictures) % FILTERS_A_ROW), (0, FILTER_MARGIN), (0, FILTER_MARGIN)))
    rows = [np.hstack(list(pictures[i : i + FILTERS_A_ROW])) for i in range(0, len(pictures), FILTERS_A_ROW)]
    file = io.BytesIO()
    Image.fromarray(np.vstack(rows)[:-FILTER_MARGIN, :-FILTER_MARGIN]).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
