"""The rescorer: a small net that judges each mark by what was said of it, how it is drawn, and the marks around it.

Whether a stroke is a 1, a slash or the side of a box often its neighbours alone tell. It is a relation network (Santoro
et al., 2017, https://arxiv.org/abs/1706.01427; of detections: Hu et al., 2018, https://arxiv.org/abs/1711.11575).
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from mnist_demo.training.drawing.sheet import DIGITS, SIGNS

KINDS = len(SIGNS) + 1  # that a mark may be: a sign, or nothing
# Of what is known of a mark: scores, probabilities, measures, what is said of it in its row, and the box.
PARTS = len(SIGNS), DIGITS, 6, len(SIGNS) + 1, 4
COLUMNS = sum(PARTS)
WIDTH, RELATED, JOINED = 32, 24, 64  # responses of a mark, of a pair, and of a mark and all its pairs
FAR = 4.0  # heights of the higher mark, from which on two marks have nothing to do with each other
TOGETHER = 20.0  # that the responses of a mark's pairs add up to at most
LOG_UNIT = 3.0  # of log-odds and logarithms, that is 1 to the net
TINY = 1e-4  # odds are never beyond 1 to so little
NOISE, TONE = 0.7, 1.4  # standard deviations of a mark's log-odds, and of those of a whole page
ROW_NOISE, ROW_TONE = 1.0, 1.0  # likewise, of those that the row reader says
WITHOUT_ROWS = 0.1  # the share of pages of which it says nothing
WEAR = 0.15  # that of a mark's measures
FLATTER, STEEPER = 0.6, 1.2  # powers of the classifier's probabilities
CLOSER, LARGER = 0.4, 2.5  # how many times as large a page may be
SMOOTHING = 0.02  # of the truth


def build_rescorer() -> keras.Model:
    """Return a net from marks (pages, n, 53) float32 to logits (pages, n, 17): the signs, or nothing at all.

    A mark's columns are the detector's scores, the classifier's probabilities of it, what `measure` says of it, the
    row reader's probabilities of the signs and whether it says anything, 0 or 1, and the mark's box in the page's
    pixels: left, top, right, bottom. A mark whose box is empty is none.
    """
    marks = keras.Input((None, COLUMNS))
    said = _describe(marks)
    own = layers.Dense(WIDTH, "relu")(said)
    pairs, related = _relate(split(marks)[-1])
    pair = layers.Dense(WIDTH, use_bias=False)(pairs)
    pair = pair + ops.expand_dims(layers.Dense(WIDTH)(own), 2)
    pair = ops.relu(pair + ops.expand_dims(layers.Dense(WIDTH, use_bias=False)(own), 1))
    pair = layers.Dense(RELATED, "relu")(pair) * related
    together = ops.minimum(ops.sum(pair, 2), TOGETHER) / 5
    x = layers.Dense(JOINED, "relu")(ops.concatenate([said, own, ops.max(pair, 2), together], -1))
    logits = layers.Dense(KINDS)(x) + layers.Dense(KINDS, use_bias=False)(said)
    return keras.Model(marks, logits, name="rescorer")


def split(marks: Any) -> Any:
    """Return the PARTS of marks (..., 53), which are their last axis."""
    return ops.split(marks, np.cumsum(PARTS[:-1]), -1)


def _describe(marks: Any) -> Any:
    """Return what is known of each mark by itself, (pages, n, 51): log-odds, logarithms, the surest digit's odds, the
    shape, the measures, and the row reader's log-odds."""
    scores, probabilities, measures, rows, boxes = split(marks)
    sides = boxes[..., 2:] - boxes[..., :2] + 1
    return ops.concatenate(
        [
            log_odds(scores) / LOG_UNIT,
            ops.log(ops.maximum(probabilities, TINY)) / LOG_UNIT,
            log_odds(ops.max(probabilities, -1, keepdims=True)) / LOG_UNIT,
            ops.log(sides[..., :1] / sides[..., 1:]),
            measures[..., :1] / 2,
            ops.log(ops.maximum(measures[..., 1:2], 0.01)) + 2.5,
            measures[..., 2:],
            log_odds(rows[..., :-1]) / LOG_UNIT * rows[..., -1:],
            rows[..., -1:],
        ],
        -1,
    )


