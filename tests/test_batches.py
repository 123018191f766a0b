"""Many files in one go: in their order, a few in memory at a time, their digits judged in batches."""

import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Write
from pictures import encode

from mnist_demo import Classifier, Reading, recognize
from mnist_demo.batches import BATCH_SIZE, WORKERS, read_all
from mnist_demo.finders import Finders
from mnist_demo.inference import Images

COUNT = 5 * BATCH_SIZE + 3


@pytest.fixture(scope="module", params=["threads", "processes"])
def finders(request: pytest.FixtureRequest) -> Finders | None:
    """What looks for the marks."""
    return Finders() if request.param == "processes" else None


def test_readings_come_in_the_pictures_order(
    pictures: list[bytes], classifier: Classifier, finders: Finders | None
) -> None:
    readings = read_all([pictures[i % 10] for i in range(COUNT)], classifier, finders)
    assert [reading.text for reading in readings if isinstance(reading, Reading)] == [str(i % 10) for i in range(COUNT)]


def test_a_reading_is_what_recognize_gives(write: Write, classifier: Classifier, finders: Finders | None) -> None:
    picture = encode(write("2026", "17"))
    alone = recognize(picture, classifier)
    *_, reading = read_all([encode(write("5")), picture], classifier, finders)
    assert isinstance(reading, Reading)
    assert reading.text == alone.text
    assert [digit.box for digit in reading.digits] == [digit.box for digit in alone.digits]
    for digit, other in zip(reading.digits, alone.digits, strict=True):
        np.testing.assert_allclose(digit.probabilities, other.probabilities, atol=1e-5)


def test_errors_stand_where_their_pictures_do(
    pictures: list[bytes], tmp_path: Path, classifier: Classifier, finders: Finders | None
) -> None:
    (tmp_path / "seven.png").write_bytes(pictures[7])
    missing, bad, good = read_all([str(tmp_path / "no.png"), b"bad", str(tmp_path / "seven.png")], classifier, finders)
    assert isinstance(missing, FileNotFoundError)
    assert isinstance(bad, ValueError)
    assert "not a PNG, JPEG or WebP image" in str(bad)
    assert isinstance(good, Reading)
    assert good.text == "7"


def test_few_pictures_are_taken_before_the_first_is_answered(
    pictures: list[bytes], classifier: Classifier, finders: Finders | None
) -> None:
    taken = 0

    def take() -> Iterator[bytes]:
        nonlocal taken
        while taken < 1000:
            taken += 1
            yield pictures[0]

    assert isinstance(next(read_all(take(), classifier, finders)), Reading)
    assert BATCH_SIZE <= taken <= 3 * BATCH_SIZE + 2 * (finders.count if finders else WORKERS)


def test_the_model_judges_pictures_together(pictures: list[bytes], classifier: Classifier) -> None:
    class Counting(Classifier):
        def __init__(self) -> None:
            self.sizes: list[int] = []

        def predict(self, images: Images) -> np.ndarray:
            self.sizes.append(len(images))
            return classifier.predict(images)

    counting = Counting()
    assert len(list(read_all([pictures[1]] * (2 * BATCH_SIZE), counting))) == 2 * BATCH_SIZE
    assert [size for size in counting.sizes if size] == [BATCH_SIZE, BATCH_SIZE]


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
