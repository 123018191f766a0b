"""Train the rescorer on what the other nets see on drawn pages: python -m mnist_demo.training.recipe.rescoring.

Pages are read first, as many as it takes, then the net learns from all of them. It starts from nothing, as it takes
minutes.
"""

import argparse
import contextlib
import os
import queue
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_demo.inference.local import EXECUTOR
from mnist_demo.training.data import data_dir
from mnist_demo.training.drawing.boxes import Boxes, area, overlap, shared
from mnist_demo.training.drawing.sheet import OTHER, SIGNS, UNKNOWN
from mnist_demo.training.export.__main__ import export_kept, load_kept
from mnist_demo.training.export.signatures import DigitModel
from mnist_demo.training.networks.rescorer import COLUMNS, KINDS, Doubt, build_rescorer, rescoring_loss
from mnist_demo.training.networks.weights import keep_weights
from mnist_demo.training.recipe.learning import Batch, Learner, Trapezoid, averaging, learn
from mnist_demo.training.recipe.reader import (
    DECAY,
    LEARNING_RATE,
    WARM_UP,
    WEIGHT_DECAY,
    check_painters,
    draw_page,
    painting,
)

PAGES, PAGES_A_STEP, STEPS = 110_000, 96, 24_000
CHECKPOINTS = Path("build/rescoring")
TOLD_EVERY = 10_000  # pages
MARKS = 32  # of a page, those that are near each other
SMALL = tuple(map(SIGNS.index, ".,-:"))
READ_FROM = 9  # pixels, of the digits on a mark's line: smaller marks are not known
# How a mark that was found and one that was drawn are the same: what they share of both. A small sign's middle is
# within so much of the larger one's side, and its side is at most so many times as long.
SAME, SAME_MIDDLE, SAME_SIDE = 0.5, 0.35, 2.5
# What a mark may share with one that it is not, and still be nothing: with a sign, of both; with what is not known, of
# both and of itself; with a sign that is too small to be known, of itself.
APART, APART_UNKNOWN, OF_UNKNOWN, OF_SMALL = 0.25, 0.2, 0.25, 0.3

Read = Callable[[NDArray[np.uint8]], NDArray[np.float32]]  # a page to its marks, as the rescorer takes them


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.training.recipe.rescoring", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data (default: $MNIST_DEMO_DATA or ../shared/data)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rescorer = train_rescorer(*load_kept(), data_dir(args.data), CHECKPOINTS, seed=args.seed)
    keep_weights(rescorer=rescorer)
    export_kept()
    shutil.rmtree(CHECKPOINTS)  # what was read is of these nets alone


def train_rescorer(
    classifier: keras.Model,
    detector: keras.Model,
    cutter: keras.Model,
    row_reader: keras.Model,
    folder: Path,
    checkpoints: Path,
    pages: int = PAGES,
    steps: int = STEPS,
    seed: int = 0,
) -> keras.Model:
    """Return a rescorer that learned from what the nets that ship, without normalisation, see on drawn pages.

    An interrupted training goes on from the folder `checkpoints`.
    """
    keras.utils.set_random_seed(seed)
    rescorer, kept = build_rescorer(), checkpoints / "rescorer.npz"
    if not kept.exists():
        model = DigitModel(classifier, detector, cutter, row_reader, rescorer)
        see = tf.function(model.see, input_signature=[tf.TensorSpec((None, None), tf.uint8)])
        checkpoints.mkdir(parents=True, exist_ok=True)
        with tf.experimental.function_executor_type(EXECUTOR):
            np.savez(kept, *read_pages(lambda page: see(page)[0].numpy(), folder, pages, seed))
    with np.load(kept) as arrays:
        marks, kinds = arrays.values()
    rate = Trapezoid(LEARNING_RATE, WARM_UP, DECAY, steps)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY, clipnorm=5.0, **averaging(steps))
    learner = Learner(rescorer, Doubt(seed), rescoring_loss)
    learn(learner, batches(marks, kinds, np.random.default_rng(seed)), optimizer, steps, checkpoints / "rescorer")
    return rescorer


