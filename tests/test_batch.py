"""Batches of pictures with Ray: on this machine alone, and on a cluster some of whose parts fail."""

import csv
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow.parquet
import pytest
from conftest import Write, about, write_digits
from hands import HANDS
from model_server import serve_model
from pictures import encode
from PIL import Image
from ray_cluster import ENVIRONMENT, start_cluster

from mnist_demo import Classifier, recognize
from mnist_demo.batch.__main__ import main
from mnist_demo.batch.cluster import find_files, read_shard
from mnist_demo.batch.shards import names_in

ROOT = Path(__file__).parents[1]
COUNT, SHARD = 240, 8  # pictures that the cluster reads
EACH_BAD = 40  # of so many of them one is none


def start(pattern: str, output: Path, *options: str, environment: dict[str, str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "mnist_demo.batch", "--input", pattern, "--output", str(output), *options]
    environment = {**os.environ, **environment}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=pipe, stderr=pipe)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five images, the last on its side, and three files that are none, one of them with a name that is no UTF-8."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "deep" / "down").mkdir(parents=True)
    written = {"a.png": "4", "b.png": "2", "deep/c.png": "7", "deep/down/d.png": "31"}
    for (name, line), hand in zip(written.items(), HANDS.values(), strict=False):
        Image.fromarray(write_digits(line, hand=hand)).save(folder / name)
    Image.fromarray(write_digits("42", "7")).rotate(90, expand=True).save(folder / "e.png")
    (folder / "letter.png").write_text("Dear model,")
    (folder / "deep" / "empty.png").touch()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")).write_bytes(b"")
    (folder / "deep" / "note.txt").write_text("not asked for")
    return folder


@pytest.fixture
def many(tmp_path: Path, write: Write) -> Path:
    """Many pictures of a digit, and among them files that are none."""
    folder = tmp_path / "many"
    folder.mkdir()
    contents = [encode(write(str(digit), height=60, pen=5)) for digit in range(10)]
    for number in range(COUNT):
        bad = number % EACH_BAD == 0
        (folder / f"{number}.png").write_bytes(b"Dear model," if bad else contents[number % 10])
    return folder


def shard(pattern: str, output: str, model: str | None = None) -> Counter[str]:
    """Read files into a shard, as a task does."""
    fs, folder = fsspec.url_to_fs(output)
    fs.makedirs(folder, exist_ok=True)
    return read_shard(find_files(pattern), fs, folder, model)


def rows_in(output: Path) -> list[dict[str, object]]:
    return [row for path in output.glob("[!_]*") for row in map(json.loads, path.read_text().splitlines())]


@pytest.mark.slow
def test_every_image_gets_the_command_lines_json_and_no_bad_one_stops_the_others(
    folder: Path, tmp_path: Path, classifier: Classifier
) -> None:
    output = tmp_path / "readings.jsonl"
    process = start(f"{folder}/**/*.png", output, "--shard", "3", environment=ENVIRONMENT)
    said, errors = process.communicate()
    assert (process.returncode, said) == (0, "read 5, failed 3, marks found 8; done before: 0\n"), errors
    assert len(list(output.iterdir())) == 3
    rows = {str(row["file"]): row for row in rows_in(output)}
    assert len(rows) == 8
    for name in ("a.png", "b.png", "deep/c.png", "deep/down/d.png", "e.png"):
        path = str(folder / name)
        assert rows[path] == about({"file": path, **recognize(path, classifier).to_dict()})
    assert str(rows[f"{folder}/letter.png"]["error"]).startswith(f"{folder}/letter.png: not a PNG, JPEG or WebP image")
    assert "empty" in str(rows[f"{folder}/deep/empty.png"]["error"])
    assert "empty" in str(rows[f"{folder}/caf\\xe9.png"]["error"])


