"""Example drawings and photos, all drawn by this file: `python -m mnist_demo.page.examples` makes the photos anew.

Digits are strokes through a few points, with the unevenness of a hand: each is slanted, turned, sized and bent a
little differently. Photos add paper, ink, light, perspective and the camera's blur and noise.
"""

import base64
import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_demo.page.blur import blur

FOLDER = Path(__file__).parent / "examples"
FINENESS = 4  # pixels that stand for one while drawing
TILT_MAX = 0.04  # of a photo's side, that a corner of the sheet is off

Stroke = NDArray[np.float64]  # (points, 2), x to the right and y down

# The points that a hand aims for, stroke by stroke, in a box about 0.6 wide and 1 high; signs take half its width.
GLYPHS: dict[str, list[list[tuple[float, float]]]] = {
    "0": [[(0.36, 0.01), (0.18, 0.08), (0.05, 0.34), (0.04, 0.68), (0.18, 0.95), (0.38, 0.96), (0.55, 0.7),
          (0.55, 0.3), (0.42, 0.05), (0.26, 0.02)]],
    "1": [[(0.12, 0.24), (0.24, 0.13), (0.34, 0.0), (0.33, 0.35), (0.32, 0.7), (0.31, 1.0)]],
    "2": [[(0.06, 0.26), (0.14, 0.06), (0.36, 0.0), (0.54, 0.18), (0.46, 0.46), (0.22, 0.76), (0.03, 0.97),
          (0.05, 0.98), (0.32, 0.95), (0.6, 0.97)]],
    "3": [[(0.08, 0.1), (0.3, 0.0), (0.52, 0.14), (0.46, 0.36), (0.22, 0.47), (0.23, 0.48), (0.52, 0.58),
          (0.54, 0.84), (0.3, 1.0), (0.04, 0.9)]],
    "4": [[(0.38, 0.0), (0.24, 0.28), (0.04, 0.62), (0.05, 0.64), (0.32, 0.63), (0.62, 0.61)],
         [(0.45, 0.34), (0.44, 0.66), (0.42, 1.0)]],
    "5": [[(0.13, 0.03), (0.11, 0.24), (0.08, 0.45), (0.09, 0.45), (0.3, 0.36), (0.52, 0.5), (0.54, 0.78),
          (0.32, 0.99), (0.05, 0.9)],
         [(0.13, 0.03), (0.32, 0.03), (0.54, 0.0)]],
    "6": [[(0.46, 0.0), (0.22, 0.22), (0.06, 0.58), (0.1, 0.88), (0.32, 1.0), (0.53, 0.84), (0.5, 0.6),
          (0.3, 0.52), (0.09, 0.7)]],
    "7": [[(0.04, 0.05), (0.3, 0.04), (0.58, 0.02), (0.57, 0.04), (0.42, 0.34), (0.3, 0.66), (0.22, 1.0)]],
    "8": [[(0.5, 0.14), (0.32, 0.0), (0.11, 0.14), (0.2, 0.36), (0.44, 0.56), (0.54, 0.8), (0.32, 1.0),
          (0.07, 0.84), (0.17, 0.58), (0.42, 0.38), (0.51, 0.16), (0.44, 0.05)]],
    "9": [[(0.52, 0.18), (0.34, 0.02), (0.1, 0.16), (0.1, 0.4), (0.3, 0.5), (0.5, 0.32), (0.53, 0.14),
          (0.52, 0.36), (0.47, 0.7), (0.4, 1.0)]],
    ".": [[(0.1, 0.97), (0.12, 1.0)]],
    ",": [[(0.13, 0.95), (0.11, 1.06), (0.04, 1.18)]],
    "-": [[(0.0, 0.55), (0.15, 0.54), (0.3, 0.53)]],
    "/": [[(0.32, -0.05), (0.16, 0.5), (0.0, 1.08)]],
    ":": [[(0.1, 0.3), (0.12, 0.33)],
         [(0.1, 0.82), (0.12, 0.85)]],
}  # fmt: skip

DRAWINGS = ("7", "42", "2026", "31 415")
PHOTOS: dict[str, tuple[str, ...]] = {  # the lines on each
    "note.webp": ("4071",),
    "receipt.webp": ("18", "352", "607"),
    "blackboard.webp": ("2963",),
    "pencil.webp": ("580", "714"),
}


def smooth(points: Stroke, samples: int = 7) -> Stroke:
    """Return a curve (n, 2) through the points: a Catmull-Rom spline, cut into short pieces."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    steps = np.linspace(0, 1, samples, endpoint=False)[:, None]
    curve = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        bend = 2 * before - 5 * start + 4 * end - after
        twist = 3 * start - before - 3 * end + after
        curve.append(start + 0.5 * steps * (end - before + steps * (bend + steps * twist)))
    return np.vstack([*curve, points[-1:]])


def write_digit(label: str, rng: np.random.Generator) -> list[Stroke]:
    """Return a digit's strokes as one hand writes it once, in a box about 0.6 wide and 1 high."""
    slant, turn = rng.normal(0.08, 0.05), rng.normal(0, 0.04)
    bend = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[1, -slant], [0, 1]])
    size = rng.normal(1, 0.04, 2)
    strokes = []
    for glyph in GLYPHS[label]:
        points = np.array(glyph) + rng.normal(0, 0.008, (len(glyph), 2))
        strokes.append(((smooth(points) - [0.3, 0.5]) * size) @ bend.T + [0.3, 0.5])
    return strokes


