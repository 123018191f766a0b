"""Pictures as other lamps and cameras would have exposed them: brighter or darker, and of more or less contrast."""

from typing import Any

import keras
from keras import ops

GAIN, LIFT = 0.5, 0.25  # standard deviations: of a standardised picture's contrast, as a logarithm, and brightness


class Exposure(keras.layers.Layer):
    """Change pictures (n, h, w, 1), standardised; what is exactly 0 lies around them and stays."""

    def __init__(self, seed: int) -> None:
        super().__init__(trainable=False)
        self._seeds = keras.random.SeedGenerator(seed)

    def call(self, pictures: Any) -> Any:
        """Return the pictures, float32."""
        pictures, shape = ops.cast(pictures, "float32"), (ops.shape(pictures)[0], 1, 1, 1)
        lift = keras.random.normal(shape, 0, LIFT, seed=self._seeds) * ops.cast(pictures != 0, "float32")
        return pictures * ops.exp(keras.random.normal(shape, 0, GAIN, seed=self._seeds)) + lift
