"""The files that MNIST comes in, IDX, NumPy's .npy and .npz and Kaggle's CSV, each also as .gz: images, and labels."""

import gzip
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.picture import PictureError
from mnist_demo.reading import Digit, Reading

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

AREA = IMAGE_SIDE**2
SHAPES = ((IMAGE_SIDE, IMAGE_SIDE), (AREA,), (IMAGE_SIDE, IMAGE_SIDE, 1))  # of an image
NAME = re.compile(r"\.(npy|npz|csv|gz)$|idx[13]-ubyte$", re.IGNORECASE)
GZIP, IDX, NPY, ZIP = b"\x1f\x8b", b"\0\0\x08", b"\x93NUMPY", b"PK"
AT_ONCE = 500  # images that are floats at a time, in 1.6 MB; all of MNIST's would take 190


class Dataset(NamedTuple):
    """Images of a file, and what they show.

    Attributes:
        images: (n, 28, 28) uint8, ink = 255.
        labels: (n,) numbers, which may be floats, or None where the file has none.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.number] | None


def is_dataset(name: str, start: bytes = b"") -> bool:
    """Return whether a file is one that MNIST comes in, by its name or its first bytes."""
    return NAME.search(name) is not None or start.startswith((GZIP, IDX, NPY, ZIP))


def labels_beside(name: str) -> str | None:
    """Return the name of the file that holds the labels of MNIST's file of images called name, if it is one."""
    labels = re.sub(r"images([.-])idx3(?=-ubyte)", r"labels\1idx1", name)
    return labels if labels != name else None


def load(content: bytes, labels: bytes = b"") -> list[Dataset]:
    """Return the sets of images in a file, each with the labels that there are as many of.

    Args:
        content: the file.
        labels: another that holds labels; empty if there is none.

    Raises:
        PictureError: there are no images of 28x28 pixels in it.
    """
    try:
        arrays = [array for each in (content, labels) if each for array in _arrays(each)]
        is_set = any(len(array) == AREA for array in arrays if array.shape[1:] in SHAPES)  # which 784 numbers label
        known = [array for array in arrays if array.ndim == 1 and (is_set or array.size != AREA)]
        images = [array for array in arrays if _holds_images(array) and (array.ndim > 1 or not is_set)]
        sets = [_pair(array, known) for array in images]
    except Exception:  # what unpacks files raises nearly anything on those that are something else
        sets = []
    if not sets:
        raise PictureError("no_images")
    return sets


def _arrays(content: bytes) -> Iterator[np.ndarray]:
    content = gzip.decompress(content) if content.startswith(GZIP) else content
    if content.startswith(IDX):
        shape = np.frombuffer(content, ">u4", content[3], 4)
        yield np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)
    elif content.startswith(NPY):
        yield np.load(io.BytesIO(content), allow_pickle=False)
    elif content.startswith(ZIP):
        arrays = np.load(io.BytesIO(content), allow_pickle=False)
        yield from (arrays[name] for name in arrays.files)
    else:
        has_head = re.search(rb"[a-z]", content.split(b"\n", 1)[0], re.IGNORECASE)
        table = np.loadtxt(io.BytesIO(content), np.uint8, delimiter=",", skiprows=1 if has_head else 0, ndmin=2)
        yield table[:, -AREA:]
        yield from ([table[:, 0]] if table.shape[1] == AREA + 1 else [])


def _holds_images(array: np.ndarray) -> bool:
    return array.shape[1:] in SHAPES or array.shape in SHAPES  # several, or one


def _pair(array: np.ndarray, labels: list[np.ndarray]) -> Dataset:
    """Return an array of images as bytes, and take its labels from those that are left."""
    if array.dtype != np.uint8:
        is_share = array.dtype == np.bool_ or (np.issubdtype(array.dtype, np.floating) and array.max() <= 1)
        array = np.clip(np.rint(array * (255 if is_share else 1)), 0, 255).astype(np.uint8)
    images = array.reshape(-1, IMAGE_SIDE, IMAGE_SIDE)
    match = next((i for i, each in enumerate(labels) if len(each) == len(images)), None)
    return Dataset(images, None if match is None else labels.pop(match))


def read(images: NDArray[np.uint8], classifier: "Classifier") -> Iterator[Reading]:
    """Read each image, which is framed as MNIST's are, as the one digit that it shows.

    Raises:
        ConnectionError: as `Classifier.predict` does.
    """
    box = (0, 0, IMAGE_SIDE, IMAGE_SIDE)
    for start in range(0, len(images), AT_ONCE):
        some = images[start : start + AT_ONCE].astype(np.float32) / np.float32(255)
        for image, probabilities in zip(some, classifier.predict(some), strict=True):
            label = str(probabilities.argmax())
            yield Reading((Digit(box, image, probabilities, label, float(probabilities.max())),), label)
