"""From any picture to upright grey: files, bytes, Pillow images and arrays. Pillow, NumPy, and PDFium for a PDF."""

import io
import math
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops, ImageOps, UnidentifiedImageError

from mnist_demo.picture import signatures
from mnist_demo.picture.errors import PictureError
from mnist_demo.picture.pdf import draw_pages
from mnist_demo.picture.repair import without_extras

Grey = NDArray[np.uint8]  # (height, width), 255 is white
Source = str | Path | bytes | Image.Image | NDArray[np.generic]

FORMATS = ("PNG", "JPEG", "WEBP")  # which browsers show and canvases give
PIXELS_MAX = 50_000_000  # of a picture that is opened at all, with its frames; phones take up to 48 million
SIDE_MAX = 20_000  # pixels, likewise; what is longer is no photo
HELD_MAX = 280e6  # bytes that a decoder may hold of a picture, so that reading any takes 300 MB at most
CANVAS_HELD, SAMPLE_HELD = 16, 2  # bytes of a pixel of WebP or an animated PNG, of a sample of a progressive JPEG
WORK_PIXELS = 1_200_000  # a larger picture is reduced to so many; the model halves what has one more
SCANS_MAX = 100  # of a progressive JPEG; encoders write some ten, and hundreds in a few kB take five seconds
FRAMES_MAX = 8  # of an animation, that are looked at for one that is not blank; together they cost as much as a picture
BAND = 64  # rows that are worked on at a time where all of them would take much memory
LUMA = np.array([0.299, 0.587, 0.114])  # of red, green and blue (ITU-R BT.601)
COLOUR_SIDE = 256  # pixels; the picture is reduced to about this to see how ink and paper differ in colour
COLOUR_GAIN = 3.0  # times the luma's contrast, as a variance, that another mixture of colours must have; of 2,962
# pictures of all sets all have at most 2.3 but two, whose ink is as bright as its paper: these have 65 and 88


def load_image(source: Source) -> Grey:
    """Return a picture as upright grey.

    EXIF orientation is applied; transparency is laid over white or black, whichever shows more; grey of more than 8
    bits is scaled to 8; where ink and paper differ in colour alone, grey is the colours' mixture in which they differ
    most; of an animation the first frame that is not blank is taken, of a PDF the first page; a picture of more than
    1.2 megapixels is reduced (`load_scaled` tells by how much).

    Args:
        source: a path, a file's bytes, a Pillow image, or an array: (h, w) or (h, w, 1 to 4) of uint8 or uint16 over
            their full range, of bool, or of floats in [0, 1]. Files and bytes are PNG, JPEG, WebP or PDF.

    Returns:
        (height, width) uint8, 255 is white.

    Raises:
        FileNotFoundError: there is no such file.
        PictureError: the file is not of those formats, damaged, locked, empty or too large.
        ValueError: the array is of another form.
        TypeError: the source is something else.
    """
    return load_scaled(source)[0]


def load_scaled(source: Source) -> tuple[Grey, float]:
    """Return what `load_image` does, and the side of its pixels in pixels of the upright picture: 1 or more."""
    try:
        grey, width, orientation = _read(source)
    except PictureError as error:
        named = Path(source).name if isinstance(source, str | Path) else None
        raise error.of(named or ("the array" if isinstance(source, np.ndarray) else "the image")) from None
    upright = Image.fromarray(grey)
    surplus = math.sqrt(grey.size / WORK_PIXELS)
    if surplus > 1:
        size = [max(1, int(side / surplus)) for side in upright.size]
        upright = upright.resize(size, Image.Resampling.BOX)
    scale = width / upright.width
    upright.getexif()[ExifTags.Base.Orientation] = orientation
    ImageOps.exif_transpose(upright, in_place=True)
    return np.asarray(upright), scale


def _read(source: Source) -> tuple[Grey, int, int]:
    """Return a picture as grey, reduced if it is large, its own width, and its EXIF orientation."""
    if isinstance(source, np.ndarray):
        source = _image_of_array(source)
    if isinstance(source, Image.Image):
        _check_size(*source.size)
        return _decode(source, may_draft=False)
    if isinstance(source, bytes | bytearray):
        return _read_file(source)
    if not isinstance(source, str | Path):
        raise TypeError(f"expected a path, bytes, a Pillow image or an array, got {type(source).__name__}")
    path = Path(source)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file. Check the path.")
    return _read_file(path.read_bytes())


