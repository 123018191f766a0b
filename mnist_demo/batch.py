"""Reads any number of pictures with Ray, on this machine or on a cluster.

    python -m mnist_demo.batch --input 'photos/**/*.jpg' --output readings.jsonl

Each task reads some pictures and writes a shard, a file in the folder that --output names. A shard is there whole or
not at all, and a task that is done again, because its machine failed, replaces its own: every picture has one row. The
rows tell what is done, so the same command goes on after a stop, and reads what came since.
"""

import argparse
import csv
import functools
import hashlib
import io
import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet
import ray
from tqdm import tqdm

from mnist_demo.inference import MODEL_DIR, Classifier
from mnist_demo.model_folder import INSTALLED, PACKAGE
from mnist_demo.reading import Reading, is_digit, recognize
from mnist_demo.serving import add_model_url

# What Ray copies to the machines of a cluster: the package with its model, or a checkout less what .gitignore names.
CODE = {"py_modules": [str(PACKAGE)]} if INSTALLED else {"working_dir": str(PACKAGE.parent), "excludes": [".git"]}
SHARD_ROWS = 250  # pictures a task; what a machine that fails has begun is lost
OBJECTS_MAX = 100 << 20  # bytes of memory that Ray sets aside on this machine; the tasks' names and counts are few
CSV_COLUMNS = ("file", "text", "confidence", "marks", "error")
PARQUET_SCHEMA = pa.schema(
    {
        "file": pa.string(),
        "text": pa.string(),
        "digits": pa.list_(
            pa.struct(
                {
                    "label": pa.string(),
                    "confidence": pa.float32(),
                    "box": pa.list_(pa.int32(), 4),
                    "probabilities": pa.list_(pa.float32(), 10),
                }
            )
        ),
        "error": pa.string(),
    }
)

Row = dict[str, Any]


def read_all(
    pattern: str,
    output: str,
    model: str | None = None,
    cluster: str | None = None,
    shard_rows: int = SHARD_ROWS,
) -> Counter[str]:
    """Read the files that match a pattern and have no row yet, write their rows in shards, and return the counts.

    Args:
        pattern: where the pictures are; `**/` stands for any folders or none. It may be any of fsspec's addresses, such
            as s3://bucket/*.png, if every machine has the package for it.
        output: a folder or such an address, that ends in .jsonl, .csv or .parquet; its shards' rows are in no order.
        model: the address of a model that TensorFlow Serving serves; by default each worker loads the project's own.
        cluster: the address of a Ray cluster that this machine is one of; by default this machine works alone.
        shard_rows: pictures a shard.

    Returns:
        The numbers of pictures `read` and `failed` and of their `marks`, and of those `done` before.

    Raises:
        ConnectionError: the model is served elsewhere and did not answer, or there is no such cluster.
        ValueError: the output is a file.
        ray.exceptions.RayError: a task failed again and again.
    """
    fs, folder = fsspec.url_to_fs(output)
    found = find_files(pattern)
    done = names_in(fs, folder)
    files = [file for file in found if shown(file) not in done]
    counts = Counter(read=0, failed=0, marks=0, done=len(found) - len(files))
    if not files:
        return counts
    fs.makedirs(folder, exist_ok=True)
    start_ray(cluster)
    try:
        read = ray.remote(read_shard)
        tasks = [read.remote(files[i : i + shard_rows], fs, folder, model) for i in range(0, len(files), shard_rows)]
        with tqdm(total=len(found), initial=counts["done"], unit=" images", disable=None) as progress:
            while tasks:
                (first, *_), tasks = ray.wait(tasks)
                counts.update(ray.get(first))
                progress.update(counts["read"] + counts["failed"] + counts["done"] - progress.n)
    finally:
        ray.shutdown()
    return counts


def find_files(pattern: str) -> list[str]:
    """Return the files that match, as paths on this machine or as addresses."""
    fs, path = fsspec.url_to_fs(pattern)
    files = [name for name, info in fs.glob(path, detail=True).items() if info["type"] == "file"]
    return files if "file" in fs.protocol else [fs.unstrip_protocol(file) for file in files]


