"""The pixel path: however a digit reaches us, it comes out as the same ink and the same 28x28."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import Write
from PIL import Image

from mnist_demo import load_image
from mnist_demo.images import (
    DIGIT_SIDE,
    MASS_CENTRE,
    PIXELS_MAX,
    RUN_SHAPE,
    WORK_PIXELS,
    Box,
    Grey,
    Ink,
    Mark,
    extract_ink,
    find_digits,
    find_marks,
    load_scaled,
    normalize,
    split_mark,
)

DIGITS = "0123456789"


def as_bytes(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def only_digit(grey: Grey) -> Ink:
    """The 28x28 image of the one digit in a picture."""
    marks = [mark for line in find_marks(extract_ink(grey)) for mark in line]
    assert len(marks) == 1
    return normalize(marks[0].ink)


def difference(a: Ink, b: Ink) -> float:
    """How much of the ink of two 28x28 images is not shared: 0 for the same image, 2 for images apart."""
    return float(np.abs(a - b).sum() / max(a.sum(), b.sum()))


class TestLoadImage:
    def test_takes_paths_bytes_pillow_images_and_arrays_alike(self, write: Write, tmp_path: Path) -> None:
        grey = write("4")
        path = tmp_path / "four.png"
        Image.fromarray(grey).save(path)
        for source in (path, str(path), path.read_bytes(), Image.open(path), grey):
            np.testing.assert_array_equal(load_image(source), grey)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_reads_format(self, kind: str, write: Write) -> None:
        grey = write("4")
        loaded = load_image(as_bytes(Image.fromarray(grey), kind, quality=95))
        assert loaded.dtype == np.uint8
        assert np.abs(loaded.astype(int) - grey).mean() < 2

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_turns_a_photo_upright(self, orientation: int, write: Write) -> None:
        stored = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # EXIF's number -> the Pillow transposition that undoes it
        upright = Image.fromarray(write("4"))
        turned = upright.transpose(Image.Transpose(stored[orientation])) if orientation in stored else upright
        exif = Image.Exif()
        exif[0x0112] = orientation
        np.testing.assert_array_equal(load_image(as_bytes(turned, exif=exif)), np.asarray(upright))

    def test_lays_transparency_over_white(self) -> None:
        picture = np.zeros((4, 4, 4), np.uint8)
        picture[0, 0] = (0, 0, 0, 255)
        picture[0, 1] = (0, 0, 0, 51)
        grey = load_image(as_bytes(Image.fromarray(picture, "RGBA")))
        assert (grey[0, 0], grey[0, 1], grey[3, 3]) == (0, 204, 255)

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
    def test_reads_mode(self, mode: str, write: Write) -> None:
        grey = write("4")
        sixteen = Image.fromarray(grey.astype(np.uint16) * 257)
        image = sixteen if mode == "I;16" else Image.fromarray(grey).convert(mode)
        loaded = load_image(as_bytes(image, "JPEG" if mode == "CMYK" else "PNG"))
        assert difference(only_digit(loaded), only_digit(grey)) < 0.1

    def test_scales_sixteen_bits_instead_of_clipping_them(self) -> None:
        ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(4, 0)
        loaded = load_image(as_bytes(Image.fromarray(ramp)))
        assert np.abs(loaded.astype(int) - np.arange(256)).max() <= 1

    def test_reads_palettes_with_transparency(self) -> None:
        image = Image.new("P", (8, 8), 0)
        image.putpalette([0, 0, 0, 0, 0, 0])
        image.putpixel((3, 3), 1)
        assert np.argwhere(load_image(as_bytes(image, transparency=0)) == 0).tolist() == [[3, 3]]

    def test_reduces_large_pictures_and_tells_by_how_much(self) -> None:
        grey, scale = load_scaled(as_bytes(Image.new("L", (4000, 3000), 255), "JPEG"))
        assert grey.size <= 1.01 * WORK_PIXELS
        assert scale == pytest.approx(4000 / grey.shape[1])

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "the file is empty"),
            (b"%PDF-1.7", "the PDF is damaged"),
            (as_bytes(Image.new("L", (8, 8)), "GIF"), "not a PNG, JPEG or WebP image"),
            (as_bytes(Image.effect_noise((64, 64), 50))[:-900], "the image is damaged"),
            (as_bytes(Image.new("1", (8000, 8000))), f"more than {PIXELS_MAX // 10**6} megapixels"),
            (as_bytes(Image.new("1", (30000, 30000))), f"more than {PIXELS_MAX // 10**6} megapixels"),
        ],
        ids=["empty", "pdf", "gif", "truncated", "too large", "bomb"],
    )
    def test_refuses(self, content: bytes, message: str, tmp_path: Path) -> None:
        path = tmp_path / "picture.png"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=rf"^picture\.png: .*{message}.*\. \w+"):
            load_image(path)

    def test_names_a_file_that_is_missing(self) -> None:
        with pytest.raises(FileNotFoundError, match=r"nowhere\.png: no such file"):
            load_image("nowhere.png")

    @pytest.mark.parametrize("array", [np.zeros(5), np.zeros((2, 2, 5)), np.zeros((0, 4)), np.zeros((4, 4), np.int64)])
    def test_refuses_other_arrays(self, array: np.ndarray) -> None:
        with pytest.raises(ValueError, match=r"expected an array|no pixels"):
            load_image(array)

    def test_refuses_other_types(self) -> None:
        with pytest.raises(TypeError, match="got int"):
            load_image(5)  # type: ignore[arg-type]


class TestExtractInk:
    def test_is_empty_for_blank_paper(self) -> None:
        for shade in (0, 128, 255):
            assert not extract_ink(np.full((200, 300), shade, np.uint8)).any()

    @pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (120, 190), (200, 60), (0, 60)])
    def test_finds_the_same_ink_in_any_two_shades(self, ink: int, paper: int, write: Write) -> None:
        expected = extract_ink(write("52"))
        found = extract_ink(write("52", ink=ink, paper=paper))
        assert np.abs(found - expected).mean() < 0.004

    def test_takes_a_shadow_for_paper(self, write: Write) -> None:
        lit = write("52")
        shaded = lit.copy()
        shaded[:, lit.shape[1] // 2 :] //= 2
        assert np.abs(extract_ink(shaded) - extract_ink(lit)).mean() < 0.01

    @pytest.mark.parametrize(("ink", "rule", "thickness"), [(0, 170, 2), (0, 160, 1), (110, 185, 2), (110, 170, 1)])
    @pytest.mark.parametrize("squared", [False, True])
    def test_takes_rules_for_paper(self, ink: int, rule: int, thickness: int, squared: bool, write: Write) -> None:
        picture = write("2026", "1122", pen=5, ink=ink)
        ruled = np.full_like(picture, 255)
        for y in range(20, len(ruled), 60):
            cv2.line(ruled, (0, y), (ruled.shape[1], y), rule, thickness)
        for x in range(25, ruled.shape[1], 60) if squared else ():
            cv2.line(ruled, (x, 0), (x, len(ruled)), rule, thickness)
        assert len(find_digits(extract_ink(np.minimum(ruled, picture)))) == 8

    @pytest.mark.parametrize("strength", [0.06, 0.12, 0.2])
    def test_leaves_out_what_shows_through_from_the_back(self, strength: float, write: Write) -> None:
        front = write("2051", "47", pen=5, ink=50, paper=235)
        back = write("9386", "612", pen=5, ink=50, paper=235, seed=8)
        shows = 235 - cv2.GaussianBlur(cv2.resize(back[:, ::-1], front.shape[::-1]), (0, 0), 1.5).astype(np.float32)
        both = np.clip(front - strength * shows, 0, 255).astype(np.uint8)
        assert len(find_digits(extract_ink(both))) == 6

    def test_keeps_pencil_beside_a_pen(self, write: Write) -> None:
        pencil, pen = write("2051", pen=3, ink=150), write("347", pen=7, ink=20)
        assert len(find_digits(extract_ink(np.hstack([pencil, pen])))) == 7

    def test_keeps_pencil_beside_a_dark_blot(self, write: Write) -> None:
        grey = write("2051", "347", pen=3, ink=185)
        cv2.circle(grey, (grey.shape[1] - 60, grey.shape[0] - 70), 30, 0, -1, cv2.LINE_AA)
        assert len(find_digits(extract_ink(grey))) >= 7

    @pytest.mark.parametrize(("pen", "ink"), [(2, 95), (3, 60), (6, 40)])
    def test_finds_fine_strokes_beside_a_dark_table_and_under_a_shadow(self, pen: int, ink: int, write: Write) -> None:
        sheet = write("76809182488", "9187", height=110, pen=pen, ink=ink, paper=190).astype(np.float32)
        height, width = sheet.shape
        y, x = np.mgrid[:height, :width]
        sheet[x + y < width // 2] *= 0.5
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        seen = corners + np.array([[65, 36], [14, 54], [32, 0], [36, 36]], np.float32)
        matrix = cv2.getPerspectiveTransform(corners, seen)
        picture = cv2.warpPerspective(sheet, matrix, (width + 72, height + 72), borderValue=(35.0,))
        assert len(find_digits(extract_ink(picture.astype(np.uint8)))) == 15

    def test_does_not_take_close_writing_for_rules(self) -> None:
        rng = np.random.default_rng(0)
        picture = np.full((1240, 1240), 255, np.uint8)
        for top in range(20, 1220, 60):
            for left in range(20, 1220, 60):
                sign = rng.integers((left + 3, top + 3), (left + 54, top + 33), (7, 2))
                cv2.polylines(picture, [sign.astype(np.int32)], False, 0, 2, cv2.LINE_AA)
        assert len(find_digits(extract_ink(picture))) > 350

    def test_refuses_colour(self) -> None:
        with pytest.raises(ValueError, match=r"shape \(height, width\), got \(4, 4, 3\)"):
            extract_ink(np.zeros((4, 4, 3), np.uint8))


class TestFindDigits:
    def test_reads_lines_from_the_top_and_digits_from_the_left(self, write: Write) -> None:
        boxes = find_digits(extract_ink(write("271", "05")))
        assert len(boxes) == 5
        assert [box.left for box in boxes[:3]] == sorted(box.left for box in boxes[:3])
        assert max(box.bottom for box in boxes[:3]) <= min(box.top for box in boxes[3:])

    def test_finds_nothing_where_there_is_no_ink(self) -> None:
        assert find_digits(np.zeros((50, 80), np.float32)) == []

    def test_boxes_hold_all_the_ink(self, write: Write) -> None:
        ink = extract_ink(write("8"))
        (box,) = find_digits(ink)
        rows, columns = np.nonzero(ink >= 0.5)
        assert box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)

    def test_keeps_the_bar_of_a_five_that_stands_apart(self) -> None:
        ink = np.zeros((100, 80), np.float32)
        cv2.ellipse(ink, (35, 65), (22, 22), 0, -110, 150, 1.0, 6)
        cv2.line(ink, (28, 44), (28, 26), 1.0, 6)
        cv2.line(ink, (30, 14), (60, 14), 1.0, 6)
        assert len(find_digits(ink)) == 1

    def test_leaves_specks_out(self, write: Write) -> None:
        ink = extract_ink(write("3"))
        ink[4:7, 4:7] = 1
        assert len(find_digits(ink)) == 1


class TestNormalize:
    @pytest.mark.parametrize("digit", DIGITS)
    def test_fills_the_box_and_centres_the_mass(self, digit: str, write: Write) -> None:
        image = only_digit(write(digit))
        rows, columns = np.nonzero(image > 0.1)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (DIGIT_SIDE - 1, DIGIT_SIDE)
        for axis in (0, 1):
            mass = image.sum(axis)
            assert (mass * np.arange(28)).sum() / mass.sum() == pytest.approx(MASS_CENTRE, abs=0.75)

    @pytest.mark.parametrize("digit", DIGITS)
    @pytest.mark.parametrize(
        "change", ["inverted", "moved", "enlarged", "transparent", "turned by EXIF", "blank sides"]
    )
    def test_gives_the_same_image_of_the_same_digit(self, digit: str, change: str, write: Write) -> None:
        grey = write(digit)
        expected = only_digit(grey)
        if change == "inverted":
            changed = 255 - grey
        elif change == "moved":
            changed = np.roll(grey, (17, -11), (0, 1))
        elif change == "enlarged":
            changed = np.asarray(Image.fromarray(grey).resize((int(2.5 * grey.shape[1]), int(2.5 * grey.shape[0]))))
        elif change == "transparent":
            rgba = np.dstack([np.zeros((*grey.shape, 3), np.uint8), 255 - grey])
            changed = load_image(as_bytes(Image.fromarray(rgba, "RGBA")))
        elif change == "turned by EXIF":
            exif = Image.Exif()
            exif[0x0112] = 6
            turned = Image.fromarray(grey).transpose(Image.Transpose.ROTATE_90)
            changed = load_image(as_bytes(turned, exif=exif))
        else:
            changed = np.pad(grey, ((10, 150), (300, 20)), constant_values=255)
        assert difference(only_digit(changed), expected) < 0.2  # a shift by one pixel makes about 0.7

    @pytest.mark.parametrize("side", [30, 100, 400, 1500])
    def test_keeps_a_one_pixel_pen_dark(self, side: int) -> None:
        ink = np.zeros((side, side), np.float32)
        cv2.polylines(ink, [np.array([[2, 2], [side - 3, 2], [side // 3, side - 3]])], False, 1.0, 1)
        image = normalize(ink)
        assert image.max() == 1
        assert (image > 0.8).sum() > 25

    def test_is_blank_without_ink(self) -> None:
        assert not normalize(np.zeros((9, 5), np.float32)).any()

    @pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (3, 2), (28, 28)])
    def test_frames_any_shape(self, shape: tuple[int, int]) -> None:
        image = normalize(np.ones(shape, np.float32))
        assert image.shape == (28, 28)
        assert image.dtype == np.float32
        assert 0 <= image.min() <= image.max() <= 1

    def test_refuses_batches(self) -> None:
        with pytest.raises(ValueError, match=r"got \(2, 28, 28\)"):
            normalize(np.zeros((2, 28, 28), np.float32))


class TestSplitMark:
    def test_leaves_out_crumbs_torn_off_the_neighbour(self) -> None:
        mark = Mark(Box(0, 0, 100, 56), np.zeros((56, 100), np.float32))
        for left in (10, 50):
            cv2.rectangle(mark.ink, (left, 0), (left + 30, 55), 1.0, 6)
        owners = np.zeros((*RUN_SHAPE, 2), np.float32)
        owners[:, :24, 0] = owners[:, 24:, 1] = 1
        owners[2:6, 40:] = (1, 0)
        first, rest = split_mark(mark, owners)
        assert first
        assert rest
        assert first.box.right < 50
        assert rest.box.left > 40
