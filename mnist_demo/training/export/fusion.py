"""What the detector, the classifier and the rescorer say of marks, joined. TensorFlow operations alone."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from mnist_demo.training.drawing.sheet import DIGITS, SIGNS
from mnist_demo.training.export.pyramid import OF_COLON, OF_POINT, outranks, overlaps
from mnist_demo.training.export.rows import compare
from mnist_demo.training.networks.rescorer import TINY, log_odds, split

# Of 5,713 pictures of 23 sets, 4,202 of them with numbers, 5,067 were read right when the constants below were chosen;
# beside them stands how many more or fewer were with others.
CLASSIFIER_SHARE = 0.5  # of what the classifier says which digit a mark is, beside 1 - it of the detector: 0.6 gives as
# many, 0.4 5 fewer
# How much the classifier's certainty, as the logarithm of its odds, speaks for a digit and against other writing, where
# it exceeds DOUBT. Without it 17 numbers more are read, but something in 20 more pictures that hold none. More of it,
# 0.3 or 3.0, refuses 26 and 22 more of these and loses 39 and 21 numbers; 1.0 refuses 19 fewer and gains 10 numbers. No
# more odds than CERTAINTY_MAX count: 3.0 and 6.0 give 3 more and 4 fewer.
CERTAINTY_WEIGHT, DOUBT, CERTAINTY_MAX = 0.15, 2.0, 4.0
NEIGHBOUR = 0.9  # what a digit beside a mark adds to its log-odds of being anything; without it 28 fewer, with 1.2 4
CERTAIN = 1.5  # log-odds of a digit that counts as a neighbour in full; 0.75 and 3.0 give 2 more and 2 fewer
# What is beside, of the higher one: a gap, how far middles differ, the other's height. Halved or doubled, each gives
# 9 fewer to 1 more (of 5,080, which DIGIT_SHARE of 0.53 and CERTAINTY_WEIGHT of 0.2 gave).
BESIDE, ON_A_LINE, ALIKE = 1.0, 0.5, 0.4
APART = 0.3  # of a mark that may lie in a likelier one; with more it is a part of that and has no neighbour. 0.15 and
# 0.6 give 2 and 4 fewer
# From the log-odds that there is a digit to those that it is the one that is read; fitted on the same sets.
SURE_SLOPE, SURE_SHIFT = 2.5, -0.5
# What the rescorer says counts so much, beside 1 - it of detector and classifier. Without it 221 fewer, with 0.25
# 12; 0.45 reads 7 numbers more, and something in 3 more pictures without any.
RESCORER_SHARE = 0.35
# Added to the rescorer's log-odds that there is nothing: of such, drawn pages have less than others. With 0.8 12
# numbers fewer are read, and something in 15 more pictures without numbers; with 3.2 61 and 44 fewer.
NOTHING = 1.6
POINT = 1.3  # likewise, that there is a point or a comma; without it 5 more, but 11 of 150 points on pads are lost
# Middles that lie less than so much of a colon's sides away from its own are the colon's. Without, 112 of 150 colons on
# pads are read, and 140 so; a longer or a wider reach gives as many, and other pictures do not change.
COLON_REACH = 1.0, 0.75
COLON = np.array([sign == ":" for sign in SIGNS], np.float32)


def fuse(marks: tf.Tensor, rescore: Callable[[tf.Tensor], tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """Join three opinions of marks in logarithmic pools (Genest and Zidek, 1986, "Combining Probability Distributions:
    A Critique and an Annotated Bibliography").

    Args:
        marks: (n, 53) float32, as the rescorer takes them.
        rescore: takes marks (1, n, 53) and gives logits (1, n, 17) of the signs and of nothing.

    Returns:
        signs (n, 16) float32: the probabilities of the signs, all digits counting as one sign that is then shared out
            among them; what is missing to 1 is that there is nothing.
        digits (n, 10) float32: the probabilities of the digits, which sum to 1; the less so that there is one, the more
            alike they are.
    """
    scores, probabilities, _, _, boxes = split(marks)
    joined, sure = _join(scores, probabilities, boxes)
    signs = tf.concat([joined, 1 - tf.reduce_sum(joined, 1, keepdims=True)], 1)
    logits = rescore(tf.pad(marks, [[0, 1], [0, 0]])[None])[0, :-1]  # with one that is none, as there may be no marks
    rarer = [POINT if sign in ".," else 0.0 for sign in SIGNS] + [NOTHING]
    rescored = tf.nn.softmax(logits + rarer)
    which = _pool(signs[:, :DIGITS], rescored[:, :DIGITS], RESCORER_SHARE)
    kinds = _pool(_digits_as_one(signs), _digits_as_one(rescored), RESCORER_SHARE)
    signs = tf.concat([kinds[:, :1] * which, kinds[:, 1:-1]], 1)
    return unite_signs(signs, boxes), sure * which + (1 - sure) / DIGITS


def _pool(one: tf.Tensor, other: tf.Tensor, share: float) -> tf.Tensor:
    """Return what two opinions, (n, k) each, say together, the share being the other's: probabilities that sum to 1."""
    one, other = (tf.math.log(tf.maximum(opinion, TINY)) for opinion in (one, other))
    return tf.nn.softmax((1 - share) * one + share * other)


def _digits_as_one(signs: tf.Tensor) -> tf.Tensor:
    """Return probabilities of signs and nothing, (n, 17), as those of a digit, the other signs and nothing, (n, 8)."""
    return tf.concat([tf.reduce_sum(signs[:, :DIGITS], 1, keepdims=True), signs[:, DIGITS:]], 1)


def _join(scores: tf.Tensor, probabilities: tf.Tensor, boxes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return what the detector, (n, 16), and the classifier, (n, 10), say of marks: signs, as `fuse` does; and how sure
    it is that a digit is the one that it looks like, (n, 1)."""
    odds = log_odds(scores)
    which = _pool(tf.nn.softmax(odds[:, :DIGITS]), probabilities, CLASSIFIER_SHARE)
    certainty = log_odds(tf.reduce_max(probabilities, 1, keepdims=True))
    speaks = CERTAINTY_WEIGHT * (tf.minimum(certainty, CERTAINTY_MAX) - DOUBT)
    digit_odds = tf.reduce_max(odds[:, :DIGITS], 1, keepdims=True) + speaks
    other_odds = tf.concat([odds[:, DIGITS:-1], odds[:, -1:] - speaks], 1)
    beside = NEIGHBOUR * _neighbour(boxes, digit_odds[:, 0], tf.reduce_max(other_odds, 1))[:, None]
    digit_odds += beside
    is_digit, others = tf.sigmoid(digit_odds), tf.sigmoid(other_odds + beside)
    point_or_comma = 1 - tf.reduce_prod(1 - others[:, :2], 1, keepdims=True)  # which of them may be in doubt, not that
    there = tf.maximum(tf.maximum(is_digit, point_or_comma), tf.reduce_max(others, 1, keepdims=True))
    share = there / (is_digit + tf.reduce_sum(others, 1, keepdims=True))
    sure = tf.sigmoid(SURE_SLOPE * digit_odds + SURE_SHIFT)
    return tf.concat([share * is_digit * which, share * others], 1), sure


def _neighbour(boxes: tf.Tensor, digit_odds: tf.Tensor, other_odds: tf.Tensor) -> tf.Tensor:
    """Return how certain it is that a mark has a digit beside it on its line, (n,) float32 in [0, 1]."""
    apart, gap, lower, higher = compare(boxes)
    width = boxes[:, 2] - boxes[:, 0]
    on_a_line, alike = apart < ON_A_LINE * higher, lower > ALIKE * higher
    beside = (gap < BESIDE * higher) & (gap > -tf.minimum(width[:, None], width) / 2)
    certain = tf.clip_by_value(digit_odds / CERTAIN, 0.0, 1.0) * tf.cast(digit_odds > other_odds, tf.float32)
    surest = tf.reduce_max(tf.where(on_a_line & alike & beside, certain, 0.0), 1)
    likelier = digit_odds > digit_odds[:, None]
    by_itself = ~tf.reduce_any(likelier & (overlaps(boxes)[1] > APART), 1)
    return tf.where(by_itself, surest, 0.0)


def unite_signs(signs: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """Return signs (n, 16) of which a colon that was found several times is one, as likely as a noisy or has it, and
    its points are none; of a point or comma that was found twice, as the detector took one for another sign, the
    likelier stays."""
    sign, likely = tf.argmax(signs, 1), tf.reduce_max(signs, 1)
    colon, comma, point = (sign == SIGNS.index(name) for name in ":,.")
    middle, reach = (boxes[:, :2] + boxes[:, 2:]) / 2, COLON_REACH * (boxes[:, 2:] - boxes[:, :2])
    near = colon[:, None] & tf.reduce_all(tf.abs(middle[:, None] - middle) < reach[:, None], -1)  # to the row's mark
    same = near & tf.transpose(near)
    missed = tf.reduce_prod(tf.where(same, 1 - likely, 1.0), 1)  # by all; 1 of what is no colon
    others = signs * (1 - COLON) * (missed / tf.maximum(1 - likely, TINY))[:, None]
    signs = tf.where(colon[:, None], others + COLON * (1 - missed)[:, None], signs)
    dot = comma | point
    of_colon = near & dot & ((1 - missed)[:, None] > OF_COLON * likely)
    twice = dot[:, None] & dot & (overlaps(boxes)[1] > OF_POINT)
    gone = tf.reduce_any((same | twice) & outranks(likely) | of_colon, 0)
    return tf.where(gone[:, None], 0.0, signs)
