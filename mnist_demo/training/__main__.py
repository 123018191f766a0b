"""Train the model and export it: python -m mnist_demo.training.

It holds a classifier of digits framed as MNIST's, distilled from several, and the two nets of the reader, which find
signs on a page and cut them out.
"""

import argparse
import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import MODEL_DIR
from mnist_demo.training.corpus import VARIANTS, Corpus, Logits, load_corpus, logits_of
from mnist_demo.training.cutter import build_cutter
from mnist_demo.training.data import data_dir, load_mnist
from mnist_demo.training.detector import build_detector
from mnist_demo.training.distillation import STEPS, distil
from mnist_demo.training.export import SEEDS, export
from mnist_demo.training.network import build_network, fold
from mnist_demo.training.optimizer import muon
from mnist_demo.training.reader import WEIGHTS, train_net

EPOCHS, EPOCH_STEPS = 10, 800  # an epoch is so many batches, not a pass through the data
TEACHERS = 2  # alike but for the seed
QUICK_EPOCHS, QUICK_STEPS = 2, 20  # of one teacher, and of each other net
TEMPERATURES = np.linspace(0.5, 2.0, 151)
CHECKPOINTS, QUICK = Path("build/training"), Path("build/quick")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.training", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data (default: $MNIST_DEMO_DATA or ../shared/data)")
    parser.add_argument("--output", type=Path, help=f"the SavedModel to write (default: {MODEL_DIR})")
    parser.add_argument("--checkpoints", type=Path, help=f"where to resume from (default: {CHECKPOINTS})")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--quick", action="store_true", help=f"a few minutes' run that shows that everything works, all in {QUICK}"
    )
    args = parser.parse_args()
    quick = args.quick
    output = args.output or (QUICK / "mnist" / "1" if quick else MODEL_DIR)
    checkpoints = args.checkpoints or (QUICK / "training" if quick else CHECKPOINTS)

    folder = data_dir(args.data)
    steps = QUICK_STEPS if quick else None
    cutter = train_net("cutter", folder, checkpoints, steps, args.seed)
    keras.utils.set_random_seed(args.seed)
    corpus = load_corpus(folder, cutter, args.seed, variants=1 if quick else VARIANTS)
    teachers = train_teachers(corpus, checkpoints, args.seed, quick)
    classifier = distil(teachers, corpus, checkpoints / "classifier", steps or STEPS)
    temperature = find_temperature(partial(classifier, training=False), corpus)
    detector = train_net("detector", folder, checkpoints, steps, args.seed)
    export(classifier, temperature, fold(detector, build_detector(False)), fold(cutter, build_cutter(False)), output)
    write_seeds(teachers, folder, output.parent.parent / SEEDS)
    if output == MODEL_DIR:
        keep_weights(detector=detector, cutter=cutter)
    shutil.rmtree(checkpoints)
    print(f"wrote {output}")


def keep_weights(folder: Path = WEIGHTS, **nets: keras.Model) -> None:
    """Write nets' weights, not folded, where a later training of the same nets starts from."""
    folder.mkdir(exist_ok=True)
    for name, net in nets.items():
        net.save_weights(folder / f"{name}.weights.h5")


def train_teachers(corpus: Corpus, checkpoints: Path, seed: int, quick: bool) -> list[keras.Model]:
    """Return the teachers, folded; an interrupted run goes on from `checkpoints`."""
    teachers = []
    for each in range(seed, seed + (1 if quick else TEACHERS)):
        learn = partial(train, corpus, QUICK_EPOCHS if quick else EPOCHS, each)
        teachers.append(fold(_once(checkpoints / f"teacher-{each}", learn), build_network(normalised=False)))
    return teachers


def _once(checkpoints: Path, train: Callable[[Path], keras.Model]) -> keras.Model:
    """Return the net that an interrupted run has trained and kept beside `checkpoints`, else train and keep it."""
    kept = checkpoints.with_suffix(".keras")
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        train(checkpoints).save(kept)
    return keras.models.load_model(kept, compile=False)


def train(corpus: Corpus, epochs: int, seed: int, checkpoints: Path) -> keras.Model:
    """Return a network trained on the corpus; an interrupted run goes on from the folder `checkpoints`."""
    keras.utils.set_random_seed(seed)
    network = build_network()
    network.summary(print_fn=lambda text: print(text.splitlines()[-4]))
    network.compile(
        muon(epochs * EPOCH_STEPS),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    network.fit(
        corpus.batches(seed),
        epochs=epochs,
        steps_per_epoch=EPOCH_STEPS,
        callbacks=[keras.callbacks.BackupAndRestore(checkpoints), _HeldOut(corpus)],
        verbose=2 if os.environ.get("CI") else "auto",
    )
    return network


def write_seeds(networks: list[keras.Model], folder: Path, path: Path) -> None:
    """Write how many of MNIST's test images each network reads right by itself, a share in [0, 1], as JSON."""
    _, test = load_mnist(folder)
    right = [logits_of(partial(network, training=False), test.images).argmax(1) == test.labels for network in networks]
    path.write_text(json.dumps({"mnist": [float(share.mean()) for share in right]}) + "\n")


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


class _HeldOut(keras.callbacks.Callback):
    """Print, after every fifth epoch, how the held-out images fare."""

    def __init__(self, corpus: Corpus) -> None:
        super().__init__()
        self.corpus = corpus

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        if (epoch + 1) % 5 == 0 or epoch + 1 == self.params["epochs"]:
            print(" held out: " + self.corpus.judge(partial(self.model, training=False)), flush=True)


if __name__ == "__main__":
    main()
