"""Sets of pictures with what is written on them, read in place from the data folder, and how well a set is read."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from mnist_demo.inference import Classifier
from mnist_demo.picture import Source, load_image
from mnist_demo.reading import recognize
from mnist_demo.training.data import PenStrokes, load_mnist, load_pen_digits, load_pen_signs, load_strokes
from mnist_demo.training.digits.rendering import render, to_bytes

FOLDERS = "drawings", "photos", "pages", "nondigits", "measure/pictures"  # of pictures; and each folder of numbers/
DIGITS_ALONE = ("numbers/orand_car_a",)  # whose labels leave out the points, commas and dashes that are written
WITH_NUMBERS = "receipt_print", "handwritten_page"  # kinds of measure/pictures that may hold numbers, right to be read
BITMAPS = "chars74k digits", "chars74k letters", "exammarks"
DRAWN_MAX = 1000  # pictures of a set that is drawn or that comes in one file
PEN = 0.06  # of a sign's longer side, that music symbols are drawn with
SIGN_SIDE = 80  # pixels, likewise
MARGIN = 0.3  # of a drawn sign's longer side, that its paper reaches beyond it

Picture = Path | NDArray[np.uint8]


@dataclass(frozen=True)
class Sample:
    """A picture, what is written on it, lines joined by "|" and nothing if it holds no number, and its kind.

    It is read turned by so many quarters to the left.
    """

    picture: Picture
    truth: str
    kind: str
    quarters: int = 0

    def source(self) -> Source:
        """Return what is read."""
        if not self.quarters:
            return self.picture
        return np.ascontiguousarray(np.rot90(load_image(self.picture), self.quarters))


@dataclass(frozen=True)
class Score:
    """How a set is read.

    Attributes:
        count: its pictures; right: those read as they are written; digits_right: those whose digits alone are right.
        edits: between what is read and what is written, in all; signs: that are written.
        kinds: for each kind, how many are right and how many there are.
    """

    count: int
    right: int
    digits_right: int
    edits: int
    signs: int
    kinds: dict[str, tuple[int, int]]


def load_folders(folder: Path, at_most: int | None = None) -> dict[str, list[Sample]]:
    """Return the sets of pictures that the data folder has, or so many pictures of each.

    Those of `measure/pictures` that may hold numbers make a set of their own: nothing tells what is right to read.
    """
    names = [*FOLDERS, *sorted(str(path.relative_to(folder)) for path in (folder / "numbers").glob("*/"))]
    sets = {name: load_folder(folder / name) for name in names if (folder / name / "manifest.csv").exists()}
    if pictures := sets.pop("measure/pictures", None):
        sets["measure/pictures"] = [sample for sample in pictures if sample.kind not in WITH_NUMBERS]
        sets["measure/pictures with print"] = [sample for sample in pictures if sample.kind in WITH_NUMBERS]
    if photos := sets.get("photos"):
        sets["photos, turned"] = turn(photos)
    return {name: thin_out(samples, at_most) for name, samples in sets.items()}


def load_folder(folder: Path) -> list[Sample]:
    """Read a manifest.csv: the truth is its column `lines`, else `label` where that is a digit, else nothing."""
    with (folder / "manifest.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [Sample(folder / row["path"], _truth(row), row["kind"]) for row in rows]


def _truth(row: dict[str, str]) -> str:
    if "lines" in row:
        return plain(row["lines"])
    return row["label"] if row.get("label", "").isdigit() else ""


def turn(samples: list[Sample]) -> list[Sample]:
    """Return pictures on their sides and head, but for those of a 6 or 9, which turning changes into the other."""
    return [
        replace(sample, kind=f"by {90 * quarters} degrees", quarters=quarters)
        for sample in samples
        if not set(sample.truth) & set("69")
        for quarters in (1, 2, 3)
    ]


def load_drawn(folder: Path, at_most: int | None = None) -> dict[str, list[Sample]]:
    """Return the sets that the data folder has as bitmaps or strokes, at most DRAWN_MAX pictures of each."""
    rng = np.random.default_rng(2026)
    count = min(at_most or DRAWN_MAX, DRAWN_MAX)
    sets = {name: thin_out(samples, count) for name, samples in load_bitmaps(folder / "measure").items()}
    strokes = {
        "UNIPEN digits, writers held out": load_pen_digits(folder),
        "pendigits, writers held out": load_strokes(folder / "train" / "strokes_digits_pendigits_train.npz"),
        "UNIPEN letters, writers held out": load_pen_signs(folder),
    }
    for name, signs in strokes.items():
        if signs:
            sets[name] = draw_signs(signs.select(signs.held_out()), count, rng)
    if music := load_strokes(folder / "measure" / "strokes_nondigits_homus.npz", unambiguous=True):
        chosen = [music.signs[i] for i in _evenly(len(music.signs), count)]
        sets["homus music symbols"] = [Sample(draw_plainly(sign), "", "music symbol") for sign in chosen]
    if (folder / "mnist.npz").exists():
        test = load_mnist(folder)[1]
        known = [Sample(image, str(label), "digit") for image, label in zip(*test, strict=True)]
        sets["MNIST, read as pictures"] = thin_out(known, count)
    return sets


def load_bitmaps(folder: Path) -> dict[str, list[Sample]]:
    """Return the sets of measure/ that are single signs as bitmaps: dark on light, (n, h, w) uint8."""
    sets = {}
    files = "bitmaps_digits_chars74k", "bitmaps_nondigits_chars74k", "bitmaps_digits_exammarks"
    for name, file in zip(BITMAPS, files, strict=True):
        if (folder / f"{file}.npz").exists():
            arrays = dict(np.load(folder / f"{file}.npz"))
            digits = "nondigits" not in file
            kept = np.flatnonzero(~arrays["ambiguous"]) if "ambiguous" in arrays else range(len(arrays["images"]))
            labels = [str(arrays["labels"][i]) if digits else "" for i in kept]
            images = [arrays["images"][i] for i in kept]
            kind = "digit" if digits else "letter"
            sets[name] = [Sample(image, label, kind) for image, label in zip(images, labels, strict=True)]
    return sets


def draw_signs(signs: PenStrokes, count: int, rng: np.random.Generator) -> list[Sample]:
    """Draw at most so many signs, each with a random tool, on white paper; those whose label is a digit are read so."""
    samples = []
    for i in _evenly(len(signs.signs), count):
        label = str(signs.labels[i])
        ink = render(signs.signs[i], rng, label)
        paper = np.pad(255 - to_bytes(ink), round(MARGIN * max(ink.shape)), constant_values=255)
        is_digit = label.isdigit()
        samples.append(Sample(paper, label if is_digit else "", "digit" if is_digit else "other sign"))
    return samples


def draw_plainly(sign: list[NDArray[np.int16]]) -> NDArray[np.uint8]:
    """Draw a sign's strokes with a round pen, black on white."""
    points = np.concatenate(sign).astype(np.float32)
    low, extent = points.min(0), np.ptp(points, axis=0)
    scale, margin = SIGN_SIDE / max(float(extent.max()), 1.0), MARGIN * SIGN_SIDE
    width, height = np.ceil(extent * scale + 2 * margin).astype(int).tolist()
    paper = np.full((height, width), 255, np.uint8)
    lines = [np.round(((stroke - low) * scale + margin) * 16).astype(np.int32)[:, None] for stroke in sign]
    cv2.polylines(paper, lines, False, 0, round(PEN * SIGN_SIDE), cv2.LINE_AA, 4)
    return paper


