"""What the detector, the classifier and the rescorer say of marks, joined. TensorFlow operations alone."""

from collections.abc import Callable

import tensorflow as tf

from mnist_demo.training.drawing.sheet import DIGITS, SIGNS
from mnist_demo.training.export.pyramid import overlaps
from mnist_demo.training.export.rows import compare
from mnist_demo.training.networks.rescorer import log_odds, split

# Of 5,713 pictures of 23 sets, 4,202 of them with numbers, 5,058 are read right with the constants below; beside
# them stands how many more or fewer are with others.
DETECTOR_WEIGHT = 0.5  # of what the detector says which digit a mark is, beside 1 - it of the classifier; log-linear:
# 0.4 and 0.6 give 4 and 2 fewer
# How much the classifier's certainty, as the logarithm of its odds, speaks for a digit and against other writing, where
# it exceeds DOUBT. Without it 18 numbers more are read, but something in 55 more pictures that hold none. More of it,
# 0.3 or 3.0, refuses 1 and 19 more of these and loses 17 and 25 numbers; less, 0.1 or 1.0, refuses 24 and 37 fewer and
# gains 13 and 17 numbers. No more odds than CERTAINTY_MAX count: 3.0 and 6.0 give 2 and 5 fewer.
CERTAINTY_WEIGHT, DOUBT, CERTAINTY_MAX = 0.2, 2.0, 4.0
NEIGHBOUR = 0.6  # what a digit beside a mark adds to its log-odds of being anything; without it 21 fewer, with 0.9 1
# more
CERTAIN = 1.5  # log-odds of a digit that counts as a neighbour in full; 0.75 and 3.0 give 1 more and 1 fewer
# What is beside, of the higher one: a gap, how far middles differ, the other's height. Halved or doubled, each gives
# 5 fewer to 2 more.
BESIDE, ON_A_LINE, ALIKE = 1.0, 0.5, 0.4
APART = 0.3  # of a mark that may lie in a likelier one; with more it is a part of that and has no neighbour. 0.15 and
# 0.6 give 1 and 2 fewer
# From the log-odds that there is a digit to those that it is the one that is read; fitted on the same sets.
SURE_SLOPE, SURE_SHIFT = 2.5, -0.5
# What the rescorer says counts so much, beside 1 - it of detector and classifier; linear. Without it 146 fewer,
# with 0.2 23; 0.4 reads 14 numbers more, and something in 18 more pictures without any.
RESCORER_SHARE = 0.3
# Added to the rescorer's log-odds that there is nothing: of such, drawn pages have less than others. With 0.8 18
# numbers fewer are read, and something in 19 more pictures without numbers; with 3.2 44 and 42 fewer.
NOTHING = 1.6
POINT = 1.0  # likewise, that there is a point or a comma; without it 7 more, but 3 of 150 points on pads are lost


def fuse(marks: tf.Tensor, rescore: Callable[[tf.Tensor], tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """Join three opinions of marks (pools, logarithmic and linear: Genest and Zidek, 1986, "Combining Probability
    Distributions: A Critique and an Annotated Bibliography").

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
    signs, sure = _join(scores, probabilities, boxes)
    logits = rescore(tf.pad(marks, [[0, 1], [0, 0]])[None])[0, :-1]  # with one that is none, as there may be no marks
    rarer = [POINT if sign in ".," else 0.0 for sign in SIGNS] + [NOTHING]
    signs = (1 - RESCORER_SHARE) * signs + RESCORER_SHARE * tf.nn.softmax(logits + rarer)[:, :-1]
    which = signs[:, :DIGITS] / tf.reduce_sum(signs[:, :DIGITS], 1, keepdims=True)
    return signs, sure * which + (1 - sure) / DIGITS


def _join(scores: tf.Tensor, probabilities: tf.Tensor, boxes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return what the detector, (n, 16), and the classifier, (n, 10), say of marks: signs, as `fuse` does; and how sure
    it is that a digit is the one that it looks like, (n, 1)."""
    odds = log_odds(scores)
    detected = tf.nn.log_softmax(odds[:, :DIGITS])
    which = tf.nn.softmax(
        DETECTOR_WEIGHT * detected + (1 - DETECTOR_WEIGHT) * tf.math.log(tf.maximum(probabilities, 1e-6))
    )
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
