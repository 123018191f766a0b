"""Reading many files at once."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Write
from numpy.typing import NDArray
from pictures import encode, idx, kaggle, photo, saved
from playwright.sync_api import Page, expect

from .conftest import SCREENSHOTS, WINDOWS, OpenPage


@pytest.fixture
def batch_tab(page: Page) -> Page:
    page.get_by_role("tab", name="Batch").click()
    page.locator("#batch").wait_for()
    return page


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twenty photos of 2963, one of them no photo at all."""
    folder = tmp_path_factory.mktemp("photos")
    chalk = encode(photo("blackboard.webp", (450, 338)))
    paths = [folder / f"={number}.png" for number in range(20)]
    for path in paths:
        path.write_bytes(chalk if path.name != "=5.png" else b"Dear model,")
    return paths


def test_many_files_become_a_table_and_a_csv(batch_tab: Page, files: list[Path], tmp_path: Path) -> None:
    batch_tab.locator("#batch input").set_input_files(files)
    expect(batch_tab.locator("#batch .count")).to_have_text("19 of 20 read, 1 failed")
    assert batch_tab.locator("#batch progress").evaluate("bar => bar.value / bar.max") == 1
    lines = [line.locator("td").all_text_contents() for line in batch_tab.locator("#batch tbody tr").all()]
    assert [line[0] for line in lines] == [path.name for path in files]
    assert {line[1] for line in lines} == {"2963", ""}
    assert lines[5][1:3] == ["", ""]
    assert lines[5][3] == "not a PNG, JPEG or WebP image. Save or export it as one of these."
    assert all(line[2].endswith("%") and line[3] == "" for line in lines[:5] + lines[6:])
    batch_tab.screenshot(path=SCREENSHOTS / "batch.png")
    with batch_tab.expect_download() as download:
        batch_tab.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "digits.csv")
    with (tmp_path / "digits.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [f"'{path.name}" for path in files]  # the name of no formula
    assert rows[0]["text"] == "2963"
    assert 0.5 < float(rows[0]["lowest_confidence"]) <= 1
    assert rows[5]["error"] == lines[5][3]


@pytest.fixture
def heap(tmp_path: Path, write: Write) -> list[Path]:
    """Two hundred small drawings, twenty of each digit; the digit is the last in the file's name."""
    drawings = [encode(write(str(label), height=60, pen=6)) for label in range(10)]
    paths = [tmp_path / f"{number:03}.png" for number in range(200)]
    for number, path in enumerate(paths):
        path.write_bytes(drawings[number % 10])
    return paths


@pytest.mark.slow
@pytest.mark.parametrize(("window", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_hundreds_of_files_are_read(open_page: OpenPage, heap: list[Path], window: str, scheme: str) -> None:
    page = open_page(**WINDOWS[window], color_scheme=scheme)
    page.get_by_role("tab", name="Batch").click()
    page.locator("#batch input").set_input_files(heap)
    progress = page.locator("#batch progress")
    assert 0 <= progress.evaluate("bar => bar.value / bar.max") < 1
    expect(page.locator("#batch .count")).to_have_text("200 of 200 files read", timeout=120_000)
    assert progress.evaluate("bar => bar.value / bar.max") == 1
    rows = page.locator("#batch tbody").evaluate("body => [...body.rows].map((row) => row.innerText.split(/\\s+/))")
    assert [row[:2] for row in rows] == [[path.name, path.stem[-1]] for path in heap]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    page.screenshot(path=SCREENSHOTS / f"{window}-{scheme}-heap.png")


def test_the_examples_can_be_read_and_cleared(batch_tab: Page) -> None:
    batch_tab.get_by_role("button", name="Examples").click()
    expect(batch_tab.locator("#batch .count")).to_have_text("4 of 4 files read")
    batch_tab.get_by_role("button", name="Clear").click()
    expect(batch_tab.locator("#batch tbody tr")).to_have_count(0)
    expect(batch_tab.locator("#batch .count")).to_have_text("No files yet")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_main_button_can_be_read_under_the_mouse(open_page: OpenPage, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.get_by_role("tab", name="Batch").click()
    page.get_by_role("button", name="Examples").click()
    button = page.get_by_role("button", name="Download CSV")
    expect(button).to_be_enabled()
    button.hover()
    page.wait_for_timeout(300)  # its ground fades
    assert Axe().run(page, "#batch .toolbar").response["violations"] == []


def drop(page: Page, *paths: Path) -> None:
    """Drag files or folders onto the page, and let them go there."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
    session.detach()


def test_the_pictures_of_a_dropped_folder_are_read(page: Page, tmp_path: Path) -> None:
    inner = tmp_path / "photos" / "more"
    inner.mkdir(parents=True)
    chalk = encode(photo("blackboard.webp", (450, 338)))
    for path in (inner.parent / "10.png", inner.parent / "9.png", inner / "1.png"):
        path.write_bytes(chalk)
    (inner / "notes.txt").write_text("Dear model,")
    drop(page, tmp_path / "photos")
    expect(page.locator("#batch .count")).to_have_text("3 of 3 files read")
    assert page.locator("#batch tbody td:first-child").all_inner_texts() == ["9.png", "10.png", "1.png"]


def test_what_goes_while_a_dropped_folder_is_looked_through_stops_no_other(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("1.png", "2.png"):
        (folder / name).write_bytes(encode(photo("blackboard.webp", (450, 338))))
    page.expose_function("listed", lambda: (folder / "2.png").unlink(missing_ok=True))
    page.evaluate("""() => addEventListener("drop", ({ dataTransfer }) => {
      const readers = Object.getPrototypeOf(dataTransfer.items[0].webkitGetAsEntry().createReader());
      const { readEntries } = readers;
      readers.readEntries = function (found, failed) {
        readEntries.call(this, (entries) => window.listed().then(() => found(entries)), failed);
      };
    }, true)""")
    drop(page, folder)
    expect(page.locator("#batch .count")).to_have_text("1 of 1 files read")


def test_a_file_that_is_gone_stops_no_other(batch_tab: Page, files: list[Path], tmp_path: Path) -> None:
    gone = tmp_path / "gone.png"
    gone.write_bytes(files[0].read_bytes())
    batch_tab.locator("#batch input").set_input_files([*files[:4], *files[6:12], gone, *files[12:14]])
    gone.unlink()
    expect(batch_tab.locator("#batch .count")).to_have_text("12 of 13 read, 1 failed")
    row = batch_tab.locator("#batch tr", has_text="gone.png")
    expect(row.locator("td").nth(3)).to_contain_text("the file cannot be opened")


def test_a_row_opens_its_picture_with_boxes(batch_tab: Page, files: list[Path]) -> None:
    batch_tab.locator("#batch input").set_input_files(files[:2])
    expect(batch_tab.locator("#batch .count")).to_have_text("2 of 2 files read")
    thumbnail = batch_tab.locator("#batch tbody img").first
    assert thumbnail.evaluate("image => image.decode().then(() => image.naturalWidth)") == 450
    batch_tab.get_by_role("button", name="=1.png").focus()
    batch_tab.keyboard.press("Enter")
    expect(batch_tab.get_by_role("tab", name="Photo")).to_have_attribute("aria-selected", "true")
    expect(batch_tab.locator("#reading")).to_have_text("2963")
    expect(batch_tab.locator("#photo .boxes button")).to_have_count(4)


def test_a_row_without_a_number_says_why_and_no_row_is_surer_than_it_is(
    batch_tab: Page, files: list[Path], tmp_path: Path
) -> None:
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((200, 300), 240, np.uint8))
    batch_tab.locator("#batch input").set_input_files([files[0], blank])
    expect(batch_tab.locator("#batch .count")).to_have_text("2 of 2 files read")
    rows = [row.locator("td").all_text_contents() for row in batch_tab.locator("#batch tbody tr").all()]
    assert rows[1] == ["blank.png", "", "", "No digit found."]
    assert float(rows[0][2].rstrip("%")) < 100


def test_rows_are_sorted_by_any_column(batch_tab: Page, heap: list[Path]) -> None:
    batch_tab.locator("#batch input").set_input_files([heap[3], heap[21], heap[10]])
    expect(batch_tab.locator("#batch .count")).to_have_text("3 of 3 files read")
    texts = batch_tab.locator("#batch td:nth-child(2)")
    assert texts.all_text_contents() == ["3", "1", "0"]
    head = batch_tab.get_by_role("button", name="Text", exact=True)
    head.focus()
    for order, expected in (("ascending", ["0", "1", "3"]), ("descending", ["3", "1", "0"])):
        batch_tab.keyboard.press("Enter")
        expect(batch_tab.get_by_role("columnheader", name="Text")).to_have_attribute("aria-sort", order)
        assert texts.all_text_contents() == expected


LABELS = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 3], np.uint8)  # of which the last is wrong


SETS: dict[str, Callable[[NDArray[np.uint8]], dict[str, bytes]]] = {
    "IDX": lambda images: {"t10k-images-idx3-ubyte": idx(images)},
    "IDX with labels": lambda images: {
        "t10k-labels-idx1-ubyte.gz": gzip.compress(idx(LABELS)),
        "t10k-images-idx3-ubyte.gz": gzip.compress(idx(images)),
    },
    "npy": lambda images: {"x.npy": saved(np.save, images)},
    "npy of floats": lambda images: {"x.npy": saved(np.save, images.reshape(-1, 784).astype(np.float32) / 255)},
    "npz with labels": lambda images: {"mnist.npz": saved(np.savez_compressed, x_test=images, y_test=LABELS)},
    "CSV": lambda images: {"test.csv": kaggle(images, None)},
    "CSV with labels": lambda images: {"train.csv": kaggle(images, LABELS)},
}


@pytest.mark.parametrize("kind", SETS)
def test_mnists_own_files_are_read_as_their_images(
    batch_tab: Page, mnist_images: NDArray[np.uint8], tmp_path: Path, kind: str
) -> None:
    files = SETS[kind](mnist_images)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    batch_tab.locator("#batch input").set_input_files([tmp_path / name for name in files])
    right = " · 9 of 10 right" if "labels" in kind else ""
    expect(batch_tab.locator("#batch .count")).to_have_text(f"10 of 10 files read{right}")
    lines = [line.locator("td").all_text_contents() for line in batch_tab.locator("#batch tbody tr").all()]
    assert [line[:2] for line in lines] == [[f"{list(files)[-1]} {number + 1}", str(number)] for number in range(10)]
    with batch_tab.expect_download() as download:
        batch_tab.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "submission.csv"
    expected = ["ImageId,Label", *(f"{number + 1},{number}" for number in range(10))]
    assert download.value.path().read_text().split() == expected
    batch_tab.get_by_role("button", name=f"{list(files)[-1]} 8").click()
    expect(batch_tab.locator("#photo .picture img")).to_be_visible()


@pytest.mark.parametrize("window", WINDOWS)
def test_labels_without_images_are_said_to_wait_for_them(
    open_page: OpenPage, mnist_images: NDArray[np.uint8], tmp_path: Path, window: str
) -> None:
    page = open_page(**WINDOWS[window])
    page.get_by_role("tab", name="Batch").click()
    files = SETS["IDX with labels"](mnist_images)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    labels, images = (tmp_path / name for name in files)
    count, clear = page.locator("#batch .count"), page.get_by_role("button", name="Clear")
    page.locator("#batch input").set_input_files(labels)
    expect(count).to_have_text("10 labels are here, but not their images. Add the file of the images too.")
    page.screenshot(path=SCREENSHOTS / f"labels-{window}.png")
    clear.click()
    expect(count).to_have_text("No files yet")
    expect(clear).to_be_disabled()
    page.locator("#batch input").set_input_files(labels)
    expect(clear).to_be_enabled()
    page.locator("#batch input").set_input_files(images)
    expect(count).to_have_text("10 of 10 files read · 9 of 10 right")


def test_a_table_of_something_else_is_named_as_such(batch_tab: Page, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("name,price\npen,3\n")
    batch_tab.locator("#batch input").set_input_files(tmp_path / "prices.csv")
    expect(batch_tab.locator("#batch tbody td").last).to_have_text("There are no images of 28×28 pixels in this file.")


def test_a_table_dropped_anywhere_opens_in_batch(page: Page, mnist_images: NDArray[np.uint8], tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_bytes(kaggle(mnist_images, None))
    drop(page, tmp_path / "test.csv")
    expect(page.locator("#batch .count")).to_have_text("10 of 10 files read")
