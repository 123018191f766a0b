"""Augmentation of batches: shape, stroke width, contrast, paper, neighbours."""

from typing import Any, TypeAlias

import keras
from keras import ops

from mnist_demo.inference import IMAGE_SIDE

Images: TypeAlias = Any  # (n, 28, 28) float32 in [0, 1], ink = 1


class Augmentation(keras.layers.Layer):
    """Change images (n, 28, 28, 1) uint8, ink = 255, as other hands, pens, papers and cameras would have made them."""

    def __init__(self, seed: int) -> None:
        super().__init__(trainable=False, dtype="float32", autocast=False)
        self._seeds = keras.random.SeedGenerator(seed)

    def call(self, pictures: Any) -> Any:
        """Return float32 in [0, 1] of the same shape."""
        images = ops.cast(pictures[..., 0], "float32") / 255
        return augment(images, Chance(ops.shape(pictures)[0], self._seeds))[..., None]


class Chance:
    """Random numbers for the images of a batch, of which `n` is how many there are."""

    def __init__(self, n: Any, seeds: keras.random.SeedGenerator) -> None:
        self.n, self._seeds = n, seeds

    def uniform(self, low: float, high: float, *shape: int) -> Any:
        return keras.random.uniform((self.n, *shape), low, high, seed=self._seeds)

    def normal(self, deviation: float, *shape: int) -> Any:
        return keras.random.normal((self.n, *shape), 0.0, deviation, seed=self._seeds)

    def truncated(self, deviation: float) -> Any:
        return keras.random.truncated_normal((self.n, 1, 1), 0.0, deviation, seed=self._seeds)

    def sometimes(self, share: float) -> Any:
        """(n, 1, 1) float32: 1 for the given share of the batch, else 0."""
        return ops.cast(self.uniform(0, 1, 1, 1) < share, "float32")


def augment(images: Images, chance: Chance) -> Images:
    """Return a batch as other hands, pens, papers and cameras would have made it.

    Args:
        images: (n, 28, 28) float32 in [0, 1], ink = 1.

    Returns:
        The same shape, type and range.
    """
    images = _add_neighbour(images, chance)
    images = _warp(images, chance)
    images = _change_stroke_width(images, chance)
    images = _hollow(images, chance)
    images = _rub_out(images, chance)
    images = _cross(_cross(images, chance), chance)
    images = _change_contrast(images, chance)
    return ops.clip(_add_noise(images, chance), 0.0, 1.0)


def _grid() -> tuple[Any, Any]:
    """x and y, each (28, 28) float32 in pixels from the centre."""
    axis = ops.arange(IMAGE_SIDE, dtype="float32") - (IMAGE_SIDE - 1) / 2
    x, y = ops.meshgrid(axis, axis)
    return x, y


def _warp(images: Images, chance: Chance) -> Images:
    """Rotate, scale, shear, shift and bend: mostly a little, one image in five a lot more."""
    strength = 1 + 1.2 * ops.cast(chance.uniform(0, 1, 1, 1) < 0.2, "float32")
    x, y = _grid()
    angle = strength * chance.truncated(0.12)
    shear = strength * chance.truncated(0.15)
    size = ops.exp(strength * chance.uniform(-0.12, 0.16, 1, 1))
    aspect = ops.exp(chance.uniform(-0.12, 0.12, 1, 1))
    cos, sin = ops.cos(angle) * size, ops.sin(angle) * size
    bend = _waves(chance, 4, 0.9) + _waves(chance, 12, 0.7) * chance.sometimes(0.15)[..., None]
    sheared = x + shear * y
    from_x = (cos * sheared - sin * y) * aspect + bend[..., 0] + strength * chance.uniform(-1.8, 1.8, 1, 1)
    from_y = (sin * sheared + cos * y) / aspect + bend[..., 1] + strength * chance.uniform(-1.8, 1.8, 1, 1)
    return _sample(images, from_x, from_y)


def _waves(chance: Chance, bumps: int, height: float) -> Any:
    """Smooth random shifts (n, 28, 28, 2) in pixels: few wide bumps bend a digit, many are a trembling hand."""
    return _enlarge(chance.normal(height, bumps, bumps, 2))


def _enlarge(coarse: Any) -> Any:
    """Scale (n, few, few, channels) to (n, 28, 28, channels), smoothly."""
    return ops.image.resize(coarse, (IMAGE_SIDE, IMAGE_SIDE), "bicubic", data_format="channels_last")


