"""What TensorFlow costs: the signature's latency and throughput, beside ONNX Runtime and LiteRT on the same weights.

Needs packages that the project itself does not:
    pip install onnxruntime==1.32.0 tf2onnx==1.17.0 ai-edge-litert==2.3.0
Run as `python benchmarks/signature.py [--threads 1] [--seconds 2]`. The SavedModel is converted when the script runs,
each engine gets the same number of threads, and all must give the same probabilities before any is timed. They take
turns, so that what else the machine does falls on all alike. Printed for batches of 1, 32 and 1024 images: the median
time of a call, NumPy array in and NumPy array out, and images a second at that time.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from serving import ROOT

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import onnxruntime
import tensorflow as tf
import tf2onnx
from ai_edge_litert.interpreter import Interpreter

sys.path.insert(0, str(ROOT))
from mnist_demo.inference import MODEL_DIR

BATCHES = (1, 32, 1024)
AGREEMENT = 1e-4  # largest difference between two engines' probabilities
ROUNDS_MIN = 5

Images = NDArray[np.float32]
Predict = Callable[[Images], Images]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, help="threads that an engine may compute with (1)")
    parser.add_argument("--seconds", type=float, default=2, help="how long each engine and batch size is timed (2)")
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = tf.saved_model.load(str(MODEL_DIR))  # which keeps the signature's variables
    signature = model.signatures["serving_default"]
    print(f"threads: {arguments.threads}")
    for size in BATCHES:
        engines = {
            "TensorFlow": with_tensorflow(signature),
            "ONNX Runtime": with_onnx_runtime(signature, arguments.threads),
            "LiteRT": with_litert(signature, size, arguments.threads),
        }
        images = np.random.default_rng(size).random((size, 28, 28), np.float32)
        compare(engines, images)
        for name, seconds in timed(engines, images, arguments.seconds).items():
            print(f"batch of {size:4}   {name:12} {1000 * seconds:9.2f} ms {size / seconds:9.0f} images a second")


def with_tensorflow(signature: Callable[..., dict[str, tf.Tensor]]) -> Predict:
    """Return a function that calls the signature."""
    return lambda images: signature(images=tf.constant(images))["output_0"].numpy()


def with_onnx_runtime(signature: Callable[..., dict[str, tf.Tensor]], threads: int) -> Predict:
    """Convert the signature to ONNX; return a function that runs it."""
    specification = [tf.TensorSpec((None, 28, 28), tf.float32, "images")]
    function = tf.function(lambda images: signature(images=images)["output_0"], specification)
    model, _ = tf2onnx.convert.from_function(function, specification)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    (name,) = (each.name for each in session.get_inputs())
    return lambda images: session.run(None, {name: images})[0]


def with_litert(signature: Callable[..., dict[str, tf.Tensor]], size: int, threads: int) -> Predict:
    """Convert the signature for LiteRT, whose fast kernels want batches of one size; return a function that runs it."""
    fixed = tf.function(lambda images: signature(images=images)["output_0"])
    concrete = fixed.get_concrete_function(tf.TensorSpec((size, 28, 28), tf.float32, "images"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.tflite")
        path.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert())
        interpreter = Interpreter(str(path), num_threads=threads)
    interpreter.allocate_tensors()
    (source,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()

    def predict(images: Images) -> Images:
        interpreter.set_tensor(source["index"], images)
        interpreter.invoke()
        return interpreter.get_tensor(result["index"])

    return predict


def compare(engines: dict[str, Predict], images: Images) -> None:
    """End the script if two engines don't give the same probabilities."""
    expected = engines["TensorFlow"](images)
    for name, predict in engines.items():
        difference = float(np.abs(predict(images) - expected).max())
        if not difference < AGREEMENT:
            sys.exit(f"{name} differs from TensorFlow by {difference}: the figures would compare different models.")


def timed(engines: dict[str, Predict], images: Images, seconds: float) -> dict[str, float]:
    """Return each engine's median seconds a call; they take turns for so many seconds each."""
    times: dict[str, list[float]] = {name: [] for name in engines}
    while len(times["TensorFlow"]) < ROUNDS_MIN or sum(map(sum, times.values())) < seconds * len(engines):
        for name, predict in engines.items():
            start = time.perf_counter()
            predict(images)
            times[name].append(time.perf_counter() - start)
    return {name: float(np.median(each)) for name, each in times.items()}


if __name__ == "__main__":
    main()
