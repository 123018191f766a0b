"""A SavedModel that runs in this process. Importing this module imports TensorFlow, which takes seconds."""

from pathlib import Path
from typing import Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

# A reading is a thousand operations, most of them small: whoever asks runs them itself faster than a pool of threads
# that hands them around. A GPU needs the pool, and so do conditions and loops, of which the graph has none.
EXECUTOR = "" if tf.config.list_physical_devices("GPU") else "SINGLE_THREADED_EXECUTOR"


class SavedModel:
    """The signatures of a SavedModel folder."""

    def __init__(self, folder: Path | str) -> None:
        self._loaded = tf.saved_model.load(str(folder))  # kept, as its signatures do not keep its variables

    def run(self, signature: str, **inputs: NDArray[np.generic]) -> dict[str, NDArray[np.float32]]:
        """Return a signature's outputs for its inputs, all of the dtypes and shapes that it names."""
        # By name: a signature that gets a tensor without one first writes the tensor into an error message, for 2 ms.
        tensors = {name: tf.constant(value) for name, value in inputs.items()}
        with tf.experimental.function_executor_type(EXECUTOR):
            outputs = self._loaded.signatures[signature](**tensors)
        return {name: value.numpy() for name, value in outputs.items()}

    def read(self, page: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return what the signature `read` says of a page (h, w)."""
        return self.run("read", page=page)

    def heat(self, page: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what the signature `heat` says of a page (h, w)."""
        return self.run("heat", page=page)["output_0"]

    def state(self) -> Literal["ready"]:
        """Return how the model is: it has been loaded."""
        return "ready"
