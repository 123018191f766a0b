"""Reads any number of pictures with tf.data: several at a time, answered in their order, their digits in batches."""

import os
import pickle
from collections.abc import Iterable, Iterator

import tensorflow as tf

from mnist_demo.inference import Classifier
from mnist_demo.recognition import Reading, find, judge_found

BATCH_SIZE = 16  # pictures whose digits the model judges at once; three batches are in memory
WORKERS = os.cpu_count() or 1  # threads that look for marks; OpenCV, Pillow and NumPy leave them apart from each other

Answer = Reading | Exception


def read_all(pictures: Iterable[str | bytes], classifier: Classifier) -> Iterator[Answer]:
    """Read pictures in order; they are taken, and answered, a few at a time.

    Args:
        pictures: paths as str, or the bytes of files; PNG, JPEG or WebP.

    Yields:
        For each its reading, or the OSError or ValueError that says why it cannot be read.

    Raises:
        ConnectionError: the model is served elsewhere, and did not answer.
    """
    sources = map(pickle.dumps, pictures)
    found = tf.data.Dataset.from_generator(lambda: sources, output_signature=tf.TensorSpec((), tf.string))
    found = found.map(_find_tensor, num_parallel_calls=WORKERS).batch(BATCH_SIZE).prefetch(1)
    options = tf.data.Options()
    options.threading.private_threadpool_size = WORKERS + 1  # so that the model's operations need not wait for these
    for batch in found.with_options(options).as_numpy_iterator():
        yield from judge_found([pickle.loads(item) for item in batch], classifier)


def _find_tensor(source: tf.Tensor) -> tf.Tensor:
    return tf.numpy_function(_find_pickled, [source], tf.string)


def _find_pickled(source: bytes) -> bytes:
    """Find the marks in a picture, or the error that says why not; tensors carry Python's objects as pickles."""
    try:
        return pickle.dumps(find(pickle.loads(source)), pickle.HIGHEST_PROTOCOL)
    except (OSError, ValueError) as error:
        return pickle.dumps(error)
