"""How well pages of digits are read: synthetic pages by writers that training did not use.

    python benchmarks/pages.py [--pages 200] [--seed 0] [--keep FOLDER]

Each page holds 1 to 4 lines of 3 to 11 digits by one writer, at least one pair of neighbours in ten touching, on
plain, coloured, ruled or squared paper, with any of: shadow, perspective, blur, sensor noise; all saved as JPEG at
quality 60. Prints, for all pages and for each condition by itself, the digit error rate (edits per digit), the lines
read without any error and the touching pairs with an error; then the marks read as digits on blank pages, and how well
two other kinds are read: forms, a row of boxes by one writer whose lines most digits touch or cross, and thin paper,
through which another writer's digits show from the back.

Paper, light and lens are this benchmark's own, and simpler than those of `training.drawing`: what learned from that
code's pages is not measured on them.
"""

import argparse
import collections
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidfuzz.distance import Levenshtein

from mnist_demo import Classifier, recognize
from mnist_demo.training.data import PenStrokes, data_dir, load_pen_digits
from mnist_demo.training.digits.rendering import draw_line

PAPERS = ("plain", "coloured", "ruled", "squared")
EFFECTS = ("shadow", "perspective", "blur", "noise")
TOUCHING = 0.12  # of the pairs of neighbours
BLANK_PAGES, FORMS, THIN_PAGES = 50, 100, 50
BOX_INKS = (0, 60, 120)  # grey levels of a form's lines
INKS = ((30, 30, 35), (60, 45, 120), (40, 40, 160), (150, 40, 40), (95, 95, 95))  # black, two blues, red, pencil; RGB
JPEG_QUALITY = 60

Picture = NDArray[Any]  # (height, width, 3) float32, 0 to 255


@dataclass(frozen=True)
class Sheet:
    """A page, what is written on it, which neighbours touch (line, index of the left digit), and its conditions."""

    jpeg: bytes
    lines: list[str]
    touching: set[tuple[int, int]]
    conditions: list[str]


