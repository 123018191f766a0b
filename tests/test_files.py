"""What the command line takes: files, folders, standard input, PDF files and MNIST's own."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from conftest import Write
from numpy.typing import NDArray
from pictures import encode, encode_pdf, idx, locked_pdf

from mnist_demo import Classifier, Reading
from mnist_demo.batch.sources import find_items, read_items


def read(classifier: Classifier, *paths: Path | str) -> dict[str, str]:
    """Return what is read, or why nothing is, by name and in order."""
    answers = read_items(find_items(map(str, paths)), classifier)
    return {name: answer.text if isinstance(answer, Reading) else str(answer) for name, answer in answers}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Empty files, of which some have the names of pictures."""
    for name in (
        "b.png",
        "a.JPG",
        "note.txt",
        "labels.csv",
        ".hidden.png",
        "deep/z.webp",
        "deep/down/c.pdf",
        ".git/d.png",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_a_folder_stands_for_the_pictures_in_it_and_below_by_name(folder: Path) -> None:
    items = find_items([str(folder), str(folder / "note.txt")])
    found = [Path(item.name).relative_to(folder).as_posix() for item in items]
    assert found == ["a.JPG", "b.png", "deep/z.webp", "deep/down/c.pdf", "note.txt"]


def test_a_picture_of_a_kind_that_is_not_read_is_not_passed_over(tmp_path: Path, classifier: Classifier) -> None:
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (answer,) = read(classifier, tmp_path).values()
    assert "not a PNG, JPEG or WebP image" in answer


@pytest.mark.parametrize("name", ["nowhere.png", "nowhere.npz"])
def test_a_file_that_is_not_there_is_told_alike_whatever_it_would_hold(
    name: str, tmp_path: Path, classifier: Classifier
) -> None:
    assert read(classifier, tmp_path / name) == {str(tmp_path / name): "no such file. Check the path."}


def test_a_path_that_may_not_be_looked_at_stops_no_other(tmp_path: Path, write: Write, classifier: Classifier) -> None:
    (tmp_path / "five.png").write_bytes(encode(write("5")))
    long = tmp_path / ("9" * 300)  # nobody may have such a name; root may enter any folder
    refused, read_too = read(classifier, long, tmp_path / "five.png").values()
    assert "File name too long" in refused
    assert read_too == "5"


def test_a_folder_without_pictures_says_so(tmp_path: Path, classifier: Classifier) -> None:
    assert read(classifier, tmp_path)[str(tmp_path)].startswith("there are no pictures in this folder")


def test_pictures_and_pages_come_in_the_order_given(tmp_path: Path, write: Write, classifier: Classifier) -> None:
    (tmp_path / "two.pdf").write_bytes(encode_pdf(write("3"), write("8")))
    (tmp_path / "one.pdf").write_bytes(encode_pdf(write("2963")))
    (tmp_path / "locked.pdf").write_bytes(locked_pdf())
    (tmp_path / "five.png").write_bytes(encode(write("5")))
    names = [tmp_path / name for name in ("two.pdf", "five.png", "locked.pdf", "one.pdf")]
    assert read(classifier, *names) == {
        f"{names[0]} 1": "3",
        f"{names[0]} 2": "8",
        str(names[1]): "5",
        str(names[2]): "the PDF is locked with a password. Save it without one.",
        str(names[3]): "2963",
    }


@pytest.mark.parametrize("kind", ["PNG", "PDF"])
def test_standard_input_is_a_file(
    kind: str, write: Write, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = encode_pdf(write("42")) if kind == "PDF" else encode(write("42"))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert read(classifier, "-") == {"-": "42"}


def test_a_pipe_is_a_file(write: Write, classifier: Classifier) -> None:
    end, start = os.pipe()
    with os.fdopen(end):
        with os.fdopen(start, "wb") as opened:
            opened.write(encode(write("42")))
        assert read(classifier, f"/dev/fd/{end}") == {f"/dev/fd/{end}": "42"}


@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_mnists_files_are_read_among_pictures_and_what_is_right_is_told(
    dtype: str,
    tmp_path: Path,
    write: Write,
    classifier: Classifier,
    mnist_images: NDArray[np.uint8],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "nine.png").write_bytes(encode(write("9")))
    np.savez(tmp_path / "mnist.npz", x_test=mnist_images, y_test=np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 3], dtype))
    answers = read(classifier, tmp_path / "mnist.npz", tmp_path / "nine.png")
    assert answers == {f"{tmp_path}/mnist.npz {digit + 1}": str(digit) for digit in range(10)} | {
        f"{tmp_path}/nine.png": "9"
    }
    assert capsys.readouterr().err == f"{tmp_path}/mnist.npz: 9 of 10 right\n"


def test_labels_that_lie_beside_mnists_images_count(
    tmp_path: Path, classifier: Classifier, mnist_images: NDArray[np.uint8], capsys: pytest.CaptureFixture[str]
) -> None:
    images, labels = tmp_path / "t10k-images-idx3-ubyte", tmp_path / "t10k-labels-idx1-ubyte"
    images.write_bytes(idx(mnist_images))
    labels.write_bytes(idx(np.arange(10, dtype=np.uint8)))
    assert list(read(classifier, tmp_path).values()) == list("0123456789")
    assert list(read(classifier, images, labels).values()) == list("0123456789")
    assert capsys.readouterr().err == f"{images}: 10 of 10 right\n" * 2


def test_a_table_of_something_else_says_what_it_lacks(tmp_path: Path, classifier: Classifier) -> None:
    (tmp_path / "prices.csv").write_text("name,price\npen,3\n")
    assert read(classifier, tmp_path / "prices.csv")[f"{tmp_path}/prices.csv"].startswith(
        "there are no images of 28x28"
    )
