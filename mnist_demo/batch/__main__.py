"""The command line of any number of pictures.

python -m mnist_demo.batch --input 'photos/**/*.jpg' --output readings.jsonl
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import ray

from mnist_demo.batch.cluster import SHARD_ROWS, read_all
from mnist_demo.batch.shards import ENCODERS
from mnist_demo.inference import add_model_url


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(
        prog="python -m mnist_demo.batch", description="Read handwritten numbers in any number of pictures."
    )
    parser.add_argument("--input", required=True, metavar="PATTERN", help="the pictures, such as 'photos/**/*.jpg'")
    parser.add_argument(
        "--output",
        required=True,
        metavar="FOLDER",
        help="for shards, in the format that its name ends in: .jsonl, .csv or .parquet",
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="of a Ray cluster that this machine is one of (default: this machine alone)",
    )
    parser.add_argument(
        "--shard", type=int, default=SHARD_ROWS, metavar="N", help="pictures a task and its shard (%(default)s)"
    )
    add_model_url(parser)
    options = parser.parse_args(arguments)
    if Path(options.output).suffix not in ENCODERS:
        parser.error(f"--output must end in {', '.join(ENCODERS)}, not {options.output}")
    if options.shard < 1:
        parser.error(f"--shard must be 1 or more, not {options.shard}")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the pictures and print the counts; return 1 if no file matches or the reading stopped, else 0."""
    options = parse_arguments(arguments)
    try:
        counts = read_all(options.input, options.output, options.model_url, options.cluster, options.shard)
    except (ConnectionError, ValueError, ray.exceptions.RayError) as error:
        print(getattr(error, "cause", error), file=sys.stderr)
        return 1
    print("read {read:,}, failed {failed:,}, marks found {marks:,}; done before: {done:,}".format_map(counts))
    if not counts["read"] + counts["failed"] + counts["done"]:
        print(f"no file matches {options.input}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
