"""What is left of a picture's metadata when it has come through the server's door."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pictures import GPS, MAKER, ORIENTATION, encode, geotagged
from PIL import Image

from mnist_demo.server.metadata import remove_metadata

KINDS = ("JPEG", "PNG", "WEBP")
FORMATS_PARTS = (
    *(b"\xff\xe1", b"Exif\0\0", b"MM\0*\0\0\0\x08", b"II*\0\x08\0\0\0", b"\x01\x12\0\x03", b"\0\x02", b"\0\0\0\0"),
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


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_fail_or_change_their_length(data: st.DataObject) -> None:
    parts = st.sampled_from(FORMATS_PARTS) | st.binary(max_size=8)
    body = bytearray(b"".join(data.draw(st.lists(parts, max_size=30))))
    length = len(body)
    remove_metadata(body)
    assert len(body) == length
