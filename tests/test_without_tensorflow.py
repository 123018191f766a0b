"""Where no TensorFlow is installed: what a page, a command and a task read with a model that is served elsewhere."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from app_server import App, start_app, wait_until_ready
from conftest import Write
from gradio_client import Client, handle_file
from model_server import ModelServer, serve_model
from numpy.typing import NDArray
from pictures import encode

from mnist_demo.examples import photo_bytes


@pytest.fixture(scope="module")
def served() -> Iterator[ModelServer]:
    """The project's own model, served."""
    with serve_model() as server:
        yield server


@contextmanager
def without_tensorflow(folder: Path) -> Iterator[None]:
    """Have processes that start meanwhile find no TensorFlow, but a module in its place that says so."""
    hidden = folder / "hidden"
    hidden.mkdir()
    (hidden / "tensorflow.py").write_text("raise ModuleNotFoundError(\"No module named 'tensorflow'\", name=__name__)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(hidden), prepend=os.pathsep)
        yield


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def ask(app: App, component: str, function: str, data: object = None, files: Sequence[bytes] = ()) -> Any:
    """Return what a function of the page answers, given data or files."""
    parts = httpx.get(f"{app.url}/config").json()["components"]
    number = next(part["id"] for part in parts if part["props"].get("elem_id") == component)
    question = {"component_id": number, "fn_name": function, "session_hash": "test"}
    content: dict[str, Any] = {"json": {**question, "data": data}}
    if files:
        content = {"data": question, "files": [("files", ("picture.png", file)) for file in files]}
    return httpx.post(f"{app.url}/gradio_api/component_server/", timeout=60, **content).json()


class TestPage:
    @pytest.fixture(scope="class")
    @classmethod
    def page(cls, served: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
        """The app, whose model is served elsewhere, where no TensorFlow is installed."""
        folder = tmp_path_factory.mktemp("page")
        with without_tensorflow(folder), start_app(folder / "log", "--model-url", served.url) as app:
            wait_until_ready(app)
            yield app

    def test_the_api_reads(self, page: App, write: Write, tmp_path: Path) -> None:
        (tmp_path / "drawing.png").write_bytes(encode(write("42")))
        client = Client(page.url, verbose=False)
        assert client.predict(handle_file(tmp_path / "drawing.png"), api_name="/recognize")["text"] == "42"

    def test_a_drawing_is_read_and_its_digits_explained(self, page: App, write: Write) -> None:
        drawing = f"data:image/png;base64,{base64.b64encode(encode(write('42'))).decode()}"
        reading = ask(page, "sketchpad", "read", drawing)
        assert reading["text"] == "42"
        image = reading["digits"][0]["image"]
        assert len(ask(page, "why", "respond", image)["layers"]) == 3
        assert ask(page, "why", "explain", {"image": image, "labels": ["4", "9"]}).keys() == {"own", "other"}

    def test_a_photo_is_read_and_its_steps_are_shown(self, page: App) -> None:
        assert ask(page, "photo", "read", files=[photo_bytes("note.webp")])["text"] == "4071"
        assert [mark["label"] for mark in ask(page, "about", "steps", files=[photo_bytes("note.webp")])["marks"]] == [
            *"4071"
        ]

    def test_mnists_own_images_are_read(self, page: App, mnist_images: NDArray[np.uint8]) -> None:
        images = base64.b64encode(mnist_images.tobytes()).decode()
        assert ask(page, "batch", "classify", images)["labels"] == [*"0123456789"]

    def test_a_batch_of_pictures_wants_tensorflow_and_the_log_says_so(self, page: App, pictures: list[bytes]) -> None:
        assert ask(page, "batch", "read", files=pictures[:2]) == {"error": {"kind": "fault"}}
        assert "TensorFlow is not installed. Without it" in page.log.read_text()

    def test_it_is_ready_while_the_model_is(self, served: ModelServer, page: App) -> None:
        served.available = False
        try:
            answer = httpx.get(f"{page.url}/readyz")
        finally:
            served.available = True
        assert (answer.status_code, answer.json()) == (503, {"status": "loading"})
        assert httpx.get(f"{page.url}/healthz").json() == {"status": "up"}


class TestCommands:
    @pytest.fixture(autouse=True)
    def environment(self, tmp_path: Path) -> Iterator[None]:
        with without_tensorflow(tmp_path):
            yield

    def test_mnists_own_files_are_read(
        self, served: ModelServer, mnist_images: NDArray[np.uint8], tmp_path: Path
    ) -> None:
        np.save(tmp_path / "images.npy", mnist_images)
        done = run("-m", "mnist_demo", "--model-url", served.url, str(tmp_path / "images.npy"))
        assert [line.split(": ")[1] for line in done.stdout.splitlines()] == [*"0123456789"]

    @pytest.mark.parametrize("served_elsewhere", [False, True])
    def test_what_else_is_read_wants_it_and_says_so(
        self, served_elsewhere: bool, served: ModelServer, write: Write, tmp_path: Path
    ) -> None:
        (tmp_path / "7.png").write_bytes(encode(write("7")))
        options = ["--model-url", served.url] if served_elsewhere else []
        done = run("-m", "mnist_demo", *options, str(tmp_path / "7.png"))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "TensorFlow is not installed. Without it no model runs here and no batch of pictures is read: "
            "install what requirements.txt names.\n"
        )

    def test_the_tasks_of_many_machines_read(self, served: ModelServer, write: Write, tmp_path: Path) -> None:
        (tmp_path / "7.png").write_bytes(encode(write("7")))
        code = "import sys, fsspec; from mnist_demo.batch.cluster import read_shard\n"
        code += "print(dict(read_shard([sys.argv[2]], fsspec.filesystem('file'), sys.argv[3], sys.argv[1])))"
        (tmp_path / "rows.jsonl").mkdir()
        done = run("-c", code, served.url, str(tmp_path / "7.png"), str(tmp_path / "rows.jsonl"))
        assert done.stdout == "{'read': 1, 'failed': 0, 'marks': 1}\n", done.stderr
