"""The command line, run as users run it where it matters that it is a process, which takes seconds to start."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import Write, about
from PIL import Image

from mnist_demo.__main__ import main


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
    assert bad["error"] == "not a PNG, JPEG or WebP image. Save or export it as one of these."
    assert missing["error"] == "no such file. Check the path."
    assert good["text"] == "42\n7"
    assert [digit["label"] for digit in good["digits"]] == ["4", "2", "7"]
    assert set(good["digits"][0]) == {"label", "confidence", "box", "probabilities"}
    assert (blank["text"], blank["digits"]) == ("", [])
    assert done.returncode == 1


def test_many_files_are_answered_like_few(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    few = [str(folder / name) for name in ("bad.png", "good.png", "missing.png", "blank.png", "good.png", "good.png")]
    assert main(["--json", *few * 20]) == 1
    answers = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert main(["--json", *few]) == 1
    others = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert answers == about(others * 20)


def test_says_once_that_the_model_server_is_away_and_ends(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1/models/mnist"
        status = main(["--model-url", url, *[str(folder / "good.png")] * 100])
    printed, said = capfd.readouterr()
    assert (status, printed) == (1, "")
    assert [line for line in said.splitlines() if "does not answer" in line] == [said.splitlines()[-1]]
    assert said.splitlines()[-1].startswith(f"the model server at {url} does not answer")


def test_ctrl_c_ends_it_without_a_traceback(folder: Path) -> None:
    command = [sys.executable, "-m", "mnist_demo", *[str(folder / "good.png")] * 5000]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().endswith(": 42 | 7\n")
        process.send_signal(signal.SIGINT)  # as a terminal does
        assert process.wait(10) == -signal.SIGINT
        assert "Traceback" not in process.stderr.read()


def test_prints_text_and_succeeds_though_a_picture_holds_no_number(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder / "good.png"), str(folder / "blank.png")]) == 0
    assert capfd.readouterr().out == f"{folder / 'good.png'}: 42 | 7\n{folder / 'blank.png'}: no number found\n"


def test_reads_a_folder_and_names_each_file_once(folder: Path) -> None:
    strange = os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")
    Path(strange).write_bytes((folder / "good.png").read_bytes())
    done = subprocess.run([sys.executable, "-m", "mnist_demo", folder], capture_output=True, check=False)
    assert done.stdout.splitlines() == [
        os.fsencode(folder) + line
        for line in (
            b"/bad.png: error: not a PNG, JPEG or WebP image. Save or export it as one of these.",
            b"/blank.png: no number found",
            b"/caf\xe9.png: 42 | 7",
            b"/good.png: 42 | 7",
        )
    ]
    assert done.returncode == 1


def test_ends_quietly_where_its_lines_are_no_longer_wanted(folder: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m mnist_demo - {'good.png ' * 500} | head -n 1; exit ${{PIPESTATUS[0]}}"
    with (folder / "good.png").open("rb") as picture:
        bash = ["bash", "-c", command]
        done = subprocess.run(bash, stdin=picture, capture_output=True, text=True, check=False, cwd=folder)
    assert done.stdout == "-: 42 | 7\n"
    assert done.returncode == 0
    assert not [line for line in done.stderr.splitlines() if re.search("Traceback|[Pp]ipe|Exception", line)]


def test_help_explains_the_json_and_the_exit_statuses(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    text = capsys.readouterr().out
    for field in ("file", "text", "digits", "label", "confidence", "box", "probabilities", "error"):
        assert re.search(rf"^ +{field} +\S", text, re.MULTILINE), field
    assert "[left, top, right, bottom]" in text
    assert re.search(r"exit status:\n +0 .*\n +1 .*\n +2 ", text)
    assert "examples:\n  digits photo.jpg" in text


def test_asks_for_images(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert "IMAGE" in capsys.readouterr().err