def thin_out(samples: list[Sample], at_most: int | None) -> list[Sample]:
    """Return so many samples at most, evenly."""
    return [samples[i] for i in _evenly(len(samples), at_most or len(samples))]


def _evenly(count: int, at_most: int) -> list[int]:
    return sorted(set(np.linspace(0, count - 1, min(count, at_most)).round().astype(int).tolist()))


def score(samples: Sequence[Sample], classifier: Classifier, digits_alone: bool = False) -> Score:
    """Read pictures through the path that serves, and compare all that is read, or its digits alone, with the truth."""
    right = digits_right = edits = 0
    kinds: dict[str, tuple[int, int]] = {}
    for sample in samples:
        read = plain(recognize(sample.source(), classifier).text.replace("\n", "|"))
        read = digits_of(read) if digits_alone else read
        alike = read == sample.truth
        right += alike
        digits_right += digits_of(read) == digits_of(sample.truth)
        edits += Levenshtein.distance(sample.truth, read)
        known = kinds.get(sample.kind, (0, 0))
        kinds[sample.kind] = known[0] + alike, known[1] + 1
    signs = sum(len(sample.truth.replace("|", "")) for sample in samples)
    return Score(len(samples), right, digits_right, edits, signs, kinds)


def plain(text: str) -> str:
    """Return a text without spaces, a comma as a point."""
    return text.replace(" ", "").replace(",", ".")


def digits_of(text: str) -> str:
    """Return a text's digits and line ends alone."""
    return "|".join(filter(None, ("".join(filter(str.isdigit, line)) for line in text.split("|"))))
