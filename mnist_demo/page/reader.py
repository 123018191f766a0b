"""Reads pictures for the page, with a classifier that loads while the page is already being served."""

from __future__ import annotations

import base64
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from mnist_demo.document.texts import TEXTS
from mnist_demo.explanation.reasons import explain, respond
from mnist_demo.explanation.steps import encode, take_steps
from mnist_demo.inference import MODEL_DIR, Classifier
from mnist_demo.page.answers import DamagedModelError, answer, facts_of
from mnist_demo.picture import PictureError, signatures
from mnist_demo.reading import Reading, is_digit, recognize

logger = logging.getLogger(__name__)

MAX_DRAWING_LENGTH = 1_000_000  # characters of a drawing's data URL; a crowded pad has 60,000
MAX_DRAWING_PIXELS = 2_000_000  # a pad sends 256 on the longer side; more is no drawing and would take seconds
DRAWING_PREFIX = "data:image/png;base64,"
PNG_START = signatures.PNG + b"\0\0\0\rIHDR"  # its width and height come next


class Reader:
    """Answers the page's requests; those that come before the classifier has loaded wait for it.

    Attributes:
        model: what the classifier is made of, a folder or an address; None is the folder that comes with the project.
    """

    def __init__(self) -> None:
        self.model: str | None = None
        self._loader = ThreadPoolExecutor(1, "load-classifier")
        self._loading: Future[Classifier] | None = None
        self._lock = Lock()

    def load(self) -> Future[Classifier]:
        """Begin to load the classifier in the background, unless that has begun; return its future."""
        with self._lock:
            self._loading = self._loading or self._loader.submit(load_classifier, self.model)
        return self._loading

    def state(self) -> Literal["loading", "ready", "damaged", "away"]:
        """Return how the classifier is; where its model is served elsewhere, that server is asked."""
        loading = self.load()
        if not loading.done():
            return "loading"
        return "damaged" if loading.exception() else loading.result().state()

    def classifier(self) -> Classifier:
        """Return the classifier. Raises DamagedModelError if there is none."""
        try:
            return self.load().result()
        except Exception:  # TensorFlow raises nearly anything on a damaged model; it was logged when it happened
            raise DamagedModelError from None

    def read(self, source: Path | bytes, may_turn: bool = True) -> Reading:
        """Read a picture. Raises PictureError if it cannot be read, DamagedModelError if nothing can."""
        return recognize(source, self.classifier(), may_turn)

    def read_drawing(self, data_url: object) -> dict[str, Any]:
        """Read a drawing, given as the data URL of a PNG, for the page."""
        return answer(lambda: for_page(self.read(decode_drawing(data_url), may_turn=False)))

    def read_photo(self, photo: bytes, name: str, may_turn: bool = True) -> dict[str, Any]:
        """Read a photo, the bytes of the file called name, for the page."""
        return answer(lambda: for_page(self.read(photo, may_turn)), name)

    def read_batch(self, files: list[bytes]) -> dict[str, Any]:
        """Read files, given by their bytes, for the page: {"rows": ...}, one for each in the same order."""

        def rows() -> dict[str, Any]:
            classifier = self.classifier()
            from mnist_demo.batch.pipeline import read_all  # TensorFlow, which a served model does without

            return {"rows": [as_row(each) for each in read_all(files, classifier)]}

        return answer(rows)

    def respond(self, image: object) -> dict[str, Any]:
        """Picture a digit's way through the classifier, given its 28x28 image as `for_page` gives it, for the page."""
        return answer(lambda: respond(image, self.classifier()))

    def explain(self, question: object) -> dict[str, Any]:
        """Explain why a digit is read so, given its 28x28 image as `for_page` gives it and two labels, for the page."""
        return answer(lambda: explain(question, self.classifier()))

    def take_steps(self, picture: bytes) -> dict[str, Any]:
        """Take a picture's way to its digits' 28x28 images step by step, for the page."""
        return answer(lambda: take_steps(picture, self.classifier()))

    def read_file(self, path: Path, name: str) -> dict[str, Any]:
        """Read an uploaded file for the API: the command line's JSON object about the file called name."""
        try:
            return {"file": name, **self.read(path).to_dict()}
        except PictureError as error:
            return {"file": name, "error": str(error.of(name))}
        except Exception as error:
            facts = facts_of(error)
            return {"file": name, "error": TEXTS["en"][f"error_{facts['kind']}"].format_map(facts)}


def as_row(read: Reading | Exception) -> dict[str, Any]:
    """Return a row of the page's table: text, the number of marks and the digits' lowest confidence; or error."""
    if not isinstance(read, Reading):
        return {"error": facts_of(read)}
    confidences = (digit.confidence for digit in read.digits if is_digit(digit.label))
    return {"text": read.text, "marks": len(read.digits), "lowest": min(confidences, default=None)}


def load_classifier(model: str | None) -> Classifier:
    """Load the model, and TensorFlow if it runs here, which takes seconds. Raises, and logs, whatever goes wrong."""
    try:
        return Classifier(model or MODEL_DIR)
    except Exception:
        logger.exception("no digits can be read until the model is restored and the server started again")
        raise


def decode_drawing(data_url: object) -> bytes:
    """Return the PNG file in a data URL. Raises ValueError if there is none, or a far too long or large one."""
    if not isinstance(data_url, str) or not data_url.startswith(DRAWING_PREFIX):
        raise ValueError("Expected a drawing as the data URL of a PNG image.")
    if len(data_url) > MAX_DRAWING_LENGTH:
        raise ValueError("The drawing is too large. Clear the pad and draw it more simply.")
    drawing = base64.b64decode(data_url[len(DRAWING_PREFIX) :], validate=True)
    if not drawing.startswith(PNG_START) or drawing.count(b"IHDR") > 1:  # whose size would be another
        raise ValueError("Expected a drawing as the data URL of a PNG image.")
    if int.from_bytes(drawing[16:20], "big") * int.from_bytes(drawing[20:24], "big") > MAX_DRAWING_PIXELS:
        raise ValueError("The drawing has too many pixels. Send it as a photo.")
    return drawing


def for_page(reading: Reading) -> dict[str, Any]:
    """Return to_dict() of the reading, by how many quarters to the left the picture was turned for it, and in each of
    its digits the image as base64 of 28 * 28 bytes, ink = 255."""
    told = reading.to_dict() | {"turned": reading.turned}
    for entry, digit in zip(told["digits"], reading.digits, strict=True):
        entry["image"] = encode(digit.image)
    return told
