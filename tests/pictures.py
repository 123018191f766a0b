"""Odd files that tests make for themselves: huge pictures of few bytes, photos that say where they were taken, PDF
files, and images in the files that MNIST comes in."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.examples import photo_bytes

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
LATITUDE = (52.0, 31.0, 12.3)  # degrees, minutes, seconds
MAKER = "Hidden Camera Works"
XMP = b"<x:xmpmeta>Hidden Camera Works</x:xmpmeta>"


def photo(name: str, size: tuple[int, int] = (900, 675)) -> NDArray[np.uint8]:
    """Return an example photo (h, w, 3), red first, at a size in pixels."""
    return np.asarray(Image.open(io.BytesIO(photo_bytes(name))).resize(size, Image.Resampling.BICUBIC))


def encode(picture: NDArray[np.uint8] | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return an image file of a picture."""
    file = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(file, kind, **options)
    return file.getvalue()


def lay_afar(writing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a phone's photo of 12 megapixels in which a sheet of white paper holds the writing, and nothing else."""
    sheet = np.full((3024, 4032), 255, np.uint8)
    height, width = writing.shape
    sheet[1000 : 1000 + height, 1500 : 1500 + width] = writing
    return sheet


def encode_pdf(*pages: NDArray[np.uint8], resolution: int = 150) -> bytes:
    """Return a PDF of scanned pages, so many pixels an inch."""
    file = io.BytesIO()
    first, *others = (Image.fromarray(page).convert("RGB") for page in pages)
    first.save(file, "PDF", save_all=True, append_images=others, resolution=resolution, quality=95)
    return file.getvalue()


def locked_pdf() -> bytes:
    """Return a PDF of one empty page that opens only with a password, which nobody knows."""
    lock = f"<</Filter/Standard/V 1/R 2/P -4/O<{'41' * 32}>/U<{'42' * 32}>>>".encode()
    return _pdf(b"", lock, trailer=b"/Encrypt 4 0 R/ID[<00><00>]")


def slow_pdf() -> bytes:
    """Return a PDF of 180 kB of one page that PDFium parses for minutes: each of many states has many keys."""
    keys = b"".join(b"/K%d 1" % number for number in range(20_000))
    content = zlib.compress(b"/G gs " * 2_000_000, 9)
    stream = b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content)
    return _pdf(b"/Contents 4 0 R/Resources<</ExtGState<</G<<%s>>>>>>" % keys, stream)


def _pdf(page: bytes, *others: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of one page, of which more is said; the other objects are numbered from 4."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]%s>>" % page, *others]
    body, places = b"%PDF-1.4\n", []
    for number, value in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(body))
    return b"%sxref\n0 %d\n0000000000 65535 f \n%s%s" % (body, size, table, end)


def idx(values: NDArray[np.uint8]) -> bytes:
    """Return an array as one of MNIST's own files."""
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes() + values.tobytes()


def kaggle(images: NDArray[np.uint8], labels: NDArray[np.uint8] | None) -> bytes:
    """Return images, and labels if there are any, as Kaggle's table of them."""
    columns = ["label"] * (labels is not None) + [f"pixel{i}" for i in range(784)]
    rows = images.reshape(len(images), -1)
    table = rows if labels is None else np.hstack([labels[:, None], rows])
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in table.tolist())]).encode()


def saved(save: Callable[..., None], *arrays: NDArray[np.generic], **named: NDArray[np.generic]) -> bytes:
    """Return what a function of NumPy's saves of arrays."""
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


def geotagged(pixels: NDArray[np.uint8], kind: str, orientation: int = 1, **options: Any) -> bytes:
    """Return an image file that says, in EXIF and XMP, where and with what it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, MAKER
    exif.get_ifd(GPS).update({1: "N", 2: LATITUDE})
    return encode(pixels, kind, exif=exif, **({} if kind == "PNG" else {"xmp": XMP}), **options)


def png_bomb(width: int, height: int) -> bytes:
    """Return a black PNG of so many pixels, 1 bit each: a thousandth of what it unpacks to, and made at once."""
    row = b"\0" + bytes((width + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row * 1000) for _ in range(height // 1000))
    pixels += packer.compress(row * (height % 1000)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def animated_png(side: int, frames: int) -> bytes:
    """Return a PNG of blank frames of so many pixels a side, with transparency."""
    pixels = zlib.compress(bytes((4 * side + 1) * side))
    content = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
    content += _chunk(b"acTL", struct.pack(">II", frames, 0))
    for number in range(frames):
        order = max(0, 2 * number - 1)
        content += _chunk(b"fcTL", struct.pack(">IIIIIHHBB", order, side, side, 0, 0, 1, 10, 1, 0))
        content += _chunk(b"fdAT", struct.pack(">I", order + 1) + pixels) if number else _chunk(b"IDAT", pixels)
    return b"\x89PNG\r\n\x1a\n" + content + _chunk(b"IEND", b"")


def webp_bomb() -> bytes:
    """Return the first bytes of an animated WebP of 16,383 pixels a side, which a decoder may allocate at once."""
    size = (16382).to_bytes(3, "little")
    frame = encode(np.zeros((1, 1, 3), np.uint8), "WEBP", lossless=True)[12:]
    content = (
        _riff(b"VP8X", b"\x02\0\0\0" + size + size)
        + _riff(b"ANIM", bytes(6))
        + _riff(b"ANMF", bytes(6) + bytes(6) + bytes(4) + frame)
    )
    return b"RIFF" + struct.pack("<I", 4 + len(content)) + b"WEBP" + content


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _riff(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
