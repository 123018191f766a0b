"""The weights that are kept of trained nets, from which trainings start and the SavedModel is written anew."""

from pathlib import Path

import keras

from mnist_demo.model_folder import MODELS

WEIGHTS = MODELS / "weights"


def keep_weights(folder: Path = WEIGHTS, **nets: keras.Model) -> None:
    """Write each net's weights under its name."""
    folder.mkdir(exist_ok=True)
    for name, net in nets.items():
        net.save_weights(folder / f"{name}.weights.h5")


def load_weights(name: str, net: keras.Model, folder: Path = WEIGHTS) -> keras.Model:
    """Give a net the weights that were kept under a name, and return it. Raises FileNotFoundError if there are none."""
    net.load_weights(folder / f"{name}.weights.h5")
    return net
