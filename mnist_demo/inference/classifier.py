"""The model behind its signatures: a page in, its marks out; 28x28 images in, label probabilities out.

It runs in this process, or in a TensorFlow Serving elsewhere. Only the first needs TensorFlow, which takes seconds to
import, so that happens when a classifier is made.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference.contract import IMAGE_SIDE, LABELS, LAYERS, Images, Marks
from mnist_demo.inference.integrity import REMEDY, golden_digits, golden_page, verify_checksums
from mnist_demo.inference.served import OTHER_MODEL, ServedModel, State
from mnist_demo.model_folder import MODELS

if TYPE_CHECKING:
    from mnist_demo.inference.local import SavedModel

MODEL_DIR = MODELS / "mnist" / "1"
BATCH_MAX = 256  # images a call of the signature; bounds the memory that a file of thousands of images takes

Shape = tuple[int | None, ...]


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
            from mnist_demo.inference import local  # TensorFlow

            self._model = local.SavedModel(model)
            self._verify_answers(model)
            self._model.trim()

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
        batches = [images[i : i + BATCH_MAX] for i in range(0, len(images), BATCH_MAX)]
        rows = [self._run("serving_default", {"output_0": (LABELS,)}, batch)[0] for batch in batches]
        return np.concatenate([np.zeros((0, LABELS), np.float32), *rows])

    def saliency(self, images: Images, labels: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return how much each pixel's ink speaks for a label: the gradient of the label's log-odds.

        The log-odds, unlike the probability, have a gradient that does not vanish where the model is sure
        (Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks", 2013, take the score before the
        softmax for the same reason).

        Args:
            images: (n, 28, 28) float32 in [0, 1].
            labels: (n,) integers in [0, 9].

        Returns:
            (n, 28, 28) float32: above 0 where more ink makes the label more likely, below 0 where less.

        Raises:
            ValueError: the images have another shape.
        """
        _check_shape(images)
        shape = IMAGE_SIDE, IMAGE_SIDE
        return self._run("saliency", {"output_0": shape}, images, labels=labels.astype(np.int64))[0]

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
        """
        _check_shape(images)
        return self._run("features", {name: (side, side, None) for name, side in LAYERS.items()}, images)

    def _run(
        self, signature: str, shapes: dict[str, Shape], images: Images, **inputs: NDArray[np.generic]
    ) -> list[NDArray[np.float32]]:
        """Return those outputs of a signature that have a shape: of each image, and None is any number."""
        outputs = self._model.run(signature, images=np.ascontiguousarray(images, np.float32), **inputs)
        for name, shape in shapes.items():
            if name not in outputs or not _has_shape(outputs[name], (len(images), *shape)):
                expected = f"its {signature} gives no {name} of shape {shape} an image"
                raise ConnectionError(f"the model that is served is another: {expected}. {OTHER_MODEL}")
        return [outputs[name] for name in shapes]

    def _verify_answers(self, folder: Path | str) -> None:
        """Raise ValueError if the model answers what no right one does: NaN passes for "0", and for a checksum."""
        alone, marks = self.predict(golden_digits()), self.read(golden_page())
        found = marks.probabilities[:3][marks.boxes[:3, 0].argsort()]  # the likeliest marks, from left to right
        if any(not np.isfinite(answer).all() or answer.argmax(1).tolist() != [0, 1, 7] for answer in (alone, found)):
            raise ValueError(f"the model at {folder} is damaged: it does not read plain digits. {REMEDY}")


def _has_shape(array: NDArray[np.float32], shape: Shape) -> bool:
    return array.ndim == len(shape) and all(side in (own, None) for side, own in zip(shape, array.shape, strict=True))


def _check_page(page: NDArray[np.uint8]) -> None:
    if page.ndim != 2 or page.size == 0 or page.dtype != np.uint8:
        raise ValueError(f"expected a page of shape (h, w) and type uint8, got {page.shape} of {page.dtype}")


def _check_shape(images: Images) -> None:
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise ValueError(f"expected images of shape (n, {IMAGE_SIDE}, {IMAGE_SIDE}), got {images.shape}")
