"""Write the trained networks as a SavedModel, with the checksums its loader asks for.

The folder also holds warm-up requests, which TensorFlow Serving runs before it says that the model is available
(https://www.tensorflow.org/tfx/serving/saved_model_warmup).
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_demo.inference import IMAGE_SIDE, LAYERS
from mnist_demo.inference.integrity import golden_digits, golden_page, write_checksums
from mnist_demo.training.digits.framing import frame
from mnist_demo.training.drawing.cuts import CUT_SIDE
from mnist_demo.training.export.cutting import cut_out
from mnist_demo.training.export.fusion import fuse
from mnist_demo.training.export.heat import heat_map
from mnist_demo.training.export.measures import measure
from mnist_demo.training.export.pyramid import find_marks, make_mosaic
from mnist_demo.training.export.rows import read_rows
from mnist_demo.training.networks.classifier import SHOWN_LAYERS
from mnist_demo.training.networks.detector import FINE, STRIDE

WARMUP_REQUESTS = Path("assets.extra") / "tf_serving_warmup_requests"
SEEDS = "seeds.json"  # beside the folder of models: how each network does by itself
STRIPS = 4  # that a page is cut into for the detector's first layers
MODEL_NAME = "mnist"  # in requests to Serving

Function = Callable[[tf.Tensor], tf.Tensor]


class DigitModel(tf.Module):
    """Images to probabilities. `loaded(images)` takes (n, 28, 28), (n, 784), (28, 28) or (784,) float32 in [0, 1].

    The weights are constants of its graph, which TensorFlow arranges for the processor once; variables, at each call.
    """

    def __init__(
        self,
        classifier: keras.Model,
        detector: keras.Model,
        cutter: keras.Model,
        row_reader: keras.Model,
        rescorer: keras.Model,
    ) -> None:
        super().__init__(name="mnist_demo")
        shown = [classifier.get_layer(name).output for name in SHOWN_LAYERS]
        classify, cut = fix(keras.Model(classifier.inputs, [*shown, classifier.output])), fix(cutter)
        self._logits = for_any_batch(lambda images: classify(images)[-1], IMAGE_SIDE)
        self._responses = for_any_batch(lambda images: classify(images)[:-1], IMAGE_SIDE)
        self._cut = for_any_batch(lambda cuts: tf.sigmoid(cut(cuts))[..., 0], CUT_SIDE)
        fine = detector.get_layer(FINE).output
        self._stem = fix(keras.Model(detector.input, fine))
        self._rest = fix(keras.Model(fine, detector.output))
        self._read_row = fix(row_reader)
        self._rescore = fix(rescorer)

    def _detect(self, pictures: tf.Tensor) -> tf.Tensor:
        return self._rest(in_strips(self._stem, pictures))

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "images")])
    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Return probabilities (n, 10) float32. Raises InvalidArgumentError for images of another shape."""
        shape, rank = tf.shape(images), tf.rank(images)
        is_square = tf.reduce_all(shape[-2:] == IMAGE_SIDE) & (rank >= 2) & (rank <= 3)
        is_flat = tf.reduce_all(shape[-1:] == IMAGE_SIDE**2) & (rank >= 1) & (rank <= 2)
        expected = "expected images of shape (n, 28, 28) or (n, 784), got"
        with tf.control_dependencies([tf.debugging.Assert(is_square | is_flat, [expected, shape])]):
            return tf.nn.softmax(self._logits(tf.reshape(images, (-1, IMAGE_SIDE, IMAGE_SIDE))))

    @tf.function(input_signature=[tf.TensorSpec((None, IMAGE_SIDE, IMAGE_SIDE), tf.float32, "images")])
    def serve(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature `serving_default`."""
        return {"output_0": tf.nn.softmax(self._logits(images))}

    @tf.function(input_signature=[tf.TensorSpec((None, IMAGE_SIDE, IMAGE_SIDE), tf.float32, "images")])
    def look(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature `features`: what three layers respond to, as `Classifier.layers` has them."""
        return dict(zip(LAYERS, self._responses(images), strict=True))

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, IMAGE_SIDE, IMAGE_SIDE), tf.float32, "images"),
            tf.TensorSpec((None,), tf.int64, "labels"),
        ]
    )
    def explain(self, images: tf.Tensor, labels: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature `saliency`: the gradient (n, 28, 28) of each label's log-odds in its image's pixels."""
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = self._logits(images)
            others = tf.where(tf.one_hot(labels, logits.shape[1], True, False), logits.dtype.min, logits)
            log_odds = tf.gather(logits, labels, axis=1, batch_dims=1) - tf.reduce_logsumexp(others, 1)
        return {"output_0": tape.gradient(log_odds, images)}

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.uint8, "page")])
    def read(self, page: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature `read`: the marks on a grey page (h, w), as `inference.Marks` has them."""
        marks, images = self.see(page)
        signs, probabilities = fuse(marks, self._rescore)
        return {"boxes": marks[:, -4:], "signs": signs, "images": images, "probabilities": probabilities}

    def see(self, page: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return what is known of the marks on a page (h, w) uint8 before it is joined, (n, 53) float32 as the rescorer
        takes it; and the classifier's images of them, (n, 28, 28) float32."""
        mosaic = make_mosaic(page)
        marks = find_marks(self._detect, mosaic)
        cuts, deviations = cut_out(mosaic, marks.boxes)
        ink = self._cut(cuts)
        images = frame(ink)
        height, width = tf.unstack(tf.cast(tf.shape(page), tf.float32))
        boxes = tf.minimum(marks.boxes, tf.stack([width, height, width, height]))
        probabilities, measures = tf.nn.softmax(self._logits(images)), measure(cuts, deviations, ink, marks.boxes)
        rows = read_rows(self._read_row, mosaic, marks)
        return tf.concat([marks.scores, probabilities, measures, rows, boxes], 1), images

    @tf.function(input_signature=[tf.TensorSpec((), tf.string, "png")])
    def read_png(self, png: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature `read_png`: the same of a grey PNG file, as pictures travel to TensorFlow Serving."""
        return self.read(tf.io.decode_png(png, 1)[..., 0])

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.uint8, "page")])
    def heat(self, page: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature `heat`: where on a grey page (h, w) signs of numbers are seen, (rows, columns) in [0, 1]."""
        return {"output_0": heat_map(self._detect, make_mosaic(page))}

    @tf.function(input_signature=[tf.TensorSpec((), tf.string, "png")])
    def heat_png(self, png: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature `heat_png`: the same of a grey PNG file."""
        return self.heat(tf.io.decode_png(png, 1)[..., 0])


def fix(network: keras.Model) -> tf.types.experimental.PolymorphicFunction:
    """Return what a trained net answers, its weights as constants of one graph that all signatures share.

    They are rounded to half precision, so that the static page's visitors load half as much of them.
    """
    weights = [weight.numpy().astype(np.float16).astype(np.float32) for weight in network.trainable_variables]
    values = weights, [value.numpy() for value in network.non_trainable_variables]

    @tf.function(input_signature=[tf.TensorSpec(network.inputs[0].shape, tf.float32)])
    def answer(inputs: tf.Tensor) -> tf.Tensor:
        constants = [[tf.constant(value) for value in group] for group in values]
        return network.stateless_call(*constants, inputs, training=False)[0]

    return answer


def in_strips(stem: Function, pictures: tf.Tensor) -> tf.Tensor:
    """Return what a net of two convolutions, of stride 2 each, gives for pictures (n, h, w, c), h a multiple of 16.

    One strip is taken after the other, as the first convolution's responses are the largest of all.
    """
    rows = tf.shape(pictures)[1] // STRIPS
    strips = [pictures[:, i * rows : (i + 1) * rows + STRIDE] for i in range(STRIPS)]  # with what the edge sees below
    return tf.concat([stem(strip)[:, : rows // STRIDE] for strip in strips], 1)


def for_any_batch(function: Function, side: int) -> Function:
    """Let a function of images (n, side, side, 1) take (n, side, side), n = 0 too, and nothing else.

    A signature's shape binds no caller, and TensorFlow's convolutions fail where there are no images.
    """

    def answer(images: tf.Tensor) -> tf.Tensor:
        images = tf.ensure_shape(images, (None, side, side))
        n = tf.shape(images)[0]
        stopgap = tf.zeros((tf.cast(n == 0, tf.int32), side, side))
        answers = function(tf.concat([images, stopgap], 0)[..., None])
        return tf.nest.map_structure(lambda rows: rows[:n], answers)

    return answer


def export(
    classifier: keras.Model,
    detector: keras.Model,
    cutter: keras.Model,
    row_reader: keras.Model,
    rescorer: keras.Model,
    folder: Path,
) -> None:
    """Write the networks as the SavedModel `folder`, which is replaced.

    Args:
        classifier: images (n, 28, 28, 1) float32 in [0, 1] -> logits (n, 10), without normalisation.
        detector: as `detector.build_detector` builds it.
        cutter: as `cutter.build_cutter` builds it.
        row_reader: as `row_reader.build_row_reader` builds it.
        rescorer: as `rescorer.build_rescorer` builds it.
    """
    model = DigitModel(classifier, detector, cutter, row_reader, rescorer)
    shutil.rmtree(folder, ignore_errors=True)
    signatures = {
        "serving_default": model.serve,
        "features": model.look,
        "saliency": model.explain,
        "read": model.read,
        "read_png": model.read_png,
        "heat": model.heat,
        "heat_png": model.heat_png,
    }
    tf.saved_model.save(model, str(folder), signatures=signatures)
    (folder / "fingerprint.pb").unlink(missing_ok=True)
    write_warmup_requests(folder / WARMUP_REQUESTS)
    write_checksums(folder)


def write_warmup_requests(path: Path) -> None:
    """Write `warmup_requests` as a TFRecord file."""
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs in warmup_requests():
            writer.write(prediction_log(signature, inputs))


def warmup_requests() -> Iterator[tuple[str, dict[str, NDArray[np.generic]]]]:
    """Yield signatures and their inputs as the page asks for them: digits, reasons for one digit, and a page."""
    digits = golden_digits()
    yield "serving_default", {"images": digits[:1]}
    yield "serving_default", {"images": digits}
    yield "features", {"images": digits[:1]}
    yield "saliency", {"images": digits[:1].repeat(2, 0), "labels": np.array([0, 1])}
    page = {"png": np.array(tf.io.encode_png(golden_page()[..., None]).numpy(), object)}
    yield "read_png", page
    yield "heat_png", page


def prediction_log(signature: str, inputs: dict[str, NDArray[np.generic]]) -> bytes:
    """Return a request as a serialized PredictionLog of TensorFlow Serving.

    Its package tensorflow-serving-api brings a second TensorFlow, so the few fields are encoded here. Their numbers are
    those of prediction_log.proto, predict.proto and model.proto in
    https://github.com/tensorflow/serving/tree/master/tensorflow_serving/apis.
    """
    spec = _field(1, MODEL_NAME.encode()) + _field(3, signature.encode())
    tensors = {name: tf.make_tensor_proto(value).SerializeToString() for name, value in inputs.items()}
    request = _field(1, spec) + b"".join(
        _field(2, _field(1, name.encode()) + _field(2, tensor)) for name, tensor in tensors.items()
    )
    return _field(6, _field(1, request))


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field of a protocol buffer: key and length, seven bits a byte from the lowest, and content."""
    head = [number << 3 | 2]
    size = len(content)
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    return bytes([*head, size]) + content
