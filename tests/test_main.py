"""The command line, run as users run it."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Write
from PIL import Image

from mnist_demo.__main__ import MANY


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "mnist_demo", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path, write: Write) -> Path:
    Image.fromarray(write("42", "7")).save(tmp_path / "good.png")
    Image.fromarray(np.full((90, 90), 255, np.uint8)).save(tmp_path / "blank.png")
    (tmp_path / "bad.png").write_bytes(b"no image")
    return tmp_path


def test_prints_a_json_object_a_line_in_order_and_goes_on_after_bad_files(folder: Path) -> None:
    names = [str(folder / name) for name in ("bad.png", "good.png", "missing.png", "blank.png")]
    done = run("--json", *names)
    bad, good, missing, blank = map(json.loads, done.stdout.splitlines())
    assert [answer["file"] for answer in (bad, good, missing, blank)] == names
    assert "not a PNG, JPEG or WebP image" in bad["error"]
    assert "no such file" in missing["error"]
    assert good["text"] == "42\n7"
    assert [digit["label"] for digit in good["digits"]] == ["4", "2", "7"]
    assert set(good["digits"][0]) == {"label", "confidence", "box", "probabilities"}
    assert (blank["text"], blank["digits"]) == ("", [])
    assert done.returncode == 1


def test_many_files_are_answered_like_few(folder: Path) -> None:
    few = [str(folder / name) for name in ("bad.png", "good.png", "missing.png", "blank.png", "good.png", "good.png")]
    many = few * 20
    assert len(few) < MANY <= len(many)
    done = run("--json", *many)
    expected = run("--json", *few)
    assert [without_floats(line) for line in done.stdout.splitlines()] == [
        without_floats(line) for line in expected.stdout.splitlines() * 20
    ]
    assert done.returncode == 1


def without_floats(line: str) -> dict[str, Any]:
    """Return an answer less its probabilities, which the model sums in another order in another batch."""
    answer = json.loads(line)
    return {**answer, "digits": [(digit["label"], digit["box"]) for digit in answer.get("digits", ())]}


def test_says_once_that_the_model_server_is_away_and_ends(folder: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1/models/mnist"
        done = run("--model-url", url, *[str(folder / "good.png")] * MANY)
    assert (done.returncode, done.stdout) == (1, "")
    assert [line for line in done.stderr.splitlines() if "does not answer" in line] == [done.stderr.splitlines()[-1]]
    assert "Traceback" not in done.stderr


def test_prints_text_and_succeeds(folder: Path) -> None:
    done = run(str(folder / "good.png"))
    assert done.stdout == f"{folder / 'good.png'}: 42 | 7\n"
    assert done.returncode == 0


def test_asks_for_images() -> None:
    done = run()
    assert done.returncode == 2
    assert "IMAGE" in done.stderr
