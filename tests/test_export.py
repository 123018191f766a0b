"""The exported folder: its signatures, what TensorFlow's own command says of them, and Serving's warm-up requests."""

import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from tensorflow.python.tools import saved_model_cli

from mnist_demo import Classifier
from mnist_demo.inference import MODEL_DIR, Marks
from mnist_demo.inference.integrity import CHECKSUMS, golden_digits, golden_page, verify_checksums
from mnist_demo.training.export.__main__ import export_kept
from mnist_demo.training.export.signatures import WARMUP_REQUESTS, export, in_strips, warmup_requests
from mnist_demo.training.networks.classifier import build_network
from mnist_demo.training.networks.cutter import build_cutter
from mnist_demo.training.networks.detector import FINE, build_detector
from mnist_demo.training.networks.rescorer import build_rescorer
from mnist_demo.training.networks.row_reader import build_row_reader

# The fields that are used of prediction_log.proto, predict.proto and model.proto in TensorFlow Serving's
# https://github.com/tensorflow/serving/tree/master/tensorflow_serving/apis, as the protobuf runtime wants them.
SERVING_PROTOS = """
    name: "serving.proto" package: "serving" syntax: "proto3" dependency: "tensorflow/core/framework/tensor.proto"
    message_type { name: "ModelSpec"
        field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
        field { name: "signature_name" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL } }
    message_type { name: "PredictRequest"
        field { name: "model_spec" number: 1 type_name: ".serving.ModelSpec" type: TYPE_MESSAGE label: LABEL_OPTIONAL }
        field { name: "inputs" number: 2 type_name: ".serving.PredictRequest.InputsEntry" type: TYPE_MESSAGE
                label: LABEL_REPEATED }
        nested_type { name: "InputsEntry" options { map_entry: true }
            field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
            field { name: "value" number: 2 type_name: ".tensorflow.TensorProto" type: TYPE_MESSAGE
                    label: LABEL_OPTIONAL } } }
    message_type { name: "PredictLog"
        field { name: "request" number: 1 type_name: ".serving.PredictRequest" type: TYPE_MESSAGE
                label: LABEL_OPTIONAL } }
    message_type { name: "PredictionLog"
        field { name: "predict_log" number: 6 type_name: ".serving.PredictLog" type: TYPE_MESSAGE
                label: LABEL_OPTIONAL } }
"""


@pytest.fixture(scope="module")
def signatures() -> Any:
    return tf.saved_model.load(str(MODEL_DIR)).signatures


@pytest.fixture(scope="module")
def requests() -> list[Any]:
    """The folder's warm-up requests, decoded with Serving's message definitions."""
    protos = text_format.Parse(SERVING_PROTOS, descriptor_pb2.FileDescriptorProto())
    descriptor_pool.Default().Add(protos)
    described = descriptor_pool.Default().FindMessageTypeByName("serving.PredictionLog")
    prediction_log = message_factory.GetMessageClass(described)
    path = str(MODEL_DIR / WARMUP_REQUESTS)
    return [prediction_log.FromString(log.numpy()) for log in tf.data.TFRecordDataset(path, buffer_size=1 << 16)]


