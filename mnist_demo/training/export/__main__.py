"""Write the SavedModel anew, of the weights that are kept: python -m mnist_demo.training.export.

That is what a change of the operations between the nets needs; only other nets need training.
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from mnist_demo.inference import MODEL_DIR
from mnist_demo.training.export.signatures import export
from mnist_demo.training.networks.classifier import build_network
from mnist_demo.training.networks.convolution import fold
from mnist_demo.training.networks.cutter import build_cutter
from mnist_demo.training.networks.detector import build_detector
from mnist_demo.training.networks.rescorer import build_rescorer
from mnist_demo.training.networks.row_reader import build_row_reader
from mnist_demo.training.networks.weights import load_weights


def load_kept() -> tuple[keras.Model, keras.Model, keras.Model, keras.Model]:
    """Return the classifier, the detector, the cutter and the row reader that are kept, as they ship."""
    return (
        load_weights("classifier", build_network(normalised=False)),
        fold(load_weights("detector", build_detector()), build_detector(normalised=False)),
        fold(load_weights("cutter", build_cutter()), build_cutter(normalised=False)),
        fold(load_weights("row_reader", build_row_reader()), build_row_reader(normalised=False)),
    )


def export_kept(folder: Path = MODEL_DIR) -> None:
    """Write the SavedModel `folder`, which is replaced, of the weights that are kept."""
    export(*load_kept(), load_weights("rescorer", build_rescorer()), folder)


if __name__ == "__main__":
    export_kept()
    print(f"wrote {MODEL_DIR}")
