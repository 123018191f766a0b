"""Augmentation of batches in TensorFlow: shape, stroke width, contrast, paper, neighbours."""

from typing import TypeAlias

import tensorflow as tf

from mnist_demo.inference import IMAGE_SIDE

Images: TypeAlias = tf.Tensor  # (n, 28, 28) float32 in [0, 1], ink = 1


def augment(images: Images) -> Images:
    """Return a batch as other hands, pens, papers and cameras would have made it.

    Args:
        images: (n, 28, 28) float32 in [0, 1], ink = 1.

    Returns:
        The same shape, type and range.
    """
    images = _add_neighbour(images)
    images = _warp(images)
    images = _change_stroke_width(images)
    images = _hollow(images)
    images = _rub_out(images)
    images = _cross(_cross(images))
    images = _change_contrast(images)
    return tf.clip_by_value(_add_noise(images), 0.0, 1.0)


def _uniform(n: tf.Tensor, low: float, high: float, *shape: int) -> tf.Tensor:
    return tf.random.uniform((n, *shape), low, high)


def _sometimes(n: tf.Tensor, share: float) -> tf.Tensor:
    """(n, 1, 1) float32: 1 for the given share of the batch, else 0."""
    return tf.cast(_uniform(n, 0, 1, 1, 1) < share, tf.float32)


def _grid() -> tuple[tf.Tensor, tf.Tensor]:
    """x and y, each (28, 28) float32 in pixels from the centre."""
    axis = tf.range(IMAGE_SIDE, dtype=tf.float32) - (IMAGE_SIDE - 1) / 2
    x, y = tf.meshgrid(axis, axis)
    return x, y


def _warp(images: Images) -> Images:
    """Rotate, scale, shear, shift and bend: mostly a little, one image in five a lot more."""
    n = tf.shape(images)[0]
    strength = 1 + 1.2 * tf.cast(_uniform(n, 0, 1, 1, 1) < 0.2, tf.float32)
    x, y = _grid()
    angle = strength * tf.random.truncated_normal((n, 1, 1), 0.0, 0.12)
    shear = strength * tf.random.truncated_normal((n, 1, 1), 0.0, 0.15)
    size = tf.exp(strength * _uniform(n, -0.12, 0.16, 1, 1))
    aspect = tf.exp(_uniform(n, -0.12, 0.12, 1, 1))
    cos, sin = tf.cos(angle) * size, tf.sin(angle) * size
    bend = _waves(n, 4, 0.9) + _waves(n, 12, 0.7) * _sometimes(n, 0.15)[..., None]
    sheared = x + shear * y
    from_x = (cos * sheared - sin * y) * aspect + bend[..., 0] + strength * _uniform(n, -1.8, 1.8, 1, 1)
    from_y = (sin * sheared + cos * y) / aspect + bend[..., 1] + strength * _uniform(n, -1.8, 1.8, 1, 1)
    return _sample(images, from_x, from_y)


def _waves(n: tf.Tensor, bumps: int, height: float) -> tf.Tensor:
    """Smooth random shifts (n, 28, 28, 2) in pixels: few wide bumps bend a digit, many are a trembling hand."""
    return tf.image.resize(tf.random.normal((n, bumps, bumps, 2), 0.0, height), (IMAGE_SIDE, IMAGE_SIDE), "bicubic")


def _sample(images: Images, from_x: tf.Tensor, from_y: tf.Tensor) -> Images:
    """Read each image at the given positions (n, 28, 28), in pixels from the centre, bilinearly; paper outside."""
    padded = tf.pad(images, [[0, 0], [1, 1], [1, 1]])
    edge, middle = float(IMAGE_SIDE), (IMAGE_SIDE + 1) / 2
    x = tf.clip_by_value(from_x + middle, 0.0, edge)
    y = tf.clip_by_value(from_y + middle, 0.0, edge)
    left, top = tf.floor(x), tf.floor(y)
    across, down = x - left, y - top
    corner = tf.cast(top, tf.int32) * (IMAGE_SIDE + 2) + tf.cast(left, tf.int32)
    pixels = tf.reshape(padded, (tf.shape(images)[0], -1))

    def at(offset: int) -> tf.Tensor:
        return tf.gather(pixels, corner + offset, batch_dims=1)

    above = at(0) * (1 - across) + at(1) * across
    below = at(IMAGE_SIDE + 2) * (1 - across) + at(IMAGE_SIDE + 3) * across
    return above * (1 - down) + below * down


