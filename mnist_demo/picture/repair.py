"""Leaves out of a damaged file what is not needed to read it, and where damage does no harm."""

import zlib
from collections.abc import Iterator

from mnist_demo.picture import signatures

PNG_NEEDED = (b"IHDR", b"PLTE", b"IDAT", b"IEND")  # chunks that the pixels depend on
JPEG_SCAN, JPEG_EXIF, JPEG_ADOBE, JPEG_COMMENT = 0xDA, 0xE1, 0xEE, 0xFE  # markers
ADOBE_LENGTH = 14  # bytes of the segment that tells the colours' kind; a shorter one is damaged


def without_extras(content: bytes) -> bytes:
    """Return a PNG or JPEG file without profiles, texts and the like, but with EXIF; any other bytes as they are."""
    if content.startswith(signatures.PNG):
        return content[:8] + b"".join(_needed_chunks(content))
    if content.startswith(signatures.JPEG):
        return content[:2] + b"".join(_needed_segments(content))
    return content


def _needed_chunks(png: bytes) -> Iterator[bytes]:
    start = 8
    while start + 12 <= len(png):
        end = start + 12 + int.from_bytes(png[start : start + 4], "big")
        kind, checksum = png[start + 4 : start + 8], int.from_bytes(png[end - 4 : end], "big")
        if kind in PNG_NEEDED or (kind == b"eXIf" and zlib.crc32(png[start + 4 : end - 4]) == checksum):
            yield png[start:end]
        start = end


def _needed_segments(jpeg: bytes) -> Iterator[bytes]:
    start = 2
    while start + 4 <= len(jpeg) and jpeg[start] == 0xFF and jpeg[start + 1] != JPEG_SCAN:
        marker, length = jpeg[start + 1], int.from_bytes(jpeg[start + 2 : start + 4], "big")
        is_extra = 0xE0 <= marker <= 0xEF or marker == JPEG_COMMENT
        if not is_extra or marker == JPEG_EXIF or (marker == JPEG_ADOBE and length >= ADOBE_LENGTH):
            yield jpeg[start : start + 2 + length]
        start += 2 + length
    yield jpeg[start:]
