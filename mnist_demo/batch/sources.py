"""What is named on the command line: files, folders and standard input, and what each of their images reads."""

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tqdm import tqdm

from mnist_demo.batch import mnist
from mnist_demo.picture import PictureError, signatures
from mnist_demo.picture.pdf import Page, draw_pages
from mnist_demo.reading import Reading

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

# What folders are looked through for; a file that is named is read whatever it is called.
PICTURES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".pdf")
OTHER_PICTURES = (".heic", ".heif", ".avif", ".bmp", ".gif", ".tif", ".tiff")  # that they are not read is worth a word
IDX_IMAGES = ("idx3-ubyte", "idx3-ubyte.gz")  # MNIST's own


class Item(NamedTuple):
    """Something to read.

    Attributes:
        name: as it is shown.
        source: a file's path or bytes, or why there are none.
    """

    name: str
    source: str | bytes | Exception


Answer = tuple[str, Reading | Exception]  # the name of an image, and what it reads or why it cannot be read


def find_items(paths: Iterable[str]) -> list[Item]:
    """Return what paths stand for: folders for the pictures in them, and - for what standard input brings."""
    items = list(chain.from_iterable(map(_find, paths)))
    beside = {mnist.labels_beside(item.name) for item in items}  # these are read with their images
    return [item for item in items if item.name not in beside]


def _find(path: str) -> Iterator[Item]:
    try:
        yield from _find_in(path)
    except OSError as error:  # as of a folder that may not be entered
        yield Item(path, error)


def _find_in(path: str) -> Iterator[Item]:
    if path == "-":
        yield Item(path, sys.stdin.buffer.read())
    elif Path(path).is_dir():
        found = list(pictures_in(path))
        yield from (Item(each, each) for each in found)
        if not found:
            yield Item(path, PictureError("no_pictures"))
    elif Path(path).is_fifo():  # such as a shell makes of <(curl ...)
        yield Item(path, Path(path).read_bytes())
    else:
        yield Item(path, path if Path(path).is_file() else PictureError("missing"))


def pictures_in(folder: str) -> Iterator[str]:
    """Yield the pictures in a folder and those below it, each folder's by name; what is hidden is passed over."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith((*PICTURES, *OTHER_PICTURES, *IDX_IMAGES)) and not name.startswith("."):
                yield os.path.join(parent, name)  # noqa: PTH118 (./ stays where it was given)


def read_items(items: Iterable[Item], classifier: "Classifier") -> Iterator[Answer]:
    """Read what was found, in its order; pages and images of one file are numbered.

    Raises:
        ConnectionError: as `Classifier.read` does.
    """
    for holds_images, some in groupby(items, _is_dataset):
        yield from (_read_datasets if holds_images else _read_pictures)(list(some), classifier)


def _is_dataset(item: Item) -> bool:
    return mnist.is_dataset(item.name, item.source if isinstance(item.source, bytes) else b"")


def _read_pictures(items: list[Item], classifier: "Classifier") -> Iterator[Answer]:
    from mnist_demo.batch.pipeline import read_all  # TensorFlow, which takes seconds

    names: deque[str] = deque()

    def take() -> Iterator[str | bytes | Page | Exception]:
        for name, source in chain.from_iterable(map(_images_of, items)):
            names.append(name)
            yield source

    for answer in read_all(take(), classifier):
        yield names.popleft(), answer


def _images_of(item: Item) -> Iterator[tuple[str, str | bytes | Page | Exception]]:
    """Yield the pages of a PDF, numbered if there are several, or what is no PDF as it is."""
    name, source = item
    if isinstance(source, str) and _starts_as_pdf(source):
        source = Path(source).read_bytes()
    if not isinstance(source, bytes) or not source.startswith(signatures.PDF):
        yield name, source
        return
    pages = _pages_of(source)
    first = list(islice(pages, 2))
    for number, page in enumerate(chain(first, pages), 1):
        yield (f"{name} {number}" if len(first) > 1 else name), page


def _starts_as_pdf(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            return file.read(len(signatures.PDF)) == signatures.PDF
    except OSError:
        return False  # whoever reads it says why


def _pages_of(content: bytes) -> Iterator[Page | Exception]:
    try:
        yield from draw_pages(content)
    except PictureError as error:
        yield error


def _read_datasets(items: list[Item], classifier: "Classifier") -> Iterator[Answer]:
    for name, source in items:
        try:
            sets = _load_dataset(source)
        except (OSError, ValueError) as error:
            yield name, error
            continue
        yield from _read_sets(name, sets, classifier)


def _read_sets(name: str, sets: list[mnist.Dataset], classifier: "Classifier") -> Iterator[Answer]:
    """Read sets of images, and say on standard error how many of those with labels are read right."""
    number = known = right = 0
    for images, labels in sets:
        for i, reading in enumerate(mnist.read(images, classifier)):
            number += 1
            known += labels is not None
            right += labels is not None and int(reading.text) == labels[i]
            yield f"{name} {number}", reading
    if known:
        with tqdm.external_write_mode(sys.stderr):
            print(f"{name}: {right:,} of {known:,} right", file=sys.stderr)


def _load_dataset(source: str | bytes | Exception) -> list[mnist.Dataset]:
    if isinstance(source, Exception):
        raise source
    if isinstance(source, bytes):
        return mnist.load(source)
    labels = mnist.labels_beside(source)
    beside = Path(labels).read_bytes() if labels and Path(labels).is_file() else b""
    return mnist.load(Path(source).read_bytes(), beside)
