"""The command line: digits IMAGE..., or python -m mnist_demo IMAGE... where the package is not installed."""

import argparse
import io
import json
import os
import signal
import sys
from typing import Any, NoReturn

from tqdm import tqdm

from mnist_demo import __version__
from mnist_demo.batch.sources import Item, find_items, read_items
from mnist_demo.inference import MODEL_DIR, Classifier, add_model_url
from mnist_demo.picture import PictureError
from mnist_demo.reading import Reading

NO_NUMBER = "no number found"
IMAGES = """\
PNG, JPEG, WebP and PDF files; files that MNIST comes in (IDX, .npy, .npz, Kaggle's CSV, each also as .gz); folders,
whose pictures are read, those of the folders below too; - for a file from standard input"""
EPILOG = f"""\
Each image gets a line: its path, and the numbers read in it, several lines of them with " | " between, or
"{NO_NUMBER}". Pages of a PDF and images of MNIST's files are numbered, as in "scan.pdf 2". If such a file has labels,
or its labels lie beside it, standard error tells how many of its images are read right.

With --json each line is an object:
  file             the image's path
  text             what is read, as it is written, lines joined by \\n; empty if no number is found
  digits           the marks in reading order, of each
    label            a digit, one of the signs . , - / : or null for any other mark, which takes no part in the text
    confidence       how sure the label is, from 0 to 1
    box              [left, top, right, bottom] in pixels of the upright image, which is turned first if it
                     clearly lies on its side or head; of a PDF, of its page at 150 an inch
    probabilities    of the digits 0 to 9
  error            in the place of text and digits: what is wrong, and what to do

exit status:
  0    every image was read, whether there is a number in it or not
  1    some could not be read, or the model could not
  2    the arguments are wrong

examples:
  digits photo.jpg
  digits --json scans/ more/*.png > readings.jsonl
  curl -s https://example.com/photo.jpg | digits -
  digits t10k-images-idx3-ubyte.gz | head
"""


def main(arguments: list[str] | None = None) -> int:
    """Print what each image reads, one line an image; return 1 if any could not be read, else 0."""
    parser = argparse.ArgumentParser(
        prog="digits",
        description="Read handwritten numbers in images.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("images", nargs="+", metavar="IMAGE", help=IMAGES)
    parser.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")
    add_model_url(parser)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    options = parser.parse_args(arguments)
    try:
        return print_readings(find_items(options.images), Classifier(options.model_url or MODEL_DIR), options.json)
    except BrokenPipeError:  # whoever took the lines, as `head` does, wants no more of them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    # The model is away, missing or damaged, or TensorFlow is not there.
    except (ConnectionError, FileNotFoundError, ModuleNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def print_readings(items: list[Item], classifier: Classifier, as_json: bool) -> int:
    """Print a line for each image, and a progress bar if standard error is a terminal; return 1 if any failed."""
    failed = False
    answers = read_items(items, classifier)
    for file, answer in tqdm(answers, total=len(items), unit=" images", leave=False, disable=None):
        failed |= not isinstance(answer, Reading)
        found = answer.to_dict() if isinstance(answer, Reading) else {"error": _words_of(answer)}
        with tqdm.external_write_mode():
            print(json.dumps({"file": file, **found}) if as_json else f"{file}: {_as_text(found)}", flush=True)
    return int(failed)


def _as_text(found: dict[str, Any]) -> str:
    if "error" in found:
        return f"error: {found['error']}"
    return found["text"].replace("\n", " | ") or NO_NUMBER


def _words_of(error: Exception) -> str:
    """Return what is wrong and what to do, without the file's name, as it stands beside it."""
    if isinstance(error, PictureError):
        return error.words
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}. Check the file."
    return str(error)


def run() -> NoReturn:
    """Do what the command line says and exit with its status."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once and without a traceback
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # names of files that are no UTF-8, as they are
    sys.exit(main())


if __name__ == "__main__":
    run()
