"""A Gaussian blur, for the pictures that the page draws."""

import math

import numpy as np
from numpy.typing import NDArray

REACH = 3  # standard deviations, beyond which a pixel's share is nothing


def blur(picture: NDArray[np.floating], sigma: float) -> NDArray[np.floating]:
    """Return a picture (h, w) or (h, w, channels) of floats, blurred by `sigma` pixels; its edge goes on beyond it."""
    reach = math.ceil(REACH * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        beyond = [(reach, reach) if side == axis else (0, 0) for side in range(picture.ndim)]
        padded = np.pad(picture, beyond, "edge")
        picture = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis) @ kernel
    return picture
