"""Reads any number of pictures with tf.data: several at a time, answered in their order."""

import os
import pickle
from collections.abc import Iterable, Iterator

from mnist_demo.inference import Classifier
from mnist_demo.inference.runtime import tf
from mnist_demo.picture import Source
from mnist_demo.reading import Reading, recognize

WORKERS = os.cpu_count() or 1  # threads, of which each reads a picture; Pillow and TensorFlow leave them side by side

Answer = Reading | Exception


def read_all(pictures: Iterable[Source | Exception], classifier: Classifier) -> Iterator[Answer]:
    """Read pictures in order; they are taken, and answered, a few at a time.

    Args:
        pictures: what `mnist_demo.load_image` takes; an exception in the place of one is its answer.

    Yields:
        For each its reading, or the OSError or ValueError that says why it cannot be read.

    Raises:
        ConnectionError: the model is served elsewhere, and did not answer.
    """

    def read_pickled(pickled: bytes) -> bytes:
        source = pickle.loads(pickled)
        if isinstance(source, Exception):
            return pickled
        try:
            return pickle.dumps(recognize(source, classifier))
        except (OSError, ValueError) as error:
            return pickle.dumps(error)

    sources = map(pickle.dumps, pictures)  # tensors carry Python's objects as pickles
    answers = tf.data.Dataset.from_generator(lambda: sources, output_signature=tf.TensorSpec((), tf.string))
    answers = answers.map(lambda source: tf.numpy_function(read_pickled, [source], tf.string), WORKERS)
    options = tf.data.Options()
    options.threading.private_threadpool_size = WORKERS + 1  # so that the model's operations need not wait for these
    for pickled in answers.with_options(options).as_numpy_iterator():
        answer = pickle.loads(pickled)
        if isinstance(answer, ConnectionError):
            raise answer
        yield answer
