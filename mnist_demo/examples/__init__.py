"""Examples to try the page with, drawings and photos; `python -m mnist_demo.examples` draws the photos anew."""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_demo.hand import bounds, write_line

FOLDER = Path(__file__).parent
DRAWINGS = ("7", "42", "2026", "31 415")
PHOTOS: dict[str, tuple[str, ...]] = {  # the lines on each
    "note.webp": ("4071",),
    "receipt.webp": ("18", "352", "607"),
    "blackboard.webp": ("2963",),
    "pencil.webp": ("580", "714"),
}


def drawings() -> list[dict[str, str]]:
    """Return the example drawings for the sketchpad: label, and strokes as an SVG path in a 100 x 60 box."""
    return [drawing(text, seed) for seed, text in enumerate(DRAWINGS)]


def drawing(text: str, seed: int) -> dict[str, str]:
    """Return one example drawing, centred."""
    strokes = write_line(text, np.random.default_rng(seed))
    low, high = bounds(strokes)
    scale = min(84 / (high - low)[0], 42 / (high - low)[1])
    placed = [((stroke - (low + high) / 2) * scale + [50, 30]).round(1) for stroke in strokes]
    path = "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in stroke) for stroke in placed)
    return {"label": text, "path": path}


def photo_bytes(name: str) -> bytes:
    """Return the file of an example photo. Raises ValueError for any other name."""
    if name not in PHOTOS:
        raise ValueError(f"There is no example called {name!r}. Choose one of {', '.join(PHOTOS)}.")
    return (FOLDER / name).read_bytes()


def thumbnails() -> list[dict[str, str]]:
    """Return the example photos for the frame: name, label, and a small picture as a data URL."""
    return [{"name": name, "label": " ".join(lines), "picture": thumbnail(name)} for name, lines in PHOTOS.items()]


def thumbnail(name: str) -> str:
    """Return an example photo, 96 pixels wide, as a data URL."""
    encoded = io.BytesIO()
    with Image.open(FOLDER / name) as picture:
        picture.resize((96, 72)).save(encoded, "WEBP", quality=60)
    return "data:image/webp;base64," + base64.b64encode(encoded.getvalue()).decode("ascii")
