"""What the model's signatures take and give."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LABELS = 10  # the digits, whose probabilities the classifier gives
LAYERS = {"output_0": 28, "middle": 14, "last": 7}  # the outputs of `features`, from the image on, and their sides
SIGNS = (*"0123456789", ".", ",", "-", "/", ":", None)  # what `read` tells apart; None is anything else
IMAGE_SIDE = 28  # pixels, of the picture that the classifier sees

Images = NDArray[np.float32]


class Marks(NamedTuple):
    """What the signature `read` finds on a page, the likeliest first; all float32.

    Attributes:
        boxes: (n, 4) left, top, right, bottom in the page's pixels.
        signs: (n, 16) probabilities of SIGNS; what is missing to 1 is that there is nothing.
        images: (n, 28, 28) in [0, 1], ink = 1: what the classifier saw of each mark.
        probabilities: (n, 10) of the digits; each row sums to 1.
    """

    boxes: NDArray[np.float32]
    signs: NDArray[np.float32]
    images: NDArray[np.float32]
    probabilities: NDArray[np.float32]