@dataclass
class Tally:
    """Counts over the pages of one condition."""

    digits: int = 0
    edits: int = 0
    lines: int = 0
    lines_right: int = 0
    pairs: int = 0
    pairs_wrong: int = 0
    pages: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        pairs = f"{self.pairs_wrong / self.pairs:6.1%} of {self.pairs:3} touching pairs wrong" if self.pairs else ""
        return (
            f"{len(self.pages):4} pages  {self.digits:5} digits  {self.edits / max(self.digits, 1):6.2%} digit errors  "
            f"{self.lines_right / max(self.lines, 1):6.1%} of {self.lines:3} lines right  {pairs}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, help="folder of the data (default: $MNIST_DEMO_DATA or ../shared/data)")
    parser.add_argument("--keep", type=Path, help="folder to write the pages that are misread to")
    options = parser.parse_args()
    digits = load_pen_digits(data_dir(options.data))
    if digits is None:
        parser.exit(2, f"{data_dir(options.data)} has no pen_strokes_digits.npz; name its folder with --data\n")
    writers = by_writer(digits.select(digits.held_out()))
    classifier = Classifier()
    rng = np.random.default_rng(options.seed)
    tallies: dict[str, Tally] = collections.defaultdict(Tally)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    for number in range(options.pages):
        sheet = write_sheet(writers[int(rng.integers(len(writers)))], PAPERS[number % len(PAPERS)], rng)
        measure(sheet, f"{number:03}", classifier, tallies, options.keep)
    for name in ("all", *PAPERS, *EFFECTS, "no effect"):
        print(f"{name:12}{tallies[name]}")
    invented = []
    for number in range(BLANK_PAGES):
        sheet = write_sheet(None, PAPERS[number % len(PAPERS)], rng)
        invented.append(len(recognize(sheet.jpeg, classifier).text.replace("\n", "")))
        if options.keep and invented[-1]:
            (options.keep / f"blank{number:03}_{'+'.join(sheet.conditions)}.jpg").write_bytes(sheet.jpeg)
    print(f"blank       {BLANK_PAGES:4} pages  {sum(invented)} digits invented on {np.count_nonzero(invented)} of them")
    for number in range(FORMS):
        sheet = write_form(writers[int(rng.integers(len(writers)))], rng)
        measure(sheet, f"form{number:03}", classifier, tallies, options.keep)
    print(f"{'forms':12}{tallies['form']}")
    for number in range(THIN_PAGES):
        front, back = rng.integers(len(writers), size=2)
        sheet = write_sheet(writers[front], PAPERS[number % len(PAPERS)], rng, writers[back])
        measure(sheet, f"thin{number:03}", classifier, tallies, options.keep)
    print(f"{'thin paper':12}{tallies['thin']}")


def measure(sheet: Sheet, name: str, classifier: Classifier, tallies: dict[str, Tally], keep: Path | None) -> None:
    """Read a page and add it to the tallies; a misread one is kept in the folder `keep`, if there is one."""
    read = recognize(sheet.jpeg, classifier).text.replace(" ", "").split("\n")
    if count(sheet, read, name, tallies) and keep:
        (keep / f"{name}_{'+'.join(sheet.conditions)}.jpg").write_bytes(sheet.jpeg)
        print(f"{name} {'|'.join(sheet.lines)} read as {'|'.join(read)}")


def by_writer(digits: PenStrokes) -> list[PenStrokes]:
    """The signs of each writer who wrote at least eight different digits."""
    writers = [digits.select(digits.writers == writer) for writer in np.unique(digits.writers)]
    return [writer for writer in writers if len(set(writer.labels)) >= 8]


def write_sheet(
    writer: PenStrokes | None, paper: str, rng: np.random.Generator, back: PenStrokes | None = None
) -> Sheet:
    """Write a page by one writer, or a blank one; with `back`, that writer's digits show through."""
    size = rng.uniform(45, 110)  # pixels, of a digit's longer side
    texts: list[str] = []
    touching: set[tuple[int, int]] = set()
    lengths = rng.integers(3, 12, rng.integers(1, 5))
    width, pitch = int(size * (1.5 * lengths.max() + 3)), size * rng.uniform(1.7, 2.3)
    height = int(pitch * (len(lengths) + 1.2))
    ink = np.zeros((height, width), np.uint8)
    if writer is not None:
        pen = max(1.6, size * rng.uniform(0.03, 0.1))
        slope = rng.normal(0, 0.015)
        for line, length in enumerate(lengths):
            chosen = rng.integers(0, len(writer.signs), length)
            joins = [bool(joined) for joined in rng.random(length - 1) < TOUCHING]
            start = np.array([size * rng.uniform(0.6, 1.2), pitch * (line + 0.9)])
            write_line(ink, [writer.signs[i] for i in chosen], joins, start, size, pen, slope, rng)
            texts.append("".join(str(writer.labels[i]) for i in chosen))
            touching |= {(line, i) for i, joined in enumerate(joins) if joined}
    columns = np.flatnonzero(ink.max(0))
    ink = ink[:, : int(columns[-1] + size * rng.uniform(0.6, 2)) if columns.size else width]
    effects = choose_effects(rng)
    picture = lay_on_paper(cv2.GaussianBlur(ink, (0, 0), 0.6), paper, pitch, rng)
    conditions = [paper, *(effects or ["no effect"])]
    if back is not None:
        picture, conditions = show_through(picture, back, pitch, rng), ["thin"]
    return Sheet(photograph(picture, effects, rng), texts, touching, conditions)


def show_through(picture: Picture, writer: PenStrokes, pitch: float, rng: np.random.Generator) -> Picture:
    """Darken a picture where lines of digits are on its back, by up to a sixth of the light."""
    height, width = picture.shape[:2]
    ink = np.zeros((height, width), np.uint8)
    size = pitch / 2
    count = int(width / (1.5 * size)) + 1
    for y in np.arange(0.6 * pitch, height, pitch):
        signs = [writer.signs[i] for i in rng.integers(len(writer.signs), size=count)]
        write_line(ink, signs, [False] * (count - 1), np.array([0.3 * size, y]), size, max(1.6, 0.06 * size), 0, rng)
    soft = cv2.GaussianBlur(ink[:, ::-1], (0, 0), rng.uniform(0.8, 2.5)).astype(np.float32) / 255
    return picture * (1 - rng.uniform(0.03, 0.17) * soft[..., None])


def choose_effects(rng: np.random.Generator) -> list[str]:
    return [effect for effect in EFFECTS if rng.random() < 0.5]


def photograph(picture: Picture, effects: list[str], rng: np.random.Generator) -> bytes:
    """Return a picture under the effects, as JPEG."""
    for effect in effects:
        picture = {"shadow": shade, "perspective": tilt, "blur": blur, "noise": add_noise}[effect](picture, rng)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def write_form(writer: PenStrokes, rng: np.random.Generator) -> Sheet:
    """Write into a row of boxes, apart or with lines in common; the digits are 0.65 to 1.02 times as high as these."""
    chosen = rng.integers(0, len(writer.signs), rng.integers(4, 9))
    height = rng.uniform(60, 110)
    width, margin = height * rng.uniform(0.75, 1), height * rng.uniform(0.5, 1)
    pitch, pen = width * rng.choice([1, 1, 1.15]), max(2, height * rng.uniform(0.03, 0.07))
    shape = int(height + 2 * margin), int(pitch * len(chosen) + 2 * margin)
    boxes, ink = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    thickness = int(rng.integers(1, 4))
    for i, sign in enumerate(chosen):
        corner = np.array([margin + i * pitch, margin])
        opposite = (corner + np.array([width, height])).astype(int).tolist()
        cv2.rectangle(boxes, corner.astype(int).tolist(), opposite, 255, thickness, cv2.LINE_AA)
        points = np.concatenate(writer.signs[sign]).astype(float)
        across, down = np.maximum(np.ptp(points, axis=0), 1)
        scale = min(rng.uniform(0.65, 1.02) * height / down, 1.05 * width / across)
        middle = corner + np.array([width, height]) / 2 + rng.normal(0, 0.05 * height, 2)
        shift = middle - scale * (points.min(0) + points.max(0)) / 2
        draw(ink, [stroke * scale + shift for stroke in writer.signs[sign]], pen)
    picture: Picture = np.full((*shape, 3), (245, 243, 238), np.float32)
    for layer, colour in ((boxes, (rng.choice(BOX_INKS),) * 3), (ink, INKS[rng.integers(len(INKS))])):
        cover = layer[..., None].astype(np.float32) / 255
        picture = picture * (1 - cover) + np.array(colour, np.float32) * cover
    effects = choose_effects(rng)
    text = "".join(str(writer.labels[i]) for i in chosen)
    return Sheet(photograph(picture, effects, rng), [text], set(), ["form", *effects])


def write_line(
    ink: NDArray[np.uint8],
    signs: list[list[NDArray[np.int16]]],
    joins: list[bool],
    start: NDArray[np.float64],
    size: float,
    pen: float,
    slope: float,
    rng: np.random.Generator,
) -> None:
    """Write signs from `start` (x, y of the line's middle) to the right; a join slides a sign back until it touches."""
    x = float(start[0])
    for i, sign in enumerate(signs):
        points = np.concatenate(sign).astype(np.float64)
        scale = size * rng.normal(1, 0.06) / max(float(np.ptp(points, axis=0).max()), 1)
        middle = start[1] + slope * (x - start[0]) + rng.normal(0, 0.05 * size)
        low = points.min(0)
        shift = np.array([0, middle - 0.5 * scale * float(np.ptp(points[:, 1]))])
        lines = [(stroke - low) * scale + shift for stroke in sign]
        joined = i > 0 and joins[i - 1]
        x = slide(ink, lines, x, pen) if joined else x
        draw(ink, [line + np.array([x, 0]) for line in lines], pen)
        x += scale * float(np.ptp(points[:, 0])) + pen
        if not (i < len(joins) and joins[i]):
            x += size * rng.uniform(0.12, 0.4)


def draw(ink: NDArray[np.uint8], lines: list[NDArray[np.float64]], pen: float) -> None:
    for line in lines:
        draw_line(ink, line, pen)


def slide(ink: NDArray[np.uint8], lines: list[NDArray[np.float64]], x: float, pen: float) -> float:
    """Move a sign left from `x` until its strokes touch the ink that is there; the position where they do."""
    for position in np.arange(x, x - 60, -1):
        sign = np.zeros_like(ink)
        draw(sign, [line + np.array([position, 0]) for line in lines], pen)
        if ((sign > 127) & (ink > 127)).sum() >= pen:
            return float(position)
    return x


def lay_on_paper(ink: NDArray[Any], paper: str, pitch: float, rng: np.random.Generator) -> Picture:
    colour = np.array([245, 243, 238], np.float32) * rng.uniform(0.75, 1)
    if paper == "coloured":
        colour *= rng.uniform(0.65, 1, 3).astype(np.float32)
    picture = np.full((*ink.shape, 3), colour, np.float32)
    if paper in ("ruled", "squared"):
        rule = colour * np.array([0.72, 0.8, 0.92], np.float32) * rng.uniform(0.85, 1)
        gap = pitch if paper == "ruled" else pitch * rng.choice([0.25, 0.34, 0.5])
        thickness = int(rng.integers(1, 3))
        for y in np.arange(gap * rng.uniform(0.2, 1), ink.shape[0], gap):
            cv2.line(picture, (0, int(y)), (ink.shape[1], int(y)), rule.tolist(), thickness)
        for x in np.arange(gap * rng.uniform(0.2, 1), ink.shape[1], gap) if paper == "squared" else ():
            cv2.line(picture, (int(x), 0), (int(x), ink.shape[0]), rule.tolist(), thickness)
    cover = ink[..., None].astype(np.float32) / 255 * rng.uniform(0.85, 1)
    return picture * (1 - cover) + np.array(INKS[rng.integers(len(INKS))], np.float32) * cover


def shade(picture: Picture, rng: np.random.Generator) -> Picture:
    """A shadow with a hard or soft edge across the page, and a darker corner."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    distance = (x - width / 2) * np.cos(angle) + (y - height / 2) * np.sin(angle) - rng.uniform(-0.3, 0.3) * width
    dark = 1 / (1 + np.exp(-np.clip(distance / rng.uniform(2, 40), -50, 50)))
    corner = np.hypot(x / width - rng.integers(2), y / height - rng.integers(2)) / 1.4
    light = (1 - dark * rng.uniform(0.25, 0.55)) * (1 - 0.3 * corner)
    return picture * light[..., None].astype(np.float32)


def tilt(picture: Picture, rng: np.random.Generator) -> Picture:
    """The page seen at an angle, the table around it."""
    height, width = picture.shape[:2]
    margin = 0.05 * min(height, width)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners * [1 - 2 * margin / width, 1 - 2 * margin / height] + margin + rng.uniform(-margin, margin, (4, 2))
    table = (np.array([90, 70, 50]) * rng.uniform(0.4, 1.3)).tolist()
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    return cv2.warpPerspective(picture, matrix, (width, height), borderValue=table).astype(np.float32)


def blur(picture: Picture, rng: np.random.Generator) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 1.8)).astype(np.float32)


def add_noise(picture: Picture, rng: np.random.Generator) -> Picture:
    noise = rng.standard_normal(picture.shape, np.float32)
    return picture + noise * np.float32(rng.uniform(3, 9))


def count(sheet: Sheet, read: list[str], name: str, tallies: dict[str, Tally]) -> int:
    """Add a page to the tallies of its conditions; return its edits."""
    right, edits = align("|".join(sheet.lines), "|".join(read))
    starts = np.cumsum([0] + [len(line) + 1 for line in sheet.lines])
    lines_right = sum(a == b for a, b in zip(sheet.lines, read, strict=False)) if len(read) == len(sheet.lines) else 0
    wrong = sum(not (right[starts[line] + i] and right[starts[line] + i + 1]) for line, i in sheet.touching)
    for condition in ("all", *sheet.conditions):
        tally = tallies[condition]
        tally.pages.add(name)
        tally.digits += sum(map(len, sheet.lines))
        tally.edits += edits
        tally.lines += len(sheet.lines)
        tally.lines_right += lines_right
        tally.pairs += len(sheet.touching)
        tally.pairs_wrong += wrong
    return edits


def align(truth: str, read: str) -> tuple[list[bool], int]:
    """Which characters of `truth` the alignment with fewest edits finds in `read`, and the number of edits."""
    edits = Levenshtein.editops(truth, read)
    changed = {edit.src_pos for edit in edits if edit.tag != "insert"}
    return [place not in changed for place in range(len(truth))], len(edits)


if __name__ == "__main__":
    main()
