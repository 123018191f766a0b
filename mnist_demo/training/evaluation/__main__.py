"""Measure the SavedModel and write its card: python -m mnist_demo.training.evaluation.

Every set of the data folder is read through the path that serves; what the folder does not have is left out. The
figures go to models/metrics.json, with those of an earlier commit beside them and the checksum of the graph they were
measured on, the plots to models/plots/, and `card.py` writes the card. With --choose only the sets that training runs
are chosen by are read, and nothing is written.
"""

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import MODEL_DIR, Classifier
from mnist_demo.inference.integrity import CHECKSUMS, golden_digits, golden_page
from mnist_demo.reading import recognize
from mnist_demo.training.data import Labelled, PenStrokes, data_dir, load_mnist, load_pen_digits
from mnist_demo.training.digits.rendering import render_all
from mnist_demo.training.drawing.hands import load_hands
from mnist_demo.training.evaluation import card
from mnist_demo.training.evaluation.finding import PAGES, measure_finding
from mnist_demo.training.evaluation.refusal import measure_refusal
from mnist_demo.training.evaluation.sets import DIGITS_ALONE, Sample, load_drawn, load_folders, score
from mnist_demo.training.export.signatures import SEEDS
from mnist_demo.training.networks.classifier import build_network
from mnist_demo.training.networks.cutter import build_cutter
from mnist_demo.training.networks.detector import build_detector
from mnist_demo.training.networks.rescorer import build_rescorer
from mnist_demo.training.networks.row_reader import build_row_reader

VARIANTS = 3  # drawings of each held-out sign
SERVED = 1000  # images of each corruption of MNIST-C that are read as pictures
BINS = 15  # of confidence, for the calibration error (Guo et al. 2017)
ROUNDS = 300  # single images timed

Metrics = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.training.evaluation", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data (default: $MNIST_DEMO_DATA or ../shared/data)")
    parser.add_argument("--model", type=Path, default=MODEL_DIR, help="the SavedModel (default: %(default)s)")
    parser.add_argument("--choose", action="store_true", help="print what training runs are chosen by; write nothing")
    parser.add_argument("--at-most", type=int, metavar="N", help="with --choose: read N pictures of each set")
    parser.add_argument("--against", default="HEAD", metavar="COMMIT", help="whose figures stand beside (HEAD)")
    args = parser.parse_args()
    if args.at_most and not args.choose:
        parser.error("--at-most wants --choose: the card is written of all pictures")
    classifier, folder = Classifier(args.model), data_dir(args.data)
    if args.choose:
        choose(classifier, folder, args.at_most)
        return
    from mnist_demo.training.evaluation import plots  # the page and what draws, for which --choose need not wait

    metrics = measure(classifier, args.model, folder)
    metrics |= {"figures": card.figures(metrics), "before": figures_of(args.against)}
    models = args.model.parent.parent
    (models / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    plots.plot(metrics, classifier, models / "plots")
    (models / "README.md").write_text(card.write(metrics))
    print(f"wrote {models / 'README.md'}")


def choose(classifier: Classifier, folder: Path, at_most: int | None = None) -> None:
    """Print how the folders of pictures are read, one line a set, and how signs are found on drawn pages."""
    scores = measure_sets(classifier, load_folders(folder, at_most))
    for name, text in (card.means(scores) | card.kinds_without_numbers(scores)).items():
        print(f"{name:40} {text}")
    hands = load_hands(folder, held_out=True)
    for kind, found in measure_finding(classifier, hands, min(at_most or PAGES, PAGES)).items():
        print(f"{f'on drawn pages: {kind}':40} {card.describe_found(asdict(found))}", flush=True)


def measure(classifier: Classifier, model: Path, folder: Path, at_most: int | None = None) -> Metrics:
    """Return all figures of the card; shares are in [0, 1]."""
    _, test = load_mnist(folder)
    drawn = load_drawn(folder, at_most)
    metrics = {
        "model": model_checksum(model),
        "size": {"bytes": folder_size(model), "weights": count_weights()},
        "latency_ms": latency(classifier),
        "mnist": measure_images(classifier, test),
        "seeds": json.loads((model.parent.parent / SEEDS).read_text()),
        "sets": measure_sets(classifier, load_folders(folder, at_most) | drawn),
    }
    hands = load_hands(folder, held_out=True)
    found = measure_finding(classifier, hands, min(at_most or PAGES, PAGES))
    metrics["finding"] = {kind: asdict(counts) for kind, counts in found.items()}
    if pen := load_pen_digits(folder):
        metrics["pen_strokes"] = measure_images(classifier, draw(pen.select(pen.held_out())))
    if (folder / "mnist_c.npz").exists():
        metrics["mnist_c"] = measure_corruptions(classifier, folder / "mnist_c.npz", at_most or SERVED)
    if refusal := measure_refusal(drawn, classifier):
        metrics["refusal"] = refusal
    return metrics


def measure_sets(classifier: Classifier, sets: dict[str, list[Sample]]) -> dict[str, Metrics]:
    """Return how sets of pictures are read, printing a line for each."""
    scores = {}
    for name, samples in sets.items():
        scores[name] = asdict(score(samples, classifier, name in DIGITS_ALONE))
        print(f"{name:40} {card.describe(scores[name])}", flush=True)
    return scores


def figures_of(commit: str) -> dict[str, str]:
    """Return the figures that a commit's metrics.json gives; none where there is no such commit or file."""
    command = ["git", "show", f"{commit}:models/metrics.json"]
    shown = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, check=False)
    return json.loads(shown.stdout).get("figures", {}) if shown.returncode == 0 else {}


