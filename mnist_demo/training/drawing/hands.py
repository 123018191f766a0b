"""What pages are written and printed with: digits and signs by one hand, MNIST's bitmaps, letters, doodles, type.

Everything is read from the data folder's sets that may be trained on, but for the type, which matplotlib ships.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mnist_demo.training.data import MNIST_HELD_OUT, PenStrokes, load_mnist, load_strokes

DIGIT_FILES = ("pen_strokes_digits", "train/strokes_digits_pendigits_train", "train/strokes_digits_hershey")
LETTER_FILES = (
    "pen_strokes_nondigits",
    "train/strokes_nondigits_unipen",
    "train/strokes_nondigits_omniglot2",
    "train/strokes_nondigits_hershey",
)
WORD_FILE = "train/strokes_nondigits_words_unipen"
BITMAP_FILES = ("quickdraw28", "shapes", "signatures")
DIGITS_OF_A_HAND = 7  # different ones that a writer must have left to write numbers
FACES = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSansMono-Bold"),
    *("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSansDisplay", "DejaVuSerifDisplay"),
    *("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta", "cmr10", "cmss10", "cmtt10", "cmb10"),
)
TYPE_SIZE = 72  # pixels, of the type that is cut once and then scaled
PRINTABLE = "0123456789.,-/:=+%()*#ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SIGNS_OF_NUMBERS = ".,-/:|_'`()[]{}!\\~"  # and what looks like them or like a 1: no letters
PRINTED_PAGES, NO_PAGES = (
    ("page_print", "screenshot"),
    ("scene", "texture", "paper", "print_photo"),
)  # kinds of pictures

Line = NDArray[np.float32]  # (k, 2), x right and y down
Grey = NDArray[Any]  # (height, width) uint8


@dataclass(frozen=True)
class Glyph:
    """A printed sign: its ink (height, width) uint8.

    Attributes:
        size: pixels of `ink` that digits of its face are high.
        top: how far below theirs its top is, in units of that; advance: to the next sign, likewise.
    """

    ink: Grey
    size: int
    top: float
    advance: float


@dataclass(frozen=True)
class Hands:
    """Everything that can be put on a page.

    Attributes:
        writers: for each hand its digits, label to signs; a sign is its lines, each scaled to a height of 1.
        bitmaps: MNIST's digits by label, (n, 28, 28) uint8, ink = 255.
        letters: signs that are no digit and look like none.
        words: written words.
        drawings: doodles, shapes and signatures, (height, width) uint8, ink = 255.
        faces: for each face its printed signs.
        pages: greys of printed pages; scenes: greys of things, textures and crumpled paper.
    """

    writers: list[list[list[list[Line]]]]
    bitmaps: list[Grey]
    letters: list[list[Line]]
    words: list[list[Line]]
    drawings: list[Grey]
    faces: list[dict[str, Glyph]]
    pages: list[Grey] = field(default_factory=list)
    scenes: list[Grey] = field(default_factory=list)


def load_hands(folder: Path, held_out: bool = False) -> Hands:
    """Read the hands of the writers that are trained on, or of those that are held out, from the data folder."""
    digits = [digits for name in DIGIT_FILES if (digits := load_strokes(folder / f"{name}.npz"))]
    letters = [letters for name in LETTER_FILES if (letters := load_strokes(folder / f"{name}.npz", unambiguous=True))]
    words = load_strokes(folder / f"{WORD_FILE}.npz")
    mnist, _ = load_mnist(folder)
    part = slice(-MNIST_HELD_OUT, None) if held_out else slice(-MNIST_HELD_OUT)
    pages, scenes = _load_pictures(folder / "train" / "pictures", held_out)
    return Hands(
        [hand for strokes in digits for hand in _hands(_part(strokes, held_out))],
        [mnist.images[part][mnist.labels[part] == label] for label in range(10)],
        [unit(sign) for strokes in letters for sign in _part(_without_signs(strokes), held_out).signs],
        [unit(sign) for sign in _part(words, held_out).signs] if words else [],
        load_drawings(folder / "train", held_out),
        cut_type(),
        pages,
        scenes,
    )


def _part(strokes: PenStrokes, held_out: bool) -> PenStrokes:
    return strokes.select(strokes.held_out() == held_out)


def _without_signs(letters: PenStrokes) -> PenStrokes:
    return letters.select(~np.isin(letters.labels, list(SIGNS_OF_NUMBERS)))


def _hands(digits: PenStrokes) -> list[list[list[list[Line]]]]:
    """The digits of each writer who wrote most of the ten, by label."""
    hands = []
    for writer in np.unique(digits.writers):
        own = np.flatnonzero(digits.writers == writer)
        hand: list[list[list[Line]]] = [[] for _ in range(10)]
        for i in own:
            hand[int(digits.labels[i])].append(unit(digits.signs[i]))
        if sum(map(bool, hand)) >= DIGITS_OF_A_HAND:
            hands.append(hand)
    return hands


def unit(sign: list[NDArray[np.int16]]) -> list[Line]:
    """Scale a sign to a height of 1, or to a width of 1.5 where it is wider than that; its top left corner at 0."""
    points = np.concatenate(sign).astype(np.float32)
    low = points.min(0)
    width, height = np.ptp(points, axis=0)
    scale = np.float32(1 / max(height, width / 1.5, 1))
    return [_thin((stroke.astype(np.float32) - low) * scale) for stroke in sign]


def _thin(line: Line) -> Line:
    """Leave out points closer than 0.02 of the sign to the last one that stays: they cost time and show nothing."""
    if len(line) < 3:
        return line
    lengths = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    keep = np.r_[True, np.diff(np.floor(lengths / 0.02)) > 0]
    keep[-1] = True
    return line[keep]


def load_drawings(folder: Path, held_out: bool) -> list[Grey]:
    """Return doodles, shapes and signatures, each (height, width) uint8, ink = 255."""
    drawings: list[Grey] = []
    for name in BITMAP_FILES:
        path = folder / f"bitmaps_nondigits_{name}.npz"
        if path.exists():
            arrays = dict(np.load(path))
            images = arrays["images"][~arrays["ambiguous"]]
            away = np.arange(len(images)) % 10 == 0  # they name hardly any writers
            images = images[away == held_out]
            drawings += list(images if name == "quickdraw28" else 255 - images)
    return drawings


def _load_pictures(folder: Path, held_out: bool) -> tuple[list[Grey], list[Grey]]:
    if not (folder / "manifest.csv").exists():
        return [], []
    pages, scenes = [], []
    with (folder / "manifest.csv").open() as manifest:
        rows = [row for i, row in enumerate(csv.DictReader(manifest)) if (i % 10 == 0) == held_out]
    for row in rows:
        grey = np.asarray(Image.open(folder / row["path"]).convert("L"))
        if row["kind"] in PRINTED_PAGES:
            pages.append(_at_most(grey, 1600))
        elif row["kind"] in NO_PAGES:
            scenes.append(_at_most(grey, 1000))
    return pages, scenes


def _at_most(grey: Grey, side: int) -> Grey:
    scale = side / max(grey.shape)
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey


def cut_type() -> list[dict[str, Glyph]]:
    """Return the printed signs of each face."""
    import matplotlib as mpl

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return [_cut_face(folder / f"{name}.ttf") for name in FACES]


def _cut_face(path: Path) -> dict[str, Glyph]:
    font: Any = ImageFont.truetype(str(path), TYPE_SIZE)
    top, bottom = (font.getbbox("0", anchor="ls")[i] for i in (1, 3))
    height = bottom - top
    face = {}
    for sign in PRINTABLE:
        left, above, right, below = font.getbbox(sign, anchor="ls")
        if right - left < 1 or below - above < 1:
            continue
        image = Image.new("L", (right - left, below - above))
        ImageDraw.Draw(image).text((-left, -above), sign, 255, font, anchor="ls")
        face[sign] = Glyph(np.asarray(image), height, (above - top) / height, font.getlength(sign) / height)
    return face
