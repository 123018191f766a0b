"""The page's icons and the picture that a shared link shows; `python -m mnist_demo.page.pictures` draws them anew."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.page.examples import Stroke, bounds, write_line

FOLDER = Path(__file__).parent / "pictures"
ICON, MASKABLE, PREVIEW = FOLDER / "icon.png", FOLDER / "maskable.png", FOLDER / "preview.png"
ICON_SIDE = 512  # pixels
ICON_SIZE, MASKABLE_SIZE = 0.5, 0.4  # of the side; systems cut a maskable icon, up to a circle of 0.8 of the side
PREVIEW_SIZE = (1200, 630)  # pixels, as link previews show it
COLOURS = 16  # in the files' palettes
FINENESS = 4  # pixels that stand for one while drawing

Picture = NDArray[np.uint8]

BLUE, PAPER, INK, GRID = (203, 74, 43), (236, 242, 245), (127, 52, 34), (216, 228, 233)  # blue, green, red


def icon(size: float = ICON_SIZE) -> Picture:
    """Return the icon (512, 512, 3), blue first: the page's 21, `size` of the height, on blue to the edges."""
    picture = np.full((FINENESS * ICON_SIDE, FINENESS * ICON_SIDE, 3), BLUE, np.uint8)
    write(picture, "21", (0.5, 0.5), size, int(72 * size) * FINENESS, (255, 255, 255), seed=3)
    return reduced(picture, (ICON_SIDE, ICON_SIDE))


def preview() -> Picture:
    """Return the link's picture (630, 1200, 3), blue first: a number drawn on the pad, with a box on each digit."""
    width, height = PREVIEW_SIZE
    picture = np.full((FINENESS * height, FINENESS * width, 3), PAPER, np.uint8)
    for x in range(24, width, 48):
        for y in range(27, height, 48):
            cv2.circle(picture, (FINENESS * x, FINENESS * y), 2 * FINENESS, GRID, -1, cv2.LINE_AA)
    write(picture, "2026", (0.5, 0.5), 0.52, 24 * FINENESS, INK, seed=2, boxed=True)
    return reduced(picture, PREVIEW_SIZE)


def reduced(picture: Picture, size: tuple[int, int]) -> Picture:
    """Return a picture at its own size (width, height), smooth at its edges."""
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def write(
    picture: Picture,
    text: str,
    centre: tuple[float, float],
    size: float,
    pen: int,
    colour: tuple[int, int, int],
    seed: int,
    boxed: bool = False,
) -> None:
    """Write digits into a picture, `size` of its height, around a centre given in parts of its width and height."""
    rng = np.random.default_rng(seed)
    strokes = write_line(text, rng)
    low, high = bounds(strokes)
    height, width = picture.shape[:2]
    scale = min(size * height / (high - low)[1], 0.8 * width / (high - low)[0])
    offset = np.array(centre) * [width, height]

    def placed(stroke: Stroke) -> NDArray[np.int32]:
        return np.rint((stroke - (low + high) / 2) * scale + offset).astype(np.int32)

    for stroke in strokes:
        cv2.polylines(picture, [placed(stroke)], False, colour, pen, cv2.LINE_AA)
        if boxed:
            (left, top), (right, bottom) = placed(stroke).min(0) - pen, placed(stroke).max(0) + pen
            cv2.rectangle(picture, (int(left), int(top)), (int(right), int(bottom)), BLUE, pen // 5, cv2.LINE_AA)


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(exist_ok=True)
    for path, picture in ((ICON, icon()), (MASKABLE, icon(MASKABLE_SIZE)), (PREVIEW, preview())):
        Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)).quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
