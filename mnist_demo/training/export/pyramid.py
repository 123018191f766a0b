"""A page at every scale in one picture, and the marks that the detector finds in it. TensorFlow operations alone.

The page is halved again and again, and all lie in one picture, so that the detector runs once. A sign is found at each
scale at which it has about the size the detector was trained on; the best answer stays.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from mnist_demo.training.drawing.sheet import SIGNS
from mnist_demo.training.networks.detector import SIZE_UNIT, STRIDE

# Of 1,986 pictures, at most 100 of each of 22 sets, 1,786 are read right with the constants below; beside those that
# were compared stands how many more or fewer are with others.
PIXELS_MAX = 1_200_000  # of the largest scale; larger pages are halved first
HALVINGS_MAX = 3  # before that: a page may have 76 megapixels
ENLARGED = 32_000, 12_000  # pixels: a page with fewer is enlarged twofold, or threefold; half as many give 23 fewer,
# none 107 fewer, and twice as many 2 fewer
LEVELS = 5
COARSEST = 16  # pixels: the detector's largest stride; levels begin at multiples of it, as its crops do
GAP = 16  # pixels at least between levels; with 8, less is read on cheques
HALVED = 2 ** np.arange(LEVELS)[:, None]  # what a page's sides are divided by in each level
# Which levels lie above each level (levels, levels, 2), and which on its left: every other one of those before it.
BEFORE = np.tri(LEVELS, k=-1, dtype=np.int32)[..., None] * np.eye(2, dtype=np.int32)[np.arange(LEVELS) % 2]
CANDIDATES = 600  # that are looked at, the likeliest; a full page has hardly more
SCORE_MIN = 0.18  # of the likeliest sign; 0.1 and 0.25 give 1 fewer and 2 more
# Of two marks' union, what they share to be one: 0.35 gives 11 fewer, 0.6 6 more, but a thin 1 alone is lost by it. And
# what another level's word counts: without it 35 numbers fewer are read, and nothing in 31 more pictures without any;
# 0.3 gives 7 more, but 5 numbers fewer, 0.9 5 fewer.
AGREE, AGREE_WEIGHT = 0.5, 0.6
ROUNDS = 6  # of suppression; chains of marks that beat each other are shorter, in the sets than 3
OVERLAP_MAX = 0.4  # of two marks' union, beyond which the less likely one goes; 0.25 gives 4 more, 0.55 11 fewer
INSIDE_MAX = 0.85  # of the smaller mark's area in a larger one, likewise; 0.7 gives 5 more, 0.95 2 fewer
# Of a point's region in another's, and of a dash's, beyond which they are one, seen at two scales: for those on pads,
# which stood twice without it; 0.1 and 0.5 give the same.
OF_POINT = 0.25
OF_COLON = 0.5  # of a point's, from which on it is one of a colon's two; and of its score, that the colon has at least
SIDE_CERTAIN = 8.0  # pixels of a level: smaller marks are taken for so large when they are compared; 4 and 12: 1 more
SIDE_MAX = 170.0  # pixels of a level, that a mark's side is taken for at most; 130 and 220 give the same


class Marks(NamedTuple):
    """Boxes (n, 4) float32 in the page's pixels: left, top, right, bottom; and scores (n, 16) float32 of the signs."""

    boxes: tf.Tensor
    scores: tf.Tensor


class Mosaic(NamedTuple):
    """A page at every scale in one picture.

    Attributes:
        picture: (h, w) float32, standardised, 0 where there is no level; its sides are multiples of 16.
        places: (levels, 4) int32: left, top, width and height of each level in pixels of the picture.
        scale: float32, how many of the page's pixels one of the first level's is wide.
    """

    picture: tf.Tensor
    places: tf.Tensor
    scale: tf.Tensor


def make_mosaic(page: tf.Tensor) -> Mosaic:
    """Return a page (h, w) uint8 at every scale."""
    levels, scale = _make_levels(page)
    return Mosaic(*_lay_out(levels), scale)


def find_marks(detector: Callable[[tf.Tensor], tf.Tensor], mosaic: Mosaic) -> Marks:
    """Return the marks that the detector finds, the likeliest first."""
    return _choose(detector(mosaic.picture[None, ..., None])[0], mosaic)


