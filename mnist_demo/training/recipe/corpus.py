"""What the classifier trains on: MNIST, rendered pen strokes, cut-outs of drawn pages and marks that are no digits."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.training.data import (
    MNIST_HELD_OUT,
    Labelled,
    PenStrokes,
    Stroke,
    load_mnist,
    load_strokes,
)
from mnist_demo.training.digits.cutouts import NOT_A_DIGIT, draw_cutouts
from mnist_demo.training.digits.ink import normalize
from mnist_demo.training.digits.outliers import make_outliers
from mnist_demo.training.digits.rendering import render_all, to_bytes
from mnist_demo.training.digits.touching import draw_groups
from mnist_demo.training.drawing.greek import draw_greek
from mnist_demo.training.drawing.hands import DIGIT_FILES, LETTER_FILES, WORD_FILE, load_drawings, load_hands
from mnist_demo.training.recipe.learning import Batch

BATCH = 128
VARIANTS = 8  # drawings of each recorded digit
SIGN_VARIANTS = 2  # of each recorded letter or word, to four of a digit: there are more of them
CUT_OUT = 10_000  # cut-outs of drawn pages for each of VARIANTS, and held-out ones
# Images a batch from each source; what a missing source would give, MNIST gives.
REDRAWN, PEN_DIGITS, CUTOUTS, PEN_SIGNS, DRAWINGS, GREEK, OUTLIERS, TOUCHING = 12, 30, 32, 12, 4, 2, 6, 4
REFUSED = (
    0.005  # of held-out digits: where this many are, how many of the other signs are tells how well they are told apart
)

Logits = Callable[[NDArray[np.float32]], Any]  # of images (n, 28, 28, 1)


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

    def batches(self, seed: int, times: int = 1) -> Iterator[Batch]:
        """Endless batches: images (times * 128, 28, 28, 1) uint8, targets (times * 128, 10) float32 probabilities."""
        rng = np.random.default_rng(seed)
        targets = np.concatenate([np.eye(10, dtype=np.float32), np.full((1, 10), 0.1, np.float32)])
        while True:
            chosen = [rng.integers(len(images), size=times * share) for share, images, _ in self.sources]
            images = [images[some] for (_, images, _), some in zip(self.sources, chosen, strict=True)]
            labels = [labels[some] for (_, _, labels), some in zip(self.sources, chosen, strict=True)]
            yield np.concatenate(images)[..., None], (targets[np.concatenate(labels)],)

    def judge(self, logits: Logits) -> str:
        """Say how the held-out images fare: digits read right, and other signs refused where some digits are."""
        said, likely = [], []
        for name, (images, labels) in self.digits.items():
            scores = logits_of(logits, images)
            likely.append(_likeliest(scores))
            said.append(f"{name} {(scores.argmax(1) == labels).mean():.2%}")
        least = float(np.quantile(np.concatenate(likely).astype(float), REFUSED)) if likely else 0.0
        for name, images in self.signs.items():
            said.append(f"{name} refused {(_likeliest(logits_of(logits, images)) < least).mean():.1%}")
        return ", ".join(said)


def _likeliest(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how likely the likeliest digit is, (n,), by logits (n, 10)."""
    return 1 / np.exp(scores - scores.max(1, keepdims=True)).sum(1)


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
    strokes: list[Stroke] = []
    if pen := load_all(folder, DIGIT_FILES):
        away = pen.held_out()
        known, unknown = pen.select(~away), pen.select(away)
        sources.append((PEN_DIGITS, draw(known, variants, rng), np.repeat(known.labels.astype(np.int32), variants)))
        sources.append(_no_digits(TOUCHING, draw_groups(known, 2000 * variants, rng)))
        digits["pen strokes"] = Labelled(draw(unknown, 3, rng), np.repeat(unknown.labels.astype(np.uint8), 3))
        strokes += [stroke for sign in known.signs for stroke in sign]
    signs_drawn = np.zeros((0, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    if pen := load_all(folder, LETTER_FILES, unambiguous=True):
        away = pen.held_out()
        known, unknown = pen.select(~away), pen.select(away)
        signs_drawn, signs["pen signs"] = draw(known, max(1, variants * SIGN_VARIANTS // 4), rng), draw(unknown, 1, rng)
        sources.append(_no_digits(PEN_SIGNS, signs_drawn))
        strokes += [stroke for sign in known.signs for stroke in sign]
    drawings = [draw(words.select(~words.held_out()), 1, rng)] if (words := load_all(folder, (WORD_FILE,))) else []
    drawings += [frame_all(load_drawings(folder / "train", held_out=False))]
    if len(drawn := np.concatenate(drawings)):
        sources.append(_no_digits(DRAWINGS, drawn))
        signs["drawings"] = frame_all(load_drawings(folder / "train", held_out=True))
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


def load_all(folder: Path, names: tuple[str, ...], unambiguous: bool = False) -> PenStrokes | None:
    """Return the signs of several files of strokes, or only those like no digit; None where there are none."""
    parts = [part for name in names if (part := load_strokes(folder / f"{name}.npz", unambiguous))]
    if not parts:
        return None
    return PenStrokes(
        [sign for part in parts for sign in part.signs],
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.writers for part in parts]),
    )


def draw(strokes: PenStrokes, variants: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw each sign `variants` times, on all cores: (n * variants, 28, 28) uint8, sign by sign."""
    parts = np.array_split(np.arange(len(strokes.signs)), min(len(strokes.signs), 4 * (os.cpu_count() or 1)))
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        drawn = processes.map(
            render_all,
            [[strokes.signs[i] for i in part] for part in parts],
            [strokes.labels[part] for part in parts],
            [variants] * len(parts),
            rng.spawn(len(parts)),
        )
        return np.concatenate(list(drawn))


def frame_all(drawings: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Frame drawings, ink = 255, as MNIST's digits are: (n, 28, 28) uint8."""
    framed = [to_bytes(normalize(drawing.astype(np.float32) / 255)) for drawing in drawings]
    return np.array(framed, np.uint8).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)


def redraw(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Enlarge images (n, 28, 28), harden their strokes' edges and frame them again, as a scan's are."""
    redrawn = np.zeros_like(images)
    for i, image in enumerate(images):
        large = cv2.resize(image.astype(np.float32) / 255, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        threshold = rng.uniform(0.2, 0.6)
        redrawn[i] = to_bytes(normalize(np.clip((large - threshold) * rng.uniform(1.5, 8) + 0.5, 0, 1)))
    return redrawn


def _no_digits(share: int, images: NDArray[np.uint8]) -> tuple[int, NDArray[np.uint8], NDArray[np.int32]]:
    return share, images, np.full(len(images), NOT_A_DIGIT, np.int32)