def _read_file(content: bytes) -> tuple[Grey, int, int]:
    if not content:
        raise PictureError("empty")
    if content.startswith(signatures.PDF):
        return _decode(Image.fromarray(next(draw_pages(content, 1))))
    if not signatures.IMAGE.match(content):
        raise PictureError("foreign")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of large pictures, which are refused below, and of odd metadata
        try:
            return _open(content)
        except PictureError as error:
            if error.kind == "damaged":
                with suppress(PictureError):
                    return _open(without_extras(content))
            raise


def _open(content: bytes) -> tuple[Grey, int, int]:
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        _check_size(*image.size, _most_pixels(image))
        scans = content.count(b"\xff\xda") if "progressive" in image.info else 1  # its mark is no part of pixels
        if scans > SCANS_MAX:  # a JPEG of a few kB that would take minutes to decode
            raise ValueError(f"{scans} scans, where a JPEG has some ten")
        return _decode(image)
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise _too_large(PIXELS_MAX) from None
    except UnidentifiedImageError:  # whose words name the file's place
        raise PictureError("damaged", {"reason": "it breaks off, or what it says of itself is wrong"}) from None
    except Exception as error:  # decoders raise nearly anything on damaged files
        raise PictureError("damaged", {"reason": str(error)}) from None


def _most_pixels(image: Image.Image) -> float:
    """Return how many pixels a file may have: fewer of several frames, or if its decoder holds all until it is done."""
    frames = _frames_looked_at(image)
    if image.format == "WEBP" or frames > 1:
        return min(PIXELS_MAX / frames, HELD_MAX / CANVAS_HELD)
    if "progressive" not in image.info:
        return PIXELS_MAX
    samples = [across * down for _, across, down, _ in image.layer]  # type: ignore[attr-defined] # colour often has fewer
    return min(PIXELS_MAX, HELD_MAX / SAMPLE_HELD * max(samples) / sum(samples))


def _frames_looked_at(image: Image.Image) -> int:
    """Return how many frames may be decoded. An MPO's others are no animation's, and each may be of any size."""
    return 1 if image.format == "MPO" else min(FRAMES_MAX, getattr(image, "n_frames", 1))


def _too_large(pixels_max: float) -> PictureError:
    return PictureError("large", {"megapixels": int(pixels_max / 1e6), "side": SIDE_MAX})


def _check_size(width: int, height: int, pixels_max: float = PIXELS_MAX) -> None:
    if width * height > pixels_max or max(width, height) > SIDE_MAX:
        raise _too_large(pixels_max)
    if width * height == 0:
        raise PictureError("no_pixels")


