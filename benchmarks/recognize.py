"""Where the time of one reading goes: the pad's drawings of one digit and of four, and a photo of 40 digits.

    python benchmarks/recognize.py [--model-url http://localhost:8501/v1/models/mnist]

Prints the median milliseconds of each step over many rounds, on one core; then what a process holds after 100 drawings,
and what the largest pictures take beyond it. With a model that is served elsewhere, by tests/model_server.py say, only
the steps: what the way to it costs is how much longer `signature read` takes than here.
"""

import argparse
import io
import multiprocessing
import os
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo import Classifier, recognize
from mnist_demo.hand import bounds, write_line
from mnist_demo.inference import MODEL_DIR, add_model_url
from mnist_demo.picture import load_scaled
from mnist_demo.reading import read_marks

PAD = (256, 160)  # pixels, of a drawing as the pad sends it
PHOTO = (4000, 3000)  # pixels
LARGEST = (8160, 6120)  # pixels, just below the limit of 50 megapixels
LINES = ["3141592653", "5897932384", "6264338327", "9502884197"]
DRAWINGS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help="rounds of each measurement (default: %(default)s)")
    add_model_url(parser)
    options = parser.parse_args()
    rounds, served = options.rounds, options.model_url
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    classifier = Classifier(served or MODEL_DIR)
    report("drawing, 256x160, 1 digit", encode(page(PAD, ["5"], grain=0), "PNG"), classifier, 10 * rounds)
    report("drawing, 256x160, 4 digits", encode(page(PAD, ["2026"], grain=0), "PNG"), classifier, 10 * rounds)
    report("photo, 12 megapixels, 40 digits", encode(page(PHOTO, LINES), "JPEG"), classifier, rounds)
    drawings = [encode(page(PAD, [str(2000 + number)], grain=0), "PNG") for number in range(DRAWINGS)]
    for kind in () if served else ("JPEG", "PNG"):
        picture = encode(page(LARGEST, LINES), kind)
        with multiprocessing.get_context("spawn").Pool(1) as fresh:  # no memory that was freed, to be used again
            idle, extra = fresh.apply(measure_memory, (drawings, picture))
        print(f"after {DRAWINGS} drawings {idle / 1e6:.0f} MB; 50 megapixels, {kind}: {extra / 1e6:.0f} MB beyond that")


def page(size: tuple[int, int], lines: list[str], grain: float = 2) -> NDArray[np.uint8]:
    """Draw lines of digits on a grey sheet, its grain in grey levels, (height, width, 3) uint8."""
    import cv2  # which no server has: it would be measured with the process's memory

    rng = np.random.default_rng(0)
    width, height = size
    canvas = np.full((height, width), 225, np.uint8)
    row = 0.9 * height / len(lines)
    for number, line in enumerate(lines):
        strokes = write_line(line, rng)
        low, high = bounds(strokes)
        scale = min(0.6 * row, 0.9 * width / (high - low)[0])
        for stroke in strokes:
            points = (stroke - low) * scale + [0.05 * width, 0.05 * height + number * row]
            cv2.polylines(canvas, [points.astype(np.int32)], False, 40, max(2, int(0.06 * scale)), cv2.LINE_AA)
    noise = rng.normal(0, grain, (height // 4 + 1, width // 4 + 1)).astype(np.int16)
    noisy = np.clip(canvas + noise.repeat(4, 0).repeat(4, 1)[:height, :width], 0, 255).astype(np.uint8)
    return cv2.cvtColor(noisy, cv2.COLOR_GRAY2RGB).astype(np.uint8)


def encode(picture: NDArray[np.uint8], kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, quality=90)
    return buffer.getvalue()


def report(name: str, picture: bytes, classifier: Classifier, rounds: int) -> None:
    grey, scale = load_scaled(picture)
    marks = classifier.read(grey)
    steps: dict[str, Callable[[], object]] = {
        "load_image": lambda: load_scaled(picture),
        "signature read": lambda: classifier.read(grey),
        "lines and text": lambda: read_marks(marks, scale),
        "recognize, all": lambda: recognize(picture, classifier),
    }
    print(f"{name}: {len(marks.boxes)} marks, read as {recognize(picture, classifier).text!r}")
    for step, action in steps.items():
        print(f"  {step:15} {milliseconds(action, rounds):7.2f} ms")


def milliseconds(action: Callable[[], object], rounds: int) -> float:
    """The median time of one call, after one call to warm up."""
    action()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def measure_memory(drawings: list[bytes], picture: bytes) -> tuple[int, int]:
    """Return a process's resident bytes after many drawings, and the most that reading a picture takes beyond them."""
    classifier = Classifier()
    for drawing in drawings:
        recognize(drawing, classifier)
    before, most, done = resident(), 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.002):
            most = max(most, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    recognize(picture, classifier)
    done.set()
    watcher.join()
    return before, most - before


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