def names_in(fs: fsspec.AbstractFileSystem, folder: str) -> set[str]:
    """Return the names of files that have rows in a folder's shards. Raises ValueError if it is a file."""
    if fs.isfile(folder):
        raise ValueError(f"{folder} is a file, and would be a folder of shards. Name another, or remove it.")
    if not fs.isdir(folder):
        return set()
    schema, form = pa.schema({"file": pa.string()}), FORMATS[Path(folder).suffix]
    shards = pa.dataset.dataset(folder, schema, form, fs)  # passes over what begins with _, which is unfinished
    return set(shards.to_table()["file"].to_pylist())


def start_ray(cluster: str | None) -> None:
    """Join a cluster, or start Ray on this machine alone. Raises ConnectionError if there is no such cluster."""
    alone = {"include_dashboard": False, "object_store_memory": OBJECTS_MAX}
    one_thread = {"TF_NUM_INTRAOP_THREADS": "1"}  # as there is a process for each core
    try:
        ray.init(
            cluster or "local",
            log_to_driver=False,
            logging_level=logging.ERROR,
            runtime_env={**CODE, "env_vars": one_thread},
            **({} if cluster else alone),
        )
    except ConnectionError:
        hint = "Start it there with `ray start --head`, or correct the address."
        raise ConnectionError(f"no Ray cluster answers at {cluster}. {hint}") from None


def read_shard(files: list[str], fs: fsspec.AbstractFileSystem, folder: str, model: str | None) -> Counter[str]:
    """Read files, write their rows as a shard, and return the counts. Raises ConnectionError, as `read` does."""
    classifier = load_classifier(model)
    rows = [make_row(file, read(file, classifier)) for file in files]
    suffix = Path(folder).suffix
    name = hashlib.sha256("\0".join(row["file"] for row in rows).encode()).hexdigest()[:16] + suffix
    fs.pipe_file(f"{folder}/_{name}", ENCODERS[suffix](rows))
    fs.mv(f"{folder}/_{name}", f"{folder}/{name}")
    failed = sum("error" in row for row in rows)
    marks = sum(len(row.get("digits", ())) for row in rows)
    return Counter(read=len(rows) - failed, failed=failed, marks=marks)


@functools.cache
def load_classifier(model: str | None) -> Classifier:
    """Return the classifier, which each process loads once."""
    return Classifier(model or MODEL_DIR)


def read(file: str, classifier: Classifier) -> Reading | Exception:
    """Return what a file reads, or why it cannot be read: one picture in a million must not stop the others.

    Raises ConnectionError, as `Classifier.read` does.
    """
    try:
        with fsspec.open(file) as content:
            return recognize(content.read(), classifier)
    except ConnectionError:
        raise
    except Exception as error:
        return error


def make_row(file: str, answer: Reading | Exception) -> Row:
    """Return what a file reads, in the form of the command line's JSON: `file` with `text` and `digits`, or `error`."""
    name = shown(file)
    if isinstance(answer, Reading):
        return {"file": name, **answer.to_dict()}
    return {"file": name, "error": str(answer).replace("the image:", f"{name}:", 1) or repr(answer)}


def shown(file: str) -> str:
    """Return a file's name with backslashes for what is no UTF-8 in it."""
    return os.fsencode(file).decode(errors="backslashreplace")


def as_json_lines(rows: list[Row]) -> bytes:
    """Return a line of JSON for each row."""
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def as_csv(rows: list[Row]) -> bytes:
    """Return a line of CSV for each row, lines of text joined by bars, with the lowest confidence of its digits."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        digits = row.get("digits", ())
        confidence = min((digit["confidence"] for digit in digits if is_digit(digit["label"])), default="")
        text, marks = row.get("text", "").replace("\n", " | "), len(digits) if "digits" in row else ""
        writer.writerow((row["file"], text, confidence, marks, row.get("error", "")))
    return file.getvalue().encode()


def as_parquet(rows: list[Row]) -> bytes:
    """Return a Parquet file of the rows."""
    file = io.BytesIO()
    pa.parquet.write_table(pa.Table.from_pylist(rows, PARQUET_SCHEMA), file)
    return file.getvalue()


ENCODERS: dict[str, Callable[[list[Row]], bytes]] = {".jsonl": as_json_lines, ".csv": as_csv, ".parquet": as_parquet}
FORMATS = {
    ".jsonl": "json",
    ".csv": pa.dataset.CsvFileFormat(pa.csv.ParseOptions(newlines_in_values=True)),
    ".parquet": "parquet",
}


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
    from mnist_demo.batch import main as imported_main  # by its name, under which the workers find it too

    sys.exit(imported_main())
