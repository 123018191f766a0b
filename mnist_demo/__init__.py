"""Reads handwritten numbers in drawings and photos with a TensorFlow SavedModel."""

import os

from mnist_demo.inference import Classifier
from mnist_demo.picture import load_image
from mnist_demo.reading import Digit, Reading, recognize

__all__ = ["Classifier", "Digit", "Reading", "load_image", "recognize"]

__version__ = "0.1.0"

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read by TensorFlow, which nothing above imports