def model_checksum(model: Path = MODEL_DIR) -> str:
    """The SHA-256 sum of the graph, which holds the weights, as the model's own list gives it."""
    lines = (model / CHECKSUMS).read_text().splitlines()
    return next(line.split("  ")[0] for line in lines if line.endswith("saved_model.pb"))


def count_weights() -> int:
    """Trained numbers in the nets, as they ship: without normalisation."""
    nets = (build(normalised=False) for build in (build_network, build_detector, build_cutter, build_row_reader))
    return sum(net.count_params() for net in (*nets, build_rescorer()))


def folder_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def predict(classifier: Classifier, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return classifier.predict(images.astype(np.float32) / np.float32(255))


def draw(strokes: PenStrokes) -> Labelled:
    images = render_all(strokes.signs, strokes.labels, VARIANTS, np.random.default_rng(2026))
    return Labelled(images, np.repeat(strokes.labels.astype(np.uint8), VARIANTS))


def measure_images(classifier: Classifier, digits: Labelled) -> Metrics:
    """Accuracy, calibration, confusion and errors of the classifier by itself, on images framed as MNIST's."""
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
        "confusion": confusion.tolist(),
        "reliability": reliability,
        "errors": [[int(i), int(labels[i]), int(guesses[i])] for i in np.flatnonzero(~right)][:200],
    }


def measure_corruptions(classifier: Classifier, path: Path, served: int) -> dict[str, dict[str, float]]:
    """Accuracy on MNIST-C for each corruption: of the classifier by itself, and of so many images read as pictures."""
    arrays = np.load(path)
    labels = arrays["labels"]
    results = {}
    for name in sorted(set(arrays.files) - {"labels", "identity"}):
        images = arrays[name]
        some = range(0, len(images), max(1, len(images) // served))
        right = [recognize(images[i], classifier).text == str(labels[i]) for i in some]
        bare = float((predict(classifier, images).argmax(1) == labels).mean())
        results[name] = {"bare": bare, "served": float(np.mean(right))}
    return results


def latency(classifier: Classifier) -> dict[str, float]:
    """Median milliseconds for one 28x28 image, and for one page that holds three digits."""
    digits = golden_digits()
    page = golden_page()
    actions: dict[str, Callable[[], object]] = {
        "image": lambda: classifier.predict(digits[:1]),
        "page": lambda: classifier.read(page),
    }
    return {name: 1000 * statistics.median(timed(action) for _ in range(ROUNDS)) for name, action in actions.items()}


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
