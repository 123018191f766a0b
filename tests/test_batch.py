"""Batches on Apache Beam, with its runner for this machine: as users run them, and in one process, which is quicker."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from conftest import Write, about
from model_server import serve_model
from PIL import Image

from mnist_demo import Classifier, recognize
from mnist_demo.batch import main

ROOT = Path(__file__).parents[1]
IN_PROCESS = ("--direct_running_mode=in_memory", "--direct_num_workers=1")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # of Beam's own


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take back what a worker sets for its process, so that no other test's gets it."""
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", os.environ.get("TF_NUM_INTRAOP_THREADS", "0"))


def run(pattern: str, output: Path, *flags: str) -> int:
    return main(["--input", pattern, "--output", str(output), *flags])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, write: Write) -> Path:
    """Five images, the last on its side, and three files that are none, one of them with a name that is no UTF-8."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "deep" / "down").mkdir(parents=True)
    for name, lines in {"a.png": "4", "b.png": "2", "deep/c.png": "7", "deep/down/d.png": "31"}.items():
        Image.fromarray(write(lines)).save(folder / name)
    Image.fromarray(write("42", "7")).rotate(90, expand=True).save(folder / "e.png")
    (folder / "letter.png").write_text("Dear model,")
    (folder / "deep" / "empty.png").touch()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")).write_bytes(b"")
    (folder / "deep" / "note.txt").write_text("not asked for")
    return folder


def test_two_workers_give_every_image_the_command_lines_json_and_no_bad_one_stops_them(
    folder: Path, tmp_path: Path, classifier: Classifier
) -> None:
    files = ["--input", f"{folder}/**/*.png", "--output", str(tmp_path / "readings.jsonl")]
    command = [sys.executable, "-m", "mnist_demo.batch", *files, "--direct_num_workers=2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "read 5, failed 3, marks found 8\n"), done.stderr
    shards = sorted(tmp_path.iterdir())
    assert [shard.name for shard in shards] == ["readings-00000-of-00002.jsonl", "readings-00001-of-00002.jsonl"]
    rows = {row["file"]: row for shard in shards for row in map(json.loads, shard.read_text().splitlines())}
    assert len(rows) == 8
    for name in ("a.png", "b.png", "deep/c.png", "deep/down/d.png", "e.png"):
        path = str(folder / name)
        row, reading = rows[path], recognize(path, classifier)
        assert row == about({"file": path, **reading.to_dict()})
    assert rows[f"{folder}/letter.png"]["error"].startswith(f"{folder}/letter.png: not a PNG, JPEG or WebP image")
    assert "empty" in rows[f"{folder}/deep/empty.png"]["error"]
    assert "empty" in rows[f"{folder}/caf\\xe9.png"]["error"]


def test_csv_has_a_line_for_each_image(folder: Path, tmp_path: Path) -> None:
    run(f"{folder}/*.png", tmp_path / "readings.csv", *IN_PROCESS)
    with (tmp_path / "readings-00000-of-00001.csv").open(newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert len(rows) == 5
    row = rows[str(folder / "e.png")]
    assert (row["text"], row["marks"], row["error"]) == ("42 | 7", "3", "")
    assert 0.5 <= float(row["confidence"]) <= 1
    bad = rows[str(folder / "letter.png")]
    assert (bad["text"], bad["confidence"], bad["marks"]) == ("", "", "")
    assert "not a PNG" in bad["error"]


def test_parquet_has_columns_for_the_digits(folder: Path, tmp_path: Path) -> None:
    run(f"{folder}/*.png", tmp_path / "readings.parquet", *IN_PROCESS)
    table = pyarrow.parquet.read_table(tmp_path / "readings-00000-of-00001.parquet")
    rows = {row["file"]: row for row in table.to_pylist()}
    assert [digit["label"] for digit in rows[str(folder / "e.png")]["digits"]] == ["4", "2", "7"]
    assert len(rows[str(folder / "e.png")]["digits"][0]["probabilities"]) == 10
    assert rows[str(folder / "letter.png")]["digits"] is None


def test_asks_the_model_that_is_served_elsewhere(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve_model() as server:
        assert run(f"{folder}/?.png", tmp_path / "readings.jsonl", *IN_PROCESS, "--model-url", server.url) == 0
        assert server.requests
    assert capsys.readouterr().out == "read 3, failed 0, marks found 5\n"


def test_says_that_no_file_matches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{tmp_path}/**/*.jpg", tmp_path / "readings.jsonl", *IN_PROCESS) == 1
    assert f"no file matches {tmp_path}/**/*.jpg" in capsys.readouterr().err


def test_asks_for_a_format_that_it_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(f"{tmp_path}/*.jpg", tmp_path / "readings.xlsx")
    assert "must end in .jsonl, .csv, .parquet" in capsys.readouterr().err
