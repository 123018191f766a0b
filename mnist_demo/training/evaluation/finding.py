"""How well signs are found on drawn pages by writers held out: precision and recall, by kind of sign."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from mnist_demo.inference import Classifier
from mnist_demo.reading import SEEN, label_of
from mnist_demo.training.drawing.boxes import Boxes, area, overlap, shared
from mnist_demo.training.drawing.crops import Crop, draw_crop
from mnist_demo.training.drawing.hands import Hands
from mnist_demo.training.drawing.sheet import NO_SIGN, SIGNS
from mnist_demo.training.export.pyramid import SIDE_CERTAIN
from mnist_demo.training.networks.detector import READ_FROM, SMALL_FROM, SMALL_SIGNS

PAGES = 400
OVERLAP = 0.5  # of two boxes' union, from which on a sign is found
INSIDE = 0.5  # of a mark, in what may be anything: such a mark is no error


@dataclass(frozen=True)
class Found:
    """How many signs of a kind are on the pages, how many marks are taken for one, and how many of these are right."""

    written: int
    found: int
    right: int


def measure_finding(classifier: Classifier, hands: Hands, pages: int = PAGES) -> dict[str, Found]:
    """Draw pages, find the signs on them, and count; a sign is found where its box and label are.

    Returns:
        For each kind of sign, "digit" or the sign itself. What is cut off or faint counts for none, nor do numbers
        lower than the detector learns to read.
    """
    rng = np.random.default_rng(2026)
    written, found, right = Counter[str](), Counter[str](), Counter[str]()
    for _ in range(pages):
        crop = draw_crop(hands, rng)
        marks = classifier.read(crop.picture)
        seen = marks.signs.sum(1) >= SEEN
        labels = [label_of(signs) or "other" for signs in marks.signs[seen]]
        count_page(crop, marks.boxes[seen], labels, written, found, right)
    return {kind: Found(written[kind], found[kind], right[kind]) for kind in ("digit", *SIGNS[10:])}


def count_page(
    crop: Crop, boxes: Boxes, labels: list[str], written: Counter[str], found: Counter[str], right: Counter[str]
) -> None:
    """Add a page to the counts by kind; its marks, boxes and labels, are the likeliest first."""
    rows = crop.boxes[crop.boxes[:, 0] >= NO_SIGN]
    least = np.where(np.isin(rows[:, 0], SMALL_SIGNS), SMALL_FROM, READ_FROM)
    known = (rows[:, 0] >= 0) & (rows[:, 5] >= least)
    signs, regions = rows[known], rows[~known]
    truths = [SIGNS[int(sign)] for sign in signs[:, 0]]
    written.update(map(kind_of, truths))
    overlaps = overlap(reach(boxes), reach(signs[:, 1:5]))
    taken: set[int] = set()
    for box, label, shares in zip(boxes, labels, overlaps, strict=True):
        fitting = [i for i, truth in enumerate(truths) if truth == label and i not in taken and shares[i] >= OVERLAP]
        if fitting:
            taken.add(max(fitting, key=lambda i: float(shares[i])))
            right[kind_of(label)] += 1
        elif excused(box, label, regions):
            continue
        found[kind_of(label)] += 1


def kind_of(label: str) -> str:
    return "digit" if label.isdigit() else label


def excused(box: Boxes, label: str, regions: Boxes) -> bool:
    """Whether a mark lies in what may be anything, or, if it is taken for no sign, where there may be writing."""
    may_be = regions if label == "other" else regions[regions[:, 0] > NO_SIGN]
    return bool(len(may_be)) and float(shared(box[None], may_be[:, 1:5]).max()) > INSIDE * max(area(box[None])[0], 1e-3)


def reach(boxes: Boxes) -> Boxes:
    """Return boxes whose sides are SIDE_CERTAIN pixels at least, as it takes to tell points apart."""
    middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, np.maximum(boxes[:, 2:] - boxes[:, :2], SIDE_CERTAIN)
    return np.concatenate([middles - sides / 2, middles + sides / 2], 1)
