"""Write a trained network as a SavedModel that answers in three ways, with the checksums its loader asks for."""

import shutil
from pathlib import Path

import keras
import tensorflow as tf

from mnist_demo.images import IMAGE_SIDE
from mnist_demo.inference import write_checksums
from mnist_demo.training.network import FIRST_LAYER


class DigitModel(tf.Module):
    """Images to probabilities. `loaded(images)` takes (n, 28, 28), (n, 784), (28, 28) or (784,) float32 in [0, 1]."""

    def __init__(self, network: keras.Model, temperature: float) -> None:
        super().__init__(name="mnist_demo")
        self.network = network
        self.first_layer = keras.Model(network.inputs, network.get_layer(FIRST_LAYER).output)
        self.temperature = temperature

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "images")])
    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Return probabilities (n, 10) float32."""
        column = tf.reshape(images, (-1, IMAGE_SIDE, IMAGE_SIDE, 1))
        return tf.nn.softmax(self.network(column, training=False) / self.temperature)

    @tf.function(input_signature=[tf.TensorSpec((None, IMAGE_SIDE, IMAGE_SIDE), tf.float32, "images")])
    def serve(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature `serving_default`."""
        return {"output_0": self(images)}

    @tf.function(input_signature=[tf.TensorSpec((None, IMAGE_SIDE, IMAGE_SIDE), tf.float32, "images")])
    def look(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature `features`: what the first layer responds to, (n, 28, 28, channels) float32, 0 or more."""
        return {"output_0": self.first_layer(images[..., None])}


def export(network: keras.Model, temperature: float, folder: Path) -> None:
    """Write the network as the SavedModel `folder`, which is replaced.

    Args:
        network: images (n, 28, 28, 1) float32 in [0, 1] -> logits (n, 10).
        temperature: what its logits are divided by (Guo et al., "On Calibration of Modern Neural Networks", 2017).
    """
    model = DigitModel(network, temperature)
    shutil.rmtree(folder, ignore_errors=True)
    tf.saved_model.save(model, str(folder), signatures={"serving_default": model.serve, "features": model.look})
    (folder / "fingerprint.pb").unlink(missing_ok=True)
    write_checksums(folder)
