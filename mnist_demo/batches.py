"""Reads any number of pictures with tf.data: several at a time, answered in their order, their digits in batches."""

import os
import pickle
from collections.abc import Iterable, Iterator

import tensorflow as tf

from mnist_demo.finders import Finders, find_pickled
from mnist_demo.images import Source
from mnist_demo.inference import Classifier
from mnist_demo.recognition import Reading, judge_found

BATCH_SIZE = 16  # pictures whose digits the model judges at once; three batches are in memory
WORKERS = os.cpu_count() or 1  # threads that look for marks; OpenCV, Pillow and NumPy leave them apart from each other

Answer = Reading | Exception


def read_all(
    pictures: Iterable[Source | Exception], classifier: Classifier, finders: Finders | None = None
) -> Iterator[Answer]:
    """Read pictures in order; they are taken, and answered, a few at a time.

    Args:
        pictures: what `mnist_demo.load_image` takes; an exception in the place of one is its answer.
        finders: processes that look for marks; without them, threads of this one do. These take turns at Python's
            lock, but need no time to start and no memory, and nothing can happen to them: the page, which reads a
            few files at a time for many people, has only them.

    Yields:
        For each its reading, or the OSError or ValueError that says why it cannot be read.

    Raises:
        ConnectionError: the model is served elsewhere, and did not answer.
    """
    look, workers = (finders.find_pickled, finders.count) if finders else (find_pickled, WORKERS)
    sources = map(pickle.dumps, pictures)  # tensors carry Python's objects as pickles
    found = tf.data.Dataset.from_generator(lambda: sources, output_signature=tf.TensorSpec((), tf.string))
    found = found.map(lambda source: tf.numpy_function(look, [source], tf.string), num_parallel_calls=workers)
    found = found.batch(BATCH_SIZE).prefetch(1)
    options = tf.data.Options()
    options.threading.private_threadpool_size = workers + 1  # so that the model's operations need not wait for these
    for batch in found.with_options(options).as_numpy_iterator():
        yield from judge_found([pickle.loads(item) for item in batch], classifier)