def _change_stroke_width(images: Images) -> Images:
    """Blend each image with its dilation or its erosion."""
    n = tf.shape(images)[0]
    amount = tf.random.truncated_normal((n, 1, 1), 0.0, 0.3)
    column = images[..., None]
    wider = tf.nn.max_pool2d(column, 3, 1, "SAME")[..., 0]
    finer = -tf.nn.max_pool2d(-column, 2, 1, "SAME")[..., 0]
    return images + tf.maximum(amount, 0.0) * (wider - images) + tf.maximum(-amount, 0.0) * (finer - images)


def _hollow(images: Images) -> Images:
    """Leave only the outline of some strokes, as in bubble letters and stencils."""
    n = tf.shape(images)[0]
    column = images[..., None]
    around = tf.nn.max_pool2d(column, 3, 1, "SAME")[..., 0] - images
    within = images + tf.nn.max_pool2d(-column, 3, 1, "SAME")[..., 0]
    outline = tf.where(_uniform(n, 0, 1, 1, 1) < 0.5, around, within) * _uniform(n, 1, 2, 1, 1)
    return images + _sometimes(n, 0.1) * (tf.minimum(outline, 1.0) - images)


def _add_neighbour(images: Images) -> Images:
    """Let the edge of another mark reach into some images from the side."""
    n = tf.shape(images)[0]
    others = tf.reverse(images, [0])
    shift = tf.random.uniform((n, 1, 1), 19.0, 23.0) * tf.sign(_uniform(n, -1, 1, 1, 1))
    x, y = _grid()
    neighbour = _sample(others, x + shift, y + tf.zeros_like(shift))
    return tf.maximum(images, neighbour * _sometimes(n, 0.08))


def _rub_out(images: Images) -> Images:
    """Fade a small spot, as an eraser or a fold does."""
    n = tf.shape(images)[0]
    x, y = _grid()
    distance = tf.sqrt((x - _uniform(n, -10, 10, 1, 1)) ** 2 + (y - _uniform(n, -10, 10, 1, 1)) ** 2)
    spot = tf.sigmoid((_uniform(n, 1, 3, 1, 1) - distance) * 3)
    return images * (1 - spot * _sometimes(n, 0.12) * _uniform(n, 0.3, 1, 1, 1))


def _cross(images: Images) -> Images:
    """Draw a straight line across some images: ruled paper that was not removed, a crossing-out."""
    n = tf.shape(images)[0]
    x, y = _grid()
    steep = tf.cast(_uniform(n, 0, 1, 1, 1) < 0.3, tf.float32)
    angle = tf.random.normal((n, 1, 1), 0.0, 0.25) + steep * 1.5708
    distance = tf.abs(tf.cos(angle) * y + tf.sin(angle) * x - _uniform(n, -14, 14, 1, 1))
    along = tf.cos(angle) * x - tf.sin(angle) * y
    begins = tf.cast(along > _uniform(n, -28, 8, 1, 1), tf.float32)
    line = begins * tf.sigmoid((_uniform(n, 0.3, 0.9, 1, 1) - distance) * 4)
    return tf.maximum(images, line * _uniform(n, 0.3, 1, 1, 1) * _sometimes(n, 0.06))


def _change_contrast(images: Images) -> Images:
    """Fade ink, bend its tone, and lift the paper unevenly, as a bad exposure does."""
    n = tf.shape(images)[0]
    tone = tf.exp(tf.random.truncated_normal((n, 1, 1), 0.0, 0.25))
    images = tf.pow(tf.clip_by_value(images, 1e-4, 1.0), tone) * (1 - _sometimes(n, 0.3) * _uniform(n, 0, 0.5, 1, 1))
    haze = tf.image.resize(_uniform(n, 0, 1, 3, 3, 1), (IMAGE_SIDE, IMAGE_SIDE), "bicubic")[..., 0]
    haze = tf.clip_by_value(haze, 0.0, 1.0) * _uniform(n, 0, 0.6, 1, 1) * _sometimes(n, 0.08)
    return haze + (1 - haze) * images


def _add_noise(images: Images) -> Images:
    """Sensor noise in some images, specks in a few."""
    n = tf.shape(images)[0]
    grain = tf.random.normal(tf.shape(images)) * _uniform(n, 0, 0.35, 1, 1) * _sometimes(n, 0.18)
    specks = tf.cast(tf.random.uniform(tf.shape(images)) < _uniform(n, 0, 0.06, 1, 1), tf.float32)
    return tf.maximum(images + grain, specks * _uniform(n, 0.3, 1, 1, 1) * _sometimes(n, 0.1))
