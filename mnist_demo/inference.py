"""The model behind its signatures: a page in, its marks out; 28x28 images in, label probabilities out.

It runs in this process, or in a TensorFlow Serving elsewhere. Only the first needs TensorFlow, which takes seconds to
import, so that happens when a classifier is made.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_demo.model_folder import MODELS
from mnist_demo.serving import ServedModel, State

if TYPE_CHECKING:
    from mnist_demo.savedmodel import SavedModel

MODEL_DIR = MODELS / "mnist" / "1"
CHECKSUMS = "SHA256SUMS"
LABELS = 10
LAYERS = ("output_0", "middle", "last")  # the outputs of the signature `features`, from the image on
SIGNS = (*"0123456789", ".", ",", "-", "/", ":", None)  # what `read` tells apart; None is anything else
IMAGE_SIDE = 28  # pixels, of the picture that the classifier sees
BATCH_MAX = 256  # images a call of the signature; bounds the memory that a file of thousands of images takes
REMEDY = "Restore the folder with git, or train it anew with `make train`."

Images = NDArray[np.float32]


class Marks(NamedTuple):
    """What the signature `read` finds on a page, the likeliest first; all float32.

    Attributes:
        boxes: (n, 4) left, top, right, bottom in the page's pixels.
        signs: (n, 16) probabilities of SIGNS; what is missing to 1 is that there is nothing.
        images: (n, 28, 28) in [0, 1], ink = 1: what the classifier saw of each mark.
        probabilities: (n, 10) of the digits; each row sums to 1.
    """

    boxes: NDArray[np.float32]
    signs: NDArray[np.float32]
    images: NDArray[np.float32]
    probabilities: NDArray[np.float32]


class Classifier:
    """A digit classifier: a SavedModel folder, or the address of one that TensorFlow Serving serves."""

    def __init__(self, model: Path | str = MODEL_DIR) -> None:
        """Check a folder against its checksums, load it, and have it read digits whose answers are known.

        Of an address only the form is checked; its server may start later.

        Args:
            model: a folder, or an address such as http://localhost:8501/v1/models/mnist.

        Raises:
            FileNotFoundError: the folder, or a file on its list, is missing.
            ValueError: a file's checksum is not the one on the list, the model does not read those digits, or the
                address has another form.
        """
        if str(model).startswith(("http://", "https://")):
            self._model: SavedModel | ServedModel = ServedModel(str(model))
        else:
            verify_checksums(Path(model))
            from mnist_demo import savedmodel  # TensorFlow

            self._model = savedmodel.SavedModel(model)
            self._verify_answers(model)

    def state(self) -> State:
        """Return how the model is; one that was loaded from a folder is always ready."""
        return self._model.state()

    def read(self, page: NDArray[np.uint8]) -> Marks:
        """Find the marks on a page.

        Args:
            page: (h, w) uint8 grey, upright, 255 is white; neither side is 0.

        Raises:
            ValueError: the page has another shape or type.
            ConnectionError: the model is served elsewhere and did not answer.
        """
        _check_page(page)
        return Marks(**self._model.read(page))

    def heat(self, page: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return where on a page the detector sees digits and other signs of numbers: a heat map to lay over it.

        Args:
            page: as `read` takes it; raises what that does.

        Returns:
            (rows, columns) float32 in [0, 1], coarser than the page: how likely a sign has its middle there.
        """
        _check_page(page)
        return self._model.heat(page)

    def predict(self, images: Images) -> NDArray[np.float32]:
        """Return the probabilities of each label.

        Args:
            images: (n, 28, 28) float32 in [0, 1], ink = 1; n may be 0.

        Returns:
            (n, 10) float32; each row sums to 1.

        Raises:
            ValueError: the images have another shape.
            ConnectionError: the model is served elsewhere and did not answer; the methods below raise it too.
        """
        _check_shape(images)
        return self._run_batches("serving_default", images, (LABELS,))

    def saliency(self, images: Images, labels: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
        """Return how much each pixel's ink speaks for a label: the gradient of the label's log-odds.

        The log-odds, unlike the probability, have a gradient that does not vanish where the model is sure
        (Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks", 2013, take the score before the
        softmax for the same reason).

        Args:
            images: (n, 28, 28) float32 in [0, 1].
            labels: (n,) integers in [0, 9]; by default each image's most probable label.

        Returns:
            (n, 28, 28) float32: above 0 where more ink makes the label more likely, below 0 where less.

        Raises:
            ValueError: the images have another shape.
        """
        _check_shape(images)
        chosen = self.predict(images).argmax(1) if labels is None else labels
        return self._run("saliency", images=images, labels=chosen.astype(np.int64))["output_0"]

    def features(self, images: Images) -> NDArray[np.float32]:
        """Return what the first layer responds to.

        Args:
            images: (n, 28, 28) float32 in [0, 1].

        Returns:
            (n, 28, 28, channels) float32, 0 or more: one map of responses for each of the layer's filters.

        Raises:
            ValueError: the images have another shape.
        """
        return self.layers(images)[0]

    def layers(self, images: Images) -> list[NDArray[np.float32]]:
        """Return what three layers respond to, from the image on: the first, one midway, and the last.

        What the last one responds to is averaged, map by map, and weighed into the probabilities.

        Args:
            images: (n, 28, 28) float32 in [0, 1].

        Returns:
            (n, 28, 28, channels), (n, 14, 14, channels) and (n, 7, 7, channels) float32, 0 or more; each has channels
            of its own, twice as many as the one before.

        Raises:
            ValueError: the images have another shape.
            ConnectionError: the model that is served has not these outputs.
        """
        _check_shape(images)
        outputs = self._run("features", images=images)
        if any(name not in outputs for name in LAYERS):
            raise ConnectionError(f"the model that is served is another: its features are not {', '.join(LAYERS)}")
        return [outputs[name] for name in LAYERS]

    def _run_batches(self, signature: str, images: Images, row: tuple[int, ...]) -> NDArray[np.float32]:
        """Return a signature's rows, each of the given shape, for any number of images."""
        batches = [images[i : i + BATCH_MAX] for i in range(0, len(images), BATCH_MAX)]
        rows = [self._run(signature, images=batch)["output_0"] for batch in batches]
        if any(answer.shape[1:] != row for answer in rows):
            raise ConnectionError(f"the model that is served is another: its {signature} does not give {row} an image")
        return np.concatenate([np.zeros((0, *row), np.float32), *rows])

    def _run(self, signature: str, images: Images, **inputs: NDArray) -> dict[str, NDArray[np.float32]]:
        return self._model.run(signature, images=np.asarray(images, np.float32), **inputs)

    def _verify_answers(self, folder: Path | str) -> None:
        """Raise ValueError if the model answers what no right one does: NaN passes for "0", and for a checksum."""
        alone, marks = self.predict(golden_digits()), self.read(golden_page())
        found = marks.probabilities[:3][marks.boxes[:3, 0].argsort()]  # the likeliest marks, from left to right
        if any(not np.isfinite(answer).all() or answer.argmax(1).tolist() != [0, 1, 7] for answer in (alone, found)):
            raise ValueError(f"the model at {folder} is damaged: it does not read plain digits. {REMEDY}")


def golden_digits() -> Images:
    """Return 0, 1 and 7 as anyone would draw them: (3, 28, 28) float32 in [0, 1]."""
    fine = 8  # times, that they are drawn larger, for soft edges
    canvas = [Image.new("L", (fine * IMAGE_SIDE,) * 2) for _ in range(3)]
    pens = [ImageDraw.Draw(image) for image in canvas]
    pens[0].ellipse([8 * fine, 4 * fine, 20 * fine, 24 * fine], outline=255, width=2 * fine)
    pens[1].line([15 * fine, 4 * fine, 13 * fine, 23 * fine], 255, 2 * fine)
    pens[2].line([7 * fine, 5 * fine, 20 * fine, 5 * fine, 12 * fine, 23 * fine], 255, 2 * fine, "curve")
    return np.stack([np.asarray(image.reduce(fine), np.float32) / 255 for image in canvas])


def golden_page() -> NDArray[np.uint8]:
    """Return them side by side, dark on white: (28, 84) uint8."""
    return np.rint(255 * (1 - np.hstack(list(golden_digits())))).astype(np.uint8)


def write_checksums(model_dir: Path) -> None:
    """Write the SHA-256 sums of the folder's files, as sha256sum does, to its file SHA256SUMS."""
    files = sorted(path for path in model_dir.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    lines = [f"{_sha256(path)}  {path.relative_to(model_dir).as_posix()}\n" for path in files]
    (model_dir / CHECKSUMS).write_text("".join(lines))


def verify_checksums(model_dir: Path) -> None:
    """Compare the folder's files with the sums in its SHA256SUMS.

    Raises:
        FileNotFoundError: the list or a file on it is missing.
        ValueError: a file's sum differs.
    """
    listed = model_dir / CHECKSUMS
    if not listed.is_file():
        raise FileNotFoundError(f"no model at {model_dir}: {CHECKSUMS} is missing. {REMEDY}")
    for line in listed.read_text().splitlines():
        expected, name = line.split("  ", 1)
        if not (model_dir / name).is_file():
            raise FileNotFoundError(f"the model at {model_dir} lacks {name}. {REMEDY}")
        if _sha256(model_dir / name) != expected:
            raise ValueError(f"the model at {model_dir} is damaged: {name} is not the file that was trained. {REMEDY}")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_page(page: NDArray[np.uint8]) -> None:
    if page.ndim != 2 or page.size == 0 or page.dtype != np.uint8:
        raise ValueError(f"expected a page of shape (h, w) and type uint8, got {page.shape} of {page.dtype}")


def _check_shape(images: Images) -> None:
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise ValueError(f"expected images of shape (n, {IMAGE_SIDE}, {IMAGE_SIDE}), got {images.shape}")
