"""Reading many files at once."""

import csv
from pathlib import Path

import pytest
from conftest import Write
from pictures import encode
from playwright.sync_api import Page, expect

from mnist_demo.page.examples import photo

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
    chalk = encode(photo("blackboard.webp", seed=11, size=(450, 338)))
    paths = [folder / f"={number}.png" for number in range(20)]
    for path in paths:
        path.write_bytes(chalk if path.name != "=5.png" else b"Dear model,")
    return paths


def test_many_files_become_a_table_and_a_csv(batch_tab: Page, files: list[Path], tmp_path: Path) -> None:
    batch_tab.locator("#batch input").set_input_files(files)
    expect(batch_tab.locator("#batch .count")).to_have_text("20 of 20 files read")
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


@pytest.fixture(scope="module")
def heap(tmp_path_factory: pytest.TempPathFactory, write: Write) -> list[Path]:
    """Three hundred small drawings, thirty of each digit; the digit is the last in the file's name."""
    folder = tmp_path_factory.mktemp("heap")
    drawings = [encode(write(str(label), height=60, pen=6)) for label in range(10)]
    paths = [folder / f"{number:03}.png" for number in range(300)]
    for number, path in enumerate(paths):
        path.write_bytes(drawings[number % 10])
    return paths


@pytest.mark.parametrize(("window", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_hundreds_of_files_are_read(open_page: OpenPage, heap: list[Path], window: str, scheme: str) -> None:
    page = open_page(**WINDOWS[window], color_scheme=scheme)
    page.get_by_role("tab", name="Batch").click()
    page.locator("#batch input").set_input_files(heap)
    progress = page.locator("#batch progress")
    assert 0 <= progress.evaluate("bar => bar.value / bar.max") < 1
    expect(page.locator("#batch .count")).to_have_text("300 of 300 files read", timeout=120_000)
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
