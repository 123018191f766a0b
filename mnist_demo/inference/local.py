"""A SavedModel that runs in this process. It imports TensorFlow, which takes seconds."""

import ctypes
import os
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference.runtime import tf

# A reading is a thousand operations, most of them small: whoever asks runs them itself faster than a pool of threads
# that hands them around. A GPU needs the pool, and so do conditions and loops, of which the graph has none.
EXECUTOR = "" if tf.config.list_physical_devices("GPU") else "SINGLE_THREADED_EXECUTOR"


class SavedModel:
    """The signatures of a SavedModel folder."""

    def __init__(self, folder: Path | str) -> None:
        self._signatures = tf.saved_model.load(str(folder)).signatures

    def run(self, signature: str, **inputs: NDArray[np.generic]) -> dict[str, NDArray[np.float32]]:
        """Return a signature's outputs for its inputs, all of the dtypes and shapes that it names."""
        # By name: a signature that gets a tensor without one first writes the tensor into an error message, for 2 ms.
        tensors = {name: tf.constant(value) for name, value in inputs.items()}
        with tf.experimental.function_executor_type(EXECUTOR):
            outputs = self._signatures[signature](**tensors)
        return {name: value.numpy() for name, value in outputs.items()}

    def read(self, page: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return what the signature `read` says of a page (h, w)."""
        return self.run("read", page=page)

    def heat(self, page: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what the signature `heat` says of a page (h, w)."""
        return self.run("heat", page=page)["output_0"]

    def trim(self) -> None:
        """Give back what optimizing the graphs for the first answers took: some 40 MB, which glibc would keep."""
        if os.name == "posix":
            getattr(ctypes.CDLL(None), "malloc_trim", int)(0)  # only glibc has it

    def state(self) -> Literal["ready"]:
        """Return how the model is: it has been loaded."""
        return "ready"
