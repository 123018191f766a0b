"""What the detector and the classifier say of a mark, joined. TensorFlow operations alone."""

import tensorflow as tf

from mnist_demo.training.export.pyramid import INSIDE_MAX, overlaps

DIGITS = 10
# Of 5,437 pictures of 22 sets, 3,968 of them with numbers, 4,854 are read right with the constants below; beside
# them stands how many more or fewer are with others.
DETECTOR_WEIGHT = 0.4  # of what the detector says which digit a mark is, beside 1 - it of the classifier; log-linear:
# 0.3 and 0.5 give 1 and 5 fewer
# How much the classifier's certainty, as the logarithm of its odds, speaks for a digit and against other writing, where
# it exceeds DOUBT. Without it 9 numbers fewer are read, and something in 117 more pictures that hold none. More of it,
# 0.3 or 3.0, refuses 23 and 38 more of these and loses 23 and 31 numbers; less, 0.1 or 1.0, refuses 47 fewer, and gains
# 4 and 11 numbers. No more odds than CERTAINTY_MAX count: 3.0 and 6.0 give 5 and 7 fewer.
CERTAINTY_WEIGHT, DOUBT, CERTAINTY_MAX = 0.2, 2.0, 4.0
SIGN_FINE = 0.3  # of a point's or dash's log-odds: specks and lines look like them. Without it 9 fewer; 0.6 gives 8
# more, but numbers on the pad lose their points by it
SLASH, AS_ONE = 3, 0.5  # a slash among the signs, and its share in what the classifier's certainty of a 1 speaks for:
# slashes on the pad are read by it, in the sets 0 gives 1 more, 1.0 the same
# What a digit beside it adds to a mark's log-odds of being a digit or a sign, and its share for other writing. Without
# it 30 fewer, of cheques and registers, with 0.9 1 more; without a share for other writing 8 more, but an H at a
# number's end becomes a 4.
NEIGHBOUR, OTHER_BESIDE = 0.6, 0.6
CERTAIN = 1.5  # log-odds of a digit that counts as a neighbour in full; 0.75 and 3.0 give 5 more and 3 fewer
# What is beside, of the higher one: a gap, how far middles differ, the other's height. Halved or doubled, each gives 1
# fewer to 2 more.
BESIDE, ON_A_LINE, ALIKE = 1.0, 0.5, 0.4
APART = 0.3  # of a mark that may lie in a likelier one; with more it is a part of that and has no neighbour. 0.15 and
# 0.6 give 4 and 2 fewer
PART = 2.0  # what other writing that a digit lies in takes off its log-odds: a loop of a scribble is no 0. Without it
# something is read in 18 more pictures without numbers; 4.0 gives the same
# From the log-odds that there is a digit to those that it is the one that is read; fitted on the same sets.
SURE_SLOPE, SURE_SHIFT = 2.5, -0.5
TINY = 1e-4  # odds are never beyond 1 to so little


