"""What pictures read, as rows of a file: JSON lines, CSV or Parquet."""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

from mnist_demo.picture import PictureError
from mnist_demo.reading import Reading, is_digit

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


def names_in(fs: fsspec.AbstractFileSystem, folder: str) -> set[str]:
    """Return the names of files that have rows in a folder's shards. Raises ValueError if it is a file."""
    if fs.isfile(folder):
        raise ValueError(f"{folder} is a file, and would be a folder of shards. Name another, or remove it.")
    if not fs.isdir(folder):
        return set()
    schema, form = pa.schema({"file": pa.string()}), FORMATS[Path(folder).suffix]
    shards = pa.dataset.dataset(folder, schema, form, fs)  # passes over what begins with _, which is unfinished
    return set(shards.to_table()["file"].to_pylist())


def make_row(file: str, answer: Reading | Exception) -> Row:
    """Return what a file reads, in the form of the command line's JSON: `file` with `text` and `digits`, or `error`."""
    name = shown(file)
    if isinstance(answer, Reading):
        return {"file": name, **answer.to_dict()}
    error = answer.of(name) if isinstance(answer, PictureError) else answer
    return {"file": name, "error": str(error) or repr(error)}


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
