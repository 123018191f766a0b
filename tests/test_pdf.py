"""PDF files: their pages as pictures, and files that cannot be opened."""

import base64
import re
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import Write
from gradio.data_classes import DataWithFiles
from pictures import encode, encode_pdf, locked_pdf, slow_pdf

from mnist_demo import Classifier, recognize
from mnist_demo.page.pdf import PAGES_MAX, first_pages
from mnist_demo.picture.pdf import draw_pages
from mnist_demo.picture.pdfium import PIXELS_MAX, SECONDS_MAX


def test_a_scanned_page_is_drawn_as_it_was_scanned(write: Write) -> None:
    page = write("4")
    (drawn,) = draw_pages(encode_pdf(page))
    assert drawn.dtype == np.uint8
    assert drawn.shape == pytest.approx((*page.shape, 3), abs=1)
    assert np.abs(drawn[: page.shape[0], : page.shape[1]].mean(2) - page).mean() < 5


def test_pages_come_in_their_order_and_no_more_than_are_wanted(write: Write, classifier: Classifier) -> None:
    content = encode_pdf(*(write(str(digit)) for digit in (3, 8, 2)))
    assert [recognize(page, classifier).text for page in draw_pages(content)] == ["3", "8", "2"]
    assert len(list(draw_pages(content, 2))) == 2


def test_the_first_page_is_what_is_read_of_a_file(write: Write, classifier: Classifier) -> None:
    assert recognize(encode_pdf(write("2963"), write("5")), classifier).text == "2963"


def test_pictures_are_read_where_python_cannot_limit_a_process(tmp_path: Path, write: Write) -> None:
    (tmp_path / "five.png").write_bytes(encode(write("5")))
    script = "import sys; sys.modules['resource'] = None; from mnist_demo import load_image; load_image('five.png')"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)  # as on Windows


def test_a_poster_is_reduced() -> None:
    (page,) = draw_pages(encode_pdf(np.full((900, 1500), 255, np.uint8), resolution=10))
    assert page.shape[0] * page.shape[1] <= 1.01 * PIXELS_MAX


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (locked_pdf(), r"the PDF is locked with a password\. Save it without one\."),
        (b"%PDF-1.7\n", r"the PDF is damaged\. Save or send it again\."),
        (b"%PDF-1.4\ntrailer<</Root 1 0 R>>", r"the PDF is damaged\."),
    ],
    ids=["locked", "cut short", "empty"],
)
def test_says_why_a_file_cannot_be_opened(content: bytes, message: str, classifier: Classifier) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        list(draw_pages(content))
    with pytest.raises(ValueError, match=f"^the image: {message}"):
        recognize(content, classifier)


def test_a_page_that_takes_minutes_to_parse_is_given_up() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(ValueError, match=r"^a page of the PDF is damaged, or takes too much time or memory\."):
        list(draw_pages(slow_pdf()))
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < SECONDS_MAX + 3


def test_the_page_gets_the_first_pages_as_pictures(write: Write, classifier: Classifier) -> None:
    long = encode_pdf(write("2963"), *[write("5")] * PAGES_MAX)
    answer = first_pages(DataWithFiles(data={}, files=[("long.pdf", long)]))
    assert len(answer["pages"]) == PAGES_MAX
    assert recognize(base64.b64decode(answer["pages"][0]), classifier).text == "2963"
    assert answer["error"] == {"kind": "more_pages", "page": PAGES_MAX, "name": "long.pdf"}


def test_a_file_all_of_whose_pages_the_page_gets_has_no_error(write: Write) -> None:
    whole = encode_pdf(*[write("5")] * PAGES_MAX)
    answer = first_pages(DataWithFiles(data={}, files=[("whole.pdf", whole)]))
    assert len(answer.pop("pages")) == PAGES_MAX
    assert answer == {}


def test_pages_before_a_damaged_one_come_with_what_is_wrong(write: Write) -> None:
    content = encode_pdf(write("5"), write("7"), write("3"))
    damaged = re.sub(rb"(/Kids \[ \d+ 0 R) \d", rb"\1 9", content)
    assert damaged != content
    answer = first_pages(DataWithFiles(data={}, files=[("torn.pdf", damaged)]))
    assert len(answer["pages"]) == 1
    assert answer["error"] == {"kind": "damaged_pdf", "name": "torn.pdf"}


def test_the_page_is_told_what_is_wrong_with_which_file() -> None:
    answer = first_pages(DataWithFiles(data={}, files=[("letter.pdf", locked_pdf())]))
    assert answer == {"error": {"kind": "locked", "name": "letter.pdf"}}
    assert first_pages(None) == {"error": {"kind": "unfit", "reason": "No file came."}}