def _relate(boxes: Any) -> tuple[Any, Any]:
    """Return how marks lie to each other, (pages, n, n, 9), the row's the one that is judged; and whether one may have
    to do with the other, (pages, n, n, 1), 0 or 1."""
    one, other = ops.expand_dims(boxes, 2), ops.expand_dims(boxes, 1)
    sides, others_sides = one[..., 2:] - one[..., :2], other[..., 2:] - other[..., :2]
    higher = ops.maximum(ops.maximum(sides[..., 1:], others_sides[..., 1:]), 1e-3)
    apart = (other[..., :2] + other[..., 2:] - one[..., :2] - one[..., 2:]) / (2 * higher)
    low, high = ops.maximum(one[..., :2], other[..., :2]), ops.minimum(one[..., 2:], other[..., 2:])
    shared = ops.prod(ops.maximum(high - low, 0.0), -1, keepdims=True)
    larger = ops.log((others_sides + 1) / (sides + 1))
    parts = [shared / ops.maximum(ops.prod(each, -1, keepdims=True), 1e-3) for each in (sides, others_sides)]
    gap = (low[..., :1] - high[..., :1]) / higher
    pairs = ops.clip(ops.concatenate([apart, ops.abs(apart), larger, gap, *parts], -1), -FAR, FAR)
    near = ops.max(ops.abs(apart), -1, keepdims=True) < FAR
    there = ops.prod(others_sides, -1, keepdims=True) > 0
    itself = ops.all(ops.equal(one, other), -1, keepdims=True)
    return pairs, ops.cast(near & there & ~itself, "float32")


def log_odds(probability: Any) -> Any:
    """Return the logarithm of a probability's odds, which are never beyond 1 to TINY."""
    return ops.log((probability + TINY) / (1 - probability + TINY))


class Doubt(keras.layers.Layer):
    """Change what is known of marks (pages, n, 53) as of pages that nobody drew: less sure, and of another size."""

    def __init__(self, seed: int) -> None:
        super().__init__(trainable=False)
        self._seeds = keras.random.SeedGenerator(seed)

    def call(self, marks: Any) -> Any:
        """Return the marks, float32."""
        scores, probabilities, measures, rows, boxes = split(ops.cast(marks, "float32"))
        page = ops.shape(marks)[0], 1, 1
        tone = keras.random.normal(page, 0, TONE, seed=self._seeds)
        odds = log_odds(scores) + keras.random.normal(ops.shape(scores), 0, NOISE, seed=self._seeds)
        scores = ops.sigmoid(ops.concatenate([odds[..., :-1] + tone, odds[..., -1:] - tone], -1))
        power = keras.random.uniform(page, FLATTER, STEEPER, seed=self._seeds)
        powers = ops.maximum(probabilities, TINY) ** power
        probabilities = powers / ops.sum(powers, -1, keepdims=True)
        wear = keras.random.normal(ops.shape(measures), 0, WEAR, seed=self._seeds)
        measures = ops.concatenate([measures[..., :2] * ops.exp(wear[..., :2]), measures[..., 2:] + wear[..., 2:]], -1)
        tone = keras.random.normal(page, 0, ROW_TONE, seed=self._seeds)
        odds = log_odds(rows[..., :-1]) + keras.random.normal(ops.shape(rows[..., :-1]), 0, ROW_NOISE, seed=self._seeds)
        known = rows[..., -1:] * ops.cast(keras.random.uniform(page, seed=self._seeds) >= WITHOUT_ROWS, "float32")
        rows = ops.concatenate([ops.sigmoid(odds + tone) * known, known], -1)
        size = keras.random.uniform(page, CLOSER, LARGER, seed=self._seeds)
        return ops.concatenate([scores, probabilities, measures, rows, boxes * size], -1)


def rescoring_loss(logits: Any, kinds: Any) -> Any:
    """Return the cross entropy of answers (pages, n, 17) with what each mark may be, (pages, n, 17) uint8, 0 or 1.

    A mark that may be none of them is not known, and does not count.
    """
    likely = ops.log_softmax(logits, -1)
    allowed = ops.cast(kinds, "float32")
    known = ops.max(allowed, -1)
    right = ops.logsumexp(likely - (1 - allowed) * 1e9, -1)
    each = (1 - SMOOTHING) * right + SMOOTHING * ops.mean(likely, -1)
    return -ops.sum(ops.where(known > 0, each, 0.0)) / ops.maximum(ops.sum(known), 1.0)
