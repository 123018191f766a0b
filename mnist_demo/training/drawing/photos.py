"""Draw the page's example photos as training draws its pages: python -m mnist_demo.training.drawing.photos."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.examples import FOLDER, PHOTOS
from mnist_demo.hand import write_line
from mnist_demo.training.drawing.camera import lay_ink, make_paper, photograph
from mnist_demo.training.drawing.hands import Hands
from mnist_demo.training.drawing.scenes import choose_turn
from mnist_demo.training.drawing.sheet import OTHER, Sheet, draw_round
from mnist_demo.training.drawing.strokes import bar

WIDTH, HEIGHT = 900, 675  # pixels
PITCH = 1.35  # between two lines, of a digit's height
RULES = 64, 0.12  # of an exercise book: pixels between two, and their contrast to the paper
NO_HANDS = Hands([], [], [], [], [], [])  # the digits are `hand.py`'s, and no one's data

Colour = tuple[int, int, int]


class Look(NamedTuple):
    """Colours of paper and ink, the pen's width in pixels, a seed whose light is worth showing, and if it is ruled."""

    paper: Colour
    ink: Colour
    pen: int
    seed: int
    ruled: bool = False


LOOKS = {
    "note.webp": Look((236, 232, 224), (30, 46, 116), 10, 15, ruled=True),
    "receipt.webp": Look((232, 226, 214), (30, 46, 116), 10, 18),
    "blackboard.webp": Look((46, 62, 58), (228, 230, 225), 14, 17),
    "pencil.webp": Look((233, 230, 226), (90, 92, 96), 6, 8),
}


def photo(lines: tuple[str, ...], look: Look) -> NDArray[np.uint8]:
    """Return a photo (HEIGHT, WIDTH, 3) uint8, red first: each colour as training's grey camera sees it."""
    sheet = write(lines, look)
    bands = [_expose(sheet, *tones, look.seed) for tones in zip(look.paper, look.ink, strict=True)]
    top = (WIDTH - HEIGHT) // 2
    return np.stack(bands, 2)[top : top + HEIGHT]


def write(lines: tuple[str, ...], look: Look) -> Sheet:
    """Write lines into the middle of a sheet that is as high as it is wide, turned a little."""
    rng = np.random.default_rng(look.seed)
    sheet = Sheet(WIDTH, choose_turn(WIDTH, rng))
    for y in range(0, WIDTH if look.ruled else 0, RULES[0]):
        sheet.rule([bar(-WIDTH, y, 2 * WIDTH, y)], 2)
    longest, rows = max(map(len, lines)), PITCH * (len(lines) - 1) + 1
    digit = min(0.78 * WIDTH / (0.85 * longest), 0.62 * HEIGHT / rows)
    corner = np.array([WIDTH - 0.85 * digit * longest, WIDTH - digit * rows]) / 2
    for row, line in enumerate(lines):
        start = corner + np.array([rng.uniform(0, 0.15), PITCH * row]) * digit
        for stroke in write_line(line, rng):
            sheet.write(OTHER, [(stroke * digit + start).astype(np.float32)], look.pen, digit, draw_round)
    return sheet


def _expose(sheet: Sheet, paper: int, ink: int, seed: int) -> NDArray[np.uint8]:
    """Return one colour's grey levels (side, side) of a photo; the same seed gives each the same paper and light."""
    rng = np.random.default_rng(seed)
    contrast = 1 - ink / paper  # below 0 for chalk
    tones = make_paper(sheet, paper / 255, NO_HANDS, rng)
    for layer, share in ((sheet.rules, RULES[1]), (sheet.pen, contrast)):
        tones = lay_ink(tones, layer, share, rng, clean=False)
    tones = photograph(tones, contrast, sheet.marks[0].height, rng)
    return np.rint(255 * np.clip(tones, 0, 1)).astype(np.uint8)


def main() -> None:
    """Draw all of them."""
    for name, lines in PHOTOS.items():
        Image.fromarray(photo(lines, LOOKS[name])).save(FOLDER / name, quality=60)


if __name__ == "__main__":
    main()
