"""The detector: a fully convolutional net that says where signs are and which (Zhou, Wang and Krähenbühl, 2019).

Like their CenterNet ("Objects as Points", https://arxiv.org/abs/1904.07850) it gives, at every fourth pixel, for each
sign how likely its middle is there, and where the middle lies and how large the sign is.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from mnist_demo.training.drawing.crops import SIDE
from mnist_demo.training.drawing.sheet import NO_SIGN, OTHER, SIGNS, UNKNOWN
from mnist_demo.training.networks.convolution import Enlarged, convolve

WIDTHS = 16, 32, 64, 96  # channels at strides 2, 4, 8 and 16
BLOCKS = 2, 4  # residual blocks at strides 8 and 16
STRIDE = 4  # pixels to a cell of the answer
FINE = "fine"  # the layer whose responses are as fine as the answer
SIZE_UNIT = 16.0  # pixels, of a sign's width or height whose logarithm is 0
RARE = 0.01  # how likely a middle is anywhere before anything is learned (Lin et al., 2017, "Focal Loss")

READ_FROM, READ_TO = 12, 112  # pixels: digits so high are read
SMALL_FROM = 18  # pixels: digits so high have points, commas and colons beside them that can be seen
NEAR_FROM, NEAR_TO = 8, 144  # pixels: digits so high may be read; beyond another level of the pyramid answers
SPREAD = 0.16  # of a sign's side: the standard deviation of its middle's target
SPREAD_MIN = 0.5  # cells, likewise
BOX_WEIGHT = 0.6  # of the boxes in the loss, beside 1 of the signs
FEW_FROM, FEW_WEIGHT = 1.5, 1.7  # SIZE_UNITs: of larger signs a crop holds few, so they count more, up to so much
SMALL_SIGNS = tuple(map(SIGNS.index, ".,:"))
UNKNOWN_ALL, UNKNOWN_OTHER = 1, 2  # bits of the target's mask


def build_detector(normalised: bool = True) -> keras.Model:
    """Return a net from pictures (n, h, w, 1) float32, standardised, to (n, h / 4, w / 4, 16 + 4) float32.

    The first 16 channels are the signs' logits, the others the middle's x and y in cells from the cell's corner, and
    the logarithms of width and height in units of 16 pixels. Height and width are multiples of 16.

    Args:
        normalised: whether the convolutions' outputs are normalised, as training needs it; without, they have biases.
    """
    pictures = keras.Input((None, None, 1))
    half, quarter, eighth, sixteenth = WIDTHS
    x = convolve(pictures, half, normalised, 2)
    fine = convolve(x, quarter, normalised, 2, name=FINE)
    middle = convolve(fine, eighth, normalised, 2)
    for _ in range(BLOCKS[0]):
        middle = layers.Add()([middle, convolve(middle, eighth, normalised)])
    x = convolve(middle, sixteenth, normalised, 2)
    for _ in range(BLOCKS[1]):
        x = layers.Add()([x, convolve(x, sixteenth, normalised)])
    x = layers.Add()([Enlarged()(layers.Conv2D(eighth, 1)(x)), middle])
    x = convolve(x, eighth, normalised)
    x = layers.Add()([Enlarged()(layers.Conv2D(quarter, 1)(x)), fine])
    x = convolve(x, quarter, normalised)
    bias = np.r_[np.full(len(SIGNS), np.log(RARE / (1 - RARE))), 0.5, 0.5, 0, 0.3]
    heads = layers.Conv2D(
        len(SIGNS) + 4, 1, dtype="float32", bias_initializer=lambda *_, **__: ops.convert_to_tensor(bias, "float32")
    )
    return keras.Model(pictures, heads(x), name="detector")


def make_targets(boxes: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16], NDArray[np.uint8]]:
    """Return what the detector should say of a picture (SIDE, SIDE) with the boxes of a `Crop`, in c cells a side.

    Returns:
        (c, c, 16) uint8: 255 at the middle of a sign, falling off around it.
        (c, c, 4) float16: the middle and the size, where they are to be learned, else NaN.
        (c, c) uint8: where the answer does not count: bit 1 for all signs, bit 2 for `other`.
    """
    cells = SIDE // STRIDE
    heat = np.zeros((cells, cells, len(SIGNS)), np.float32)
    box = np.full((cells, cells, 4), np.nan, np.float16)
    mask = np.zeros((cells, cells), np.uint8)
    for sign, left, top, right, bottom, height in boxes[boxes[:, 0] > -3].tolist():
        read_from = SMALL_FROM if sign in SMALL_SIGNS else READ_FROM
        if sign in (NO_SIGN, UNKNOWN) or not read_from <= height <= READ_TO:
            near = sign != NO_SIGN and NEAR_FROM <= height <= NEAR_TO
            bit = UNKNOWN_ALL if near else UNKNOWN_OTHER if sign == NO_SIGN or height < NEAR_FROM else 0
            inside = (
                np.floor([top / STRIDE, left / STRIDE]).astype(int),
                np.ceil([bottom / STRIDE, right / STRIDE]).astype(int),
            )
            mask[inside[0][0] : inside[1][0], inside[0][1] : inside[1][1]] |= bit
            continue
        x, y, width, tall = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
        _splat(heat[..., int(sign)], x / STRIDE, y / STRIDE, width / STRIDE, tall / STRIDE)
        column, row = min(int(x / STRIDE), cells - 1), min(int(y / STRIDE), cells - 1)
        reach = int(min(width, tall) > 3 * STRIDE)
        for i in range(max(0, row - reach), min(cells, row + reach + 1)):
            for j in range(max(0, column - reach), min(cells, column + reach + 1)):
                if (i, j) == (row, column) or np.isnan(box[i, j, 0]):
                    box[i, j] = (x / STRIDE - j, y / STRIDE - i, *np.log(np.maximum([width, tall], 1) / SIZE_UNIT))
    return np.round(heat * 255).astype(np.uint8), box, mask


def _splat(heat: NDArray[np.float32], x: float, y: float, width: float, height: float) -> None:
    """Put a sign's middle on its map: 1 in the cell that holds it, falling off as a Gaussian."""
    column, row = min(int(x), len(heat) - 1), min(int(y), len(heat) - 1)
    spread_x, spread_y = max(SPREAD * width, SPREAD_MIN), max(SPREAD * height, SPREAD_MIN)
    across, down = int(3 * spread_x) + 1, int(3 * spread_y) + 1
    top, left = max(0, row - down), max(0, column - across)
    place = heat[top : row + down + 1, left : column + across + 1]
    ys = (np.arange(top, top + place.shape[0]) - row) / spread_y
    xs = (np.arange(left, left + place.shape[1]) - column) / spread_x
    np.maximum(place, np.exp(-(ys[:, None] ** 2 + xs[None] ** 2) / 2), out=place)


