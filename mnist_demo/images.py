"""From a picture to 28x28 digits: upright grey, then ink, then marks, then MNIST's framing.

Each step works alone on NumPy arrays. Nothing here imports TensorFlow.
"""

import io
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from mnist_demo.frames import Frame, erase_frame, trace_frame
from mnist_demo.pdf import SIGNATURE as PDF_SIGNATURE
from mnist_demo.pdf import draw_pages
from mnist_demo.repair import SIGNATURES, without_extras

Grey = NDArray[Any]  # uint8, 255 is white
Ink = NDArray[Any]  # float32 in [0, 1], 0 is paper
Source = str | Path | bytes | Image.Image | np.ndarray

FORMATS = ("PNG", "JPEG", "WEBP")
PIXELS_MAX = 50_000_000  # of a picture that is opened at all
SIDE_MAX = 20_000  # pixels, likewise
WORK_PIXELS = 4_000_000  # a larger picture is reduced to about so many before it is read
EXIF_ORIENTATION = 0x0112
SCANS_MAX = 100  # of a progressive JPEG; encoders write some ten, and each is decoded over the whole picture
SCAN = b"\xff\xda"  # the marker that begins one; never part of compressed pixels

STROKE_SEARCH_SIDE = 256  # pixels; the picture is reduced to about this to find how wide its strokes are
STROKE_SIDES = (3, 5, 7, 11, 15, 23, 35, 55, 85, 127)  # pixels, of the squares tried
EDGE_STEPS = (18, 40)  # grey levels; a smaller step is never an edge, a larger one always
EDGES_TELLING = 0.1  # of the edges covered: enough to tell ink from paper, though the table be in view
STROKE_TELLING = 23  # pixels; only the squares up to this tell, wider than most strokes
EDGES_OF_INK = 0.4  # of them covered: these are all strokes
EDGES_STRAY = 0.03  # of them covered: there are no strokes
STROKES_COVERED = 0.94  # of the edges that a square two steps larger covers
STROKE_MARGIN = 1.6  # for blots and crossings, wider than the strokes they are in
PAPER_SQUARE_MAX = 63  # pixels; larger squares are applied to a reduced picture
AROUND_SQUARE_MAX = 19  # pixels, likewise; the contrast around needs less precision
SAMPLES = 12_000  # pixels that medians and quantiles of a picture are taken of
SMOOTHED_PIXELS = 60_000  # larger pictures have grain to spare and are smoothed first
TABLE_RUN = 0.2  # of a side of the picture; a longer dark run along it is the table, or the edge of the board
CONTRAST_MIN = 0.07  # of the paper's brightness; less is never ink
BROAD_STROKE, BROAD_STROKE_MIN = 0.15, 40  # of the longer side, and pixels; a broader stroke may be a shadow
BROAD_CONTRAST = 0.5  # of the paper's brightness; then what has less is one
GRAIN_MARGIN = 6  # standard deviations of the paper's grain that ink must exceed
PAPER_EDGE = 0.01  # of the picture's longer side; so near to the edge of the paper its brightness is uncertain
PAPER_STEP = 1.0  # of the paper's step in brightness, that ink near it must exceed
VISIBLE_INK = 1.25  # times the least visible contrast, that full ink has
FAINT_INK = 0.25  # of the strongest contrast in the picture; half as much is never ink
BACK_FAINT = 0.4  # of the writing's contrast; what shows through has less
BACK_STEP = 1.7  # times, that the faintest writing is darker than what shows through
BACK_SIZE = 0.3  # of the writing size; smaller components do not tell the one from the other
BACK_MARKS = 2  # of writing, at least
EDGE_FROM, EDGE_TO = 0.3, 0.7  # of the contrast around; a stroke's edge rises from 0 to 1 between them

INK_CERTAIN = 0.9  # of ink, that a mark has somewhere; the paper's grain has not
MARK_MIN, MARK_MIN_SHARE = 8, 0.012  # pixels, and of the picture's longer side; a smaller component is never a mark
MARKS_MAX = 1000  # components looked at, the largest; a page has fewer, grass has more
SPECK = 0.15  # of the writing size; smaller components are specks
FRAMED = 0.5  # of a frame's own ink, that is within it
FRAME_INK = 0.25  # of full ink, that a frame's line has throughout
FRAMES_MAX = 50  # components, the largest, that may be frames
CELLS_MIN, ROW_OF_CELLS = 2, 3  # cells that make up a form, and that a single frame of one has though nothing be in it
WRITTEN = 0.35  # of a frame's height, that writing in it is high
EDGE_STRIP = 0.03  # of the picture's side; what lies in the strip along its edge is not writing
EDGE_SHARE = 0.6  # of a component; if more lies in the strip, all of it is left out
PART_OVERLAP = 0.1  # of the narrower component's width, that parts of one mark share
PART_WITHIN = 0.5  # of the narrower and of the lower component, likewise, whatever its size
PART_GAP = 0.25  # of the writing size, between parts of one mark
PART_HEIGHT = 0.45  # of two parts' joined height; the smaller part is below it, or they are two lines' digits
LINE_HEIGHT = 1.6  # of the writing size; no mark is higher
LEVEL_MIN = 0.25  # of the lower mark's height, that two neighbours on a line share
COMMA_HEIGHT, COMMA_HANGS = 0.5, 0.3  # of its neighbour's height: a lower mark may hang so far below it

GAP_SEARCH_SIDE = 800  # pixels; the picture is reduced to about this to look for strokes of dots
PIECES_MIN, PIECE_AREA_MIN = 12, 4  # pieces, and pixels of one, that dotted strokes have
PIECE_GAP = 2.0  # times the strokes' width, that gaps between pieces may have
GAP_MAX = 0.2  # of the marks' height, likewise
PIECES_OF_MARK = 3  # that a dotted mark has at least
MARK_ASPECT_MAX = 1.3  # width to height; what is longer is a line
STANDING_APART = 0.85  # of the marks, that a larger square does not join

RUN_SHAPE = 32, 64  # pixels, of the picture that touching digits are told apart in
RUN_MARGIN = 2  # pixels of it around them
OWNED = 0.5  # of the larger of the two probabilities; ink of which a digit has more is its own, some is both's
CLEAR = 0.6  # mean difference of the two probabilities; less is no row of digits
CRUMB = 0.1  # of a part's ink; a smaller piece of it is not its own
REMAINS = 0.04  # of a mark's ink; less is no digit

