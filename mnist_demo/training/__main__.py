"""Train the model and export it: python -m mnist_demo.training.

It holds an ensemble that reads a digit framed as MNIST's, and the two nets of the reader, which find signs on a page
and cut them out.
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
import tensorflow as tf
from numpy.typing import NDArray

from mnist_demo.inference import MODEL_DIR
from mnist_demo.training.corpus import VARIANTS, Corpus, load_corpus
from mnist_demo.training.cutter import build_cutter
from mnist_demo.training.data import data_dir, load_mnist
from mnist_demo.training.detector import build_detector
from mnist_demo.training.export import SEEDS, export, mean_logits
from mnist_demo.training.network import build_network, fold
from mnist_demo.training.optimizer import muon
from mnist_demo.training.reader import WEIGHTS, train_net

EPOCHS, STEPS = 10, 800  # an epoch is so many batches, not a pass through the data
NETWORKS = 2  # of the ensemble, alike but for the seed
QUICK_EPOCHS, QUICK_STEPS = 2, 20  # of one network, and of each of the reader's nets
TEMPERATURES = np.linspace(0.5, 2.0, 151)
CHECKPOINTS, QUICK = Path("build/training"), Path("build/quick")

Logits = Callable[[NDArray[np.float32]], tf.Tensor]  # of images (n, 28, 28, 1)


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
    networks, temperature = train_classifiers(folder, checkpoints, args.seed, quick)
    detector, cutter = (
        train_net(net, folder, checkpoints, QUICK_STEPS if quick else None, args.seed) for net in ("detector", "cutter")
    )
    export(networks, temperature, fold(detector, build_detector(False)), fold(cutter, build_cutter(False)), output)
    write_seeds(networks, folder, output.parent.parent / SEEDS)
    if not quick:
        keep_weights(detector=detector, cutter=cutter)
    shutil.rmtree(checkpoints)
    print(f"wrote {output}")


def keep_weights(folder: Path = WEIGHTS, **nets: keras.Model) -> None:
    """Write nets' weights, not folded, where a later training of the same nets starts from."""
    folder.mkdir(exist_ok=True)
    for name, net in nets.items():
        net.save_weights(folder / f"{name}.weights.h5")


def train_classifiers(folder: Path, checkpoints: Path, seed: int, quick: bool) -> tuple[list[keras.Model], float]:
    """Return the ensemble's networks, folded, and their temperature; an interrupted run goes on from `checkpoints`."""
    keras.utils.set_random_seed(seed)
    corpus = load_corpus(folder, seed, variants=1 if quick else VARIANTS)
    networks = []
    for each in range(seed, seed + (1 if quick else NETWORKS)):
        learn = partial(train, corpus, QUICK_EPOCHS if quick else EPOCHS, each)
        networks.append(fold(_once(checkpoints / f"classifier-{each}", learn), build_network(normalised=False)))
    return networks, find_temperature(partial(mean_logits, networks), corpus)


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
        muon(epochs * STEPS),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    network.fit(
        corpus.batches(seed),
        epochs=epochs,
        steps_per_epoch=STEPS,
        callbacks=[keras.callbacks.BackupAndRestore(checkpoints), _HeldOutAccuracy(corpus)],
        verbose=2 if os.environ.get("CI") else "auto",
    )
    return network


def write_seeds(networks: list[keras.Model], folder: Path, path: Path) -> None:
    """Write how many of MNIST's test images each network reads right by itself, a share in [0, 1], as JSON."""
    _, test = load_mnist(folder)
    right = [logits_of(partial(network, training=False), test.images).argmax(1) == test.labels for network in networks]
    path.write_text(json.dumps({"mnist": [float(share.mean()) for share in right]}) + "\n")


def logits_of(logits: Logits, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the logits (n, 10) of images (n, 28, 28) uint8."""
    batches = np.array_split(images.astype(np.float32)[..., None] / np.float32(255), max(1, len(images) // 500))
    return np.concatenate([np.asarray(logits(batch)) for batch in batches]).astype(np.float32)


def find_temperature(logits: Logits, corpus: Corpus) -> float:
    """Return the temperature that makes the held-out digits most likely, MNIST and pen strokes counting alike."""

    def loss(temperature: float) -> float:
        return sum(_negative_log_likelihood(scores / temperature, labels) for scores, labels in known)

    sets = [digits for digits in (corpus.held_out, corpus.held_out_pen) if len(digits.images)]
    known = [(logits_of(logits, digits.images), digits.labels) for digits in sets]
    return float(min(TEMPERATURES, key=loss))


def _negative_log_likelihood(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    shifted = logits - logits.max(1, keepdims=True)
    right = shifted[np.arange(len(labels)), labels]
    return float((np.log(np.exp(shifted).sum(1)) - right).mean())


class _HeldOutAccuracy(keras.callbacks.Callback):
    """Print, after every fifth epoch, how the held-out images fare."""

    def __init__(self, corpus: Corpus) -> None:
        super().__init__()
        self.corpus = corpus

    def logits(self, images: NDArray[np.float32]) -> tf.Tensor:
        return self.model(images, training=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        if (epoch + 1) % 5 and epoch + 1 != self.params["epochs"]:
            return
        line = []
        for name, digits in (("MNIST", self.corpus.held_out), ("pen strokes", self.corpus.held_out_pen)):
            if len(digits.images):
                right = (logits_of(self.logits, digits.images).argmax(1) == digits.labels).mean()
                line.append(f"{name} {right:.2%}")
        if len(self.corpus.held_out_signs):
            sure = np.exp(logits_of(self.logits, self.corpus.held_out_signs))
            sure = sure.max(1) / sure.sum(1)
            line.append(f"other signs below 0.5 {(sure < 0.5).mean():.1%}")
        print(" held out: " + ", ".join(line), flush=True)


if __name__ == "__main__":
    main()
