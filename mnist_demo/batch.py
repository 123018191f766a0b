"""Reads any number of images on Apache Beam.

    python -m mnist_demo.batch --input 'photos/**/*.jpg' --output readings.jsonl

It runs on this machine, with a process for each core, or with Beam's own flags on Flink, Spark or Dataflow.
"""

import argparse
import csv
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.io.fileio import MatchAll
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.metrics import Metrics
from apache_beam.metrics.metric import MetricsFilter
from apache_beam.ml.inference.base import ModelHandler, RunInference
from apache_beam.options.pipeline_options import PipelineOptions

from mnist_demo.inference import MODEL_DIR, Classifier
from mnist_demo.reading import Reading, is_digit, recognize
from mnist_demo.serving import add_model_url

DEFAULT_FLAGS = (
    "--runner=FnApiRunner",  # on this machine; Beam's default looks for a program to download first
    "--direct_running_mode=multi_processing",
    "--direct_num_workers=0",  # one for each core
    "--default_sdk_harness_log_level=ERROR",
)
BATCH_MAX = 64  # images that RunInference hands over at a time
COUNTERS = {name: Metrics.counter(__name__, name) for name in ("read", "failed", "marks")}
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


class ReadingHandler(ModelHandler[bytes, Row, Classifier]):
    """Has RunInference read files with our classifier: Beam's own TensorFlow handler loads no SavedModel of Keras 3."""

    def __init__(self, model: str | None = None) -> None:
        """Take note of where the model is served; None stands for the folder that comes with the project."""
        super().__init__(max_batch_size=BATCH_MAX)
        self._model = model

    def load_model(self) -> Classifier:
        """Load the classifier, once for each process; the processes share the cores, so each has one thread."""
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
        return Classifier(self._model or MODEL_DIR)

    def run_inference(
        self,
        batch: Sequence[bytes],
        model: Classifier,
        inference_args: dict[str, Any] | None = None,  # noqa: ARG002 (Beam's signature; there are none)
    ) -> Iterator[Row]:
        """Yield what each file reads, in the order given."""
        return (make_row(path, read(path, model)) for path in batch)


def read(path: bytes, classifier: Classifier) -> Reading | Exception:
    """Return what a file reads, or why it cannot be read: one image in a million must not stop the others.

    Paths are bytes, as names of files are on Linux. Raises ConnectionError, as `Classifier.read` does.
    """
    try:
        with FileSystems.open(os.fsdecode(path), compression_type=CompressionTypes.UNCOMPRESSED) as file:
            return recognize(file.read(), classifier)
    except ConnectionError:
        raise
    except Exception as error:
        return error


def make_row(path: bytes, answer: Reading | Exception) -> Row:
    """Return what a file reads, in the form of the command line's JSON: `file` with `text` and `digits`, or `error`.

    What is no UTF-8 in a name appears with backslashes.
    """
    name = path.decode(errors="backslashreplace")
    if isinstance(answer, Reading):
        row = {"file": name, **answer.to_dict()}
    else:
        row = {"file": name, "error": str(answer).replace("the image:", f"{name}:", 1) or repr(answer)}
    count(row)
    return row


def count(row: Row) -> None:
    """Count a row for the totals."""
    COUNTERS["failed" if "error" in row else "read"].inc()
    COUNTERS["marks"].inc(len(row.get("digits", ())))


def as_csv(row: Row) -> str:
    """Return a row's line of CSV, lines of text joined by bars, with the lowest confidence of the digits in it."""
    confidences = [digit["confidence"] for digit in row.get("digits", ()) if is_digit(digit["label"])]
    line = io.StringIO()
    csv.DictWriter(line, CSV_COLUMNS, lineterminator="").writerow(
        {
            "file": row["file"],
            "text": row.get("text", "").replace("\n", " | "),
            "confidence": min(confidences, default=""),
            "marks": len(row["digits"]) if "digits" in row else "",
            "error": row.get("error", ""),
        }
    )
    return line.getvalue()


def as_record(row: Row) -> Row:
    """Return a row with all of Parquet's columns."""
    return {name: row.get(name) for name in PARQUET_SCHEMA.names}


WRITERS: dict[str, Callable[[str], beam.PTransform]] = {
    ".jsonl": lambda prefix: beam.Map(json.dumps) | beam.io.WriteToText(prefix, ".jsonl"),
    ".csv": lambda prefix: beam.Map(as_csv) | beam.io.WriteToText(prefix, ".csv", header=",".join(CSV_COLUMNS)),
    ".parquet": lambda prefix: (
        beam.Map(as_record) | beam.io.WriteToParquet(prefix, PARQUET_SCHEMA, file_name_suffix=".parquet")
    ),
}


def read_all(pattern: str, output: str, flags: Sequence[str] = (), model: str | None = None) -> dict[str, int]:
    """Read the files that match a pattern, write their rows in shards, and return the counts.

    Args:
        pattern: where the images are; `**/` stands for any folders or none. Beam's file systems can be named.
        output: readings.jsonl, .csv or .parquet; the shards are readings-00000-of-00002.jsonl and so on, their rows
            in no order.
        flags: Beam's.
        model: the address of a model that TensorFlow Serving serves; by default each worker loads the project's own.

    Returns:
        {"read": ..., "failed": ..., "marks": ...}
    """
    suffix = Path(output).suffix
    pipeline = beam.Pipeline(options=PipelineOptions([*DEFAULT_FLAGS, *flags]))
    (
        pipeline
        | beam.Create(sorted({pattern, pattern.replace("**/", "")}))  # Beam's ** is one folder or more
        | MatchAll()
        | beam.Map(lambda match: os.fsencode(match.path))
        | beam.Reshuffle()  # among the workers
        | RunInference(ReadingHandler(model))
        | WRITERS[suffix](output.removesuffix(suffix))
    )
    result = pipeline.run()
    result.wait_until_finish()
    counted = result.metrics().query(MetricsFilter().with_namespace(__name__))["counters"]
    return dict.fromkeys(COUNTERS, 0) | {each.key.metric.name: each.result for each in counted}


def parse_arguments(arguments: Sequence[str] | None = None) -> tuple[argparse.Namespace, list[str]]:
    """Return our options and Beam's flags."""
    parser = argparse.ArgumentParser(
        prog="python -m mnist_demo.batch",
        description="Read handwritten numbers in any number of images.",
        epilog="All other flags are Apache Beam's: --direct_num_workers=1, --runner=FlinkRunner and so on.",
        allow_abbrev=False,
    )
    parser.add_argument("--input", required=True, metavar="PATTERN", help="the images, such as 'photos/**/*.jpg'")
    parser.add_argument("--output", required=True, metavar="FILE", help="readings.jsonl, .csv or .parquet, in shards")
    add_model_url(parser)
    options, flags = parser.parse_known_args(arguments)
    if Path(options.output).suffix not in WRITERS:
        parser.error(f"--output must end in {', '.join(WRITERS)}, not {options.output}")
    return options, flags


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the images and print the counts; return 1 if no file matches, else 0."""
    options, flags = parse_arguments(arguments)
    logging.basicConfig(level=logging.WARNING)
    counts = read_all(options.input, options.output, flags, options.model_url)
    print("read {read:,}, failed {failed:,}, marks found {marks:,}".format_map(counts))
    if not counts["read"] + counts["failed"]:
        print(f"no file matches {options.input}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    from mnist_demo.batch import main as imported_main  # by its name, under which the workers find it too

    sys.exit(imported_main())