RULE_SEARCH_SIDE = 800  # pixels; the picture is reduced to about this to look for ruled paper
RULE_VISIBLE = 0.6  # of the contrast that ink must have; rules are fainter
RULE_RUN = 5  # pixels, that a rule goes on for on one level; less is the paper's grain
RULE_STRETCH = 0.08  # of the picture's width, that a rule is seen in one stretch
RULE_GAP = 0.03  # of that width, that a stretch may be interrupted for
RULE_INKED, RULE_SAMPLES = 0.85, 50  # of a stretch's points, and how many are looked at
RULE_SEEN = 0.25  # of that width, that all stretches of a rule make up
RULE_LENGTH = 0.6  # of that width, that a rule runs
RULES_MIN = 3  # rules of one direction that make paper ruled for sure
FAINT_STROKES = 0.3  # of the rules' pixels; with fewer others the paper is blank
RULE_DARKNESS = 1.6  # times the rules' usual contrast; what is darker is always a stroke on them
STROKE_DARKNESS = 1.25  # times that contrast; darker strokes are told from rules by their darkness alone
RULE_SLOPE = 0.15  # rise to run
RULE_THICKNESS, RULE_THICKEST_MIN = 0.008, 6  # at most, of the picture's longer side; pixels that are allowed always

IMAGE_SIDE = 28  # pixels, of the picture that the model sees
DIGIT_SIDE = 20  # pixels, of the box in it that a digit fills
MASS_CENTRE = 14.0  # pixel index, of a digit's centre of mass
STROKE_MIN = 2.0  # pixels of the 28x28 image; most of MNIST's strokes are wider
FINENESS = 4  # pixels that stand for one of that image while a mark is framed
INK_MIN = 0.25  # of the darkest ink; fainter is a stroke's blurred edge


def load_image(source: Source) -> Grey:
    """Return a picture as upright grey.

    EXIF orientation is applied, transparency laid over white, 16-bit grey scaled to 8, of a PDF the first page taken,
    and a picture of more than four megapixels reduced (`load_scaled` tells by how much).

    Args:
        source: a path, a file's bytes, a Pillow image, or an array: (h, w) or (h, w, 1 to 4) of uint8 or uint16 over
            their full range, of bool, or of floats in [0, 1]. Files and bytes are PNG, JPEG, WebP or PDF.

    Returns:
        (height, width) uint8, 255 is white.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not of those formats, damaged, locked, empty or too large, or the array is of another
            form.
        TypeError: the source is something else.
    """
    return load_scaled(source)[0]


def load_scaled(source: Source) -> tuple[Grey, float]:
    """Return what `load_image` does, and the side of its pixels in pixels of the upright picture: 1 or more."""
    if isinstance(source, np.ndarray):
        grey, width, orientation = _grey_of_array(source), source.shape[1], 1
    elif isinstance(source, Image.Image):
        _check_size(*source.size, "the image")
        grey, width, orientation = _decode(source)
    elif isinstance(source, bytes | bytearray):
        grey, width, orientation = _open(io.BytesIO(source), "the image", len(source))
    elif isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no such file. Check the path.")
        with path.open("rb") as file:
            grey, width, orientation = _open(file, path.name, path.stat().st_size)
    else:
        raise TypeError(f"expected a path, bytes, a Pillow image or an array, got {type(source).__name__}")
    scale = width / grey.shape[1]
    surplus = math.sqrt(grey.size / WORK_PIXELS)
    if surplus > 1:
        height, width = (max(1, round(side / surplus)) for side in grey.shape)
        scale *= grey.shape[1] / width
        grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    return _turn_upright(grey, orientation), scale


