"""Framing marks' ink as MNIST framed its digits. TensorFlow operations alone."""

import tensorflow as tf

from mnist_demo.inference import IMAGE_SIDE
from mnist_demo.training.drawing.cuts import CUT_SIDE

DIGIT_SIDE = 20.0  # pixels of an image, that a digit's longer side takes
INK_MIN = 0.35  # of full ink; fainter is a stroke's soft edge, outside of a mark's box


def frame(ink: tf.Tensor) -> tf.Tensor:
    """Return marks' ink (n, 40, 40) float32 in [0, 1] as 28x28 images.

    A mark's box is scaled, its aspect kept, to fit 20x20 pixels, and its centre of mass laid on the middle (LeCun,
    Cortes and Burges, "The MNIST database of handwritten digits", http://yann.lecun.com/exdb/mnist).
    """
    count, side = tf.shape(ink)[0], float(CUT_SIDE)
    ink = ink / tf.maximum(tf.reduce_max(ink, (1, 2), keepdims=True), 0.2)
    sides = []
    for axis in (2, 1):  # rows, then columns
        inked = tf.cast(tf.reduce_max(ink, axis) > INK_MIN, tf.float32)
        index = tf.range(side)
        first = tf.reduce_min(tf.where(inked > 0, index, side), 1)
        last = tf.reduce_max(tf.where(inked > 0, index, -1.0), 1)
        sides.append(last - first + 1)
    longer = tf.clip_by_value(tf.maximum(sides[0], sides[1]), 4.0, side)
    mass = tf.maximum(tf.reduce_sum(ink, (1, 2)), 1e-3)
    y = tf.reduce_sum(tf.reduce_sum(ink, 2) * tf.range(side), 1) / mass
    x = tf.reduce_sum(tf.reduce_sum(ink, 1) * tf.range(side), 1) / mass
    reach = longer * (IMAGE_SIDE - 1) / DIGIT_SIDE / 2
    # the pixel whose middle is 14 lies half a pixel right of and below the image's middle
    shift = longer / DIGIT_SIDE * 0.5
    boxes = tf.stack([y - reach - shift, x - reach - shift, y + reach - shift, x + reach - shift], 1) / (side - 1)
    images = tf.image.crop_and_resize(ink[..., None], boxes, tf.range(count), (IMAGE_SIDE, IMAGE_SIDE))
    return tf.clip_by_value(images[..., 0], 0.0, 1.0)
