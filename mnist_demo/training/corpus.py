"""What the network trains on: MNIST, rendered pen strokes and marks that are no digits, mixed in fixed shares."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.training.augmentation import augment
from mnist_demo.training.data import (
    MNIST_HELD_OUT,
    Labelled,
    PenStrokes,
    Stroke,
    load_mnist,
    load_pen_digits,
    load_pen_signs,
)
from mnist_demo.training.ink import normalize
from mnist_demo.training.outliers import make_outliers
from mnist_demo.training.rendering import render_all, to_bytes
from mnist_demo.training.touching import draw_groups

BATCH = 128
NOT_A_DIGIT = -1  # the label whose target is the uniform distribution
VARIANTS = 8  # drawings of each recorded sign
# Images a batch from each source; what a missing source would give, MNIST gives.
REDRAWN, PEN_DIGITS, PEN_SIGNS, OUTLIERS, TOUCHING = 16, 36, 14, 10, 6


@dataclass(frozen=True)
class Corpus:
    """Training images by source, and images held out to choose between recipes; labels int32, -1 for no digit."""

    sources: list[tuple[int, NDArray[np.uint8], NDArray[np.int32]]]
    held_out: Labelled
    held_out_pen: Labelled
    held_out_signs: NDArray[np.uint8]

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


def load_corpus(folder: Path, seed: int, variants: int = VARIANTS) -> Corpus:
    """Read and draw the corpus from the data folder; what the folder does not have is left out."""
    rng = np.random.default_rng(seed)
    mnist, _ = load_mnist(folder)
    train = Labelled(mnist.images[:-MNIST_HELD_OUT], mnist.labels[:-MNIST_HELD_OUT])
    held_out = Labelled(mnist.images[-MNIST_HELD_OUT:], mnist.labels[-MNIST_HELD_OUT:])
    sources = [(REDRAWN, redraw(train.images, rng), train.labels.astype(np.int32))]
    held_out_pen, signs_drawn, held_out_signs = Labelled(*_no_images()), _no_images()[0], _no_images()[0]
    strokes: list[Stroke] = []
    if digits := load_pen_digits(folder):
        away = digits.held_out()
        known, unknown = digits.select(~away), digits.select(away)
        sources.append((PEN_DIGITS, _draw(known, variants, rng), np.repeat(known.labels.astype(np.int32), variants)))
        sources.append(_no_digits(TOUCHING, draw_groups(known, 2000 * variants, rng)))
        held_out_pen = Labelled(_draw(unknown, 3, rng), np.repeat(unknown.labels.astype(np.uint8), 3))
        strokes += [stroke for sign in known.signs for stroke in sign]
    if signs := load_pen_signs(folder):
        away = signs.held_out()
        known, unknown = signs.select(~away), signs.select(away)
        signs_drawn, held_out_signs = _draw(known, variants, rng), _draw(unknown, 3, rng)
        sources.append(_no_digits(PEN_SIGNS, signs_drawn))
        strokes += [stroke for sign in known.signs for stroke in sign]
    sources.append(_no_digits(OUTLIERS, make_outliers(train, signs_drawn, strokes, 4000 * variants, rng)))
    rest = BATCH - sum(share for share, _, _ in sources)
    sources.append((rest, train.images, train.labels.astype(np.int32)))
    return Corpus(sources, held_out, held_out_pen, held_out_signs)


def redraw(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Enlarge images (n, 28, 28), harden their strokes' edges and frame them again, as the app does with a scan."""
    redrawn = np.zeros_like(images)
    for i, image in enumerate(images):
        large = cv2.resize(image.astype(np.float32) / 255, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        threshold = rng.uniform(0.2, 0.6)
        redrawn[i] = to_bytes(normalize(np.clip((large - threshold) * rng.uniform(1.5, 8) + 0.5, 0, 1)))
    return redrawn


def _draw(strokes: PenStrokes, variants: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return render_all(strokes.signs, strokes.labels, variants, rng)


def _no_images() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return np.zeros((0, IMAGE_SIDE, IMAGE_SIDE), np.uint8), np.zeros(0, np.uint8)


def _no_digits(share: int, images: NDArray[np.uint8]) -> tuple[int, NDArray[np.uint8], NDArray[np.int32]]:
    return share, images, np.full(len(images), NOT_A_DIGIT, np.int32)


def _prepare(*parts: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    images = tf.concat([images for images, _ in parts], 0)
    labels = tf.concat([labels for _, labels in parts], 0)
    targets = tf.one_hot(labels, 10) + 0.1 * tf.cast(labels[:, None] == NOT_A_DIGIT, tf.float32)
    return augment(tf.cast(images, tf.float32) / 255)[..., None], targets