def fuse(scores: tf.Tensor, probabilities: tf.Tensor, boxes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Join two opinions of marks (a logarithmic opinion pool: Hinton, 1999, "Products of Experts").

    Args:
        scores: (n, 16) float32, how likely the detector thinks each sign to be there: digits, signs, `other`.
        probabilities: (n, 10) float32, the classifier's.
        boxes: (n, 4) float32: left, top, right, bottom.

    Returns:
        signs (n, 16) float32: the probabilities of the signs, all digits counting as one sign that is then shared out
            among them; what is missing to 1 is that there is nothing.
        digits (n, 10) float32: the probabilities of the digits, which sum to 1; the less so that there is one, the more
            alike they are.
    """
    odds = _log_odds(scores)
    detected = tf.nn.log_softmax(odds[:, :DIGITS])
    which = tf.nn.softmax(
        DETECTOR_WEIGHT * detected + (1 - DETECTOR_WEIGHT) * tf.math.log(tf.maximum(probabilities, 1e-6))
    )
    certainty = _log_odds(tf.reduce_max(probabilities, 1, keepdims=True))
    speaks = CERTAINTY_WEIGHT * (tf.minimum(certainty, CERTAINTY_MAX) - DOUBT)
    digit_odds = tf.reduce_max(odds[:, :DIGITS], 1, keepdims=True) + speaks
    slash = tf.one_hot(SLASH, odds.shape[1] - DIGITS - 1) * AS_ONE * probabilities[:, 1:2] * speaks
    other_odds = tf.concat([odds[:, DIGITS:-1] - SIGN_FINE + slash, odds[:, -1:] - speaks], 1)
    within = overlaps(boxes)[1]
    beside = NEIGHBOUR * _neighbour(boxes, within, digit_odds[:, 0], tf.reduce_max(other_odds, 1))[:, None]
    digit_odds += beside - PART * _lies_in_other(boxes, within, digit_odds[:, 0], other_odds[:, -1])[:, None]
    other_odds = tf.concat([other_odds[:, :-1] + beside, other_odds[:, -1:] + OTHER_BESIDE * beside], 1)
    is_digit, others = tf.sigmoid(digit_odds), tf.sigmoid(other_odds)
    point_or_comma = 1 - tf.reduce_prod(1 - others[:, :2], 1, keepdims=True)  # which of them may be in doubt, not that
    there = tf.maximum(tf.maximum(is_digit, point_or_comma), tf.reduce_max(others, 1, keepdims=True))
    share = there / (is_digit + tf.reduce_sum(others, 1, keepdims=True))
    sure = tf.sigmoid(SURE_SLOPE * digit_odds + SURE_SHIFT)
    return tf.concat([share * is_digit * which, share * others], 1), sure * which + (1 - sure) / DIGITS


def _neighbour(boxes: tf.Tensor, within: tf.Tensor, digit_odds: tf.Tensor, other_odds: tf.Tensor) -> tf.Tensor:
    """Return how certain it is that a mark has a digit beside it on its line, (n,) float32 in [0, 1]."""
    left, top, right, bottom = tf.split(boxes, 4, 1)  # of each row's mark, (n, 1)
    others_left, others_top, others_right, others_bottom = tf.split(tf.transpose(boxes), 4)  # of each column's, (1, n)
    height, others_height = bottom - top, others_bottom - others_top
    higher = tf.maximum(height, others_height)
    on_a_line = tf.abs(top + bottom - others_top - others_bottom) < 2 * ON_A_LINE * higher
    alike = tf.minimum(height, others_height) > ALIKE * higher
    gap = tf.maximum(left, others_left) - tf.minimum(right, others_right)
    beside = (gap < BESIDE * higher) & (gap > -tf.minimum(right - left, others_right - others_left) / 2)
    certain = tf.clip_by_value(digit_odds / CERTAIN, 0.0, 1.0) * tf.cast(digit_odds > other_odds, tf.float32)
    surest = tf.reduce_max(tf.where(on_a_line & alike & beside, certain, 0.0), 1)
    likelier = digit_odds > digit_odds[:, None]
    apart = ~tf.reduce_any(likelier & (within > APART), 1)
    return tf.where(apart, surest, 0.0)


def _lies_in_other(boxes: tf.Tensor, within: tf.Tensor, digit_odds: tf.Tensor, other_odds: tf.Tensor) -> tf.Tensor:
    """Return how likely each mark lies in a larger one that is rather other writing than a digit, (n,) float32."""
    area = tf.reduce_prod(boxes[:, 2:] - boxes[:, :2], 1)
    lies_in = (within > INSIDE_MAX) & (area > area[:, None])
    other = tf.where(other_odds > digit_odds, tf.sigmoid(other_odds), 0.0)
    return tf.reduce_max(tf.where(lies_in, other, 0.0), 1)


def _log_odds(probabilities: tf.Tensor) -> tf.Tensor:
    return tf.math.log((probabilities + TINY) / (1 - probabilities + TINY))
