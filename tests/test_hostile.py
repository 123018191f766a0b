"""Any bytes and any array: load_image and the model after it answer or raise what they say, without NaN or a hang."""

import contextlib
import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from app_server import ROOT
from conftest import Write
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from pictures import animated_png, encode, png_bomb, webp_bomb
from PIL import ExifTags, Image

from mnist_demo import Classifier, load_image
from mnist_demo.inference.integrity import golden_page
from mnist_demo.picture.grey import FORMATS, WORK_PIXELS

REFUSED_WITHIN = 0.5  # seconds
REFUSED_MEMORY = 300  # MB
REFUSE = """# prints why a picture is refused, in how many seconds and in how many MB
import resource, sys, time
from mnist_demo.picture.grey import load_image
memory = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
before, start = memory(), time.process_time()
try:
    load_image(sys.argv[1])
except ValueError as error:
    print(error, time.process_time() - start, memory() - before, sep="\\n")
"""
READ = """# prints of each picture how many marks it has, in how many seconds and in how many MB beyond idle
import sys, time
from pathlib import Path
from mnist_demo import Classifier, recognize
from mnist_demo.inference.classifier import golden_page
memory = lambda name: int(Path("/proc/self/status").read_text().split(name + ":")[1].split()[0]) / 1000
classifier = Classifier()
recognize(golden_page(), classifier)
for path in sys.argv[1:]:
    Path("/proc/self/clear_refs").write_text("5")  # forgets the most memory that it took
    idle, start = memory("VmRSS"), time.process_time()
    marks = len(recognize(path, classifier).digits)
    print(marks, time.process_time() - start, memory("VmHWM") - idle)
"""
READ_WITHIN = 3  # seconds of a core that does other work too; 2 on one that does not
MARKS_MAX = 600  # of a page
FEW = settings(max_examples=60, deadline=None)

SIDES = st.integers(1, 60)
GREYS = arrays.arrays(np.uint8, st.tuples(SIDES, SIDES))
PICTURES = st.one_of(
    GREYS,
    arrays.arrays(np.uint16, st.tuples(SIDES, SIDES)),
    arrays.arrays(np.bool_, st.tuples(SIDES, SIDES)),
    arrays.arrays(np.uint8, st.tuples(SIDES, SIDES, st.integers(1, 5))),
    arrays.arrays(np.float32, st.tuples(SIDES, SIDES)),  # NaN and infinities among them
)


class TestAnyArray:
    @given(PICTURES)
    @FEW
    def test_loads_or_is_refused(self, picture: np.ndarray) -> None:
        try:
            grey = load_image(picture)
        except ValueError:
            return
        assert grey.dtype == np.uint8
        assert grey.shape == picture.shape[:2]

    @given(grey=GREYS)
    @FEW
    def test_has_finite_marks_within_it(self, grey: NDArray[np.uint8], classifier: Classifier) -> None:
        marks = classifier.read(grey)
        assert all(np.isfinite(part).all() for part in marks)
        assert all(0 <= part.min() <= part.max() <= 1 for part in marks[1:] if len(part))
        assert (marks.boxes[:, :2] <= marks.boxes[:, 2:]).all()
        assert (marks.boxes >= 0).all()
        assert (marks.boxes <= np.tile(grey.shape[::-1], 2) + 1).all()


