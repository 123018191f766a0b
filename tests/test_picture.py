"""From any picture to upright grey, in which the ink shows."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Write
from numpy.typing import NDArray
from pictures import encode
from PIL import Image

from mnist_demo import load_image
from mnist_demo.document.files import asset
from mnist_demo.picture import load_scaled, signatures
from mnist_demo.picture.grey import PIXELS_MAX, WORK_PIXELS
from mnist_demo.training.export.pyramid import PIXELS_MAX as PAGE_PIXELS_MAX


def test_takes_paths_bytes_pillow_images_and_arrays_alike(write: Write, tmp_path: Path) -> None:
    grey = write("4")
    path = tmp_path / "four.png"
    Image.fromarray(grey).save(path)
    for source in (path, str(path), path.read_bytes(), Image.open(path), grey):
        np.testing.assert_array_equal(load_image(source), grey)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_reads_format(kind: str, write: Write) -> None:
    grey = write("4")
    loaded = load_image(encode(Image.fromarray(grey), kind, quality=95))
    assert loaded.dtype == np.uint8
    assert np.abs(loaded.astype(int) - grey).mean() < 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_a_photo_upright(orientation: int, write: Write) -> None:
    stored = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # EXIF's number -> the Pillow transposition that undoes it
    upright = Image.fromarray(write("4"))
    turned = upright.transpose(Image.Transpose(stored[orientation])) if orientation in stored else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(load_image(encode(turned, exif=exif)), np.asarray(upright))


def test_lays_transparency_over_white() -> None:
    picture = np.zeros((4, 4, 4), np.uint8)
    picture[0, 0] = (0, 0, 0, 255)
    picture[0, 1] = (0, 0, 0, 51)
    grey = load_image(encode(Image.fromarray(picture, "RGBA")))
    assert (grey[0, 0], grey[0, 1], grey[3, 3]) == (0, 204, 255)


@pytest.mark.parametrize("ink", [0, 255, 90])
@pytest.mark.parametrize("form", [encode, np.asarray, lambda image: image], ids=["file", "array", "Pillow"])
def test_strokes_on_a_transparent_ground_are_seen(form: Callable[[Image.Image], Any], ink: int, write: Write) -> None:
    strokes = 255 - write("4")
    picture = np.dstack([np.full((*strokes.shape, 3), ink, np.uint8), strokes])
    grey = load_image(form(Image.fromarray(picture, "RGBA"))).astype(int)
    assert np.abs(grey[strokes == 255].mean() - grey[strokes == 0].mean()) > 150


def test_ink_of_the_papers_brightness_is_seen_by_its_colour(write: Write) -> None:
    strokes = (255 - write("4")).astype(np.float32)[..., None] / 255
    paper, ink = np.array([120, 160, 120]), np.array([200, 100, 220])
    picture = Image.fromarray(np.rint(paper * (1 - strokes) + ink * strokes).astype(np.uint8))
    brightness, grey = np.asarray(picture.convert("L")).astype(int), load_image(picture).astype(int)
    inked = strokes[..., 0] == 1
    assert np.abs(brightness[inked].mean() - brightness[~inked].mean()) < 3
    assert np.abs(grey[inked].mean() - grey[strokes[..., 0] == 0].mean()) > 60


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation_that_is_not_blank_is_taken(kind: str, write: Write) -> None:
    grey = write("4")
    blank, drawn, inverse = (
        Image.fromarray(each).convert("RGB") for each in (np.full_like(grey, 255), grey, 255 - grey)
    )
    content = encode(blank, kind, save_all=True, append_images=[drawn, inverse], duration=100, lossless=True)
    np.testing.assert_array_equal(load_image(content), grey)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_reads_mode(mode: str, write: Write) -> None:
    grey = write("4")
    sixteen = Image.fromarray(grey.astype(np.uint16) * 257)
    image = sixteen if mode == "I;16" else Image.fromarray(grey).convert(mode)
    loaded = load_image(encode(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert np.abs(loaded.astype(int) - grey).mean() < 4


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_scales_the_bits_that_a_file_of_sixteen_holds(bits: int) -> None:
    ramp = np.linspace(0, (1 << bits) - 1, 256).astype(np.uint16)[None].repeat(4, 0)
    loaded = load_image(encode(Image.fromarray(ramp)))
    assert np.abs(loaded.astype(int) - np.arange(256)).max() <= 1


def test_takes_floats_in_a_pillow_image_as_those_of_an_array() -> None:
    np.testing.assert_array_equal(load_image(Image.fromarray(np.eye(9, dtype=np.float32))), load_image(np.eye(9)))
    with pytest.raises(ValueError, match="Divide values of 0 to 255 by 255"):
        load_image(Image.fromarray(np.full((20, 20), 200, np.float32)))


def test_leaves_a_callers_picture_as_it_is(write: Write) -> None:
    large = Image.open(io.BytesIO(encode(Image.new("L", (4000, 3000), 255), "JPEG")))
    assert load_scaled(large)[1] == load_scaled(large)[1]
    assert large.size == (4000, 3000)
    frames = [Image.fromarray(pixels) for pixels in (np.full_like(write("4"), 255), write("4"))]
    animation = Image.open(io.BytesIO(encode(frames[0], "PNG", save_all=True, append_images=frames[1:])))
    load_image(animation)
    assert animation.tell() == 0


def test_an_exif_orientation_that_there_is_not_turns_nothing(write: Write) -> None:
    exif = Image.Exif()
    exif[0x0112] = 9
    grey = write("42")
    np.testing.assert_array_equal(load_image(encode(Image.fromarray(grey), exif=exif)), grey)


def test_reads_palettes_with_transparency() -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.putpixel((3, 3), 1)
    assert np.argwhere(load_image(encode(image, transparency=0)) == 0).tolist() == [[3, 3]]


@pytest.mark.parametrize("size", [(4000, 3000), (3024, 4032), (1265, 949), (3840, 2160), (1500, 1500)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_reduces_large_pictures_to_what_the_model_takes_whole(size: tuple[int, int], kind: str) -> None:
    grey, scale = load_scaled(encode(Image.new("L", size, 255), kind))
    assert 0.99 * WORK_PIXELS <= grey.size <= WORK_PIXELS == PAGE_PIXELS_MAX
    assert scale == pytest.approx(size[0] / grey.shape[1])


@pytest.mark.parametrize("array", [np.eye(9, dtype=bool), np.eye(9), np.eye(9, dtype=np.uint16) * 65535])
def test_takes_arrays_over_their_types_range(array: NDArray[np.generic]) -> None:
    np.testing.assert_array_equal(load_image(array), np.eye(9, dtype=np.uint8) * 255)


def test_floats_of_0_to_255_are_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"expected floats in \[0, 1\], .* Divide values of 0 to 255 by 255"):
        load_image(np.full((20, 20), 200.0))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7", "the PDF is damaged"),
        (encode(Image.effect_noise((64, 64), 50))[:-900], "the image is damaged"),
        (encode(Image.new("1", (8000, 8000))), f"more than {PIXELS_MAX // 10**6} megapixels"),
        (encode(Image.new("1", (30000, 30000))), f"more than {PIXELS_MAX // 10**6} megapixels"),
    ],
    ids=["empty", "pdf", "truncated", "too large", "bomb"],
)
def test_refuses(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"^picture\.png: .*{message}.*\. \w+"):
        load_image(path)


def test_names_a_file_that_is_missing() -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.png: no such file"):
        load_image("nowhere.png")


@pytest.mark.parametrize("array", [np.zeros(5), np.zeros((2, 2, 5)), np.zeros((0, 4)), np.zeros((4, 4), np.int64)])
def test_refuses_other_arrays(array: NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match=r"expected an array|no pixels"):
        load_image(array)


def test_refuses_other_types() -> None:
    with pytest.raises(TypeError, match="got int"):
        load_image(5)  # type: ignore[arg-type]


@pytest.mark.parametrize("start", [signatures.PNG, signatures.JPEG, b"RIFF\0\0\0\0WEBP", b"GIF89a", b"%PDF-1.7", b""])
def test_the_pages_scripts_know_pictures_by_the_same_first_bytes(start: bytes) -> None:
    readable = re.search(r"READABLE = /(.+)/s;", asset("document/shared/kinds.js"))
    assert readable is not None
    known = re.compile(readable[1].encode(), re.DOTALL)
    assert bool(known.match(start)) == bool(signatures.IMAGE.match(start))
