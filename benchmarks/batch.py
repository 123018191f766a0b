"""Images a second with Apache Beam and one or two workers, with the command line, and by the model's signature alone.

    python benchmarks/batch.py

Renders drawings of a digit, 400x400 PNG files, and has each way read all of them, in processes of their own, in rounds
one after the other. The rates count the start of the processes, as a user waits for it too; "work" leaves out what
the same way takes to start and read a single drawing.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from serving import ROOT

sys.path.insert(0, str(ROOT))
from mnist_demo.page.examples import bounds, write_line

SIDE = 400  # pixels
SIGNATURE_BATCH = 256  # images


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=20_000, help="drawings (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="times that each way reads them (default: %(default)s)")
    options = parser.parse_args()
    ways: dict[str, Callable[[Path], None]] = {
        "command line": command_line,
        "Beam, 1 worker": lambda folder: beam(folder, 1),
        "Beam, 2 workers": lambda folder: beam(folder, 2),
    }
    with tempfile.TemporaryDirectory() as scratch:
        drawings, single = Path(scratch, "drawings"), Path(scratch, "single")
        write_drawings(drawings, options.images)
        write_drawings(single, 1)
        starts = {name: seconds(way, single) for name, way in ways.items()}
        for _ in range(options.rounds):
            for name, way in ways.items():
                taken = seconds(way, drawings)
                rate, work = options.images / taken, options.images / (taken - starts[name])
                print(f"{name:16} {rate:6.0f} images/s, start of {starts[name]:4.1f} s included; work {work:6.0f}/s")
    print(f"signature alone  {signature_rate():6.0f} images/s, 28x28, {SIGNATURE_BATCH} at a time")


def write_drawings(folder: Path, count: int) -> None:
    """Write drawings of a digit, as PNG files."""
    folder.mkdir()
    for number in range(count):
        cv2.imwrite(str(folder / f"{number}.png"), drawing(number))


def drawing(seed: int) -> NDArray[np.uint8]:
    """Draw a digit with a round pen, (400, 400) uint8."""
    rng = np.random.default_rng(seed)
    sheet = np.full((SIDE, SIDE), 255, np.uint8)
    strokes = write_line(str(seed % 10), rng)
    low, high = bounds(strokes)
    corner = rng.uniform(40, 120, 2)
    for stroke in strokes:
        points = (corner + (stroke - low) * 240 / (high - low).max()) * 16
        cv2.polylines(sheet, [points.astype(np.int32)], False, 0, 16, cv2.LINE_AA, 4)
    return sheet


def command_line(folder: Path) -> None:
    """Read the folder's drawings with the command line."""
    files = [str(path) for path in sorted(folder.iterdir())]
    with (folder.parent / "readings").open("w") as readings:
        subprocess.run([sys.executable, "-m", "mnist_demo", "--json", *files], cwd=ROOT, stdout=readings, check=True)
    expect_readings([folder.parent / "readings"], len(files))


def beam(folder: Path, workers: int) -> None:
    """Read the folder's drawings with Beam on this machine."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as output:
        command = [sys.executable, "-m", "mnist_demo.batch", f"--direct_num_workers={workers}"]
        command += ["--input", f"{folder}/*.png", "--output", f"{output}/readings.jsonl"]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        expect_readings(list(Path(output).iterdir()), len(list(folder.iterdir())))


def expect_readings(files: list[Path], count: int) -> None:
    """Raise RuntimeError if there is not a reading with text for each drawing."""
    texts = [json.loads(line).get("text") for file in files for line in file.read_text().splitlines()]
    if len(texts) != count or not all(texts):
        raise RuntimeError(f"expected {count} readings, got {len(texts)}, {sum(map(bool, texts))} of them with text")


def seconds(way: Callable[[Path], None], folder: Path) -> float:
    """Return how long a way takes to read a folder."""
    start = time.perf_counter()
    way(folder)
    return time.perf_counter() - start


def signature_rate() -> float:
    """Return how many 28x28 images a second the model's signature reads, over two seconds."""
    from mnist_demo import Classifier

    classifier = Classifier()
    images = np.random.default_rng(0).random((SIGNATURE_BATCH, 28, 28), np.float32)
    classifier.predict(images)
    count, start = 0, time.perf_counter()
    while time.perf_counter() < start + 2:
        classifier.predict(images)
        count += len(images)
    return count / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
