"""Processes that look for marks: they answer as threads do, are replaced when killed, and never left behind."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import about
from pictures import encode

from mnist_demo import Classifier, Reading
from mnist_demo.batches import BATCH_SIZE, read_all
from mnist_demo.finders import Finders

COUNT = 5 * BATCH_SIZE + 3
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def finders() -> Finders:
    return Finders()


def test_readings_come_in_the_pictures_order_and_as_from_threads(
    pictures: list[bytes], classifier: Classifier, finders: Finders
) -> None:
    many = [pictures[i % 10] for i in range(COUNT)]
    for reading, other in zip(read_all(many, classifier, finders), read_all(many, classifier), strict=True):
        assert isinstance(reading, Reading)
        assert isinstance(other, Reading)
        assert reading.to_dict() == about(other.to_dict())


def test_others_take_the_place_of_processes_that_are_killed(
    pictures: list[bytes], classifier: Classifier, finders: Finders
) -> None:
    killed: list[int | None] = []

    def take() -> Iterator[bytes]:
        for i in range(COUNT):
            if i == COUNT // 2:
                killed.extend(kill_children())
            yield pictures[i % 10]

    texts = [reading.text for reading in read_all(take(), classifier, finders) if isinstance(reading, Reading)]
    assert texts == [str(i % 10) for i in range(COUNT)]
    assert killed
    assert not set(killed) & {process.pid for process in multiprocessing.active_children()}


def test_a_picture_whose_processes_are_killed_gets_an_error(finders: Finders) -> None:
    huge = encode(np.random.default_rng(0).integers(0, 256, (3000, 4000), np.uint8))  # takes a while
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(finders.find_pickled, pickle.dumps(huge))
        while not found.done():
            kill_children()
            time.sleep(0.001)
    error = pickle.loads(found.result())
    assert isinstance(error, ChildProcessError)
    assert str(error).startswith("the image: what read it was killed")


def kill_children() -> list[int | None]:
    """Kill this process's children as the kernel does when memory runs out; return their ids."""
    children = multiprocessing.active_children()
    for child in children:
        child.kill()
    return [child.pid for child in children]


def test_the_processes_have_no_tensorflow() -> None:
    code = "import mnist_demo.finders, sys; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("lines", [0, 5], ids=["while they start", "while they read"])
def test_ctrl_c_ends_all_processes_without_a_traceback(lines: int, pictures: list[bytes], tmp_path: Path) -> None:
    with command_line(pictures[3], lines, tmp_path) as process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.wait(10) == -signal.SIGINT
    assert "Traceback" not in (tmp_path / "errors").read_text()


def test_they_end_when_the_command_line_is_killed(pictures: list[bytes], tmp_path: Path) -> None:
    with command_line(pictures[3], 5, tmp_path) as process:
        process.kill()


@contextmanager
def command_line(picture: bytes, lines: int, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the command line on a picture, very often, until it has printed so many lines; then see all of it end."""
    (folder / "picture.png").write_bytes(picture)
    command = [sys.executable, "-m", "mnist_demo", *[str(folder / "picture.png")] * 20_000]
    with (
        (folder / "errors").open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        ) as process,
    ):
        assert process.stdout
        for _ in range(lines):
            process.stdout.readline()
        while len(group(process.pid)) < 3:  # with Python's resource tracker, and the server that the others fork from
            time.sleep(0.01)
        try:
            yield process
            deadline = time.monotonic() + 10
            while group(process.pid) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert group(process.pid) == []
        finally:
            process.kill()


def group(leader: int) -> list[str]:
    """Return the ids of the processes in a group, less those that have ended."""
    members = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            state, _, of = path.read_text().rpartition(")")[2].split()[:3]
            members += [path.parent.name] if of == str(leader) and state != "Z" else []
    return members
