"""The cutter: a small net that tells a mark's own ink from all else around it.

It is a U-Net (Ronneberger, Fischer and Brox, 2015) that sees a mark in the middle of a cut-out, with paper, lines and
neighbours, and gives the ink of that mark alone, as dark and as broad as MNIST's strokes are.
"""

from typing import Any

import keras
from keras import layers, ops

from mnist_demo.training.drawing.cuts import CUT_SIDE
from mnist_demo.training.networks.convolution import Enlarged, convolve

WIDTHS = 16, 24, 40  # channels at strides 1, 2 and 4


def build_cutter(normalised: bool = True) -> keras.Model:
    """Return a net from cut-outs (n, 40, 40, 1) float32, standardised, to logits (n, 40, 40, 1) of the mark's ink."""
    cuts = keras.Input((CUT_SIDE, CUT_SIDE, 1))
    x = cuts
    skipped: list[keras.KerasTensor] = []
    for width in WIDTHS:
        x = convolve(x, width, normalised, 2 if skipped else 1)
        x = layers.Add()([x, convolve(x, width, normalised)])
        skipped.append(x)
    x = layers.Add()([x, convolve(x, WIDTHS[-1], normalised)])
    for fine in reversed(skipped[:-1]):
        x = layers.Add()([Enlarged()(layers.Conv2D(fine.shape[-1], 1)(x)), fine])
        x = convolve(x, fine.shape[-1], normalised)
    return keras.Model(cuts, layers.Conv2D(1, 1, dtype="float32")(x), name="cutter")


def cut_loss(logits: Any, ink: Any) -> Any:
    """Return how far answers (n, 40, 40, 1) are from the ink (n, 40, 40) uint8: cross entropy, and overlap (Dice)."""
    truth = ops.cast(ink, "float32")[..., None] / 255
    found = ops.sigmoid(logits)
    entropy = ops.mean(ops.softplus(logits) - truth * logits)
    shared, both = ops.sum(found * truth, (1, 2, 3)), ops.sum(found + truth, (1, 2, 3))
    return 4 * entropy + ops.mean(1 - (2 * shared + 1) / (both + 1))