def read_pages(read: Read, folder: Path, count: int, seed: int) -> tuple[NDArray[np.float16], NDArray[np.uint8]]:
    """Return the marks that are found on so many drawn pages, (count, MARKS, COLUMNS), and what each may be, (..., 17).

    Raises:
        RuntimeError: a process that draws has ended.
    """
    marks, kinds = np.zeros((count, MARKS, COLUMNS), np.float16), np.zeros((count, MARKS, KINDS), np.uint8)
    rng, done = np.random.default_rng(seed), 0
    with painting(draw_page, folder, seed) as (drawn, painters):
        while done < count:
            check_painters(painters)
            with contextlib.suppress(queue.Empty):
                for picture, boxes in drawn.get(timeout=10)[: count - done]:
                    found = near_each_other(read(picture), rng)
                    marks[done, : len(found)] = found
                    kinds[done, : len(found)] = kinds_of(found, boxes)
                    done += 1
                    if done % TOLD_EVERY == 0:
                        print(f"{done:,} of {count:,} pages read", flush=True)
    return marks, kinds


def near_each_other(marks: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return marks (n, COLUMNS), or, of more than MARKS, those that are nearest to a random one."""
    if len(marks) <= MARKS:
        return marks
    boxes = marks[:, -4:]
    return marks[np.argsort(np.abs(boxes - boxes[rng.integers(len(boxes))]).sum(1))[:MARKS]]


def kinds_of(marks: NDArray[np.float32], drawn: Boxes) -> NDArray[np.bool_]:
    """Return what each mark that was found may be, (n, 17), of the signs and nothing: none of them if not known.

    Of several that are the same sign it is the one that the detector thinks likeliest, and the others are nothing.

    Args:
        marks: (n, COLUMNS), as the rescorer takes them.
        drawn: the boxes of a `Crop`, (m, 6).
    """
    found, drawn = marks[:, -4:], drawn[drawn[:, 0] > -9]
    kinds = np.zeros((len(found), KINDS), bool)
    regions = drawn[:, 1:5]
    union, own = overlap(found, regions), shared(found, regions) / np.maximum(area(found)[:, None], 1e-3)
    signs, known = drawn[:, 0] >= 0, drawn[:, 5] >= READ_FROM
    alike = np.where(signs, np.maximum(union, _small_alike(found, drawn)), 0)
    other_sign = (union > APART) & signs
    unknown = ((own > OF_UNKNOWN) | (union > APART_UNKNOWN)) & (drawn[:, 0] == UNKNOWN)
    too_small = (own > OF_SMALL) & signs & ~known
    nothing = ~(other_sign | unknown | too_small).any(1)
    kinds[nothing, OTHER:] = True  # other writing, or none: both go unread
    if not len(drawn):
        return kinds
    which, same = alike.argmax(1), (alike >= SAME).any(1)
    for i in np.unique(which[same]):
        sign, these = int(drawn[i, 0]), np.flatnonzero(same & (which == i))
        kinds[these] = False
        kinds[these, OTHER:] = known[i]
        if sign != OTHER:
            likeliest = these[marks[these, sign].argmax()]
            kinds[likeliest] = False
            kinds[likeliest, sign] = known[i]
    return kinds


def _small_alike(found: Boxes, drawn: Boxes) -> NDArray[np.float32]:
    """Return how near the middles of found marks are to those of small signs, (n, m): 0.8 at most, 0 if not alike."""
    side = (found[:, 2:] - found[:, :2]).max(1)[:, None]
    own = np.maximum((drawn[:, 3:5] - drawn[:, 1:3]).max(1), 3)
    away = np.abs((found[:, None, :2] + found[:, None, 2:] - drawn[:, 1:3] - drawn[:, 3:5]) / 2).max(-1)
    away /= np.maximum(side, own)
    alike = np.isin(drawn[:, 0], SMALL) & (away < SAME_MIDDLE) & (side < SAME_SIDE * own)
    return np.where(alike, 0.8 - away, 0)


def batches(marks: NDArray[np.float16], kinds: NDArray[np.uint8], rng: np.random.Generator) -> Iterator[Batch]:
    """Endless batches of some pages' marks, and what each may be."""
    while True:
        chosen = rng.integers(len(marks), size=PAGES_A_STEP)
        yield marks[chosen].astype(np.float32), (kinds[chosen],)


if __name__ == "__main__":
    main()
