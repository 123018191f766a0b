"""Reads any number of pictures with Ray, on this machine or on a cluster.

Each task reads some pictures and writes a shard, a file in the folder that --output names. A shard is there whole or
not at all, and a task that is done again, because its machine failed, replaces its own: every picture has one row. The
rows tell what is done, so the same command goes on after a stop, and reads what came since.
"""

import functools
import hashlib
import logging
from collections import Counter
from pathlib import Path

import fsspec
import ray
from tqdm import tqdm

from mnist_demo.batch.shards import ENCODERS, make_row, names_in, shown
from mnist_demo.inference import MODEL_DIR, Classifier
from mnist_demo.model_folder import INSTALLED, PACKAGE
from mnist_demo.reading import Reading, recognize

# What Ray copies to the machines of a cluster: the package with its model, or a checkout less what .gitignore names.
CODE = {"py_modules": [str(PACKAGE)]} if INSTALLED else {"working_dir": str(PACKAGE.parent), "excludes": [".git"]}
SHARD_ROWS = 250  # pictures a task, which takes a core half a minute; what a machine that fails has begun is lost
OBJECTS_MAX = 100 << 20  # bytes of memory that Ray sets aside on this machine; the tasks' names and counts are few


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
