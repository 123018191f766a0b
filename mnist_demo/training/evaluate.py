"""Measure the SavedModel and write its card: python -m mnist_demo.training.evaluate.

Everything that people draw or photograph is read through the path that serves. The figures go to models/metrics.json,
with the checksum of the weights they were measured on, the plots to models/plots/, and `card.py` writes the card.
"""

import argparse
import csv
import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_demo.inference import CHECKSUMS, MODEL_DIR, Classifier
from mnist_demo.recognition import DIGIT_MIN, find, judge, recognize
from mnist_demo.training import card
from mnist_demo.training.data import Labelled, PenStrokes, data_dir, load_mnist, load_pen_digits, load_pen_signs
from mnist_demo.training.export import SEEDS
from mnist_demo.training.rendering import render_all
from mnist_demo.training.touching import write_runs

VARIANTS = 3  # drawings of each held-out sign
RUNS = 2000  # groups of touching digits
BATCHES = 100  # that 10,000 pictures are read in
BINS = 15  # of confidence, for the calibration error (Guo et al. 2017)
ROUNDS = 300  # single images timed

Probabilities = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.training.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data (default: $MNIST_DEMO_DATA or ../shared/data)")
    folder = data_dir(parser.parse_args().data)
    if not (folder / "photos").is_dir():
        sys.exit(f"{folder} has no photos; the card needs all the data sets. Name their folder with --data.")
    classifier = Classifier()
    metrics = measure(classifier, folder)
    models = MODEL_DIR.parent.parent
    (models / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    card.plot(metrics, models / "plots")
    (models / "README.md").write_text(card.write(metrics))
    print(f"wrote {models / 'README.md'}")


def measure(classifier: Classifier, folder: Path) -> dict[str, Any]:
    """Return all figures of the card; shares are in [0, 1]."""
    _, test = load_mnist(folder)
    rng = np.random.default_rng(2026)
    pen, signs = load_pen_digits(folder), load_pen_signs(folder)
    assert pen is not None
    assert signs is not None
    pen_digits = draw(pen.select(pen.held_out()), rng)
    signs = signs.select(signs.held_out())
    sign_images = render_all(signs.signs, signs.labels, VARIANTS, rng)
    return {
        "weights": weights_checksum(),
        "size": {"bytes": folder_size(MODEL_DIR), "weights": count_weights()},
        "latency_ms": latency(classifier),
        "mnist": measure_images(classifier, test),
        "seeds": json.loads((MODEL_DIR.parent.parent / SEEDS).read_text()),
        "mnist_c": measure_corruptions(classifier, folder),
        "pen_strokes": measure_images(classifier, pen_digits),
        "touching": measure_separator(classifier, pen.select(pen.held_out()), test),
        "drawings": measure_pictures(classifier, folder / "drawings"),
        "photos": measure_pictures(classifier, folder / "photos"),
        "pages": measure_pages(classifier, folder / "pages"),
        "nondigit_photos": measure_pictures(classifier, folder / "nondigits"),
        "rejection": rejection(predict(classifier, pen_digits.images), predict(classifier, sign_images)),
    }


def weights_checksum() -> str:
    """The SHA-256 sum of the file of weights, as the model's own list gives it."""
    lines = (MODEL_DIR / CHECKSUMS).read_text().splitlines()
    return next(line.split("  ")[0] for line in lines if ".data-" in line)


def count_weights() -> int:
    """Trained numbers in the SavedModel, the running statistics of its normalisation included."""
    shapes = tf.train.load_checkpoint(str(MODEL_DIR / "variables" / "variables")).get_variable_to_shape_map()
    return sum(math.prod(shape) for name, shape in shapes.items() if name.endswith("VARIABLE_VALUE"))


def folder_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def predict(classifier: Classifier, images: NDArray[np.uint8]) -> Probabilities:
    return classifier.predict(images.astype(np.float32) / np.float32(255))


def draw(strokes: PenStrokes, rng: np.random.Generator) -> Labelled:
    images = render_all(strokes.signs, strokes.labels, VARIANTS, rng)
    return Labelled(images, np.repeat(strokes.labels.astype(np.uint8), VARIANTS))


def measure_images(classifier: Classifier, digits: Labelled) -> dict[str, Any]:
    """Accuracy, calibration, confusion and errors on images framed as MNIST's."""
    probabilities = predict(classifier, digits.images)
    labels = digits.labels.astype(int)
    guesses, confidence = probabilities.argmax(1), probabilities.max(1)
    right = guesses == labels
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, guesses), 1)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    count = np.bincount(bins, minlength=BINS)
    reliability = [
        [int(count[b]), float(confidence[bins == b].mean()), float(right[bins == b].mean())] if count[b] else [0, 0, 0]
        for b in range(BINS)
    ]
    return {
        "count": len(labels),
        "accuracy": float(right.mean()),
        "nll": float(-np.log(probabilities[np.arange(len(labels)), labels] + 1e-12).mean()),
        "ece": float(sum(n * abs(sure - true) for n, sure, true in reliability) / len(labels)),
        "refused": float((confidence < DIGIT_MIN).mean()),
        "confusion": confusion.tolist(),
        "reliability": reliability,
        "errors": [[int(i), int(labels[i]), int(guesses[i])] for i in np.flatnonzero(~right)][:200],
    }


