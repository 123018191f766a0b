"""Removes what pictures say about where, when and by whom they were taken, and leaves which way is up.

Works on the bytes of a whole request, in place and without changing its length: neither the pixels nor the form around
the files are touched, so nothing is decoded and nothing that Gradio writes to disk ever held the metadata. Of files of
another kind, such as HEIC or TIFF, which could not be read anyway, nothing is left but their first bytes. A PDF keeps
what it says about itself, though not what the photos in it do.

Each byte is looked at a few times at most, whatever a stranger sends: nothing is searched that was walked already.
"""

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import ExifTags

from mnist_demo.picture import signatures

Bytes = bytearray | memoryview

SHORT = 3  # the EXIF type of the orientation

JPEG_METADATA = re.compile(  # EXIF, XMP, IPTC
    rb"\xff[\xe1\xed](..)(?:(Exif\0\0)|http://ns\.adobe\.com/|Photoshop 3\.0\0)", re.DOTALL
)
JPEG = re.compile(  # what few pixels look like: a file's start, or a longer beginning within another file
    rb"\xff\xd8\xff(?:(?<=\A\xff\xd8\xff)|(?<=\r\n\r\n\xff\xd8\xff)|\xe0..JFIF\0|\xe1..Exif\0)", re.DOTALL
)
JPEG_SCAN, JPEG_COMMENT = 0xDA, 0xFE  # markers
PNG = re.compile(re.escape(signatures.PNG))
PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"tIME")
HEAD_END = re.compile(rb"\r\n\r\n")
FILE_NAME = re.compile(rb";\s*filename\*?=", re.IGNORECASE)
KEPT_OF_OTHERS = 16  # bytes, which tell of what kind a file is


def clean_form(body: bytearray, boundary: bytes) -> None:
    """Remove metadata from the pictures in a multipart form's body, and all but the first bytes of other files."""
    delimiter = b"\r\n--" + boundary
    start = 0
    with memoryview(body) as view:
        while start < len(body):
            end = body.find(delimiter, start)
            end = len(body) if end < 0 else end
            clean_part(view[start:end])
            start = end + len(delimiter)


def clean_part(part: memoryview) -> None:
    """Remove metadata from a part of a form, and if it has a file's name, all but the first bytes of other files."""
    remove_metadata(part)
    head = HEAD_END.search(part)
    if head and FILE_NAME.search(part, 0, head.end()):
        blank_others(part[head.end() :])


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
    blank_others(file)
    return f"{head},{base64.b64encode(file).decode('ascii')}"


def blank_others(file: Bytes) -> None:
    """Blank all but the first bytes of a file of a kind that is not read."""
    if not signatures.FILE.match(file):
        file[KEPT_OF_OTHERS:] = bytes(max(0, len(file) - KEPT_OF_OTHERS))


def remove_metadata(body: Bytes) -> None:
    """Blank EXIF, XMP, IPTC, comments and text in every JPEG, PNG and WebP file in the body, but EXIF's orientation."""
    blank_jpegs(body)
    blank_pngs(body)
    blank_webps(body)


def blank_jpegs(body: Bytes) -> None:
    """Blank the metadata of JPEG files, those within other files too. No pixels look like so long a beginning."""
    start = 0
    while match := JPEG_METADATA.search(body, start):
        length = int.from_bytes(match[1], "big")
        start = max(match.end(), min(match.start() + 2 + length, len(body)))
        if match[2]:
            blank_exif(body, match.end(), start)
        else:
            body[match.end() : start] = bytes(start - match.end())
    for marker, start, end in jpeg_segments(body):
        if marker == JPEG_COMMENT:
            body[start:end] = b" " * (end - start)


def jpeg_segments(body: Bytes) -> Iterator[tuple[int, int, int]]:
    """Yield of each segment before the pixels of each JPEG file its marker, and where its content starts and ends."""
    start = 0
    while match := JPEG.search(body, start):
        start = match.start() + 2
        while start + 4 <= len(body) and body[start] == 0xFF and body[start + 1] != JPEG_SCAN:
            end = min(start + 2 + int.from_bytes(body[start + 2 : start + 4], "big"), len(body))
            yield body[start + 1], start + 4, end
            start = end


def blank_pngs(body: Bytes) -> None:
    """Blank the metadata of PNG files, and make the checksums fit."""
    for kind, start, end in png_chunks(body):
        if kind == b"eXIf":
            blank_exif(body, start, end)
        elif kind in PNG_TEXTS:
            body[start - 4 : start] = b"tEXt"
            body[start:end] = b"Comment\0".ljust(end - start, b" ")[: end - start]
        else:
            continue
        checksum = zlib.crc32(body[start - 4 : end]).to_bytes(4, "big")
        body[end : end + 4] = checksum[: len(body) - end]


def png_chunks(body: Bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield of each chunk of each PNG file its kind, and where its content starts and ends."""
    start = 0
    while match := PNG.search(body, start):
        start, kind = match.end(), b""
        while start + 8 <= len(body) and kind != b"IEND":
            kind = bytes(body[start + 4 : start + 8])
            end = min(start + 8 + int.from_bytes(body[start : start + 4], "big"), len(body))
            yield kind, start + 8, end
            start = end + 4


def blank_webps(body: Bytes) -> None:
    """Blank the metadata of WebP files."""
    for kind, start, end in webp_chunks(body):
        if kind == b"EXIF":
            has_name = bytes(body[start : min(start + 6, end)]) == b"Exif\0\0"
            blank_exif(body, start + 6 * has_name, end)
        elif kind == b"XMP ":
            body[start:end] = bytes(end - start)


def webp_chunks(body: Bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield of each chunk of each WebP file its kind, and where its content starts and ends."""
    start = 0
    while match := signatures.WEBP.search(body, start):
        file_end = min(match.start() + 8 + int.from_bytes(match[0][4:8], "little"), len(body))
        start = match.end()
        while start + 8 <= file_end:
            length = int.from_bytes(body[start + 4 : start + 8], "little")
            end = min(start + 8 + length, file_end)
            yield bytes(body[start : start + 4]), start + 8, end
            start = end + length % 2


def blank_exif(body: Bytes, start: int, end: int) -> None:
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
