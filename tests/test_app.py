"""The API, as gradio_client and curl use it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import about
from gradio_client import Client, handle_file
from pictures import photo
from PIL import Image

from mnist_demo import Classifier, recognize


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[Client]:
    client = Client(server, verbose=False)
    yield client
    client.close()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A photo of 2963, in chalk."""
    path = tmp_path / "chalk.png"
    Image.fromarray(photo("blackboard.webp")).save(path)
    return path


def post(server: str, path: Path) -> Any:
    """Upload the file and have it read, as the README does with curl."""
    with path.open("rb") as file:
        (uploaded,) = httpx.post(f"{server}/gradio_api/upload", files={"files": file}).json()
    arguments = {"data": [{"path": uploaded, "meta": {"_type": "gradio.FileData"}}]}
    return httpx.post(f"{server}/gradio_api/run/recognize", json=arguments, timeout=60).json()["data"][0]


def test_gradio_client_gets_the_command_lines_json(client: Client, image: Path, classifier: Classifier) -> None:
    answer = client.predict(handle_file(image), api_name="/recognize")
    assert answer == about({"file": "chalk.png", **recognize(image, classifier).to_dict()})
    assert answer["text"] == "2963"


def test_plain_http_gets_the_same(server: str, client: Client, image: Path) -> None:
    assert post(server, image) == about(client.predict(handle_file(image), api_name="/recognize"))


def test_a_file_that_is_no_image_gets_an_error_that_names_it(server: str, client: Client, tmp_path: Path) -> None:
    path = tmp_path / "letter.png"
    path.write_text("Dear model,")
    answer = client.predict(handle_file(path), api_name="/recognize")
    assert answer["file"] == "letter.png"
    assert answer["error"].startswith("letter.png: not a PNG, JPEG or WebP image")
    assert post(server, path) == answer


def test_recognize_is_the_only_endpoint(client: Client) -> None:
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/recognize"]
