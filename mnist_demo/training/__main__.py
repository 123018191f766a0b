"""Train the model and export it: python -m mnist_demo.training.

It holds a classifier of digits framed as MNIST's, distilled from several, and the four nets of the reader, which find
signs on a page, cut them out, read rows of them, and judge them by what is around them.
"""

import argparse
import json
import os
import shutil
from functools import partial
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import MODEL_DIR
from mnist_demo.training.data import data_dir, load_mnist
from mnist_demo.training.export.signatures import SEEDS, export
from mnist_demo.training.networks.classifier import build_network
from mnist_demo.training.networks.convolution import fold
from mnist_demo.training.networks.cutter import build_cutter
from mnist_demo.training.networks.detector import build_detector
from mnist_demo.training.networks.row_reader import build_row_reader
from mnist_demo.training.networks.weights import keep_weights
from mnist_demo.training.recipe.corpus import VARIANTS, Corpus, Logits, load_corpus, logits_of
from mnist_demo.training.recipe.distillation import STEPS, WIDTH, train, train_teachers
from mnist_demo.training.recipe.reader import train_net
from mnist_demo.training.recipe.rescoring import train_rescorer

QUICK_STEPS, QUICK_WIDTH, QUICK_PAGES = 20, 8, 200  # of every net; channels of the teacher; and of the rescorer
TEMPERATURES = np.linspace(0.5, 2.0, 151)
CHECKPOINTS, QUICK = Path("build/training"), Path("build/quick")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.training", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data (default: $MNIST_DEMO_DATA or ../shared/data)")
    parser.add_argument("--output", type=Path, help=f"the SavedModel to write (default: {MODEL_DIR})")
    parser.add_argument("--checkpoints", type=Path, help=f"to resume from, and kept (default: {CHECKPOINTS}, deleted)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--times", type=int, default=1, help="how many times larger batches are: 4 to 16 on a GPU")
    parser.add_argument("--width", type=int, default=WIDTH, help=f"channels of a teacher (default: {WIDTH}; a GPU: 80)")
    parser.add_argument(
        "--quick", action="store_true", help=f"a few minutes' run that shows that everything works, all in {QUICK}"
    )
    args = parser.parse_args()
    quick = args.quick
    output = args.output or (QUICK / "mnist" / "1" if quick else MODEL_DIR)
    checkpoints = args.checkpoints or (QUICK / "training" if quick else CHECKPOINTS)

    folder = data_dir(args.data)
    steps = QUICK_STEPS if quick else None
    cutter = train_net("cutter", folder, checkpoints, steps, args.seed, args.times)
    keras.utils.set_random_seed(args.seed)
    corpus = load_corpus(folder, cutter, args.seed, variants=1 if quick else VARIANTS)
    sized = {"count": 1, "width": QUICK_WIDTH, "steps": QUICK_STEPS} if quick else {"width": args.width}
    teachers = train_teachers(corpus, checkpoints, args.seed, times=args.times, **sized)
    classifier = train(
        build_network(), corpus, steps or STEPS, args.seed, checkpoints / "classifier", teachers, args.times
    )
    classifier = fold(classifier, build_network(normalised=False))
    calibrate(classifier, find_temperature(partial(classifier, training=False), corpus))
    detector = train_net("detector", folder, checkpoints, steps, args.seed, args.times)
    row_reader = train_net("row_reader", folder, checkpoints, steps, args.seed, args.times)
    shipped = (
        classifier,
        fold(detector, build_detector(False)),
        fold(cutter, build_cutter(False)),
        fold(row_reader, build_row_reader(False)),
    )
    few = {"pages": QUICK_PAGES, "steps": QUICK_STEPS} if quick else {}
    rescorer = train_rescorer(*shipped, folder, checkpoints, seed=args.seed, **few)
    export(*shipped, rescorer, output)
    write_seeds(teachers, folder, output.parent.parent / SEEDS)
    if output.resolve() == MODEL_DIR.resolve():
        nets = {"classifier": classifier, "detector": detector, "cutter": cutter, "row_reader": row_reader}
        keep_weights(**nets, rescorer=rescorer)
    if not args.checkpoints:
        shutil.rmtree(checkpoints)
    print(f"wrote {output}")


def write_seeds(networks: list[keras.Model], folder: Path, path: Path) -> None:
    """Write how many of MNIST's test images each network reads right by itself, a share in [0, 1], as JSON."""
    _, test = load_mnist(folder)
    right = [logits_of(partial(network, training=False), test.images).argmax(1) == test.labels for network in networks]
    path.write_text(json.dumps({"mnist": [float(share.mean()) for share in right]}) + "\n")


def calibrate(classifier: keras.Model, temperature: float) -> None:
    """Divide a classifier's logits (Guo et al., "On Calibration of Modern Neural Networks", 2017)."""
    last = classifier.layers[-1]
    last.set_weights([weight / temperature for weight in last.get_weights()])


def find_temperature(logits: Logits, corpus: Corpus) -> float:
    """Return the temperature that makes the held-out digits most likely, their sets counting alike."""

    def loss(temperature: float) -> float:
        return sum(_negative_log_likelihood(scores / temperature, labels) for scores, labels in known)

    known = [(logits_of(logits, digits.images), digits.labels) for digits in corpus.digits.values()]
    return float(min(TEMPERATURES, key=loss))


def _negative_log_likelihood(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    shifted = logits - logits.max(1, keepdims=True)
    right = shifted[np.arange(len(labels)), labels]
    return float((np.log(np.exp(shifted).sum(1)) - right).mean())


if __name__ == "__main__":
    main()
