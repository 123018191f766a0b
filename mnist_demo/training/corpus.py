"""What the classifier trains on: MNIST, rendered pen strokes, cut-outs of drawn pages and marks that are no digits."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.training.augmentation import augment
from mnist_demo.training.cutouts import NOT_A_DIGIT, draw_cutouts
from mnist_demo.training.data import (
    MNIST_HELD_OUT,
    Labelled,
    PenStrokes,
    Stroke,
    load_mnist,
    load_pen_digits,
    load_pen_signs,
)
from mnist_demo.training.greek import draw_greek
from mnist_demo.training.hands import load_hands
from mnist_demo.training.ink import normalize
from mnist_demo.training.outliers import make_outliers
from mnist_demo.training.rendering import render_all, to_bytes
from mnist_demo.training.touching import draw_groups

BATCH = 128
VARIANTS = 8  # drawings of each recorded sign
CUT_OUT = 10_000  # cut-outs of drawn pages for each of VARIANTS, and held-out ones
# Images a batch from each source; what a missing source would give, MNIST gives.
REDRAWN, PEN_DIGITS, CUTOUTS, PEN_SIGNS, GREEK, OUTLIERS, TOUCHING = 12, 26, 34, 10, 2, 8, 4

Logits = Callable[[NDArray[np.float32]], tf.Tensor]  # of images (n, 28, 28, 1)


@dataclass(frozen=True)
class Corpus:
    """Training images by source, and images held out to choose between recipes; labels int32, -1 for no digit.

    Attributes:
        sources: how many images a batch holds of each, the images and their labels.
        digits: held-out digits by where they come from; signs: held-out images of no digit, likewise.
    """

    sources: list[tuple[int, NDArray[np.uint8], NDArray[np.int32]]]
    digits: dict[str, Labelled]
    signs: dict[str, NDArray[np.uint8]]

    def batches(self, seed: int) -> tf.data.Dataset:
        """Endless batches: images (128, 28, 28, 1) float32 in [0, 1], targets (128, 10) float32 probabilities."""
        parts = [
            tf.data.Dataset.from_tensor_slices((images, labels))
            .shuffle(len(images), seed=seed + i)
            .repeat()
            .batch(share, drop_remainder=True)
            for i, (share, images, labels) in enumerate(self.sources)
        ]
        return tf.data.Dataset.zip(*parts).map(_prepare, num_parallel_calls=2).prefetch(4)

    def judge(self, logits: Logits) -> str:
        """Say how the held-out images fare: digits read right, and other signs in which no digit is likely."""
        said = []
        for name, (images, labels) in self.digits.items():
            said.append(f"{name} {(logits_of(logits, images).argmax(1) == labels).mean():.2%}")
        for name, images in self.signs.items():
            sure = np.exp(logits_of(logits, images))
            said.append(f"{name} below 0.5 {(sure.max(1) / sure.sum(1) < 0.5).mean():.1%}")
        return ", ".join(said)


def logits_of(logits: Logits, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the logits (n, 10) of images (n, 28, 28) uint8."""
    batches = np.array_split(images.astype(np.float32)[..., None] / np.float32(255), max(1, len(images) // 500))
    return np.concatenate([np.asarray(logits(batch)) for batch in batches]).astype(np.float32)


def load_corpus(folder: Path, cutter: keras.Model, seed: int, variants: int = VARIANTS) -> Corpus:
    """Read and draw the corpus from the data folder; what the folder does not have is left out."""
    rng = np.random.default_rng(seed)
    mnist, _ = load_mnist(folder)
    train = Labelled(mnist.images[:-MNIST_HELD_OUT], mnist.labels[:-MNIST_HELD_OUT])
    digits = {"MNIST": Labelled(mnist.images[-MNIST_HELD_OUT:], mnist.labels[-MNIST_HELD_OUT:])}
    signs: dict[str, NDArray[np.uint8]] = {}
    sources = [(REDRAWN, redraw(train.images, rng), train.labels.astype(np.int32))]
    signs_drawn = np.zeros((0, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    strokes: list[Stroke] = []
    if pen := load_pen_digits(folder):
        away = pen.held_out()
        known, unknown = pen.select(~away), pen.select(away)
        sources.append((PEN_DIGITS, _draw(known, variants, rng), np.repeat(known.labels.astype(np.int32), variants)))
        sources.append(_no_digits(TOUCHING, draw_groups(known, 2000 * variants, rng)))
        digits["pen strokes"] = Labelled(_draw(unknown, 3, rng), np.repeat(unknown.labels.astype(np.uint8), 3))
        strokes += [stroke for sign in known.signs for stroke in sign]
    if pen := load_pen_signs(folder):
        away = pen.held_out()
        known, unknown = pen.select(~away), pen.select(away)
        signs_drawn, signs["pen signs"] = _draw(known, variants, rng), _draw(unknown, 3, rng)
        sources.append(_no_digits(PEN_SIGNS, signs_drawn))
        strokes += [stroke for sign in known.signs for stroke in sign]
    greek = [draw_greek(rng) for _ in range(1000)]
    sources.append(_no_digits(GREEK, render_all(greek, np.full(len(greek), "greek"), variants, rng)))
    sources.append(_no_digits(OUTLIERS, make_outliers(train, signs_drawn, strokes, 4000 * variants, rng)))
    sources.append((CUTOUTS, *draw_cutouts(load_hands(folder), cutter, CUT_OUT * variants, rng)))
    images, labels = draw_cutouts(load_hands(folder, held_out=True), cutter, CUT_OUT, rng)
    digits["cut-outs"] = Labelled(images[labels >= 0], labels[labels >= 0].astype(np.uint8))
    signs["cut-out signs"] = images[labels < 0]
    rest = BATCH - sum(share for share, _, _ in sources)
    sources.append((rest, train.images, train.labels.astype(np.int32)))
    return Corpus(sources, digits, signs)


def redraw(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Enlarge images (n, 28, 28), harden their strokes' edges and frame them again, as a scan's are."""
    redrawn = np.zeros_like(images)
    for i, image in enumerate(images):
        large = cv2.resize(image.astype(np.float32) / 255, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        threshold = rng.uniform(0.2, 0.6)
        redrawn[i] = to_bytes(normalize(np.clip((large - threshold) * rng.uniform(1.5, 8) + 0.5, 0, 1)))
    return redrawn


def _draw(strokes: PenStrokes, variants: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return render_all(strokes.signs, strokes.labels, variants, rng)


def _no_digits(share: int, images: NDArray[np.uint8]) -> tuple[int, NDArray[np.uint8], NDArray[np.int32]]:
    return share, images, np.full(len(images), NOT_A_DIGIT, np.int32)


def _prepare(*parts: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    images = tf.concat([images for images, _ in parts], 0)
    labels = tf.concat([labels for _, labels in parts], 0)
    targets = tf.one_hot(labels, 10) + 0.1 * tf.cast(labels[:, None] == NOT_A_DIGIT, tf.float32)
    return augment(tf.cast(images, tf.float32) / 255)[..., None], targets
