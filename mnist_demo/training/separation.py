"""Training the separator, which tells the first of several touching digits from the others."""

import os
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_demo.training.data import MNIST_HELD_OUT, Labelled, PenStrokes, load_mnist, load_pen_digits, load_pen_signs
from mnist_demo.training.network import build_separator
from mnist_demo.training.optimizer import muon
from mnist_demo.training.touching import Runs, write_runs

RUNS, RUNS_HELD_OUT = 100_000, 2_000
BATCH = 64
SEPARATOR_EPOCHS, STEPS = 10, 900  # an epoch is so many batches, not a pass through the data
PAPER_WEIGHT = 0.02  # of a pixel without ink in the loss, beside 1 of one with


def load_runs(folder: Path, seed: int, count: int) -> tuple[Runs, Runs]:
    """Write `count` groups of touching digits and other signs to train on, and others by writers held out."""
    rng = np.random.default_rng(seed)
    mnist, _ = load_mnist(folder)
    known = Labelled(*(part[:-MNIST_HELD_OUT] for part in mnist))
    unknown = Labelled(*(part[-MNIST_HELD_OUT:] for part in mnist))
    digits, other_digits = _split(load_pen_digits(folder))
    signs, other_signs = _split(load_pen_signs(folder))
    runs = write_runs(digits, signs, known, count, rng)
    return runs, write_runs(other_digits, other_signs, unknown, RUNS_HELD_OUT, rng)


def _split(strokes: PenStrokes | None) -> tuple[PenStrokes | None, PenStrokes | None]:
    """What known writers wrote, and what the ones held out did."""
    if strokes is None:
        return None, None
    away = strokes.held_out()
    return strokes.select(~away), strokes.select(away)


def train_separator(folder: Path, count: int, epochs: int, seed: int, checkpoints: Path) -> keras.Model:
    """Return a separator trained on `count` groups; an interrupted training goes on from the folder `checkpoints`."""
    runs, held_out = load_runs(folder, seed, count)
    keras.utils.set_random_seed(seed)
    network = build_separator()
    network.compile(muon(epochs * STEPS), _loss, jit_compile=False)
    network.fit(
        _batches(runs).shuffle(len(runs.images), seed=seed).repeat().batch(BATCH).map(_prepare).prefetch(4),
        epochs=epochs,
        steps_per_epoch=STEPS,
        validation_data=_batches(held_out).batch(500).map(_prepare),
        callbacks=[keras.callbacks.BackupAndRestore(checkpoints)],
        verbose=2 if os.environ.get("CI") else "auto",
    )
    return network


def _batches(runs: Runs) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices((runs.images, runs.parts))


def _prepare(images: tf.Tensor, parts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Images (n, 32, 64, 1), and for the loss the parts and the weight of each pixel, (n, 32, 64, 3)."""
    ink = tf.cast(images, tf.float32)[..., None] / 255
    return ink, tf.concat([tf.cast(parts, tf.float32) / 255, ink + PAPER_WEIGHT], -1)


def _loss(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    parts, weight = truth[..., :2], truth[..., 2:]
    losses = tf.nn.sigmoid_cross_entropy_with_logits(parts, logits)
    return tf.reduce_sum(weight * losses, (1, 2, 3)) / tf.reduce_sum(weight, (1, 2, 3))
