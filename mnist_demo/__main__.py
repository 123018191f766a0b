"""The command line: python -m mnist_demo IMAGE..."""

import argparse
import json
import signal
import sys
from typing import Any

from tqdm import tqdm

from mnist_demo.inference import MODEL_DIR, Classifier
from mnist_demo.reading import Reading
from mnist_demo.serving import add_model_url


def main(arguments: list[str] | None = None) -> int:
    """Print what each image reads, one line an image; return 1 if any could not be read, else 0."""
    parser = argparse.ArgumentParser(prog="python -m mnist_demo", description="Read handwritten numbers in images.")
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="a PNG, JPEG or WebP file")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")
    add_model_url(parser)
    options = parser.parse_args(arguments)
    try:
        return print_readings(options.images, Classifier(options.model_url or MODEL_DIR), options.json)
    except ConnectionError as error:
        print(error, file=sys.stderr)
        return 1


def print_readings(paths: list[str], classifier: Classifier, as_json: bool) -> int:
    """Print a line for each file, and a progress bar if standard error is a terminal; return 1 if any failed."""
    from mnist_demo.batches import read_all  # after the arguments are checked, as TensorFlow takes seconds

    failed = False
    progress = tqdm(paths, unit=" images", leave=False, disable=None)
    for path, reading in zip(progress, read_all(paths, classifier), strict=True):
        answer = {"file": path, **(reading.to_dict() if isinstance(reading, Reading) else {"error": str(reading)})}
        failed |= "error" in answer
        with tqdm.external_write_mode():
            print(json.dumps(answer) if as_json else _as_text(answer), flush=True)
    return int(failed)


def _as_text(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['file']}: error: {answer['error']}"
    return f"{answer['file']}: {answer['text'].replace(chr(10), ' | ')}"


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once and without a traceback
    sys.exit(main())