@pytest.mark.slow
def test_a_cluster_reads_each_picture_once_though_the_run_is_stopped_and_a_node_fails(
    many: Path, tmp_path: Path
) -> None:
    """The nodes ask a served model, as loading TensorFlow six times would take most of the time."""
    pattern, output = f"{many}/*.png", tmp_path / "readings.jsonl"
    with serve_model() as server, start_cluster(3) as cluster:
        options = ("--shard", str(SHARD), "--cluster", cluster.address, "--model-url", server.url)
        stopped = start(pattern, output, *options, environment=cluster.environment)
        wait_for_shards(output, COUNT // SHARD // 3)
        stopped.kill()
        stopped.communicate()
        finished = {path: path.stat().st_mtime_ns for path in output.glob("[!_]*")}
        again = start(pattern, output, *options, environment=cluster.environment)
        wait_for_shards(output, COUNT // SHARD * 2 // 3)
        cluster.nodes[-1].kill()
        said, errors = again.communicate()
    assert again.returncode == 0, errors
    rows = rows_in(output)
    assert Counter(row["file"] for row in rows) == Counter(f"{many}/{number}.png" for number in range(COUNT))
    bad = {row["file"] for row in rows if "error" in row}
    assert bad == {f"{many}/{number}.png" for number in range(0, COUNT, EACH_BAD)}
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    read, failed, _, done = map(int, re.findall(r"\d+", said.splitlines()[-1]))
    assert read + failed + done == COUNT
    assert len(finished) * SHARD <= done < COUNT


def wait_for_shards(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 240
    while len(list(folder.glob("[!_]*"))) < count:
        assert time.monotonic() < deadline, f"{count} shards were expected in time"
        time.sleep(0.1)


def test_csv_has_a_line_for_each_image(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "readings.csv"
    assert shard(f"{folder}/*.png", str(output)) == Counter(read=3, failed=2, marks=5)
    with next(output.iterdir()).open(newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert len(rows) == 5
    row = rows[str(folder / "e.png")]
    assert (row["text"], row["marks"], row["error"]) == ("42 | 7", "3", "")
    assert 0.5 <= float(row["confidence"]) <= 1
    bad = rows[str(folder / "letter.png")]
    assert (bad["text"], bad["confidence"], bad["marks"]) == ("", "", "")
    assert "not a PNG" in bad["error"]


def test_parquet_has_columns_for_the_digits(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "readings.parquet"
    shard(f"{folder}/*.png", str(output))
    rows = {row["file"]: row for row in pyarrow.parquet.read_table(output).to_pylist()}
    assert [digit["label"] for digit in rows[str(folder / "e.png")]["digits"]] == ["4", "2", "7"]
    assert len(rows[str(folder / "e.png")]["digits"][0]["probabilities"]) == 10
    assert rows[str(folder / "letter.png")]["digits"] is None


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_what_has_a_row_is_not_read_again(
    suffix: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / f"readings{suffix}")
    shard(f"{folder}/*.png", output)
    (tmp_path / f"readings{suffix}" / f"_unfinished{suffix}").write_text("half a ro")
    assert main(["--input", f"{folder}/*.png", "--output", output]) == 0
    assert capsys.readouterr().out == "read 0, failed 0, marks found 0; done before: 5\n"


@pytest.fixture
def bucket(folder: Path) -> Iterator[str]:
    """The folder's images in a file system that is not this machine's."""
    fs = fsspec.filesystem("memory")
    fs.put(str(folder), "/photos", recursive=True)
    yield "memory://photos"
    fs.rm("/", recursive=True)


def test_other_file_systems_are_read_and_written(bucket: str) -> None:
    output = "memory://readings.jsonl"
    assert shard(f"{bucket}/**/?.png", output) == Counter(read=5, failed=0, marks=8)
    assert names_in(*fsspec.url_to_fs(output)) >= {"memory:///photos/a.png", "memory:///photos/deep/down/d.png"}


def test_asks_the_model_that_is_served_elsewhere(folder: Path, tmp_path: Path) -> None:
    with serve_model() as server:
        counts = shard(f"{folder}/?.png", str(tmp_path / "readings.jsonl"), server.url)
        assert server.requests
    assert counts == Counter(read=3, failed=0, marks=5)


def test_says_that_no_file_matches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--input", f"{tmp_path}/**/*.jpg", "--output", str(tmp_path / "readings.jsonl")]) == 1
    assert f"no file matches {tmp_path}/**/*.jpg" in capsys.readouterr().err


def test_asks_for_a_format_that_it_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--input", f"{tmp_path}/*.jpg", "--output", str(tmp_path / "readings.xlsx")])
    assert "must end in .jsonl, .csv, .parquet" in capsys.readouterr().err


def test_asks_for_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "readings.jsonl").touch()
    assert main(["--input", f"{tmp_path}/*.jpg", "--output", str(tmp_path / "readings.jsonl")]) == 1
    assert "readings.jsonl is a file, and would be a folder of shards" in capsys.readouterr().err
