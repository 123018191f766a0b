"""The page's icons and the picture that a shared link shows.

`python -m mnist_demo.document.pictures` draws them anew.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from mnist_demo.document.palette import LIGHT
from mnist_demo.hand import FINENESS, Stroke, bounds, draw_stroke, write_line

FOLDER = Path(__file__).parent / "pictures"
ICON, MASKABLE, PREVIEW = FOLDER / "icon.png", FOLDER / "maskable.png", FOLDER / "preview.png"
ICON_SIDE = 512  # pixels: the largest that browsers ask for
ICON_SIZE, MASKABLE_SIZE = 0.5, 0.4  # of the side; systems cut a maskable icon, up to a circle of 0.8 of the side

Colour = tuple[int, int, int]


def rgb(name: str) -> Colour:
    """Return a colour of the light theme's."""
    red, green, blue = bytes.fromhex(LIGHT[name].removeprefix("#"))
    return red, green, blue


BLUE, PAPER, INK, GRID, WHITE = map(rgb, ("accent", "ground", "pen", "grid", "on-accent"))


def icon(size: float = ICON_SIZE) -> Image.Image:
    """Return the icon, 512 x 512: the page's 21, `size` of the height, on a blue ground that reaches the edges."""
    picture = Image.new("RGB", (FINENESS * ICON_SIDE, FINENESS * ICON_SIDE), BLUE)
    write(picture, "21", size, int(72 * size) * FINENESS, WHITE, seed=3)
    return picture.reduce(FINENESS)


def preview() -> Image.Image:
    """Return the link's picture, 1200 x 630: a number drawn on the pad, with a box on each digit."""
    width, height = 1200, 630  # pixels, as link previews show it
    picture = Image.new("RGB", (FINENESS * width, FINENESS * height), PAPER)
    pen = ImageDraw.Draw(picture)
    for x in range(24, width, 48):
        for y in range(27, height, 48):
            pen.circle((FINENESS * x, FINENESS * y), 2 * FINENESS, GRID)
    write(picture, "2026", 0.52, 24 * FINENESS, INK, seed=2, boxed=True)
    return picture.reduce(FINENESS)


def write(
    picture: Image.Image, text: str, size: float, width: int, colour: Colour, seed: int, boxed: bool = False
) -> None:
    """Write digits into the middle of a picture, `size` of its height, with a pen so many pixels wide."""
    strokes = write_line(text, np.random.default_rng(seed))
    low, high = bounds(strokes)
    scale = min(size * picture.height / (high - low)[1], 0.8 * picture.width / (high - low)[0])
    pen = ImageDraw.Draw(picture)

    def placed(stroke: Stroke) -> Stroke:
        return (stroke - (low + high) / 2) * scale + np.array(picture.size) / 2

    for stroke in strokes:
        draw_stroke(pen, placed(stroke), colour, width)
        if boxed:
            corners = np.vstack([placed(stroke).min(0) - width, placed(stroke).max(0) + width])
            pen.rectangle(corners.ravel().tolist(), outline=BLUE, width=width // 5)


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(exist_ok=True)
    for path, picture in ((ICON, icon()), (MASKABLE, icon(MASKABLE_SIZE)), (PREVIEW, preview())):
        picture.quantize(16).save(path, optimize=True)


if __name__ == "__main__":
    main()