def _open(file: BinaryIO, name: str, size: int) -> tuple[Grey, int, int]:
    if size == 0:
        raise ValueError(f"{name}: the file is empty. Choose another, or save it again.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of large pictures, which are refused below, and of odd metadata
        try:
            return _read(file, name)
        except _DamageError as damage:
            file.seek(0)
            content = file.read()
            if content.startswith(PDF_SIGNATURE):
                return _read_pdf(content, name)
            if not SIGNATURES.match(content):
                raise ValueError(f"{name}: not a PNG, JPEG or WebP image. Save or export it as one of these.") from None
            try:
                return _read(io.BytesIO(without_extras(content)), name)
            except _DamageError:
                raise ValueError(f"{name}: the image is damaged ({damage}). Save or send it again.") from None


def _read_pdf(content: bytes, name: str) -> tuple[Grey, int, int]:
    try:
        return _decode(Image.fromarray(next(draw_pages(content, 1))))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


class _DamageError(Exception):
    """Why a file cannot be decoded."""


def _read(file: BinaryIO, name: str) -> tuple[Grey, int, int]:
    try:
        image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:
        raise ValueError(_too_large(name)) from None
    except UnidentifiedImageError:  # whose words name the file's place
        raise _DamageError("it breaks off, or what it says of itself is wrong") from None
    except Exception as error:  # decoders raise nearly anything on damaged files
        raise _DamageError(error) from None
    _check_size(*image.size, name)
    _check_scans(image, file)
    try:
        return _decode(image)
    except Exception as error:
        raise _DamageError(error) from None


def _too_large(name: str) -> str:
    return f"{name}: the image has more than {PIXELS_MAX // 10**6} megapixels or {SIDE_MAX:,} pixels a side. Shrink it."


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > PIXELS_MAX or max(width, height) > SIDE_MAX:
        raise ValueError(_too_large(name))
    if width * height == 0:
        raise ValueError(f"{name}: the image has no pixels. Choose another.")


def _check_scans(image: Image.Image, file: BinaryIO) -> None:
    """Refuse a progressive JPEG of a few kB that would take minutes to decode."""
    if "progressive" not in image.info:
        return
    place = file.tell()
    file.seek(0)
    scans = file.read().count(SCAN)
    file.seek(place)
    if scans > SCANS_MAX:
        raise _DamageError(f"{scans} scans, where a JPEG has some ten")


def _decode(image: Image.Image) -> tuple[Grey, int, int]:
    """Return a picture's first frame as grey, reduced if it is large, its own width, and its EXIF orientation."""
    width, height = image.size
    reduction = max(1, int(math.sqrt(width * height / WORK_PIXELS)))
    if image.format == "JPEG" and reduction > 1:
        image.draft("L", (width // reduction, height // reduction))  # decoded at the reduced size
    image.load()
    orientation = _orientation(image)  # only now: it loads a PNG, and would keep what is wrong with it to itself
    return _grey_of_image(image, max(1, round(reduction * image.width / width))), width, orientation


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(EXIF_ORIENTATION, 1))
    except Exception:  # broken EXIF is no reason not to read the pixels; Pillow's parser raises nearly anything
        return 1


def _grey_of_image(image: Image.Image, reduction: int) -> Grey:
    if image.mode.startswith("I") or image.mode == "F":
        return _grey_of_array(_clip_sixteen(np.asarray(image)))
    if image.mode in ("P", "PA", "1"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    elif "transparency" in image.info and image.mode in ("L", "RGB"):
        image = image.convert("RGBA")
    if reduction > 1:
        image = image.reduce(reduction)
    if image.mode not in ("LA", "La", "RGBA", "RGBa"):
        return np.asarray(image.convert("L"))
    if image.mode in ("La", "RGBa"):
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    return _over_white(np.asarray(image.convert("L")), np.asarray(image.getchannel("A")))


def _clip_sixteen(values: np.ndarray) -> NDArray[np.uint16]:
    return np.clip(values, 0, 65535).astype(np.uint16)


def _over_white(grey: Grey, alpha: Grey) -> Grey:
    shade = (255 - grey).astype(np.uint16) * alpha
    return (255 - (shade + 127) // 255).astype(np.uint8)


def _grey_of_array(array: np.ndarray) -> Grey:
    if array.ndim not in (2, 3) or array.size == 0 or (array.ndim == 3 and array.shape[2] > 4):
        raise ValueError(f"expected an array of shape (height, width) or (height, width, 1 to 4), got {array.shape}")
    _check_size(array.shape[1], array.shape[0], "the array")
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * 255
    elif array.dtype == np.uint16:
        array = (array // 257).astype(np.uint8)
    elif np.issubdtype(array.dtype, np.floating):
        array = np.round(np.clip(np.nan_to_num(array), 0, 1) * 255).astype(np.uint8)
    elif array.dtype != np.uint8:
        raise ValueError(f"expected an array of uint8, uint16, bool or floats in [0, 1], got {array.dtype}")
    if array.ndim == 2:
        return array
    grey = cv2.cvtColor(array[..., :3], cv2.COLOR_RGB2GRAY) if array.shape[2] > 2 else array[..., 0]
    return _over_white(grey, array[..., -1]) if array.shape[2] in (2, 4) else grey


def _turn_upright(grey: Grey, orientation: int) -> Grey:
    """Undo the camera's EXIF orientation, 1 to 8: odd quarter turns are stored transposed, even ones mirrored."""
    if orientation >= 5:
        grey = grey.T
    if orientation in (2, 3, 6, 7):
        grey = grey[:, ::-1]
    if orientation in (3, 4, 7, 8):
        grey = grey[::-1]
    return np.ascontiguousarray(grey)


def extract_ink(grey: Grey) -> Ink:
    """Separate ink from paper, whatever their colours and the light.

    The paper's brightness is estimated everywhere by a morphological closing just wider than the strokes: shadows
    and folds, which are wider, belong to the paper. A pixel's contrast to the paper is then related to the strongest
    contrast around it, so that pencil comes out as dark as a felt pen. Rules, and what shows through from the back,
    are left out.

    Args:
        grey: (height, width) uint8. Light ink on a dark ground is inverted first.

    Returns:
        (height, width) float32 in [0, 1], 0 is paper.

    Raises:
        ValueError: `grey` is not two-dimensional.
    """
    if grey.ndim != 2:
        raise ValueError(f"expected grey of shape (height, width), got {grey.shape}")
    if min(grey.shape) < 3 or grey.max() - grey.min() < CONTRAST_MIN * 255:
        return np.zeros(grey.shape, np.float32)
    light_ink, stroke = _find_strokes(grey)
    if light_ink:
        grey = 255 - grey
    if grey.size > SMOOTHED_PIXELS:
        grey = cv2.GaussianBlur(grey, (3, 3), 0)
    paper = _at_scale(grey, stroke, _close, PAPER_SQUARE_MAX)
    is_broad = stroke > max(BROAD_STROKE * max(grey.shape), BROAD_STROKE_MIN)
    least = BROAD_CONTRAST if is_broad else CONTRAST_MIN
    contrast, visible = _contrast(grey, paper, least)
    contrast = _erase_rules(contrast, visible)
    faint = FAINT_INK * _dark_contrast(contrast, visible)
    ink = _at_scale(contrast, stroke, _strongest_around, AROUND_SQUARE_MAX)
    visible *= VISIBLE_INK  # in place, as all that follows: fresh memory is slow
    np.maximum(ink, np.maximum(visible, faint, out=visible), out=ink)
    np.divide(contrast, ink, out=ink)
    ink -= EDGE_FROM
    ink /= EDGE_TO - EDGE_FROM
    return _erase_back(np.clip(ink, 0, 1, out=ink), contrast)


def _erase_back(ink: Ink, contrast: Ink) -> Ink:
    """Take out what shows through from the back of the sheet."""
    sample = _sample(contrast)[_sample(ink) >= 0.5]
    if not sample.size:
        return ink
    faintest, darkest = np.quantile(sample, (0.05, 0.99))
    if faintest > BACK_FAINT * darkest:
        return ink
    labels, boxes, areas = _find_components(ink >= 0.5)
    darkness = np.bincount(labels.ravel(), contrast.ravel(), len(areas) + 1)[1:] / areas
    back = np.append(False, darkness < _faintest_writing(boxes, darkness, ink.shape))
    return np.where(cv2.dilate(back[labels].astype(np.uint8), _square(5)) > 0, 0, ink)


def _faintest_writing(boxes: NDArray[Any], darkness: NDArray[Any], shape: tuple[int, ...]) -> float:
    """The contrast that parts the writing from what shows through, 0 where nothing does.

    The back is far fainter than the writing, with nothing in between. What is as faint beside a single dark mark, or
    beside some that are larger than writing or cut off, may be pencil near a blot or a table's edge.
    """
    sides = (boxes[:, 2:] - boxes[:, :2]).max(1)
    order = np.argsort(darkness)
    order = order[sides[order] >= BACK_SIZE * _writing_size(boxes)]
    steps = darkness[order[1:]] / darkness[order[:-1]]
    if steps.max(initial=0) < BACK_STEP:
        return 0.0
    split = int(steps.argmax()) + 1
    faint, dark = order[:split], order[split:]
    whole = (boxes[dark, :2] > 0).all(1) & (boxes[dark, 2:] < shape[::-1]).all(1)
    if whole.sum() < BACK_MARKS or np.median(darkness[faint]) > BACK_FAINT * np.median(darkness[dark]):
        return 0.0
    if not np.median(sides[faint]) / 2 < np.median(sides[dark]) < min(shape) / 2:
        return 0.0
    return math.sqrt(darkness[faint[-1]] * darkness[dark[0]])


def _find_strokes(grey: Grey) -> tuple[bool, float]:
    """Tell whether the ink is lighter than the paper, and the side in pixels of a square that no stroke can hold.

    Strokes are narrower than the paper between them. So squares of growing side are tried, and each edge of the
    picture asked whether its dark or its light side has been covered by then: the side that is covered first is ink.
    """
    scale = 1 / max(1, round(max(grey.shape) / STROKE_SEARCH_SIDE))  # of a whole number, which is quicker to average
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    step = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, _square(3))
    edges = step > np.clip(0.4 * float(np.quantile(_sample(step), 0.995)), *EDGE_STEPS)
    height = step[edges].astype(np.float32)
    if not edges.any():
        return False, STROKE_MARGIN * STROKE_SIDES[0] / scale
    sides = [side for side in STROKE_SIDES if side < 0.7 * min(small.shape) + 3]
    covered = np.zeros((2, len(sides)))
    for i, side in enumerate(sides):
        for ink, picture in enumerate((small, 255 - small)):
            filled = cv2.subtract(_close(picture, side), picture)[edges]
            covered[ink, i] = np.minimum(filled / height, 1).mean()
        if covered[:, i].max() > EDGES_OF_INK:
            covered = covered[:, : i + 1]
            break
    filling = [_fill_strokes(coverage) for coverage in covered]
    dark, light = (  # the smaller square tells ink, of two as small the one that covers more
        (sides[i] if coverage[i] >= EDGES_TELLING else math.inf, -coverage[i])
        for i, coverage in zip(filling, covered, strict=True)
    )
    if min(dark, light)[0] <= STROKE_TELLING:
        light_ink = bool(light < dark)
    else:  # no fine strokes: most of a picture is paper
        darkest, usual, lightest = np.quantile(small, (0.02, 0.5, 0.98))
        light_ink = bool(usual - darkest < lightest - usual)
    stray = covered[int(light_ink)].max() < EDGES_STRAY
    return light_ink, STROKE_MARGIN * sides[0 if stray else filling[light_ink]] / scale


def _fill_strokes(coverage: NDArray[np.float64]) -> int:
    """Return which is the first square that fills the strokes, given the share of the edges (n,) that each covers.

    Strokes are all about as wide: once they are filled, larger squares cover hardly more, unless they are as large as
    shadows.
    """
    larger = np.append(coverage[2:], [coverage[-1]] * min(2, len(coverage)))
    enough = min(EDGES_TELLING, STROKES_COVERED * float(coverage.max()))
    return int(np.argmax(coverage >= np.maximum(enough, STROKES_COVERED * larger)))


def _at_scale(
    picture: NDArray[Any], side: float, operation: Callable[[NDArray[Any], int], NDArray[Any]], side_max: int
) -> NDArray[Any]:
    """Apply an operation with a square of `side` pixels, on a reduced picture if that is more than `side_max`."""
    reduction = math.ceil(side / side_max)  # whole, which is quicker to average
    if reduction == 1:
        return operation(picture, max(3, round(side) | 1))
    small = cv2.resize(picture, None, fx=1 / reduction, fy=1 / reduction, interpolation=cv2.INTER_AREA)
    found = operation(small, max(3, round(side / reduction) | 1))
    return cv2.resize(found, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _contrast(grey: Grey, paper: Grey, least: float) -> tuple[Ink, Ink]:
    """How much darker than the paper each pixel is, and the contrast, at least `least`, that can be seen; (h, w)."""
    difference = cv2.subtract(paper, grey, dtype=cv2.CV_32F)
    sample = _sample(difference)
    usual = np.median(sample)  # above 0, as the closing follows the lightest grain of the paper
    grain = 1.4826 * float(np.median(usual - sample[sample <= usual]))
    light = np.add(paper, 8, dtype=np.float32)
    contrast = np.subtract(difference, usual, out=difference)
    contrast /= light
    reach = max(5, round(PAPER_EDGE * max(grey.shape)) | 1)
    visible = cv2.morphologyEx(paper, cv2.MORPH_GRADIENT, _square(reach)) * np.float32(PAPER_STEP)
    np.maximum(visible, GRAIN_MARGIN * grain, out=visible)
    visible /= light
    return contrast, np.maximum(visible, least, out=visible)


def _sample(picture: NDArray[Any]) -> NDArray[Any]:
    """Evenly spaced pixels of a picture, few enough for quick medians and quantiles."""
    every = max(1, math.isqrt(picture.size // SAMPLES))
    return picture[::every, ::every]


def _dark_contrast(contrast: Ink, visible: Ink) -> float:
    """The contrast of the darkest ink in the picture, 0 if there is none."""
    sample = _sample(contrast)
    inked = sample[sample > _sample(visible)]
    return float(np.quantile(inked, 0.9)) if inked.size else 0.0


def _erase_rules(contrast: Ink, visible: Ink) -> Ink:
    """Take the lines of ruled and squared paper for paper, and keep the strokes that cross them: these are darker."""
    mask, thickest = (
        (contrast > visible).astype(np.uint8),
        max(RULE_THICKEST_MIN, round(RULE_THICKNESS * max(contrast.shape))),
    )
    rules, thin, count = _mark_rules(mask, thickest)
    if count < RULES_MIN:
        fainter = (contrast > RULE_VISIBLE * visible).astype(np.uint8)
        rules, thin, count = max((rules, thin, count), _mark_rules(fainter, thickest), key=lambda found: found[2])
    on_rules = (rules & thin) > 0
    if not on_rules.any() or (count < RULES_MIN and _holds_row_of_cells(mask)):
        return contrast
    rule = float(np.median(_peaks(contrast, on_rules)))
    strokes = contrast[(mask & ~rules) > 0]
    stroke = float(np.quantile(strokes, 0.9)) if strokes.size else 0.0
    darker = stroke > STROKE_DARKNESS * rule
    if not darker and count < RULES_MIN:  # the bar of a large 7 rather than a rule
        return contrast
    paper = contrast <= min(RULE_DARKNESS * rule, math.sqrt(stroke * rule) if darker else math.inf)
    if not darker and strokes.size > FAINT_STROKES * on_rules.sum():  # then only the place tells strokes from rules
        paper &= (rules & cv2.dilate(thin, _square(3))) > 0
    return np.where(paper, 0, contrast)


def _holds_row_of_cells(mask: NDArray[Any]) -> bool:
    """Whether there is a form in a mask (h, w) whose lines are those of its boxes; they are erased with these."""
    labels, boxes, _ = _find_components(mask > 0)
    frames = (frame for _, frame in _trace_frames(labels, boxes))
    return any(frame.cells >= ROW_OF_CELLS for frame in frames)


def _peaks(contrast: Ink, where: NDArray[np.bool_]) -> Ink:
    """The contrast in the middle of fine lines, whose edges are blurred, for each of their pixels: where (h, w)."""
    return cv2.dilate(np.where(where, contrast, 0), _square(3))[where]


def _mark_rules(mask: NDArray[Any], thickest: int) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Find the level and upright rules in a mask (h, w).

    Returns:
        Where they run and which pixels are thin, both (h, w) uint8, and how many rules there are of the direction
        that has more.
    """
    level, level_thin, level_count = _mark_level_rules(mask, thickest)
    upright, upright_thin, upright_count = _mark_level_rules(cv2.transpose(mask), thickest)
    count = max(level_count, upright_count)
    return level | cv2.transpose(upright), level_thin | cv2.transpose(upright_thin), count


def _mark_level_rules(mask: NDArray[Any], thickest: int) -> tuple[NDArray[Any], NDArray[Any], int]:
    thin = cv2.subtract(mask, cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((thickest + 1, 1), np.uint8)))
    rules = np.zeros(mask.shape, np.uint8)
    if cv2.countNonZero(thin) < RULE_STRETCH * min(mask.shape[1], RULE_SEARCH_SIDE):
        return rules, thin, 0
    thin = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, RULE_RUN), np.uint8))
    lines, count = _find_rules(thin, thickest)
    for left, right in lines:
        cv2.line(rules, (0, left), (mask.shape[1] - 1, right), 1, thickest + 4)
    return rules, thin, count


def _find_rules(thin: NDArray[Any], thickest: int) -> tuple[list[tuple[int, int]], int]:
    """Return the heights at the left and right edge of the rules among thin pixels, and how many rules there are.

    A rule is straight, nearly level, and long; the Hough transform finds such lines in stretches (Matas, Galambos and
    Kittler, "Robust Detection of Lines Using the Progressive Probabilistic Hough Transform", 2000).
    """
    scale = 1 / max(1, round(max(thin.shape) / RULE_SEARCH_SIDE))  # of a whole number, which is quicker to average
    small = cv2.resize(255 * thin, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) // 50 if scale < 1 else thin
    width = small.shape[1]
    if cv2.countNonZero(small) < RULE_STRETCH * width:
        return [], 0
    found = cv2.HoughLinesP(
        small, 1, np.pi / 720, round(RULE_STRETCH * width / 2), None, RULE_STRETCH * width, RULE_GAP * width
    )
    ends = np.zeros((0, 4)) if found is None else found.reshape(-1, 4)
    x1, y1, x2, y2 = ends[_is_inked(small, ends)].T / scale
    level = (x1 != x2) & (np.abs(y2 - y1) <= RULE_SLOPE * np.abs(x2 - x1))
    x1, y1, x2, y2 = (ends[level] for ends in (x1, y1, x2, y2))
    slope = (y2 - y1) / (x2 - x1)
    left = y1 - slope * x1
    middle = left + slope * thin.shape[1] / 2
    order = np.argsort(middle)
    groups = np.split(order, np.flatnonzero(np.diff(middle[order]) > 2 * thickest) + 1) if len(order) else []
    spans = np.array([x2[group].max() - x1[group].min() for group in groups]) / thin.shape[1]
    seen = np.array([(x2[group] - x1[group]).sum() for group in groups]) / thin.shape[1]
    spans = np.where(seen > RULE_SEEN, spans, 0)
    count = int((spans > RULE_LENGTH).sum())
    kept = np.flatnonzero(spans > (RULE_SEEN if count >= RULES_MIN else RULE_LENGTH))
    lines = np.concatenate([groups[k] for k in kept]) if kept.size else order[:0]
    return [(round(left[i]), round(left[i] + slope[i] * thin.shape[1])) for i in lines], count


def _is_inked(thin: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.bool_]:
    """Which stretches (n, 4) from x, y to x, y lie on ink nearly everywhere: close writing lines up, with gaps."""
    along = np.linspace(0, 1, RULE_SAMPLES)
    x, y = (np.round(ends[:, i, None] + np.outer(ends[:, i + 2] - ends[:, i], along)).astype(int) for i in (0, 1))
    return np.asarray((cv2.dilate(thin, _square(3))[y, x] > 0).mean(1) >= RULE_INKED)


def _close(picture: Grey, side: int) -> Grey:
    """Fill what is dark and narrower than a square, but not the table that shows along the picture's sides."""
    padded = cv2.copyMakeBorder(picture, side, side, side, side, cv2.BORDER_REPLICATE)
    for turned in (padded, padded.T):  # the table goes on outside, strokes that are cut off do not
        run = max(2 * side, round(TABLE_RUN * turned.shape[1]))
        for band, edge in ((turned[:side], turned[side]), (turned[-side:], turned[-side - 1])):
            band[:] = cv2.morphologyEx(edge[None], cv2.MORPH_CLOSE, np.ones((1, run), np.uint8))
    return cv2.morphologyEx(padded, cv2.MORPH_CLOSE, _square(side))[side:-side, side:-side]


def _strongest_around(contrast: Ink, side: int) -> Ink:
    return cv2.blur(cv2.dilate(contrast, _square(side)), (side, side))


def _square(side: int) -> NDArray[np.uint8]:
    return np.ones((side, side), np.uint8)


class Box(NamedTuple):
    """A mark's bounding box in pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, eq=False)
class Mark:
    """One sign on the paper: its box, and the ink in it that is its own, (height, width) float32 in [0, 1]."""

    box: Box
    ink: Ink


def find_digits(ink: Ink) -> list[Box]:
    """Return the boxes of what may be digits, in reading order: lines from the top, left to right.

    Args:
        ink: (height, width) float32 in [0, 1], 0 is paper, as `extract_ink` gives it.
    """
    return [mark.box for line in find_marks(ink) for mark in line]


def find_marks(ink: Ink) -> list[list[Mark]]:
    """Return the marks on each line, lines from the top, marks from the left.

    A mark is one connected stretch of ink, or several that lie above each other as the parts of a 5 do; the gaps in
    dotted pencil and in chalk are closed first. Specks, much smaller than the writing, and the picture's own edges are
    left out.

    Args:
        ink: (height, width) float32 in [0, 1], 0 is paper, as `extract_ink` gives it.
    """
    labels, boxes, areas = _find_components(ink >= 0.5)
    framed = _erase_frames(ink, boxes)
    if framed is not None:
        ink = framed
        labels, boxes, areas = _find_components(ink >= 0.5)
    gap = _find_gaps(ink, len(areas))
    if gap:
        ink = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, _square(gap))
        labels, boxes, areas = _find_components(ink >= 0.5)
    if not areas.size:
        return []
    dark = np.bincount(labels[ink >= INK_CERTAIN], minlength=len(areas) + 1)[1:] > 0
    numbers = np.flatnonzero(_lies_inside(labels, areas) & dark) + 1
    least = max(MARK_MIN, MARK_MIN_SHARE * max(ink.shape))
    numbers = numbers[_is_writing(boxes[numbers - 1], areas[numbers - 1], least)]
    if not numbers.size:
        return []
    boxes = boxes[numbers - 1]
    size = _writing_size(boxes)
    groups = _stack_parts(boxes, size)
    marks = [_cut_mark(ink, labels, numbers[group], boxes[group]) for group in groups]
    return _sort_into_lines(marks)


def _erase_frames(ink: Ink, boxes: NDArray[Any]) -> Ink | None:
    """Return ink without the boxes of forms; None where there are none among components with the given boxes (n, 4).

    Their lines are often fainter than what is written, and all but vanish beside it. A single box, or several that
    nothing is written in, may be digits drawn with straight strokes.
    """
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    if len(boxes) < CELLS_MIN and (width <= height).all():
        return None
    labels, boxes, _ = _find_components(ink >= FRAME_INK)
    frames = list(_trace_frames(labels, boxes))
    if sum(frame.cells for _, frame in frames) < CELLS_MIN:
        return None
    erased, cells = ink.copy(), 0
    for (left, top, right, bottom), frame in frames:
        inside = np.s_[top:bottom, left:right]
        rest = erase_frame(ink[inside], frame)
        if frame.cells >= ROW_OF_CELLS or (rest >= 0.5).any(1).sum() > WRITTEN * (bottom - top):
            erased[inside] = np.minimum(erased[inside], rest)
            cells += frame.cells
    return erased if cells >= CELLS_MIN else None


def _trace_frames(labels: NDArray[Any], boxes: NDArray[Any]) -> Iterator[tuple[Box, Frame]]:
    """Yield the frames among the largest components, each with its box."""
    for number in np.argsort((boxes[:, :2] - boxes[:, 2:]).max(1))[:FRAMES_MAX]:
        box = Box(*boxes[number].tolist())
        frame = trace_frame((labels[box.top : box.bottom, box.left : box.right] == number + 1).astype(np.uint8))
        if frame:
            yield box, frame


def _find_gaps(ink: Ink, count: int) -> int:
    """Return the side in pixels of a square that closes the gaps in strokes of dots or crumbs, 0 if there are none.

    Joining such pieces leaves a few marks that stand well apart, each of several pieces and none as long as a line.
    """
    if count < PIECES_MIN:
        return 0
    scale = max(1, round(max(ink.shape) / GAP_SEARCH_SIDE))
    small = cv2.resize(ink, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA) if scale > 1 else ink
    pieces = (small >= 0.5).astype(np.uint8)
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(pieces)
    large = np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= PIECE_AREA_MIN) + 1
    if large.size < PIECES_MIN:
        return 0
    reach = PIECE_GAP * _stroke_width(small)
    left, gap = large.size + 1, 0
    for side in STROKE_SIDES:
        if gap > reach:
            break
        _, joined, boxes, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, _square(side)))
        owner = np.zeros(len(stats), np.intp)
        owner[numbers] = joined
        held = np.bincount(owner[large], minlength=len(boxes))
        marks = np.flatnonzero(held[1:]) + 1
        width, height = boxes[marks, cv2.CC_STAT_WIDTH], boxes[marks, cv2.CC_STAT_HEIGHT]
        if marks.size >= STANDING_APART * left and np.median(held[marks]) >= PIECES_OF_MARK:
            is_writing = np.median(width / height) <= MARK_ASPECT_MAX and gap <= GAP_MAX * np.median(height)
            return gap * scale if is_writing else 0
        left, gap = marks.size, side
    return 0


def _find_components(mask: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Number a mask's connected components from 1: the numbers (h, w), and each one's box (n, 4) and area (n,)."""
    labels = np.zeros(mask.shape, np.int32)
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    inside = np.s_[top : top + height, left : left + width]
    stats: NDArray[Any] = np.zeros((1, 5), np.int32)
    if width:  # most of a drawing is empty
        _, numbers, stats, _ = cv2.connectedComponentsWithStats(mask[inside].astype(np.uint8))
        labels[inside] = numbers
    corners = stats[1:, :2] + [left, top]
    return labels, np.hstack([corners, corners + stats[1:, 2:4]]), stats[1:, cv2.CC_STAT_AREA]


def _lies_inside(labels: NDArray[Any], areas: NDArray[Any]) -> NDArray[np.bool_]:
    """Which components (n,) do not lie in the strip along the picture's sides where paper and table end."""
    height, width = (max(1, round(EDGE_STRIP * side)) for side in labels.shape)
    strips = [labels[:height], labels[-height:], labels[height:-height, :width], labels[height:-height, -width:]]
    in_strip = np.bincount(np.concatenate([strip.ravel() for strip in strips]), minlength=len(areas) + 1)[1:]
    return np.asarray(in_strip <= EDGE_SHARE * areas)


def _is_writing(boxes: NDArray[Any], areas: NDArray[Any], least: float) -> NDArray[np.bool_]:
    """Which components (n,) are no frames, at least `least` pixels long, and large enough beside the others."""
    sides = (boxes[:, 2:] - boxes[:, :2]).max(1, initial=0)
    keep = sides >= least
    if keep.any():
        keep[keep] = ~_is_frame(boxes[keep], areas[keep])
        size = _writing_size(boxes[keep])
        keep &= (sides >= SPECK * size) & (areas >= (SPECK * size / 3) ** 2)
    keep[np.argsort(-sides * keep)[MARKS_MAX:]] = False
    return keep


def _is_frame(boxes: NDArray[Any], areas: NDArray[Any]) -> NDArray[np.bool_]:
    """Which components (n,) have much other ink within their box: the frames of forms, the outline of a sheet."""
    large = np.argsort(boxes[:, :2].sum(1) - boxes[:, 2:].sum(1))[:FRAMES_MAX]
    outer = boxes[large, None]
    within = (outer[..., :2] < boxes[None, :, :2]).all(2) & (outer[..., 2:] > boxes[None, :, 2:]).all(2)
    frame = np.zeros(len(boxes), bool)
    frame[large] = (within * areas).sum(1) > FRAMED * areas[large]
    return frame


def _writing_size(boxes: NDArray[Any]) -> float:
    """The usual longer side of a component, in pixels: the median, each counting by its length."""
    sides = np.sort((boxes[:, 2:] - boxes[:, :2]).max(1))
    total = np.cumsum(sides)
    return float(sides[np.searchsorted(total, total[-1] / 2)])


def _stack_parts(boxes: NDArray[Any], size: float) -> list[NDArray[np.intp]]:
    """Group components that lie above each other, one of them small, closer than a fraction of the writing size.

    Those whose boxes lie mostly within each other, across and down, are parts of one mark whatever their size.
    """
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    gap_x, gap_y = np.moveaxis(low - high, 2, 0)
    over = -gap_x >= PART_OVERLAP * np.minimum(width[:, None], width[None])
    joined = np.maximum(boxes[:, None, 3], boxes[None, :, 3]) - np.minimum(boxes[:, None, 1], boxes[None, :, 1])
    small = np.minimum(height[:, None], height[None]) < PART_HEIGHT * joined
    entwined = (-gap_x >= PART_WITHIN * np.minimum(width[:, None], width[None])) & (
        -gap_y >= PART_WITHIN * np.minimum(height[:, None], height[None])
    )
    near = over & (gap_y < PART_GAP * size) & (small | entwined) & (joined < LINE_HEIGHT * size)
    np.fill_diagonal(near, True)
    group = np.arange(len(boxes))
    for _ in boxes:
        least = np.where(near, group[None], len(boxes)).min(1)
        if (least == group).all():
            break
        group = least
    return [np.flatnonzero(group == number) for number in np.unique(group)]


def _cut_mark(ink: Ink, labels: NDArray[Any], numbers: NDArray[np.intp], boxes: NDArray[Any]) -> Mark:
    """Cut the numbered components out of the ink, leaving neighbours that reach into their box."""
    box = Box(*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())
    inside = np.s_[box.top : box.bottom, box.left : box.right]
    own = np.isin(labels[inside], [0, *numbers])  # 0 holds the strokes' soft edges
    return Mark(box, np.where(own, ink[inside], 0))


def _sort_into_lines(marks: list[Mark]) -> list[list[Mark]]:
    """Follow each line from the left: a mark goes on the line whose last mark, commas aside, is most level with it."""
    lines: list[list[Mark]] = []
    last: list[Box] = []
    for mark in sorted(marks, key=lambda mark: mark.box.left):
        levels = [_level(box, mark.box) for box in last]
        best = int(np.argmax(levels)) if levels else 0
        if not levels or levels[best] <= LEVEL_MIN:
            lines.append([mark])
            last.append(mark.box)
            continue
        lines[best].append(mark)
        if mark.box.height >= COMMA_HEIGHT * last[best].height:
            last[best] = mark.box
    return sorted(lines, key=lambda line: np.mean([mark.box.top + mark.box.bottom for mark in line]))


def _level(a: Box, b: Box) -> float:
    """How far two boxes share their height: 1 where the lower one lies wholly beside the other, below 0 where apart.

    If `b` is a comma to `a`, it may hang from the line.
    """
    hangs = COMMA_HANGS * a.height if b.height < COMMA_HEIGHT * a.height else 0
    return (min(a.bottom + hangs, b.bottom) - max(a.top, b.top)) / min(a.height, b.height)


def join_marks(marks: list[Mark]) -> Mark:
    """Return several marks as one."""
    boxes = np.array([mark.box for mark in marks])
    box = Box(*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())
    ink = np.zeros((box.height, box.width), np.float32)
    for mark in marks:
        top, left = mark.box.top - box.top, mark.box.left - box.left
        place = ink[top : top + mark.box.height, left : left + mark.box.width]
        np.maximum(place, mark.ink, out=place)
    return Mark(box, ink)


def frame_run(ink: Ink) -> Ink:
    """Frame the ink of a mark that may be several digits: its height 28 pixels, its left side at the left.

    Returns:
        (32, 64) float32 in [0, 1]; what is too wide for it is left out.
    """
    return _darken(fit_run(ink))


def fit_run(ink: Ink) -> Ink:
    """Scale a mark's ink, or a map of it, into the frame of `frame_run`, leaving its values as they are."""
    height = RUN_SHAPE[0] - 2 * RUN_MARGIN
    scale = height / ink.shape[0]
    width = max(1, round(ink.shape[1] * scale))
    small = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    framed = np.zeros(RUN_SHAPE, np.float32)
    shown = small[:, : RUN_SHAPE[1] - RUN_MARGIN]
    framed[RUN_MARGIN : RUN_MARGIN + height, RUN_MARGIN : RUN_MARGIN + shown.shape[1]] = shown
    return framed


def split_mark(mark: Mark, parts: NDArray[np.float32]) -> tuple[Mark | None, Mark | None]:
    """Split a mark into the first of the digits in it and the others.

    Args:
        parts: (32, 64, 2) float32 in [0, 1], for the pixels of `frame_run`'s picture of the mark: whether their ink is
            the first digit's, and whether it is another's; it may be both.

    Returns:
        The two marks; None for one that has next to no ink, and for the second where it is not clear whose ink is
        whose, as in a scribble: then the first is the mark itself.
    """
    picture = frame_run(mark.ink)
    if (picture * np.abs(parts[..., 0] - parts[..., 1])).sum() < CLEAR * picture.sum():
        return mark, None
    height = RUN_SHAPE[0] - 2 * RUN_MARGIN
    scale = mark.box.height / height
    shown = min(max(1, round(mark.box.width / scale)), RUN_SHAPE[1] - RUN_MARGIN)
    maps = parts[RUN_MARGIN : RUN_MARGIN + height, RUN_MARGIN : RUN_MARGIN + shown]
    size = (min(round(shown * scale), mark.box.width), mark.box.height)
    owned = np.zeros((*mark.ink.shape, 2), np.float32)
    owned[:, size[0] :, 1] = 1  # beyond the frame
    owned[:, : size[0]] = cv2.resize(maps, size, interpolation=cv2.INTER_LINEAR)
    least = OWNED * owned.max(2)
    first, rest = (_trim(mark, owned[..., part] > least) for part in (0, 1))
    return first, rest


def _trim(mark: Mark, keep: NDArray[np.bool_]) -> Mark | None:
    """Return the part of a mark where `keep` is true, in its own box; None if there is next to no ink."""
    ink = _without_crumbs(np.where(keep, mark.ink, 0))
    if ink.sum() <= REMAINS * mark.ink.sum() or ink.max() < 0.5:
        return None
    rows, columns = np.flatnonzero(ink.max(1) >= 0.5), np.flatnonzero(ink.max(0) >= 0.5)
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    x, y = mark.box.left, mark.box.top
    return Mark(Box(x + int(left), y + int(top), x + int(right), y + int(bottom)), ink[top:bottom, left:right])


def _without_crumbs(ink: Ink) -> Ink:
    """Leave out the small pieces of a part of a mark: they are torn off its neighbour, and would widen its box."""
    _, pieces = cv2.connectedComponents((ink > 0).astype(np.uint8))
    weights = np.bincount(pieces.ravel(), ink.ravel())
    return np.where((weights >= CRUMB * weights.sum())[pieces], ink, 0)


def take_as_framed(grey: Grey) -> Ink | None:
    """Return a picture of 28x28 pixels as ink, as it may have been framed already, else None.

    Args:
        grey: (height, width) uint8; its ground is the shade that most of it has, and ink pulls the mean to its side.
    """
    if grey.shape != (IMAGE_SIDE, IMAGE_SIDE):
        return None
    light = grey.astype(np.float32) / 255
    return light if grey.mean() > np.median(grey) else 1 - light


def normalize(ink: Ink) -> Ink:
    """Frame one mark as MNIST framed its digits.

    The mark's bounding box is scaled, its aspect kept, to fit 20x20 pixels, and placed in a 28x28 image so that its
    centre of mass is at the centre (LeCun, Cortes and Burges, "The MNIST database of handwritten digits",
    http://yann.lecun.com/exdb/mnist). Strokes that would come out thinner than MNIST's are thickened first, so that
    a fine pen stays as dark as a broad one.

    Args:
        ink: (height, width) float32 in [0, 1], 0 is paper. Any size.

    Returns:
        (28, 28) float32 in [0, 1]; all 0 where there is no ink.

    Raises:
        ValueError: `ink` is not two-dimensional.
    """
    if ink.ndim != 2:
        raise ValueError(f"expected ink of shape (height, width), got {ink.shape}")
    darkest = float(ink.max(initial=0))
    if darkest <= 0:
        return np.zeros((IMAGE_SIDE, IMAGE_SIDE), np.float32)
    mark = _fit(_crop(ink / np.float32(darkest)))
    mark = _thicken(_darken(mark))
    frame = np.zeros((FINENESS * IMAGE_SIDE, FINENESS * IMAGE_SIDE), np.float32)
    top, left = _mass_offset(mark)
    frame[top : top + mark.shape[0], left : left + mark.shape[1]] = mark
    return _darken(cv2.resize(frame, (IMAGE_SIDE, IMAGE_SIDE), interpolation=cv2.INTER_AREA))


def _crop(ink: Ink) -> Ink:
    """Cut `ink` (darkest 1) to the box of its strokes."""
    rows, columns = np.flatnonzero(ink.max(1) >= INK_MIN), np.flatnonzero(ink.max(0) >= INK_MIN)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(mark: Ink) -> Ink:
    """Scale a mark to fit the digit's box, which is worked on in pixels `FINENESS` times finer than the image's."""
    scale = FINENESS * (DIGIT_SIDE - 1) / max(mark.shape)  # less 1, for the fraction of a pixel that centring takes
    height, width = (max(1, round(side * scale)) for side in mark.shape)
    if scale < 1:
        return cv2.resize(mark, (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(cv2.resize(mark, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def _darken(ink: Ink) -> Ink:
    """Bring the middle of the strokes, the 70th percentile of what is not paper, to 1."""
    inked = ink[ink > 0.1 * ink.max()]
    rank = 7 * inked.size // 10
    return np.minimum(ink / np.partition(inked, rank)[rank], 1)


def _thicken(mark: Ink) -> Ink:
    """Widen strokes that are thinner than MNIST's."""
    reach = math.ceil((FINENESS * STROKE_MIN - _stroke_width(mark)) / 2)
    if reach <= 0:
        return mark
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return _fit(cv2.dilate(_pad(mark, reach), brush))


def _stroke_width(mark: Ink) -> float:
    """Mean width in pixels of a mark's strokes: a bar's pixels lie a quarter of its width from its edge on average."""
    inside = (mark >= 0.5).astype(np.uint8)
    if not inside.any():
        return 0.0
    distance = cv2.distanceTransform(_pad(inside, 1), cv2.DIST_L2, 3)
    return max(4 * float(distance.sum()) / float(inside.sum()) - 2, 1)  # a pixel at the edge counts as 1, not as 1/2


def _pad(array: np.ndarray, border: int) -> np.ndarray:
    return cv2.copyMakeBorder(array, border, border, border, border, cv2.BORDER_CONSTANT, value=0)


def _mass_offset(mark: Ink) -> tuple[int, int]:
    """Row and column of the mark's corner in the frame that bring its centre of mass to the middle."""
    mass = float(mark.sum())
    offsets = []
    for axis, side in enumerate(mark.shape):
        centre = float((mark.sum(1 - axis) * (np.arange(side) + 0.5)).sum()) / mass
        offset = round(FINENESS * (MASS_CENTRE + 0.5) - centre)
        offsets.append(min(max(offset, 0), FINENESS * IMAGE_SIDE - side))
    return offsets[0], offsets[1]
