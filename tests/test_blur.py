"""The page's own Gaussian blur."""

import cv2
import numpy as np
import pytest

from mnist_demo.picture.blur import blur


@pytest.mark.parametrize("sigma", [0.9, 1.2, 6.0])
@pytest.mark.parametrize("shape", [(28, 28), (40, 60, 3)])
def test_is_opencvs(shape: tuple[int, ...], sigma: float) -> None:
    picture = np.random.default_rng(0).normal(0, 1, shape)
    expected = cv2.GaussianBlur(picture, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(blur(picture, sigma), expected, atol=0.01)


def test_leaves_an_even_picture_as_it_is() -> None:
    np.testing.assert_allclose(blur(np.full((9, 5), 0.3), 2.0), 0.3)
