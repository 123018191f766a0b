"""What is left of a picture's metadata when it has come through the server's door."""

import base64
import io
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pictures import GPS, MAKER, ORIENTATION, encode, geotagged
from PIL import Image

from mnist_demo.picture.data_url import data_url
from mnist_demo.server.metadata import clean_data_urls, clean_form, remove_metadata

KINDS = ("JPEG", "PNG", "WEBP")
FORMATS_PARTS = (
    *(
        b"\xff\xd8",
        b"\xff\xfe",
        b"\xff\xe1",
        b"Exif\0\0",
        b"MM\0*\0\0\0\x08",
        b"II*\0\x08\0\0\0",
        b"\x01\x12\0\x03",
        b"\0\x02",
        b"\0\0\0\0",
    ),
    *(b"\x89PNG\r\n\x1a\n", b"eXIf", b"tEXt", b"RIFF\0\0\0\0WEBP", b"EXIF", b"XMP ", b"http://ns.adobe.com/"),
)


@pytest.fixture
def pixels() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (40, 60, 3)).astype(np.uint8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_nothing_is_left_but_which_way_is_up(kind: str, orientation: int, pixels: NDArray[np.uint8]) -> None:
    original = geotagged(pixels, kind, orientation)
    body = bytearray(b"--form\r\n\r\n" + original + b"\r\n--form--")
    remove_metadata(body)
    assert len(body) == len(original) + 20
    assert MAKER.encode() not in body
    with Image.open(io.BytesIO(body[10:-10])) as image, Image.open(io.BytesIO(original)) as before:
        assert np.array_equal(np.asarray(image), np.asarray(before))
        assert not image.getexif().get_ifd(GPS)
        assert dict(image.getexif()) == ({} if orientation == 1 else {ORIENTATION: orientation})


@pytest.mark.parametrize(
    ("around", "first"),
    [(b"", True), (b"", False), (b"--form\r\n\r\n", True), (b"%PDF-1.7\n1 0 obj", False)],
    ids=["first in a file", "after others", "in a form", "within another file"],
)
def test_a_comment_in_a_jpeg_is_blanked(around: bytes, first: bool, pixels: NDArray[np.uint8]) -> None:
    original = encode(pixels, "JPEG", comment=MAKER)
    place = original.index(b"\xff\xfe")
    comment = original[place : place + 4 + len(MAKER)]
    if first:
        original = original[:2] + comment + original[2:].replace(comment, b"")
    body = bytearray(around + original)
    remove_metadata(body)
    assert bytes(body) == around + original.replace(MAKER.encode(), b" " * len(MAKER))


def test_what_looks_like_a_comment_in_pixels_stays() -> None:
    body = bytearray(b"\x89PNG\r\n\x1a\n" + 3 * b"\xff\xd8\xff\xfe\0\x08pixels")
    before = bytes(body)
    remove_metadata(body)
    assert bytes(body) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_without_metadata_stays_as_it_is(kind: str, pixels: NDArray[np.uint8]) -> None:
    original = encode(pixels, kind)
    body = bytearray(original)
    remove_metadata(body)
    assert bytes(body) == original


def test_several_pictures_in_one_request_are_all_cleaned(pixels: NDArray[np.uint8]) -> None:
    body = bytearray(b"--".join(geotagged(pixels, kind) for kind in KINDS * 2))
    remove_metadata(body)
    assert MAKER.encode() not in body


def tagged_tiff(pixels: NDArray[np.uint8]) -> bytes:
    """Return a picture of a kind that is not read, whose metadata nothing here can find, as a HEIC file is."""
    return encode(pixels, "TIFF", tiffinfo={0x010F: MAKER})


def test_of_other_files_in_a_form_only_the_first_bytes_are_left(pixels: NDArray[np.uint8]) -> None:
    head = b'Content-Disposition: form-data; name="files"; filename="photo"\r\nContent-Type: image/x\r\n\r\n'
    files = [tagged_tiff(pixels), geotagged(pixels, "JPEG"), b"GPS", encode(pixels)]
    body = bytearray(b"".join(b"--form\r\n" + head + file + b"\r\n" for file in files) + b"--form--\r\n")
    length = len(body)
    clean_form(body, b"form")
    assert len(body) == length
    assert MAKER.encode() not in body
    _, first, second, *unharmed = body.split(head)
    assert first.startswith(files[0][:16] + b"\0\0\0\0")
    assert first.endswith(b"\0\0\r\n--form\r\n")
    with Image.open(io.BytesIO(second)) as image, Image.open(io.BytesIO(files[1])) as before:
        assert np.array_equal(np.asarray(image), np.asarray(before))
    assert b"".join(unharmed) == b"GPS\r\n--form\r\n" + files[3] + b"\r\n--form--\r\n"


def test_data_urls_anywhere_in_json_are_cleaned(pixels: NDArray[np.uint8]) -> None:
    original = geotagged(pixels, "JPEG", orientation=6)
    value = {
        "params": [{"image": data_url(original, "jpeg"), "name": "data"}, data_url(tagged_tiff(pixels), "jpeg"), 3]
    }
    cleaned = clean_data_urls(value)
    photo, other = (
        base64.b64decode(url.split(",")[1]) for url in (cleaned["params"][0]["image"], cleaned["params"][1])
    )
    assert MAKER.encode() not in photo + other
    with Image.open(io.BytesIO(photo)) as image:
        assert image.getexif()[ORIENTATION] == 6
    assert (cleaned["params"][0]["name"], cleaned["params"][2]) == ("data", 3)


def test_nor_does_a_cut_off_file_keep_metadata_or_hide_the_next(pixels: NDArray[np.uint8]) -> None:
    photo = geotagged(pixels, "PNG")
    head = b'--form\r\nContent-Disposition: form-data; name="files"; filename="photo"\r\n\r\n'
    for end in (photo.index(b"IDAT") + 100, photo.index(MAKER.encode()) + 12):
        body = bytearray(head + photo[:end] + b"\r\n" + head + photo + b"\r\n--form--\r\n")
        clean_form(body, b"form")
        assert MAKER[:12].encode() not in body


HOSTILE = {
    "false-chunks": lambda n: b"\x89PNG\r\n\x1a\n" + ((n // 2).to_bytes(4, "big") + b"tEXt") * (n // 8),
    "PNGs": lambda n: b"\x89PNG\r\n\x1a\n\0\0\0\x04tEXt" * (n // 16),
    "small-chunks": lambda n: b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0tEXt\0\0\0\0" * (n // 12),
    "EXIF-heads": lambda n: b"\xff\xe1\xff\xffExif\0\0" * (n // 10),
    "small-EXIFs": lambda n: b"\xff\xe1\0\x08Exif\0\0" * (n // 10),
    "EXIF-entries": lambda n: (b"\xff\xe1\xff\xffExif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(65_509)) * (n // 65_529),
    "comments": lambda n: b"\r\n\r\n\xff\xd8" + b"\xff\xfe\0\2" * (n // 4),
    "JPEGs": lambda n: b"\r\n\r\n\xff\xd8\xff" * (n // 7),
    "XMP-heads": lambda n: b"\xff\xe1\xff\xffhttp://ns.adobe.com/" * (n // 24),
    "WebP-chunks": lambda n: b"RIFF\xff\xff\xff\xffWEBP" + (b"EXIF" + (n // 2).to_bytes(4, "little")) * (n // 8),
    "WebPs": lambda n: b"RIFF\xff\xff\xff\xffWEBP" * (n // 12),
    "names": lambda n: b"\r\nContent-Disposition:;filename=" * (n // 34),
    "parts": lambda n: b"\r\nContent-Disposition:;filename=\r\n\r\n" * (n // 38),
    "ends": lambda n: b"\r\n--form" * (n // 8),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_made_to_take_long_takes_no_longer_than_its_length(kind: str) -> None:
    few, many = 250_000, 2_000_000
    assert seconds(HOSTILE[kind](many)) < 3 * many / few * seconds(HOSTILE[kind](few)) + 0.01


def seconds(form: bytes) -> float:
    """Return the processor time that a form takes to clean, at best."""
    times = []
    for _ in range(3):
        body = bytearray(form)
        start = time.thread_time()
        clean_form(body, b"form")
        times.append(time.thread_time() - start)
    return min(times)


def test_a_segment_shorter_than_its_name_keeps_the_length() -> None:
    body = bytearray(b"\xff\xe1\0\2Exif\0\0 RIFF\x20\0\0\0WEBPEXIF\2\0\0\0Exif\0\0")
    length = len(body)
    remove_metadata(body)
    assert len(body) == length


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_fail_or_change_their_length(data: st.DataObject) -> None:
    parts = st.sampled_from(FORMATS_PARTS) | st.binary(max_size=8)
    body = bytearray(b"".join(data.draw(st.lists(parts, max_size=30))))
    length = len(body)
    remove_metadata(body)
    assert len(body) == length
