"""TensorFlow, which the model and batches of pictures run on, without Keras. Importing this module takes seconds."""

import os

__all__ = ["tf"]

# TensorFlow imports Keras with all that it can draw and tabulate, a second and 100 MB that no reading needs; but not
# where Keras 2 is asked for and not installed. Asked for no longer, tf.keras loads Keras 3 when it is first used.
KERAS_2 = "TF_USE_LEGACY_KERAS"
is_asked_for = KERAS_2 in os.environ
os.environ.setdefault(KERAS_2, "1")
try:
    import tensorflow as tf
except ModuleNotFoundError as error:
    if error.name != "tensorflow":
        raise
    remedy = "Without it no model runs here and no batch of pictures is read: install what requirements.txt names."
    raise ModuleNotFoundError(f"TensorFlow is not installed. {remedy}", name="tensorflow") from None

if not is_asked_for:
    del os.environ[KERAS_2]
