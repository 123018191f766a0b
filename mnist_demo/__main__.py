"""The command line: python -m mnist_demo IMAGE..."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from mnist_demo.recognition import recognize

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier


def main(arguments: list[str] | None = None) -> int:
    """Print what each image reads, one line an image; return 1 if any could not be read, else 0."""
    parser = argparse.ArgumentParser(prog="python -m mnist_demo", description="Read handwritten digits in images.")
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="a PNG, JPEG or WebP file")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")
    options = parser.parse_args(arguments)
    from mnist_demo.inference import Classifier  # after the arguments are checked, as TensorFlow takes seconds

    classifier = Classifier()
    failed = False
    for path in options.images:
        answer = read_file(path, classifier)
        failed |= "error" in answer
        print(json.dumps(answer) if options.json else _as_text(answer), flush=True)
    return int(failed)


def read_file(path: str, classifier: "Classifier") -> dict[str, Any]:
    """Return what a file reads as a JSON object: its `file` with `text` and `digits`, or with `error`."""
    try:
        return {"file": path, **recognize(path, classifier).to_dict()}
    except (OSError, ValueError) as error:
        return {"file": path, "error": str(error)}


def _as_text(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['file']}: error: {answer['error']}"
    return f"{answer['file']}: {answer['text'].replace(chr(10), ' | ')}"


if __name__ == "__main__":
    sys.exit(main())