def write_line(text: str, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of a line of digits and signs, 1 high; a space leaves a gap."""
    strokes: list[Stroke] = []
    left = 0.0
    for character in text:
        if character != " ":
            drop = rng.normal(0, 0.025)
            strokes += [stroke + np.array([left, drop]) for stroke in write_digit(character, rng)]
        left += (0.45 if character in ".,-/:" else 0.85) * rng.normal(1, 0.03)
    return strokes


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


def bounds(strokes: list[Stroke]) -> tuple[Stroke, Stroke]:
    """Return the smallest and the largest x and y of the strokes, as two (2,) arrays."""
    points = np.vstack(strokes)
    return points.min(axis=0), points.max(axis=0)


def draw_stroke(pen: ImageDraw.ImageDraw, points: Stroke, colour: int | tuple[int, int, int], width: float) -> None:
    """Draw a stroke through points in pixels with a round pen."""
    pen.line(points.ravel().tolist(), colour, round(width))
    for x, y in points:
        pen.circle((x, y), (width - 1) / 2, colour)


# ---- photos


def photo(name: str, seed: int, size: tuple[int, int] = (900, 675)) -> NDArray[np.uint8]:
    """Return an example photo (height, width, 3) uint8, red first."""
    rng = np.random.default_rng(seed)
    ink_on_page = page_ink(PHOTOS[name], size, rng, pen={"pencil.webp": 6, "blackboard.webp": 14}.get(name, 10))
    dark = name == "blackboard.webp"
    paper = np.array([46, 62, 58] if dark else [232, 226, 214] if name == "receipt.webp" else [233, 230, 226], float)
    ink = np.array([228, 230, 225] if dark else [90, 92, 96] if name == "pencil.webp" else [30, 46, 116], float)
    if name == "note.webp":
        paper = ruled(paper, size)
    grain = blur(rng.normal(0, 1, size[::-1]), 1.2)[..., None] * 3
    picture = paper * (1 - ink_on_page) + ink * ink_on_page + grain
    picture = tilt(picture * light(size, rng), rng)
    picture = blur(picture, 0.9) + rng.normal(0, 2.5, picture.shape)
    return picture.clip(0, 255).astype(np.uint8)


def page_ink(lines: tuple[str, ...], size: tuple[int, int], rng: np.random.Generator, pen: int) -> NDArray[np.float64]:
    """Return how much ink lies where on a page of lines, (height, width, 1) in [0, 1]."""
    width, height = size
    mask = Image.new("L", (FINENESS * width, FINENESS * height))
    longest = max(map(len, lines))
    digit = min(0.78 * width / (0.85 * longest), 0.62 * height / (1.35 * len(lines) - 0.35))
    top = (height - digit * (1.35 * len(lines) - 0.35)) / 2
    for row, line in enumerate(lines):
        left = (width - digit * 0.85 * longest) / 2 + rng.uniform(0, 0.15) * digit
        for stroke in write_line(line, rng):
            points = stroke * digit + [left, top + 1.35 * digit * row]
            draw_stroke(ImageDraw.Draw(mask), FINENESS * points, 255, FINENESS * pen)
    ink = np.asarray(mask.reduce(FINENESS)) / 255
    pressure = 0.9 + 0.1 * blur(rng.normal(0, 1, ink.shape), 6) * 6
    return (ink * pressure.clip(0.7, 1))[..., None]


def ruled(paper: Stroke, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return paper (height, width, 3) with faint blue lines, as in an exercise book."""
    width, height = size
    sheet = np.tile(paper, (height, width, 1))
    sheet[40::64, :] -= [20, 14, 4]
    sheet[41::64, :] -= [20, 14, 4]
    return sheet


def light(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the light on the page, (height, width, 1): brighter on one side, with a soft shadow across a corner."""
    width, height = size
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    angle = rng.uniform(0, 2 * np.pi)
    along = x * np.cos(angle) + y * np.sin(angle)
    shadow = 1 / (1 + np.exp(-6 * (along + 0.75)))
    return ((0.92 + 0.08 * along) * (0.72 + 0.28 * shadow))[..., None]


def tilt(picture: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the picture seen a little from the side."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    seen = corners + rng.uniform(-TILT_MAX, TILT_MAX, (4, 2)) * [width, height]
    margin = math.ceil(2 * TILT_MAX * max(width, height))  # which the view reaches into; there the paper goes on
    sheet = np.pad(picture, ((margin, margin), (margin, margin), (0, 0)), "edge").astype(np.float32)
    view = perspective(seen, corners + margin)
    bands = [Image.fromarray(band) for band in np.moveaxis(sheet, 2, 0)]
    turn = Image.Transform.PERSPECTIVE, view, Image.Resampling.BILINEAR
    return np.stack([np.asarray(band.transform((width, height), *turn), float) for band in bands], 2)


def perspective(points: Stroke, targets: Stroke) -> list[float]:
    """Return the a to h with x' = (ax + by + c) / (gx + hy + 1), y' = (dx + ey + f) / (gx + hy + 1) for four points."""
    rows = []
    for (x, y), (u, v) in zip(points, targets, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.linalg.solve(np.array(rows), targets.ravel()).tolist()


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


def main() -> None:
    """Draw the photos and write them where the page finds them."""
    FOLDER.mkdir(exist_ok=True)
    for seed, name in enumerate(PHOTOS):
        Image.fromarray(photo(name, seed)).save(FOLDER / name, quality=60)


if __name__ == "__main__":
    main()
