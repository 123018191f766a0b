"""Whether a model's folder is whole: its files' checksums, and plain digits whose answers are known."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_demo.inference.contract import IMAGE_SIDE, Images

CHECKSUMS = "SHA256SUMS"
REMEDY = "Restore the folder with git, or train it anew with `make train`."


def golden_digits() -> Images:
    """Return 0, 1 and 7 as anyone would draw them: (3, 28, 28) float32 in [0, 1]."""
    fine = 8  # times, that they are drawn larger, for soft edges
    canvas = [Image.new("L", (fine * IMAGE_SIDE,) * 2) for _ in range(3)]
    pens = [ImageDraw.Draw(image) for image in canvas]
    pens[0].ellipse([8 * fine, 4 * fine, 20 * fine, 24 * fine], outline=255, width=2 * fine)
    pens[1].line([15 * fine, 4 * fine, 13 * fine, 23 * fine], 255, 2 * fine)
    pens[2].line([7 * fine, 5 * fine, 20 * fine, 5 * fine, 12 * fine, 23 * fine], 255, 2 * fine, "curve")
    return np.stack([np.asarray(image.reduce(fine), np.float32) / 255 for image in canvas])


def golden_page() -> NDArray[np.uint8]:
    """Return them side by side, dark on white: (28, 84) uint8."""
    return np.rint(255 * (1 - np.hstack(list(golden_digits())))).astype(np.uint8)


def write_checksums(model_dir: Path) -> None:
    """Write the SHA-256 sums of the folder's files, as sha256sum does, to its file SHA256SUMS."""
    files = sorted(path for path in model_dir.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    lines = [f"{_sha256(path)}  {path.relative_to(model_dir).as_posix()}\n" for path in files]
    (model_dir / CHECKSUMS).write_text("".join(lines))


def verify_checksums(model_dir: Path) -> None:
    """Compare the folder's files with the sums in its SHA256SUMS.

    Raises:
        FileNotFoundError: the list or a file on it is missing.
        ValueError: a file's sum differs.
    """
    listed = model_dir / CHECKSUMS
    if not listed.is_file():
        raise FileNotFoundError(f"no model at {model_dir}: {CHECKSUMS} is missing. {REMEDY}")
    for line in listed.read_text().splitlines():
        expected, name = line.split("  ", 1)
        if not (model_dir / name).is_file():
            raise FileNotFoundError(f"the model at {model_dir} lacks {name}. {REMEDY}")
        if _sha256(model_dir / name) != expected:
            raise ValueError(f"the model at {model_dir} is damaged: {name} is not the file that was trained. {REMEDY}")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