def _decode(image: Image.Image, may_draft: bool = True) -> tuple[Grey, int, int]:
    """Return what `_read` does. A caller's own picture is not drafted, which would change its size for good."""
    width, height = image.size
    reduction = max(1, int(math.sqrt(width * height / WORK_PIXELS)))
    if may_draft and image.format in ("JPEG", "MPO") and reduction > 1:
        image.draft(None, (width // reduction, height // reduction))  # decoded at the reduced size
    image.load()
    orientation = _orientation(image)  # only now: it loads a PNG, and would keep what is wrong with it to itself
    shown = image.tell()
    for number in range(shown, min(shown + _frames_looked_at(image), getattr(image, "n_frames", 1))):
        image.seek(number)
        grey = _grey_of_image(image, max(1, int(reduction * image.width / width)))
        if grey.min() < grey.max():
            break
    image.seek(shown)
    return grey, width, orientation


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # broken EXIF is no reason not to read the pixels; Pillow's parser raises nearly anything
        return 1


def _grey_of_image(image: Image.Image, reduction: int) -> Grey:
    if image.mode == "F":
        return _as_bytes(np.asarray(image))
    if image.mode.startswith("I"):
        return _grey_of_sixteen(np.asarray(image))
    mode = "RGBA" if image.has_transparency_data else "L" if image.mode in ("1", "L") else "RGB"
    image = _reduce(image, mode, reduction)
    if mode == "L":
        return np.asarray(image)
    grey = _grey_of_colours(image.convert("RGB"))
    return _lay_over(grey, np.asarray(image.getchannel("A"))) if mode == "RGBA" else grey


def _reduce(image: Image.Image, mode: str, reduction: int) -> Image.Image:
    """Return a picture in another mode, reduced: some rows at a time, for the memory."""
    if reduction == 1:
        return image.convert(mode)
    width, height = image.size
    reduced = Image.new(mode, (-(-width // reduction), -(-height // reduction)))
    for top in range(0, height, BAND * reduction):
        band = image.crop((0, top, width, min(height, top + BAND * reduction)))
        reduced.paste(band.convert(mode).reduce(reduction), (0, top // reduction))
    return reduced


def _grey_of_colours(image: Image.Image) -> Grey:
    """Return the luma of a picture, or the mixture of its colours in which neighbouring pixels differ far more.

    That mixture is the first principal component of the differences between neighbours: ink of the paper's brightness
    but another colour shows in it.
    """
    luma = image.convert("L")
    if ImageChops.difference(image, luma.convert("RGB")).getbbox() is None:
        return np.asarray(luma)  # there is no colour, as in drawings
    small = np.asarray(image.reduce(max(1, max(image.size) // COLOUR_SIDE)), np.float32)
    steps = np.concatenate([np.diff(small, axis=axis).reshape(-1, 3) for axis in (0, 1)])
    covariance = steps.T @ steps / max(1, len(steps))
    variances, mixtures = np.linalg.eigh(covariance.astype(np.float64))
    mixture = mixtures[:, -1] / np.abs(mixtures[:, -1]).sum()
    if variances[-1] <= COLOUR_GAIN * (LUMA @ covariance @ LUMA) / (LUMA @ LUMA):
        return np.asarray(luma)
    mixture *= np.sign(mixture @ LUMA) or 1.0
    lowest = 255 * np.minimum(mixture, 0).sum()
    return np.asarray(image.convert("L", (*mixture, -lowest)))


def _grey_of_sixteen(values: NDArray[np.integer]) -> Grey:
    """Scale 16-bit grey to 8; files of cameras and scanners often hold 8, 10 or 12 bits in it."""
    bits = next(bits for bits in (8, 10, 12, 16) if values.max(initial=0) < 1 << bits or bits == 16)
    rows = np.array_split(values, max(1, len(values) // BAND))  # a few at a time, for the memory
    scale = np.float32(255 / ((1 << bits) - 1))
    return np.concatenate([(np.clip(part, 0, 65535) * scale + np.float32(0.5)).astype(np.uint8) for part in rows])


def _lay_over(grey: Grey, alpha: NDArray[np.uint8]) -> Grey:
    """Lay a transparent picture over white or black, whichever shows more of it."""
    if alpha.min() == 255:
        return grey
    shown = alpha.astype(np.float32) / 255
    dark, light = ((shown * np.abs(grey.astype(np.float32) - ground)).mean() for ground in (0, 255))
    ground = 255 if light >= dark else 0
    return np.rint(grey * shown + ground * (1 - shown)).astype(np.uint8)


def _image_of_array(array: NDArray[np.generic]) -> Image.Image:
    if array.ndim not in (2, 3) or array.size == 0 or (array.ndim == 3 and array.shape[2] > 4):
        raise ValueError(f"expected an array of shape (height, width) or (height, width, 1 to 4), got {array.shape}")
    pixels = _as_bytes(array)
    return Image.fromarray(pixels[..., 0] if pixels.shape[2:] == (1,) else pixels)


def _as_bytes(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return an array's values, over the range of its type, in [0, 255]."""
    if array.dtype == np.uint8:
        return array.view(np.uint8)
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint16:
        return (array.view(np.uint16) // 257).astype(np.uint8)
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"expected an array of uint8, uint16, bool or floats in [0, 1], got {array.dtype}")
    values = np.nan_to_num(array, posinf=0)
    if values.max(initial=0) > 1.5:
        raise ValueError("expected floats in [0, 1], got some above 1.5. Divide values of 0 to 255 by 255.")
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
