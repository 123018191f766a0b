"""Reads many pictures with tf.data: several at a time, answered in their order, in batches."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import tensorflow as tf

from mnist_demo.inference import Classifier
from mnist_demo.recognition import Reading, recognize

BATCH_SIZE = 8  # pictures


def read_batches(pictures: Sequence[bytes], classifier: Classifier) -> Iterator[list[dict[str, Any]]]:
    """Read pictures; yield a row for each, in lists of at most `BATCH_SIZE`, as soon as a list is complete.

    Args:
        pictures: the bytes of PNG, JPEG or WebP files.

    Yields:
        Rows {"text": ..., "lowest": ...}, the lowest confidence of the digits in the text or None without any; or
        {"error": ...} where a picture cannot be read. It never stops the others.
    """

    def read(picture: bytes) -> bytes:
        return json.dumps(read_row(picture, classifier)).encode()

    def read_tensor(picture: tf.Tensor) -> tf.Tensor:
        return tf.numpy_function(read, [picture], tf.string)

    dataset = tf.data.Dataset.from_tensor_slices(tf.constant(list(pictures), tf.string, (len(pictures),)))
    dataset = dataset.map(read_tensor, num_parallel_calls=tf.data.AUTOTUNE).batch(BATCH_SIZE).prefetch(1)
    for batch in dataset.as_numpy_iterator():
        yield [json.loads(row) for row in batch]


def read_row(picture: bytes, classifier: Classifier) -> dict[str, Any]:
    """Return a picture's row, as `read_batches` yields it."""
    try:
        reading = recognize(picture, classifier)
    except (ValueError, OSError) as error:
        return {"error": str(error)}
    return {"text": reading.text, "lowest": lowest_confidence(reading)}


def lowest_confidence(reading: Reading) -> float | None:
    """Return the lowest confidence of the digits that were read, None without any."""
    return min((digit.confidence for digit in reading.digits if digit.label is not None), default=None)
