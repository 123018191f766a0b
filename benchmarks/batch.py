"""Pictures a second: the command line, a batch here, and clusters of one, two, and three nodes of which one dies.

    PYTHONPATH=tests python benchmarks/batch.py [--pictures 100000]

Draws digits, 400x400 PNG files, of which every hundredth is spoilt, and has each way read all of them. A cluster's
nodes are Ray's, one core each, on this machine; one dies half-way. It is checked that every picture has one row, and
that the counts are right. The rates count the start of the processes, as a user waits for it too; "work" leaves out
what the same way takes to start and read one drawing. Memory is the most that each node's processes took, what they
share counted once.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from ray_cluster import ENVIRONMENT, Cluster, start_cluster
from serving import ROOT

from mnist_demo.batch.cluster import SHARD_ROWS
from mnist_demo.hand import bounds, write_line

SIDE = 400  # pixels
DRAWINGS = 1000  # different ones
EACH_BAD = 100  # of so many files one is spoilt

Way = Callable[[Path], str]  # has a folder's files read, and returns what to say of it


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=20_000, help="drawings (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        pictures, single = Path(scratch, "pictures"), Path(scratch, "single")
        write_pictures(pictures, options.pictures)
        write_pictures(single, 2)
        report("command line", command_line, pictures, single)
        report("batch, here", batch, pictures, single)
        with start_cluster(1) as one:
            report("1 node", lambda folder: batch(folder, one), pictures, single)
        with start_cluster(2) as two:
            report("2 nodes", lambda folder: batch(folder, two), pictures, single)
        with start_cluster(3) as three:
            report("3 nodes, 1 dies", lambda folder: batch(folder, three, folder == pictures), pictures, single)


def report(name: str, way: Way, pictures: Path, single: Path) -> None:
    """Print how fast a way is."""
    start = time.perf_counter()
    way(single)
    began = time.perf_counter()
    said = way(pictures)
    alone, taken, count = began - start, time.perf_counter() - began, len(list(pictures.iterdir()))
    rates = f"{count / taken:6.1f} pictures/s, start of {alone:4.1f} s included; work {count / (taken - alone):6.1f}/s"
    print(f"{name:17} {rates} {said}", flush=True)


def write_pictures(folder: Path, count: int) -> None:
    """Write drawings of a digit as PNG files; the first of every hundred is spoilt."""
    folder.mkdir()
    contents = [cv2.imencode(".png", drawing(seed))[1].tobytes() for seed in range(min(DRAWINGS, count))]
    for number in range(count):
        bad = number % EACH_BAD == 0
        (folder / f"{number}.png").write_bytes(b"Dear model," if bad else contents[number % DRAWINGS])


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


def command_line(folder: Path) -> str:
    """Have the command line read a folder."""
    command = [sys.executable, "-m", "mnist_demo", "--json", str(folder)]
    with (folder.parent / "readings").open("w") as readings:
        subprocess.run(command, cwd=ROOT, stdout=readings, check=False)
    check_rows([folder.parent / "readings"], folder)
    return ""


def batch(folder: Path, cluster: Cluster | None = None, dies: bool = False) -> str:
    """Have a batch read a folder, here or on a cluster whose last node dies half-way; return the nodes' memory."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        output = Path(scratch, "readings.jsonl")
        command = [sys.executable, "-m", "mnist_demo.batch", "--input", f"{folder}/*.png", "--output", str(output)]
        command += ["--cluster", cluster.address] if cluster else []
        environment = cluster.environment if cluster else {**os.environ, **ENVIRONMENT}
        nodes = cluster.nodes if cluster else []
        most = [0.0 for _ in nodes]
        half = len(list(folder.iterdir())) // SHARD_ROWS // 2
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            while process.poll() is None:
                time.sleep(1)
                most = [max(memory, node.memory()) for memory, node in zip(most, nodes, strict=True)]
                if dies and len(list(output.glob("[!_]*"))) >= half:
                    nodes[-1].kill()
                    dies = False
            said = process.stdout.read() if process.stdout else ""
        failed = check_rows(list(output.iterdir()), folder)
    if f"read {len(list(folder.iterdir())) - failed:,}, failed {failed:,}," not in said:
        raise RuntimeError(f"the counts are wrong: {said}")
    return f"memory of each node {', '.join(f'{memory:.0f}' for memory in most)} MB" if nodes else ""


def check_rows(files: list[Path], folder: Path) -> int:
    """Return how many of a folder's files could not be read; raise RuntimeError if not each of them has one row."""
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    if Counter(row["file"] for row in rows) != Counter(map(str, folder.iterdir())):
        raise RuntimeError(f"expected a row for each picture of {folder}, got {len(rows)}")
    failed = sum("error" in row for row in rows)
    if failed != -(-len(rows) // EACH_BAD):
        raise RuntimeError(f"expected an error for every {EACH_BAD}th of {len(rows)} pictures, got {failed}")
    return failed


if __name__ == "__main__":
    main()