def run_saved_model_cli(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Run TensorFlow's command in this process, which has loaded TensorFlow already."""
    monkeypatch.setattr("sys.argv", ["saved_model_cli", *arguments])
    with pytest.raises(SystemExit) as ended:
        saved_model_cli.main()
    assert not ended.value.code


def test_saved_model_cli_shows_the_signatures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_saved_model_cli(monkeypatch, "show", "--dir", str(MODEL_DIR), "--tag_set", "serve", "--all")
    shown = capsys.readouterr().out
    for signature, inputs, output in [
        ("serving_default", ["images"], "(-1, 10)"),
        ("features", ["images"], "(-1, 28, 28, 32)"),
        ("saliency", ["images", "labels"], "(-1, 28, 28)"),
        ("read", ["page"], "(-1, 4)"),
        ("read_png", ["png"], "(-1, 4)"),
        ("heat", ["page"], "(-1, -1)"),
        ("heat_png", ["png"], "(-1, -1)"),
    ]:
        described = shown.split(f"signature_def['{signature}']")[1].split("signature_def[")[0]
        assert re.findall(r"inputs\['(\w+)'\] tensor_info", described) == inputs
        first = "boxes" if signature.startswith("read") else "output_0"
        assert f"shape: {output}" in described.split(f"outputs['{first}'] tensor_info")[1].split("outputs[")[0]
        assert "Method name is: tensorflow/serving/predict" in described


def test_saved_model_cli_runs_the_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    np.save(tmp_path / "digits.npy", golden_digits())
    arguments = ("--tag_set", "serve", "--signature_def", "serving_default", "--outdir", str(tmp_path))
    inputs = f"images={tmp_path / 'digits.npy'}"
    run_saved_model_cli(monkeypatch, "run", "--dir", str(MODEL_DIR), *arguments, "--inputs", inputs)
    assert np.load(tmp_path / "output_0.npy").argmax(1).tolist() == [0, 1, 7]


def test_saved_model_cli_reads_a_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, classifier: Classifier) -> None:
    np.save(tmp_path / "page.npy", golden_page())
    arguments = ("--tag_set", "serve", "--signature_def", "read", "--outdir", str(tmp_path))
    inputs = f"page={tmp_path / 'page.npy'}"
    run_saved_model_cli(monkeypatch, "run", "--dir", str(MODEL_DIR), *arguments, "--inputs", inputs)
    for name, expected in classifier.read(golden_page())._asdict().items():
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), expected, atol=1e-3)


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder exported from nets that have not been trained."""
    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("mnist") / "1"
    nets = build_detector(False), build_cutter(False), build_row_reader(False), build_rescorer()
    export(build_network(width=2, normalised=False), *nets, folder)
    return folder


def test_the_model_is_what_its_kept_weights_give(tmp_path: Path, classifier: Classifier) -> None:
    export_kept(tmp_path / "1")
    anew, page = Classifier(tmp_path / "1"), golden_page()
    for part, expected in zip(anew.read(page), classifier.read(page), strict=True):
        np.testing.assert_allclose(part, expected, atol=1e-3)


@pytest.mark.parametrize("height", [16, 48, 208])
def test_first_layers_see_strips_as_they_see_the_whole_page(height: int) -> None:
    rng, detector = np.random.default_rng(height), build_detector(False)
    stem = keras.Model(detector.input, detector.get_layer(FINE).output)
    stem.set_weights([rng.normal(0, 0.5, weight.shape) for weight in stem.get_weights()])
    page = rng.normal(0, 1, (1, height, 48, 1)).astype(np.float32)
    np.testing.assert_allclose(in_strips(stem, page), stem(page), atol=1e-4)


def test_an_exported_folder_has_its_checksums(untrained: Path) -> None:
    verify_checksums(untrained)
    assert (untrained / CHECKSUMS).read_text().count("\n") >= 3


def test_an_exported_network_answers_images_of_either_form_alike(untrained: Path) -> None:
    loaded, images = tf.saved_model.load(str(untrained)), golden_digits()
    expected = loaded.signatures["serving_default"](tf.constant(images))["output_0"]
    np.testing.assert_allclose(expected.numpy().sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(loaded(images), expected, atol=1e-6)
    np.testing.assert_allclose(loaded(images.reshape(-1, 784)), expected, atol=1e-6)
    np.testing.assert_allclose(loaded(images[0]), expected[:1], atol=1e-6)


def test_features_are_those_of_three_layers_at_any_batch(signatures: Any) -> None:
    for n in (0, 1, 3):
        answers = signatures["features"](images=tf.zeros((n, 28, 28)))
        assert {name: tuple(value.shape) for name, value in answers.items()} == {
            "output_0": (n, 28, 28, 32),
            "middle": (n, 14, 14, 64),
            "last": (n, 7, 7, 128),
        }


def test_saliency_is_the_gradient_of_the_log_odds(signatures: Any) -> None:
    """A small step in one pixel changes a label's log-odds by about its saliency there."""

    def log_odds(images: np.ndarray) -> np.ndarray:
        p = signatures["serving_default"](images=tf.constant(images))["output_0"].numpy().astype(float)
        return np.log(p[:, 7] / (1 - p[:, 7]))

    noise = np.random.default_rng(0).uniform(-0.05, 0.05, (28, 28))  # where pixels are equal, pools have no gradient
    digit = (0.5 * golden_digits()[2] + 0.2 + noise).astype(np.float32)
    saliency = signatures["saliency"](images=tf.constant(digit[None]), labels=tf.constant([7], tf.int64))["output_0"]
    row, column = np.unravel_index(np.abs(saliency[0]).argmax(), digit.shape)
    steps = np.stack([digit, digit])
    steps[:, row, column] += [-0.005, 0.005]
    slope = (log_odds(steps) @ [-1, 1]) / 0.01
    assert slope == pytest.approx(float(saliency[0, row, column]), rel=0.1)


class TestWarmup:
    def test_they_are_serialized_prediction_logs(self, requests: list[Any]) -> None:
        for log, (signature, inputs) in zip(requests, warmup_requests(), strict=True):
            request = log.predict_log.request
            assert (request.model_spec.name, request.model_spec.signature_name) == ("mnist", signature)
            assert set(request.inputs) == set(inputs)
            for name, value in inputs.items():
                np.testing.assert_array_equal(tf.make_ndarray(request.inputs[name]), value)

    def test_each_signature_answers_its_own(self, requests: list[Any], signatures: Any) -> None:
        asked = set()
        for log in requests:
            request = log.predict_log.request
            tensors = {name: tf.constant(tf.make_ndarray(value)) for name, value in request.inputs.items()}
            answer = signatures[request.model_spec.signature_name](**tensors)
            if "images" in tensors:
                assert len(answer["output_0"]) == len(tensors["images"])
            elif request.model_spec.signature_name == "heat_png":
                assert answer["output_0"].shape.rank == 2
            else:
                assert set(answer) == set(Marks._fields)
            asked.add(request.model_spec.signature_name)
        assert asked == {"serving_default", "features", "saliency", "read_png", "heat_png"}
