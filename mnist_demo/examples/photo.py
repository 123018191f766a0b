"""Photos of handwriting: paper, ink, light, perspective, and the camera's blur and noise."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_demo.examples import PHOTOS
from mnist_demo.hand import FINENESS, Stroke, draw_stroke, write_line
from mnist_demo.picture.blur import blur

TILT_MAX = 0.04  # of a photo's side, that a corner of the sheet is off


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
