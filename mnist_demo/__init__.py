"""Reads handwritten digits in drawings and photos with a TensorFlow SavedModel."""

from typing import TYPE_CHECKING, Any

from mnist_demo.images import load_image
from mnist_demo.recognition import Digit, Reading, recognize

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

__all__ = ["Classifier", "Digit", "Reading", "load_image", "recognize"]


def __getattr__(name: str) -> Any:
    """Import `Classifier` when it is asked for: it brings TensorFlow, which takes seconds."""
    if name == "Classifier":
        from mnist_demo.inference import Classifier

        return Classifier
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
