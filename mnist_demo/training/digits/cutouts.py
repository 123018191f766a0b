"""Signs as the reader cuts them out of drawn pages, framed as MNIST's are: what its classifier will see."""

import numpy as np
import tensorflow as tf
from keras import Model
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.training.digits.framing import frame
from mnist_demo.training.drawing.crops import standardise
from mnist_demo.training.drawing.cuts import draw_cuts
from mnist_demo.training.drawing.hands import Hands
from mnist_demo.training.drawing.sheet import OTHER

BATCH = 256
NOT_A_DIGIT = -1  # the label whose target is the uniform distribution


def draw_cutouts(
    hands: Hands, cutter: Model, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return images (count, 28, 28) uint8, ink = 255, of digits and of other writing, and their labels.

    A label is -1 where no digit is meant. Points, dashes and slashes are left out: alone they may be a 1.

    Args:
        cutter: as `cutter.build_cutter` builds it.
    """

    @tf.function
    def cut(pictures: tf.Tensor) -> tf.Tensor:
        ink = tf.sigmoid(cutter(tf.cast(pictures, tf.float32)[..., None], training=False))[..., 0]
        return tf.cast(tf.round(frame(ink) * 255), tf.uint8)

    images, labels = np.zeros((count, IMAGE_SIDE, IMAGE_SIDE), np.uint8), np.zeros(count, np.int32)
    waiting, done = [], 0
    while done < count:
        waiting += [each for each in draw_cuts(hands, rng) if each.sign < 10 or each.sign == OTHER]
        if len(waiting) >= BATCH:
            some = slice(done, min(done + BATCH, count))
            now, waiting = waiting[: some.stop - done], waiting[BATCH:]
            pictures = np.stack([standardise(each.picture) for each in now])
            images[some] = cut(tf.constant(pictures)).numpy()
            labels[some] = [each.sign if each.sign < 10 else NOT_A_DIGIT for each in now]
            done = some.stop
    return images, labels