def _make_levels(page: tf.Tensor) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Return the page, standardised, at LEVELS scales, each (h, w) float32; and how many pixels of the page one of the
    largest scale's is wide."""
    grey, size, scale = tf.cast(page, tf.float32)[None, ..., None], tf.shape(page), tf.constant(1.0)
    for _ in range(HALVINGS_MAX):
        halves = tf.where(tf.reduce_prod(size) > PIXELS_MAX, 2, 1)
        size, scale = (size + halves - 1) // halves, scale * tf.cast(halves, tf.float32)
        grey = _resize(grey, size)
    enlarged = 1 + sum(tf.cast(tf.reduce_prod(size) < pixels, tf.int32) for pixels in ENLARGED)
    grey, scale = _resize(grey, size * enlarged), scale / tf.cast(enlarged, tf.float32)
    level = grey - _mean(grey)
    level *= tf.math.rsqrt(_mean(level**2) + 1.0)
    levels = [level[0, ..., 0]]
    for _ in range(LEVELS - 1):
        level = _halve(level)
        levels.append(level[0, ..., 0])
    return levels, scale


def _mean(grey: tf.Tensor) -> tf.Tensor:
    """Return a page's mean, by way of its rows: TensorFlow.js adds one by one, and a million's sum loses digits."""
    return tf.reduce_mean(tf.reduce_mean(grey, 2))


