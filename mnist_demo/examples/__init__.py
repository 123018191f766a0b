"""Examples to try the page with: drawings, and photos that `python -m mnist_demo.training.drawing.photos` draws."""

from pathlib import Path

import numpy as np
from PIL import Image

from mnist_demo.hand import bounds, write_line
from mnist_demo.picture.data_url import draw_data_url

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
    strokes = write_line(text.replace(" ", "  "), np.random.default_rng(seed))  # wide enough to be read as a space
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
    """Return the example photos: name, label, and a small picture as a data URL."""
    return [{"name": name, "label": " ".join(lines), "picture": thumbnail(name)} for name, lines in PHOTOS.items()]


def thumbnail(name: str) -> str:
    """Return an example photo, 96 pixels wide, as a data URL."""
    with Image.open(FOLDER / name) as picture:
        return draw_data_url(picture.resize((96, 72)), "webp", quality=60)
