"""What a drawing takes longer when its model is served elsewhere, on this machine, than when it runs in the process.

    python benchmarks/remote.py

The server is tests/model_server.py, the stand-in for TensorFlow Serving that the tests use: Python, and slower than
Serving itself. Prints the median milliseconds of both ways, a drawing read by one and then by the other.
"""

import argparse
import statistics
import sys
import time

from serving import ROOT, started, wait_until_served

sys.path.insert(0, str(ROOT))
from recognize import PAD, encode, page

from mnist_demo import Classifier, recognize


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200, help="drawings read in each way (default: %(default)s)")
    rounds = parser.parse_args().rounds
    with started("tests/model_server.py") as (server, _):
        wait_until_served(f"{server}/v1/models/mnist")
        local, remote = Classifier(), Classifier(f"{server}/v1/models/mnist")
        for digits in ("5", "31415"):
            drawing = encode(page(PAD, [digits], grain=0), "PNG")
            times = [(milliseconds(drawing, local), milliseconds(drawing, remote)) for _ in range(rounds + 5)][5:]
            here, there = (statistics.median(column) for column in zip(*times, strict=True))
            added = statistics.median(far - near for near, far in times)
            print(f"{len(digits)} digits: here {here:.2f} ms, served {there:.2f} ms; a drawing takes {added:+.2f} ms")


def milliseconds(drawing: bytes, classifier: Classifier) -> float:
    start = time.perf_counter()
    recognize(drawing, classifier)
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
