"""What the detector and the classifier say of a mark, joined. TensorFlow operations alone."""

import tensorflow as tf

DIGITS = 10
DETECTOR_WEIGHT = 0.5  # of what the detector says which digit a mark is, beside 1 - it of the classifier; log-linear


def fuse(scores: tf.Tensor, probabilities: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Join two opinions of marks (a logarithmic opinion pool: Hinton, 1999, "Products of Experts").

    Args:
        scores: (n, 16) float32, how likely the detector thinks each sign to be there.
        probabilities: (n, 10) float32, the classifier's.

    Returns:
        signs (n, 16) float32: the probabilities of the signs, all digits counting as one sign that is then shared out
            among them; what is missing to 1 is that there is nothing.
        digits (n, 10) float32: the probabilities of the digits, which sum to 1; the less so that there is one, the more
            alike they are.
    """
    odds = tf.math.log(scores / (1 - scores + 1e-6) + 1e-6)
    detected = tf.nn.log_softmax(odds[:, :DIGITS])
    judged = tf.math.log(probabilities + 1e-6)
    which = tf.nn.softmax(DETECTOR_WEIGHT * detected + (1 - DETECTOR_WEIGHT) * judged)
    is_digit, others = tf.reduce_max(scores[:, :DIGITS], 1, keepdims=True), scores[:, DIGITS:]
    there = tf.reduce_max(scores, 1, keepdims=True)
    share = there / (is_digit + tf.reduce_sum(others, 1, keepdims=True) + 1e-6)
    return tf.concat([share * is_digit * which, share * others], 1), is_digit * which + (1 - is_digit) / DIGITS
