"""The data sets: MNIST images, and pen strokes of digits and of other signs, split by writer."""

import os
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DEFAULT_DIR = Path(__file__).parents[3] / "shared" / "data"
MNIST_HELD_OUT = 5000  # the last training images, which choose between recipes
WRITERS_HELD_OUT = 10  # one writer in so many is never trained on

# Signs that people also write for digits, beside those of UNIPEN that the data set marks: a backslash, Omniglot's.
DIGIT_LIKE = (
    "\\",
    *("Early_Aramaic/character02", "Early_Aramaic/character04", "Early_Aramaic/character06"),  # 9, 4, 4
    *("Early_Aramaic/character11", "Early_Aramaic/character13", "Early_Aramaic/character17"),  # 7, 1, 4
    *("Greek/character04", "Greek/character08", "Greek/character15"),  # delta, theta, omicron
    *("Korean/character17", "Korean/character33"),  # 7, 0
    *("Latin/character02", "Latin/character15", "Latin/character17"),  # b, o, q
    *("Latin/character19", "Latin/character20", "Latin/character26"),  # s, t, z
)

Stroke = NDArray[np.int16]


class Labelled(NamedTuple):
    """Images (n, 28, 28) uint8, ink = 255, and their labels (n,) uint8."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


@dataclass(frozen=True)
class PenStrokes:
    """Signs as their strokes, in the order of writing; a stroke is its points (k, 2) int16, x right and y down."""

    signs: list[list[Stroke]]
    labels: NDArray[np.str_]
    writers: NDArray[np.str_]

    def select(self, keep: NDArray[np.bool_]) -> "PenStrokes":
        """Return the signs where `keep` (n,) is true."""
        signs = [sign for sign, kept in zip(self.signs, keep, strict=True) if kept]
        return PenStrokes(signs, self.labels[keep], self.writers[keep])

    def held_out(self) -> NDArray[np.bool_]:
        """Return (n,) bool: true for writers kept from training, chosen by a checksum of their name alone."""
        return np.array([zlib.crc32(name.encode()) % WRITERS_HELD_OUT == 0 for name in self.writers.tolist()])


def data_dir(chosen: Path | None = None) -> Path:
    """Return the folder of the data: `chosen`, else the environment's MNIST_DEMO_DATA, else ../shared/data."""
    return chosen or Path(os.environ.get("MNIST_DEMO_DATA", DEFAULT_DIR))


def load_mnist(folder: Path) -> tuple[Labelled, Labelled]:
    """Return MNIST's 60,000 training and 10,000 test images; downloaded by Keras where `folder` has no mnist.npz."""
    if (folder / "mnist.npz").exists():
        arrays = np.load(folder / "mnist.npz")
        return Labelled(arrays["x_train"], arrays["y_train"]), Labelled(arrays["x_test"], arrays["y_test"])
    from keras.datasets import mnist

    train, test = mnist.load_data()
    return Labelled(*train), Labelled(*test)


def load_pen_digits(folder: Path) -> PenStrokes | None:
    """Return the digits written with a pen; None where `folder` has none."""
    return load_strokes(folder / "pen_strokes_digits.npz")


def load_pen_signs(folder: Path) -> PenStrokes | None:
    """Return letters and symbols that no digit looks like, written with a pen; None where `folder` has none."""
    return load_strokes(folder / "pen_strokes_nondigits.npz", unambiguous=True)


def load_strokes(path: Path, unambiguous: bool = False) -> PenStrokes | None:
    """Return the signs of a file of strokes, or only those that no digit looks like; None where there is no file."""
    if not path.exists():
        return None
    arrays = dict(np.load(path))
    points, strokes, samples = arrays["pts"], arrays["stroke_off"], arrays["sample_off"]
    signs = [[points[strokes[j] : strokes[j + 1]] for j in range(first, last)] for first, last in pairwise(samples)]
    labels = arrays["labels"].astype(str)
    read = PenStrokes(signs, labels, arrays["writer"])
    return read.select(~arrays["ambiguous"] & ~np.isin(labels, DIGIT_LIKE)) if unambiguous else read
