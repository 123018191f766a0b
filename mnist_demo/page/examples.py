"""Example drawings and photos, all drawn by this file: `python -m mnist_demo.page.examples` makes the photos anew.

Digits are strokes through a few points, with the unevenness of a hand: each is slanted, turned, sized and bent a
little differently. Photos add paper, ink, light, perspective and the camera's blur and noise.
"""

import base64
import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

FOLDER = Path(__file__).parent / "examples"

Stroke = NDArray[np.float64]  # (points, 2), x to the right and y down

# The points that a hand aims for, stroke by stroke, in a box about 0.6 wide and 1 high.
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
    """Return the strokes of a line of digits, 1 high; a space leaves a gap."""
    strokes: list[Stroke] = []
    left = 0.0
    for character in text:
        if character != " ":
            drop = rng.normal(0, 0.025)
            strokes += [stroke + np.array([left, drop]) for stroke in write_digit(character, rng)]
        left += 0.85 * rng.normal(1, 0.03)
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


# ---- photos


def photo(name: str, seed: int, size: tuple[int, int] = (900, 675)) -> NDArray[np.uint8]:
    """Return an example photo (height, width, 3) uint8, blue first, as OpenCV writes it."""
    rng = np.random.default_rng(seed)
    ink_on_page = page_ink(PHOTOS[name], size, rng, pen={"pencil.webp": 5, "blackboard.webp": 13}.get(name, 9))
    dark = name == "blackboard.webp"
    paper = np.array([58, 62, 46] if dark else [214, 226, 232] if name == "receipt.webp" else [226, 230, 233], float)
    ink = np.array([225, 230, 228] if dark else [96, 92, 90] if name == "pencil.webp" else [116, 46, 30], float)
    if name == "note.webp":
        paper = ruled(paper, size)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (*size[::-1], 1)), (0, 0), 1.2)[..., None] * 3
    picture = paper * (1 - ink_on_page) + ink * ink_on_page + grain
    picture = tilt(picture * light(size, rng), rng)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.9) + rng.normal(0, 2.5, picture.shape)
    return picture.clip(0, 255).astype(np.uint8)


def page_ink(lines: tuple[str, ...], size: tuple[int, int], rng: np.random.Generator, pen: int) -> NDArray[np.float64]:
    """Return how much ink lies where on a page of lines, (height, width, 1) in [0, 1]."""
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    longest = max(map(len, lines))
    digit = min(0.78 * width / (0.85 * longest), 0.62 * height / (1.35 * len(lines) - 0.35))
    top = (height - digit * (1.35 * len(lines) - 0.35)) / 2
    for row, line in enumerate(lines):
        left = (width - digit * 0.85 * longest) / 2 + rng.uniform(0, 0.15) * digit
        for stroke in write_line(line, rng):
            points = np.rint((stroke * digit + [left, top + 1.35 * digit * row]) * 16).astype(np.int32)
            cv2.polylines(mask, [points], False, 255, pen, cv2.LINE_AA, shift=4)
    pressure = 0.9 + 0.1 * cv2.GaussianBlur(rng.normal(0, 1, mask.shape), (0, 0), 6) * 6
    return (mask / 255 * pressure.clip(0.7, 1))[..., None]


def ruled(paper: Stroke, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return paper (height, width, 3) with faint blue lines, as in an exercise book."""
    width, height = size
    sheet = np.tile(paper, (height, width, 1))
    sheet[40::64, :] -= [4, 14, 20]
    sheet[41::64, :] -= [4, 14, 20]
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
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + rng.uniform(-0.04, 0.04, (4, 2)).astype(np.float32) * [width, height]
    transform = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    return np.asarray(cv2.warpPerspective(picture, transform, (width, height), borderMode=cv2.BORDER_REPLICATE))


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
        cv2.imwrite(str(FOLDER / name), photo(name, seed), [cv2.IMWRITE_WEBP_QUALITY, 60])


if __name__ == "__main__":
    main()