def _sample(images: Images, from_x: Any, from_y: Any) -> Images:
    """Read each image at the given positions (n, 28, 28), in pixels from the centre, bilinearly; paper outside."""
    padded = ops.pad(images, [[0, 0], [1, 1], [1, 1]])
    edge, middle = float(IMAGE_SIDE), (IMAGE_SIDE + 1) / 2
    x = ops.clip(from_x + middle, 0.0, edge)
    y = ops.clip(from_y + middle, 0.0, edge)
    left, top = ops.floor(x), ops.floor(y)
    across, down = x - left, y - top
    corner = ops.cast(top, "int32") * (IMAGE_SIDE + 2) + ops.cast(left, "int32")
    pixels = ops.reshape(padded, (-1, (IMAGE_SIDE + 2) ** 2))

    def at(offset: int) -> Any:
        chosen = ops.take_along_axis(pixels, ops.reshape(corner + offset, (-1, IMAGE_SIDE**2)), 1)
        return ops.reshape(chosen, (-1, IMAGE_SIDE, IMAGE_SIDE))

    above = at(0) * (1 - across) + at(1) * across
    below = at(IMAGE_SIDE + 2) * (1 - across) + at(IMAGE_SIDE + 3) * across
    return above * (1 - down) + below * down


def _change_stroke_width(images: Images, chance: Chance) -> Images:
    """Blend each image with its dilation or its erosion."""
    amount = chance.truncated(0.3)
    column = images[..., None]
    wider = ops.max_pool(column, 3, 1, "same")[..., 0]
    finer = -ops.max_pool(-column, 2, 1, "same")[..., 0]
    return images + ops.maximum(amount, 0.0) * (wider - images) + ops.maximum(-amount, 0.0) * (finer - images)


def _hollow(images: Images, chance: Chance) -> Images:
    """Leave only the outline of some strokes, as in bubble letters and stencils."""
    column = images[..., None]
    around = ops.max_pool(column, 3, 1, "same")[..., 0] - images
    within = images + ops.max_pool(-column, 3, 1, "same")[..., 0]
    outline = ops.where(chance.uniform(0, 1, 1, 1) < 0.5, around, within) * chance.uniform(1, 2, 1, 1)
    return images + chance.sometimes(0.1) * (ops.minimum(outline, 1.0) - images)


def _add_neighbour(images: Images, chance: Chance) -> Images:
    """Let the edge of another mark reach into some images from the side."""
    others = ops.flip(images, 0)
    shift = chance.uniform(19.0, 23.0, 1, 1) * ops.sign(chance.uniform(-1, 1, 1, 1))
    x, y = _grid()
    neighbour = _sample(others, x + shift, y + ops.zeros_like(shift))
    return ops.maximum(images, neighbour * chance.sometimes(0.08))


def _rub_out(images: Images, chance: Chance) -> Images:
    """Fade a small spot, as an eraser or a fold does."""
    x, y = _grid()
    distance = ops.sqrt((x - chance.uniform(-10, 10, 1, 1)) ** 2 + (y - chance.uniform(-10, 10, 1, 1)) ** 2)
    spot = ops.sigmoid((chance.uniform(1, 3, 1, 1) - distance) * 3)
    return images * (1 - spot * chance.sometimes(0.12) * chance.uniform(0.3, 1, 1, 1))


def _cross(images: Images, chance: Chance) -> Images:
    """Draw a straight line across some images: ruled paper that was not removed, a crossing-out."""
    x, y = _grid()
    steep = ops.cast(chance.uniform(0, 1, 1, 1) < 0.3, "float32")
    angle = chance.normal(0.25, 1, 1) + steep * 1.5708
    distance = ops.absolute(ops.cos(angle) * y + ops.sin(angle) * x - chance.uniform(-14, 14, 1, 1))
    along = ops.cos(angle) * x - ops.sin(angle) * y
    begins = ops.cast(along > chance.uniform(-28, 8, 1, 1), "float32")
    line = begins * ops.sigmoid((chance.uniform(0.3, 0.9, 1, 1) - distance) * 4)
    return ops.maximum(images, line * chance.uniform(0.3, 1, 1, 1) * chance.sometimes(0.06))


def _change_contrast(images: Images, chance: Chance) -> Images:
    """Fade ink, bend its tone, and lift the paper unevenly, as a bad exposure does."""
    tone = ops.exp(chance.truncated(0.25))
    images = ops.power(ops.clip(images, 1e-4, 1.0), tone) * (1 - chance.sometimes(0.3) * chance.uniform(0, 0.5, 1, 1))
    haze = _enlarge(chance.uniform(0, 1, 3, 3, 1))[..., 0]
    haze = ops.clip(haze, 0.0, 1.0) * chance.uniform(0, 0.6, 1, 1) * chance.sometimes(0.08)
    return haze + (1 - haze) * images


def _add_noise(images: Images, chance: Chance) -> Images:
    """Sensor noise in some images, specks in a few."""
    grain = chance.normal(1.0, IMAGE_SIDE, IMAGE_SIDE) * chance.uniform(0, 0.35, 1, 1) * chance.sometimes(0.18)
    specks = ops.cast(chance.uniform(0, 1, IMAGE_SIDE, IMAGE_SIDE) < chance.uniform(0, 0.06, 1, 1), "float32")
    return ops.maximum(images + grain, specks * chance.uniform(0.3, 1, 1, 1) * chance.sometimes(0.1))
