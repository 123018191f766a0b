"""Many files in one go: in their order, and a few in memory at a time."""

import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

from conftest import Write, about
from pictures import encode

from mnist_demo import Classifier, Reading, recognize
from mnist_demo.batch.pipeline import WORKERS, read_all

COUNT = 63


def test_readings_come_in_the_pictures_order(pictures: list[bytes], classifier: Classifier) -> None:
    readings = read_all([pictures[i % 10] for i in range(COUNT)], classifier)
    assert [reading.text for reading in readings if isinstance(reading, Reading)] == [str(i % 10) for i in range(COUNT)]


def test_a_reading_is_what_recognize_gives(write: Write, classifier: Classifier) -> None:
    picture = encode(write("2026", "17"))
    alone = recognize(picture, classifier)
    *_, reading = read_all([encode(write("5")), picture], classifier)
    assert isinstance(reading, Reading)
    assert reading.to_dict() == about(alone.to_dict())


def test_errors_stand_where_their_pictures_do(pictures: list[bytes], tmp_path: Path, classifier: Classifier) -> None:
    (tmp_path / "seven.png").write_bytes(pictures[7])
    missing, bad, good = read_all([str(tmp_path / "no.png"), b"bad", str(tmp_path / "seven.png")], classifier)
    assert isinstance(missing, FileNotFoundError)
    assert isinstance(bad, ValueError)
    assert "not a PNG, JPEG or WebP image" in str(bad)
    assert isinstance(good, Reading)
    assert good.text == "7"


def test_few_pictures_are_taken_before_the_first_is_answered(pictures: list[bytes], classifier: Classifier) -> None:
    taken = 0

    def take() -> Iterator[bytes]:
        nonlocal taken
        while taken < 1000:
            taken += 1
            yield pictures[0]

    assert isinstance(next(read_all(take(), classifier)), Reading)
    assert 1 <= taken <= 3 * WORKERS + 2


def test_a_terminal_shows_progress_and_a_pipe_only_lines(pictures: list[bytes], tmp_path: Path) -> None:
    """The bar goes to standard error, if that is a terminal."""
    (tmp_path / "3.png").write_bytes(pictures[3])
    names = [str(tmp_path / "3.png")] * 20
    reader, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    with (tmp_path / "readings").open("wb") as readings:
        command = [sys.executable, "-m", "mnist_demo", *names]
        process = subprocess.Popen(command, stdout=readings, stderr=terminal)
    os.close(terminal)
    progress = read_until_closed(reader)
    assert process.wait() == 0
    assert b"| 0/20 [" in progress
    assert progress.endswith(b" \r")  # and nothing of it is left
    assert (tmp_path / "readings").read_text().splitlines() == [f"{name}: 3" for name in names]


def read_until_closed(reader: int) -> bytes:
    """Return all that was written to a pseudo-terminal, whose end Linux tells by an error."""
    written = b""
    try:
        while chunk := os.read(reader, 4096):
            written += chunk
    except OSError:
        pass
    finally:
        os.close(reader)
    return written