class TestAnyBytes:
    @given(
        st.binary(max_size=300), st.sampled_from((b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP"))
    )
    @FEW
    def test_are_refused(self, content: bytes, signature: bytes) -> None:
        with pytest.raises(ValueError, match=r"the image: .*\."):
            load_image(signature + content)

    @given(st.sampled_from(FORMATS), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8))
    @FEW
    def test_of_a_damaged_picture_load_or_are_refused(self, kind: str, flips: list[tuple[int, int]]) -> None:
        content = bytearray(encode(np.tile(np.arange(0, 240, 6, dtype=np.uint8), (40, 1)), kind))
        for place, value in flips:
            content[place % len(content)] = value
        with contextlib.suppress(ValueError):
            assert load_image(bytes(content)).dtype == np.uint8

    @pytest.mark.parametrize("kind", FORMATS)
    @pytest.mark.parametrize("tenths", range(10))
    def test_cut_short_load_or_are_refused(self, kind: str, tenths: int, write: Write) -> None:
        content = encode(write("3"), kind)
        with pytest.raises(ValueError, match=r"the image: "):
            load_image(content[: len(content) * tenths // 10])


class TestBombs:
    """Each runs in a process of its own, whose memory can be told from what other tests took."""

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(png_bomb(13_000, 13_000), id="169-megapixels"),
            pytest.param(png_bomb(7_150, 7_150), id="51-megapixels"),
            pytest.param(png_bomb(20_001, 8), id="a-long-side"),
            pytest.param(webp_bomb(), id="the-largest-WebP"),
        ],
    )
    def test_are_refused_at_once_and_in_little_memory(self, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / "bomb"
        path.write_bytes(content)
        command = [sys.executable, "-c", REFUSE, str(path)]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        message, seconds, megabytes = result.stdout.splitlines()
        assert "more than 50 megapixels" in message
        assert float(seconds) < REFUSED_WITHIN
        assert float(megabytes) < REFUSED_MEMORY

    def test_a_jpeg_of_very_many_scans_is_refused(self) -> None:
        content = encode(np.zeros((64, 64), np.uint8), "JPEG", progressive=True)
        first = content.index(b"\xff\xda")
        scans = content[first:-2]
        assert load_image(content[:-2] + 5 * scans + content[-2:]).shape == (64, 64)
        with pytest.raises(ValueError, match=r"the image is damaged \(\d+ scans"):
            load_image(content[:-2] + 300 * scans + content[-2:])

    def test_a_phone_s_48_megapixels_are_read(self) -> None:
        assert load_image(png_bomb(8000, 6000)).size <= WORK_PIXELS


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the memory")
class TestLargePictures:
    """What is read stays within the same bounds, whatever it is."""

    def test_of_48_megapixels_are_read_in_time_and_memory(self, tmp_path: Path) -> None:
        Image.new("RGBA", (8000, 6000)).save(tmp_path / "colours.png", compress_level=1)
        Image.new("P", (8000, 6000)).save(tmp_path / "palette.png", compress_level=1, transparency=0)
        Image.new("I;16", (8000, 6000)).save(tmp_path / "grey.png", compress_level=1)
        for path, (_, seconds, megabytes) in read_apart(*sorted(tmp_path.iterdir())).items():
            assert seconds < READ_WITHIN, path
            assert megabytes < REFUSED_MEMORY, path

    def test_the_largest_that_cannot_be_decoded_in_parts_are_read_in_memory(self, tmp_path: Path) -> None:
        Image.new("RGB", (4180, 4180)).save(tmp_path / "colours.webp", method=0)
        (tmp_path / "two.png").write_bytes(animated_png(4180, 2))
        (tmp_path / "many.png").write_bytes(animated_png(2500, 20))
        for mode, size in (("RGB", (7600, 6100)), ("CMYK", (6000, 5800))):
            Image.new(mode, size).save(tmp_path / f"{mode}.jpg", progressive=True, subsampling=0)
        for path, (_, seconds, megabytes) in read_apart(*sorted(tmp_path.iterdir())).items():
            assert seconds < READ_WITHIN, path
            assert megabytes < REFUSED_MEMORY, path

    def test_larger_ones_are_refused(self) -> None:
        with pytest.raises(ValueError, match="more than 17 megapixels"):
            load_image(encode(Image.new("RGB", (4200, 4200)), "WEBP", method=0))
        with pytest.raises(ValueError, match="more than 35 megapixels"):
            load_image(encode(Image.new("CMYK", (6000, 6000)), "JPEG", progressive=True, subsampling=0))
        with pytest.raises(ValueError, match="more than 6 megapixels"):
            load_image(animated_png(2600, 8))

    def test_what_follows_a_photo_in_its_file_is_not_looked_at(self) -> None:
        first, second = Image.new("L", (60, 40)), Image.new("L", (9500, 9000))
        second.putpixel((0, 0), 255)
        content = encode(first, "MPO", save_all=True, append_images=[second])
        with Image.open(io.BytesIO(content)) as photo:
            assert photo.n_frames == 2  # type: ignore[attr-defined]
        assert load_image(content).shape == (40, 60)

    def test_of_thousands_of_marks_are_read_in_time_and_memory(self, tmp_path: Path) -> None:
        Image.fromarray(np.tile(golden_page(), (42, 14))).save(tmp_path / "digits.png")
        noise = np.random.default_rng(0).choice(np.array([0, 255], np.uint8), (150, 150), p=[0.3, 0.7])
        Image.fromarray(noise.repeat(7, 0).repeat(7, 1)).save(tmp_path / "noise.png")
        found = read_apart(*sorted(tmp_path.iterdir()))
        for path, (marks, seconds, megabytes) in found.items():
            assert marks <= MARKS_MAX, path
            assert seconds < READ_WITHIN, path
            assert megabytes < REFUSED_MEMORY, path
        assert found["digits.png"][0] > MARKS_MAX // 2


def read_apart(*paths: Path) -> dict[str, tuple[int, float, float]]:
    """Read pictures in a process of one core: of each the marks, the seconds and the megabytes."""
    command = [sys.executable, "-c", READ, *map(str, paths)]
    environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": "1"}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    lines = [line.split() for line in result.stdout.splitlines()]
    return {path.name: (int(a), float(b), float(c)) for path, (a, b, c) in zip(paths, lines, strict=True)}


class TestOddFiles:
    def test_a_name_says_nothing_about_the_content(self, tmp_path: Path, write: Write) -> None:
        path = tmp_path / "photo.png"
        path.write_bytes(encode(write("5"), "JPEG"))
        assert load_image(path).shape == write("5").shape

    @pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM", "ICO"])
    def test_other_formats_are_refused_under_any_name(self, kind: str, tmp_path: Path, write: Write) -> None:
        path = tmp_path / "photo.png"
        path.write_bytes(encode(write("5"), kind))
        with pytest.raises(ValueError, match=r"photo\.png: not a PNG, JPEG or WebP image"):
            load_image(path)

    @pytest.mark.parametrize("shape", [(1, 1), (1, 20_000), (20_000, 1)])
    def test_thin_pictures_load(self, shape: tuple[int, int]) -> None:
        assert load_image(encode(np.zeros(shape, np.uint8))).shape == shape

    @pytest.mark.parametrize("damage", [{"exif": b"Exif\0\0MM\0*\xff\xff\xff\xff"}, {"icc_profile": b"no profile"}])
    @pytest.mark.parametrize("kind", FORMATS)
    def test_broken_metadata_are_no_reason_not_to_read(self, kind: str, damage: dict[str, bytes], write: Write) -> None:
        assert load_image(encode(write("9"), kind, **damage)).shape == write("9").shape

    @pytest.mark.parametrize("kind", FORMATS)
    def test_orientation_is_followed_in_every_format(self, kind: str, write: Write) -> None:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 6
        assert load_image(encode(write("7"), kind, exif=exif)).shape == write("7").T.shape


SOME = bytes(40)  # bytes that mean nothing


def chunked(png: bytes, kind: bytes, content: bytes, fits: bool = True) -> bytes:
    """Return a PNG with one more chunk before its pixels, whose checksum fits or does not."""
    place = png.index(b"IDAT") - 4
    checksum = zlib.crc32(kind + content) if fits else 0
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
    return png[:place] + chunk + png[place:]


def segmented(jpeg: bytes, marker: int, content: bytes) -> bytes:
    """Return a JPEG with one more segment at its start."""
    return jpeg[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


def overwritten(content: bytes, after: bytes, skip: int = 0) -> bytes:
    """Return a file with bytes of no meaning in the place after some others."""
    start = content.index(after) + len(after) + skip
    return content[:start] + SOME + content[start + len(SOME) :]


class TestDamage:
    @pytest.mark.parametrize("fits", [True, False], ids=["short", "checksum"])
    @pytest.mark.parametrize("kind", [b"tRNS", b"iCCP", b"gAMA", b"cHRM", b"pHYs", b"sRGB", b"zTXt", b"acTL", b"eXIf"])
    def test_of_what_a_png_can_do_without_is_ignored(self, kind: bytes, fits: bool, write: Write) -> None:
        damaged = chunked(encode(write("9")), kind, b"\0\1", fits)
        assert np.array_equal(load_image(damaged), write("9"))

    @pytest.mark.parametrize(
        ("marker", "content"),
        [
            (0xE0, b"JFIF"),
            (0xE1, b"Exif\0\0MM"),
            (0xE2, b"ICC_PROFILE\0"),
            (0xED, b"Photoshop 3.0\0"),
            (0xEE, b"Adobe"),
        ],
    )
    def test_of_what_a_jpeg_can_do_without_is_ignored(self, marker: int, content: bytes, write: Write) -> None:
        jpeg = encode(write("9"), "JPEG")
        assert np.array_equal(load_image(segmented(jpeg, marker, content)), load_image(jpeg))

    def test_of_other_parts_does_not_turn_the_picture(self, write: Write) -> None:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 3
        upside_down = np.ascontiguousarray(write("9")[::-1, ::-1])
        assert np.array_equal(load_image(chunked(encode(upside_down, exif=exif), b"tRNS", b"")), write("9"))
        jpeg = segmented(encode(upside_down, "JPEG", exif=exif), 0xEE, b"Adobe")
        assert np.abs(load_image(jpeg).astype(int) - write("9")).mean() < 4

    @pytest.mark.parametrize(
        ("kind", "after", "skip"),
        [
            *[("PNG", b"IDAT", 0), ("PNG", b"IDAT", 200), ("PNG", b"\r\n\x1a\n", 0), ("JPEG", b"\xff\xdb", 0)],
            *[("JPEG", b"\xff\xc0", 0), ("JPEG", b"\xff\xc4", 0), ("WEBP", b"WEBP", 0), ("WEBP", b"VP8 ", 0)],
        ],
    )
    def test_of_what_the_pixels_need_is_called_so(self, kind: str, after: bytes, skip: int, write: Write) -> None:
        with pytest.raises(ValueError, match=r"the image: the image is damaged \(.*\)\. Save or send it again\."):
            load_image(overwritten(encode(write("9"), kind), after, skip))

    @pytest.mark.parametrize("kind", FORMATS)
    def test_a_message_names_no_place(self, kind: str, tmp_path: Path, write: Write) -> None:
        path = tmp_path / "photo.png"
        path.write_bytes(encode(write("9"), kind)[:20])
        with pytest.raises(ValueError, match=r"^photo\.png: the image is damaged \([^/<]*\)"):
            load_image(path)
