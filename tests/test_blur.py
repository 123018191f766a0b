"""The Gaussian blur of what speaks for a digit."""

import cv2
import numpy as np
import pytest

from mnist_demo.explanation.reasons import blur


@pytest.mark.parametrize("sigma", [0.9, 2.0])
@pytest.mark.parametrize("shape", [(28, 28), (40, 60)])
def test_is_opencvs(shape: tuple[int, ...], sigma: float) -> None:
    picture = np.random.default_rng(0).normal(0, 1, shape).astype(np.float32)
    expected = cv2.GaussianBlur(picture, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(blur(picture, sigma), expected, atol=0.01)


def test_leaves_an_even_picture_as_it_is() -> None:
    np.testing.assert_allclose(blur(np.full((9, 5), 0.3, np.float32), 2.0), 0.3)