def detection_loss(answers: Any, heat: Any, box: Any, mask: Any) -> Any:
    """Return the losses of signs and of boxes, as CenterNet has them: a focal loss and a mean distance; added up.

    Args:
        answers: (n, c, c, 20) float32, the detector's.
        heat, box, mask: what `make_targets` makes, stacked.
    """
    logits, boxes = answers[..., : len(SIGNS)], answers[..., len(SIGNS) :]
    target = ops.cast(heat, "float32") / 255
    likely, log_likely = ops.sigmoid(logits), ops.log_sigmoid(logits)
    log_unlikely = log_likely - logits
    counts = ops.cast(ops.bitwise_and(mask, UNKNOWN_ALL) == 0, "float32")[..., None]
    other = ops.cast(ops.bitwise_and(mask, UNKNOWN_OTHER) == 0, "float32")[..., None]
    counts = ops.concatenate([ops.repeat(counts, OTHER, -1), counts * other], -1)
    box = ops.cast(box, "float32")
    known = ops.isfinite(box)
    longer = ops.exp(ops.max(ops.where(known, box, 0.0)[..., 2:], -1, keepdims=True))  # sides, in SIZE_UNITs
    weight = ops.clip(ops.sqrt(longer / FEW_FROM), 1.0, FEW_WEIGHT)
    is_middle = heat == 255
    middle = ops.where(is_middle, weight, 0.0)
    unlikely = ops.where(is_middle, 0.0, counts * (1 - target) ** 4)
    loss = middle * (1 - likely) ** 2 * log_likely + unlikely * likely**2 * log_unlikely
    signs = -ops.sum(loss) / ops.maximum(ops.sum(ops.cast(is_middle, "float32")), 1.0)
    distance = ops.where(known, ops.abs(boxes - ops.where(known, box, 0.0)), 0.0)
    boxes = ops.sum(distance) / ops.maximum(ops.sum(ops.cast(known, "float32")) / 4, 1.0)
    return signs + BOX_WEIGHT * boxes