def _resize(grey: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Resize a page bilinearly: to half, that is the mean of four pixels, and to its own size a copy."""
    return tf.raw_ops.ResizeBilinear(images=grey, size=size, half_pixel_centers=True)


def _halve(grey: tf.Tensor) -> tf.Tensor:
    return tf.nn.avg_pool2d(grey, 2, 2, "SAME")


def _lay_out(levels: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """Put the levels into one picture: the second below the first, the third beside that, the fourth below it, and on.

    Returns:
        The picture (h, w) float32, 0 where there is no level; its sides are multiples of 16.
        Where each level is: left, top, width and height in pixels of the picture, (levels, 4) int32.
    """
    sizes = (tf.shape(levels[0]) + HALVED - 1) // HALVED
    corners = tf.reduce_sum(_whole(sizes + GAP) * BEFORE, 1)
    side = tf.reduce_max(corners + _whole(sizes), 0)
    places = tf.gather(tf.concat([corners, sizes], 1), [1, 0, 3, 2], axis=1)
    below, corners = corners[1], corners[1:]
    missing = tf.stack([corners - below, side - corners - sizes[1:]], 2)
    others = functools.reduce(tf.add, map(tf.pad, levels[1:], tf.unstack(missing)))
    missing = tf.stack([[0, 0], tf.stack([below[0], side[1]]) - sizes[0]], 1)
    return tf.concat([tf.pad(levels[0], missing), others], 0), places


def _whole(length: tf.Tensor) -> tf.Tensor:
    return (length + COARSEST - 1) // COARSEST * COARSEST


class Candidates(NamedTuple):
    """What the detector sees, at each scale by itself.

    Attributes:
        boxes: (n, 4) float32, as of `Marks`; regions: the same, none smaller than can be told from its neighbour.
        least: (n,) float32, the side of the smallest region at its scale.
        scores: (n, 16) float32; levels: (n,) int64.
    """

    boxes: tf.Tensor
    regions: tf.Tensor
    least: tf.Tensor
    scores: tf.Tensor
    levels: tf.Tensor


def find_candidates(answers: tf.Tensor, mosaic: Mosaic) -> Candidates:
    """Return the peaks among the detector's answers (rows, columns, 20)."""
    _, places, scale = mosaic
    columns = tf.shape(answers)[1]
    best = tf.reduce_max(answers[..., : len(SIGNS)], -1)
    peak = tf.nn.max_pool2d(best[None, ..., None], 3, 1, "SAME")[0, ..., 0]
    peaks = tf.reshape(tf.where(best >= peak, best, -1e3), (-1,))
    likely, chosen = tf.math.top_k(peaks, tf.minimum(CANDIDATES, tf.size(peaks)))
    cell = tf.stack([chosen % columns, chosen // columns], -1)
    corner, extent = places[None, :, :2], places[None, :, 2:]
    inside = tf.reduce_all((cell[:, None] * STRIDE >= corner) & (cell[:, None] * STRIDE < corner + extent), -1)
    kept = tf.where(tf.reduce_any(inside, 1) & (tf.sigmoid(likely) >= SCORE_MIN))[:, 0]
    cell, levels = tf.gather(cell, kept), tf.argmax(tf.cast(tf.gather(inside, kept), tf.int32), 1)
    rows = tf.gather(tf.reshape(answers, (-1, answers.shape[-1])), tf.gather(chosen, kept))
    place = tf.cast(tf.gather(places, levels), tf.float32)
    middle = (tf.cast(cell, tf.float32) + rows[:, len(SIGNS) : len(SIGNS) + 2]) * STRIDE - place[:, :2]
    size = tf.minimum(tf.exp(rows[:, len(SIGNS) + 2 :]) * SIZE_UNIT, SIDE_MAX)
    factor = scale * tf.pow(2.0, tf.cast(levels, tf.float32))[:, None]
    low, high = (tf.clip_by_value(middle + way * size / 2, 0.0, place[:, 2:]) for way in (-1, 1))
    reach = tf.maximum(size, SIDE_CERTAIN) / 2
    regions = tf.concat([middle - reach, middle + reach], 1) * factor
    least = SIDE_CERTAIN * factor[:, 0]
    return Candidates(tf.concat([low, high], 1) * factor, regions, least, tf.sigmoid(rows[:, : len(SIGNS)]), levels)


def _choose(answers: tf.Tensor, mosaic: Mosaic) -> Marks:
    """The marks among the detector's answers (rows, columns, 20)."""
    boxes, regions, least, scores, levels = find_candidates(answers, mosaic)
    union, smaller = _overlaps_of_scales(regions, least)
    scores = _agree(scores, levels, union)
    chosen = _suppress(scores, union, smaller)
    return Marks(tf.gather(boxes, chosen), tf.gather(scores, chosen))


def overlaps(regions: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return what regions (n, 4) share, as parts of their union and of the smaller of them, each (n, n) float32."""
    low, high = tf.split(regions, 2, 1)
    shared = tf.minimum(high[:, None], high) - tf.maximum(low[:, None], low)
    shared = tf.reduce_prod(tf.maximum(shared, 0.0), -1)
    area = tf.reduce_prod(high - low, 1)
    return shared / (area[:, None] + area - shared), shared / tf.minimum(area[:, None], area)


def _overlaps_of_scales(regions: tf.Tensor, least: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return what regions share, as `overlaps` does; of points at two scales as if both were seen at the coarser."""
    union, smaller = overlaps(regions)
    low, high = tf.split(regions, 2, 1)
    middle, point = (low + high) / 2, tf.reduce_max(high - low, 1) < 1.01 * least
    side = tf.maximum(least[:, None], least)
    shared = tf.reduce_prod(tf.maximum(side[..., None] - tf.abs(middle[:, None] - middle), 0.0), -1) / side**2
    points = point[:, None] & point
    return tf.where(points, shared / (2 - shared), union), tf.where(points, shared, smaller)


def _agree(scores: tf.Tensor, levels: tf.Tensor, union: tf.Tensor) -> tf.Tensor:
    """Return scores (n, 16) that count what the other levels see at the same place, as a noisy or does.

    What is there is seen at two or three scales, what is not mostly at one.
    """
    best = tf.reduce_max(scores, 1)
    of_level = tf.range(LEVELS, dtype=levels.dtype)[:, None] == levels
    there = (union > AGREE) & of_level[:, None] & ~of_level[..., None]  # (levels, n, n): what another level sees
    likely = tf.pad(tf.where(there, best, 0.0), [[0, 0], [0, 0], [1, 0]], constant_values=1e-6)  # or nothing is
    seen = tf.gather(tf.pad(scores, [[1, 0], [0, 0]]), tf.argmax(likely, 2))  # (levels, n, 16)
    return 1 - (1 - scores) * tf.reduce_prod(1 - AGREE_WEIGHT * seen, 0)


def outranks(likely: tf.Tensor) -> tf.Tensor:
    """Return whether the row's mark is likelier than the column's, or as likely and the first of both, (n, n) bool."""
    index = tf.range(tf.size(likely))
    return (likely[:, None] > likely) | ((likely[:, None] >= likely) & (index[:, None] < index))


def _suppress(scores: tf.Tensor, union: tf.Tensor, smaller: tf.Tensor) -> tf.Tensor:
    """Return which marks stay, the likeliest first, where others overlap with likelier ones or lie in them.

    This is non-maximum suppression of all marks at once (Zheng et al., 2020, "Enhancing Geometric Factors in Model
    Learning", where it is called cluster NMS). A sign of a number goes for no other mark that it merely lies in.
    """
    sign = tf.argmax(scores[:, :-1], 1)
    colon, comma, point, dash = (sign == SIGNS.index(name) for name in ":,.-")
    best = tf.reduce_max(scores, 1)
    other = scores[:, -1] >= best
    within = (smaller > INSIDE_MAX) & (other | ~other[:, None])
    dot = comma | point
    of_colon = (smaller > OF_COLON) & colon[:, None] & dot & (best[:, None] > OF_COLON * best)
    twice = (smaller > OF_POINT) & (dot[:, None] & dot | dash[:, None] & dash)
    beats = ((union > OVERLAP_MAX) | within | twice) & outranks(best) | of_colon  # the row's mark the column's
    beats = tf.cast(beats, tf.float32)
    kept = tf.ones_like(best)[:, None]
    for _ in range(ROUNDS):
        kept = tf.cast(tf.matmul(beats, kept, transpose_a=True) < 0.5, tf.float32)
    order = tf.argsort(best, direction="DESCENDING", stable=True)
    return tf.gather(order, tf.where(tf.gather(kept[:, 0], order) > 0.5)[:, 0])