def measure_corruptions(classifier: Classifier, folder: Path) -> dict[str, dict[str, float]]:
    """Accuracy on MNIST-C for each corruption: of the bare model, and through the pixel path that serves."""
    arrays = np.load(folder / "mnist_c.npz")
    labels = arrays["labels"]
    results = {}
    for name in sorted(set(arrays.files) - {"labels", "identity"}):
        images = arrays[name]
        served = np.concatenate([serve(part, classifier) for part in np.array_split(images, BATCHES)])
        results[name] = {
            "bare": float((predict(classifier, images).argmax(1) == labels).mean()),
            "served": float((served == labels).mean()),
        }
    return results


def serve(images: NDArray[np.uint8], classifier: Classifier) -> NDArray[np.int64]:
    """Read pictures of one digit as the app does: the likeliest label of the mark with most ink (n,), -1 for none."""
    readings = judge([find(image) for image in images], classifier)
    largest = [max(reading.digits, key=lambda digit: float(digit.image.sum()), default=None) for reading in readings]
    return np.array([mark.probabilities.argmax() if mark else -1 for mark in largest])


def measure_separator(classifier: Classifier, digits: PenStrokes, mnist: Labelled) -> dict[str, float]:
    """How much of the ink of touching digits, by writers held out, is given to the digit that it is part of."""
    runs = write_runs(digits, None, mnist, RUNS, np.random.default_rng(2026))
    owners = classifier.separate(runs.images.astype(np.float32) / np.float32(255))
    shared = (runs.parts > 127).all(3)
    ink = np.where(shared, 0, runs.images.astype(np.float32))
    right = (owners[..., 0] > owners[..., 1]) == (runs.parts[..., 0] > runs.parts[..., 1])
    return {"groups": RUNS, "ink_right": float((ink * right).sum() / ink.sum())}


def measure_pictures(classifier: Classifier, folder: Path) -> dict[str, Any]:
    """How many pictures are read right, by kind; those without a digit when nothing is read."""
    with (folder / "manifest.csv").open() as file:
        rows = list(csv.DictReader(file))
    kinds: dict[str, list[int]] = {}
    for row in rows:
        truth = row["label"] if row["label"].isdigit() else ""
        read = recognize(folder / row["path"], classifier).text
        kind = kinds.setdefault(row["kind"], [0, 0])
        kind[0] += read == truth
        kind[1] += 1
    return {"right": sum(right for right, _ in kinds.values()), "count": len(rows), "kinds": kinds}


def measure_pages(classifier: Classifier, folder: Path) -> dict[str, int]:
    """Edits between the digits on photographed pages and what is read."""
    with (folder / "manifest.csv").open() as file:
        rows = list(csv.DictReader(file))
    edits = digits = 0
    for row in rows:
        truth = row["lines"].replace(" ", "")
        read = recognize(folder / row["path"], classifier).text.replace(" ", "").replace("\n", "|")
        edits += edit_distance(truth, read)
        digits += len(truth.replace("|", ""))
    return {"edits": edits, "digits": digits, "pages": len(rows)}


def edit_distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def rejection(digits: Probabilities, signs: Probabilities) -> dict[str, Any]:
    """How well the highest probability tells digits from other signs, both by writers held out."""
    known, unknown = np.sort(digits.max(1)), np.sort(signs.max(1))
    auroc = float(np.searchsorted(unknown, known, "left").mean() + np.searchsorted(unknown, known, "right").mean()) / 2
    at_one_percent = float(np.quantile(known, 0.01))
    thresholds = np.linspace(0.2, 0.99, 80)
    return {
        "digits": len(known),
        "signs": len(unknown),
        "auroc": auroc / len(unknown),
        "refused_at_1_percent": float((unknown < at_one_percent).mean()),
        "threshold": DIGIT_MIN,
        "digits_refused": float((known < DIGIT_MIN).mean()),
        "signs_let_through": float((unknown >= DIGIT_MIN).mean()),
        "curve": [[float(t), float((known < t).mean()), float((unknown >= t).mean())] for t in thresholds],
    }


def latency(classifier: Classifier) -> float:
    """Median milliseconds for one image."""
    image = np.random.default_rng(0).random((1, 28, 28), np.float32)
    return 1000 * statistics.median(timed(lambda: classifier.predict(image)) for _ in range(ROUNDS))


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
