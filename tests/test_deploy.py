"""`make deploy` and `make deploy-static`: a server here keeps what huggingface_hub's own command sends to the hub."""

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]


class Hub(ThreadingHTTPServer):
    """Answers as the hub does about a Space that has a README and a file that is no longer ours."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.received: dict[str, list[bytes]] = {}

    def answer(self, path: str, body: bytes) -> Any:
        if path == "/api/repos/create":
            return {"url": f"{self.url}/spaces/someone/digits"}
        if path.endswith("/preupload/main"):
            files = [file["path"] for file in json.loads(body)["files"]]
            return {"files": [{"path": file, "uploadMode": "regular", "shouldIgnore": False} for file in files]}
        if "/tree/" in path:
            return [{"type": "file", "path": name, "size": 1, "oid": "0"} for name in ("README.md", "gone.py")]
        if "/commit/" in path:
            return {"commitUrl": f"{self.url}/spaces/someone/digits/commit/0", "commitOid": "0"}
        return {}


class HubHandler(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.received.setdefault(self.path, []).append(body)
        answer = json.dumps(self.server.answer(self.path, body)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        threading.Thread(target=hub.serve_forever).start()
        yield hub
        hub.shutdown()


def deploy(home: Path, *arguments: str, target: str = "deploy", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `make deploy` with this environment's commands, logged in nowhere unless the variables say so."""
    made = (".venv/run.stamp", ".venv/dev.stamp", "build/static/index.html")
    tools = [*(f"--old-file={file}" for file in made), f"BIN={Path(sys.executable).parent}"]
    outer = ("HF_", "MAKE", "MFLAGS", "ARGS")  # what `make test ARGS=...` was given is not for this one
    ours = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
    environment = {**ours, "HF_HOME": str(home), **variables}
    command = ["make", *tools, target, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


def committed(hub: Hub) -> tuple[list[tuple[str, Any]], dict[str, bytes]]:
    """Return the changes that the hub was sent, in commits of 250 files at most, and the files among them."""
    commits = hub.received["/api/spaces/someone/digits/commit/main"]
    lines = [json.loads(line) for commit in commits for line in commit.splitlines()]
    changes = [(line["key"], line["value"]) for line in lines]
    return changes, {value["path"]: base64.b64decode(value["content"]) for key, value in changes if key == "file"}


def test_uploads_what_git_tracks_and_deletes_the_rest(hub: Hub, tmp_path: Path) -> None:
    done = deploy(tmp_path, "SPACE=someone/digits", HF_ENDPOINT=hub.url, HF_TOKEN="hf_secret")
    assert done.returncode == 0, done.stderr
    created = json.loads(hub.received["/api/repos/create"][0])
    assert created == {"name": "digits", "organization": "someone", "type": "space", "sdk": "gradio"}
    changes, files = committed(hub)
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    assert set(files) == set(filter(None, tracked))
    model = "models/mnist/1/saved_model.pb"
    assert files[model] == git("show", f":{model}")
    assert [value["path"] for key, value in changes if key == "deletedFile"] == ["gone.py"]


def test_uploads_the_static_page_as_it_was_built(hub: Hub, tmp_path: Path) -> None:
    done = deploy(tmp_path, "SPACE=someone/digits", target="deploy-static", HF_ENDPOINT=hub.url, HF_TOKEN="hf_secret")
    assert done.returncode == 0, done.stderr
    assert json.loads(hub.received["/api/repos/create"][0])["sdk"] == "static"
    site = ROOT / "build" / "static"
    built = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    assert committed(hub)[1] == built
    assert yaml.safe_load(built["README.md"].decode().split("---")[1])["sdk"] == "static"


def test_says_how_to_get_a_token(tmp_path: Path) -> None:
    done = deploy(tmp_path, "SPACE=someone/digits")
    assert done.returncode == 2
    assert "No Hugging Face token. Make one that can write at https://huggingface.co/settings/tokens" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("SPACE=digits",)], ids=["none", "no owner"])
def test_asks_for_a_space(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = deploy(tmp_path, *arguments, HF_TOKEN="hf_secret")
    assert done.returncode == 2
    assert "Name the Space: make deploy SPACE=owner/name" in done.stderr
