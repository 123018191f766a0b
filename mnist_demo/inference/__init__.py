"""The model behind its signatures, in this process or in a TensorFlow Serving elsewhere."""

from mnist_demo.inference.classifier import MODEL_DIR, Classifier
from mnist_demo.inference.contract import IMAGE_SIDE, LABELS, LAYERS, SIGNS, Images, Marks
from mnist_demo.inference.served import add_model_url

__all__ = [
    "IMAGE_SIDE",
    "LABELS",
    "LAYERS",
    "MODEL_DIR",
    "SIGNS",
    "Classifier",
    "Images",
    "Marks",
    "add_model_url",
]
