"""Removes what pictures say about where, when and by whom they were taken, and leaves which way is up.

Works on the bytes of a whole request, in place and without changing its length: neither the pixels nor the form around
the files are touched, so nothing is decoded and nothing that Gradio writes to disk ever held the metadata. Of files of
another kind, such as HEIC or TIFF, which could not be read anyway, nothing is left but their first bytes. A PDF keeps
what it says about itself, though not what the photos in it do.
"""

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import ExifTags

from mnist_demo.picture import signatures

SHORT = 3  # the EXIF type of the orientation

JPEG_EXIF = re.compile(rb"\xff\xe1(..)Exif\0\0", re.DOTALL)
JPEG_OTHER = re.compile(rb"\xff(?:\xe1(..)http://ns\.adobe\.com/|\xed(..)Photoshop 3\.0\0)", re.DOTALL)  # XMP, IPTC
PNG_CHUNK = re.compile(rb"(....)(eXIf|tEXt|zTXt|iTXt|tIME)", re.DOTALL)
WEBP_CHUNK = re.compile(rb"(EXIF|XMP )(....)", re.DOTALL)
FILE_PART = re.compile(rb"\r\nContent-Disposition:[^\r]*;\s*filename\*?=.*?\r\n\r\n", re.DOTALL | re.IGNORECASE)
KEPT_OF_OTHERS = 16  # bytes, which tell of what kind a file is


def clean_form(body: bytearray, boundary: bytes) -> None:
    """Remove metadata from the pictures in a multipart form's body, and all but the first bytes of other files."""
    remove_metadata(body)
    for part in list(FILE_PART.finditer(body)):
        end = body.find(b"\r\n--" + boundary, part.end())
        if not signatures.FILE.match(body, part.end()):
            blank_file(body, part.end(), len(body) if end < 0 else end)


def clean_data_urls(value: Any) -> Any:
    """Return a JSON value with the files in its data URLs cleaned in the same way."""
    if isinstance(value, dict):
        return {key: clean_data_urls(each) for key, each in value.items()}
    if isinstance(value, list):
        return [clean_data_urls(each) for each in value]
    if not isinstance(value, str) or value.lstrip()[:5].lower() != "data:":
        return value
    head, _, content = value.partition(",")
    try:
        file = bytearray(base64.b64decode(content))
    except ValueError:
        return f"{head},"
    remove_metadata(file)
    if not signatures.FILE.match(file):
        blank_file(file, 0, len(file))
    return f"{head},{base64.b64encode(file).decode('ascii')}"


def blank_file(body: bytearray, start: int, end: int) -> None:
    """Keep a file's first bytes, and its length."""
    start += KEPT_OF_OTHERS
    body[start:end] = bytes(max(0, end - start))


def remove_metadata(body: bytearray) -> None:
    """Blank the EXIF, XMP, IPTC and text of every JPEG, PNG and WebP file in the body, but for EXIF's orientation."""
    for start, end in list(jpeg_segments(body, JPEG_EXIF)):
        blank_exif(body, start + len(b"Exif\0\0"), end)
    for start, end in list(jpeg_segments(body, JPEG_OTHER)):
        body[start:end] = bytes(end - start)
    if signatures.PNG in body:
        for match in list(PNG_CHUNK.finditer(body)):
            blank_png_chunk(body, match)
    if signatures.WEBP.search(body):
        for match in list(WEBP_CHUNK.finditer(body)):
            blank_webp_chunk(body, match)


def jpeg_segments(body: bytearray, pattern: re.Pattern[bytes]) -> Iterator[tuple[int, int]]:
    """Yield where the content of each matching segment starts and ends."""
    for match in pattern.finditer(body):
        length = int.from_bytes(next(filter(None, match.groups())), "big")
        yield match.start() + 4, min(match.start() + 2 + length, len(body))


def blank_exif(body: bytearray, start: int, end: int) -> None:
    """Replace a TIFF structure by an empty one, or if the picture is not upright by one with the orientation alone."""
    orientation = read_orientation(bytes(body[start:end]))
    kept = struct.pack(">2sHIHI", b"MM", 42, 8, 0, 0)
    if orientation > 1:
        kept = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ExifTags.Base.Orientation, SHORT, 1, orientation, 0, 0)
    body[start:end] = kept[: end - start].ljust(end - start, b"\0")


def read_orientation(tiff: bytes) -> int:
    """Return the orientation, 1 to 8, in a TIFF structure's first directory; 1 if it has none or is broken."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if (tag, kind) == (ExifTags.Base.Orientation, SHORT):
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def blank_png_chunk(body: bytearray, match: re.Match[bytes]) -> None:
    """Blank a chunk's content, and make its checksum fit. What only looks like a chunk has no fitting one: it stays."""
    start, end = match.end(), match.end() + int.from_bytes(match[1], "big")
    kind = match[2]
    if end + 4 > len(body) or body[end : end + 4] != checksum(kind, body[start:end]):
        return
    if kind == b"eXIf":
        blank_exif(body, start, end)
    else:
        body[start:end] = b"Comment\0".ljust(end - start, b" ")[: end - start]
        kind = b"tEXt"
        body[match.start(2) : start] = kind
    body[end : end + 4] = checksum(kind, body[start:end])


def checksum(kind: bytes, content: bytearray) -> bytes:
    """Return what follows a PNG chunk."""
    return zlib.crc32(content, zlib.crc32(kind)).to_bytes(4, "big")


def blank_webp_chunk(body: bytearray, match: re.Match[bytes]) -> None:
    """Blank a chunk's content. Compressed pixels that look like a chunk's name are told by what follows it."""
    start, end = match.end(), match.end() + int.from_bytes(match[2], "little")
    if end > len(body):
        return
    if match[1] == b"EXIF":
        start += 6 if body[start : start + 6] == b"Exif\0\0" else 0
        if bytes(body[start : start + 2]) in (b"II", b"MM"):
            blank_exif(body, start, end)
    elif body[start : start + 1] == b"<":
        body[start:end] = bytes(end - start)
