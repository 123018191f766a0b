"""What the started app does with a model that is damaged: it says so, and goes on."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import tensorflow as tf
from app_server import App, copy_app, start_app

from mnist_demo.inference import Classifier
from mnist_demo.inference.integrity import golden_digits, write_checksums
from mnist_demo.page import i18n

ASKED_WITHIN = 60  # seconds, for TensorFlow to have looked at the model


def flip_a_bit(model: Path) -> None:
    """Damage a model as a disk may."""
    graph = model / "saved_model.pb"
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)


def swap(model: Path, answer: float = np.nan) -> None:
    """Put a model in the place of another that answers everything alike, with checksums that fit."""
    module = tf.Module()
    specification = tf.TensorSpec([None, 28, 28], tf.float32, name="images")
    module.serve = tf.function(
        lambda images: {"output_0": tf.fill([tf.shape(images)[0], 10], answer)}, input_signature=[specification]
    )
    shapes = {"boxes": (3, 4), "signs": (3, 16), "images": (3, 28, 28), "probabilities": (3, 10)}
    module.read = tf.function(
        lambda page: {name: tf.fill(shape, answer) for name, shape in shapes.items()},  # noqa: ARG005
        input_signature=[tf.TensorSpec([None, None], tf.uint8, name="page")],
    )
    tf.saved_model.save(module, str(model), signatures={"serving_default": module.serve, "read": module.read})
    write_checksums(model)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((flip_a_bit, "saved_model.pb"), id="bit-flipped"),
        pytest.param((swap, "does not read plain digits"), id="swapped"),
    ],
)
def damaged(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[tuple[App, str]]:
    """The app with a damaged model, and what its log is to say of that."""
    damage, reason = request.param
    folder = copy_app(tmp_path_factory.mktemp("damaged"))
    damage(folder / "models" / "mnist" / "1")
    with start_app(folder / "log", root=folder) as app:
        yield app, reason


@pytest.mark.parametrize("answer", [np.nan, 0.1], ids=["NaN", "indifferent"])
def test_a_swapped_model_is_not_taken_though_its_checksums_fit(answer: float, tmp_path: Path) -> None:
    swap(tmp_path, answer)
    with pytest.raises(ValueError, match=r"is damaged: it does not read plain digits\. Restore the folder"):
        Classifier(tmp_path)


def test_the_golden_digits_are_read_with_certainty(classifier: Classifier) -> None:
    assert classifier.predict(golden_digits()).max(1).min() > 0.9


def test_the_page_says_what_is_wrong_and_the_process_goes_on(damaged: tuple[App, str]) -> None:
    app, reason = damaged
    wait_until_damaged(app)
    photo = {"photo": ("photo.png", b"any bytes at all")}
    components = httpx.get(f"{app.url}/config").json()["components"]
    component = next(part["id"] for part in components if part["props"].get("elem_id") == "photo")
    form = {"component_id": str(component), "session_hash": "test", "fn_name": "read"}
    answer = httpx.post(f"{app.url}/gradio_api/component_server/", data=form, files=photo).json()
    assert answer == {"error": {"kind": "model_damaged"}}
    assert "restore models/mnist with git" in i18n.translations["en"]["error_model_damaged"]
    assert httpx.get(f"{app.url}/healthz").status_code == 200
    assert app.process.poll() is None
    assert reason in app.log.read_text()


def wait_until_damaged(app: App) -> None:
    deadline = time.monotonic() + ASKED_WITHIN
    while (answer := httpx.get(f"{app.url}/readyz")).json() == {"status": "loading"} and time.monotonic() < deadline:
        time.sleep(0.2)
    assert (answer.status_code, answer.json()) == (503, {"status": "damaged"})
