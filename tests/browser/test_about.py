"""How a picture is read, shown on one's own."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_demo.page.card import read_card

from .pen import draw


def test_the_steps_are_those_of_the_last_drawing(page: Page) -> None:
    draw(page, "305")
    expect(page.locator("#reading")).to_have_text("305")
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .digits canvas")).to_have_count(3)
    boxes = page.locator("#about .fitted i")
    expect(boxes).to_have_count(3)
    assert [box.get_attribute("data-label") for box in boxes.all()] == list("305")
    expect(page.locator("#about .whose")).to_have_text("On your own last picture.")
    page.get_by_role("tab", name="Draw").click()
    page.get_by_role("button", name="Example 42").click()
    expect(page.locator("#reading")).to_have_text("42")
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .digits canvas")).to_have_count(2)


def test_the_last_picture_survives_clear(page: Page) -> None:
    draw(page, "305")
    expect(page.locator("#reading")).to_have_text("305")
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .digits canvas")).to_have_count(3)
    expect(page.locator("#about .whose")).to_have_text("On your own last picture.")


@pytest.mark.parametrize("size", [(390, 844), (1280, 900)], ids=["phone", "desktop"])
def test_every_digit_of_the_last_step_fits_its_sheet(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    draw(page, "305")
    expect(page.locator("#reading")).to_have_text("305")
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .digits canvas")).to_have_count(3)
    sheet = page.locator("#about .digits").bounding_box()
    assert sheet
    for digit in page.locator("#about .digits canvas").all():
        box = digit.bounding_box()
        assert box
        assert box["width"] > 30
        assert sheet["x"] < box["x"] < sheet["x"] + sheet["width"] - box["width"]
        assert sheet["y"] < box["y"] < sheet["y"] + sheet["height"] - box["height"]


def test_without_a_drawing_the_steps_are_those_of_an_example(page: Page) -> None:
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .digits canvas")).to_have_count(8)
    expect(page.locator("#about .whose")).to_contain_text("On an example.")
    expect(page.locator("#about code")).to_contain_text('api_name="/recognize"')
    for image in page.locator("#about .steps img").all():
        assert image.evaluate("image => image.complete && image.naturalWidth > 100")


def test_the_cards_first_table_and_its_plots_are_shown(tmp_path: Path) -> None:
    (tmp_path / "errors.png").write_bytes(b"a picture")
    card = tmp_path / "README.md"
    card.write_text(
        "# Model\n\n| on | right |\n|---|--:|\n| MNIST | **99.6%** |\n\n![Errors](errors.png) ![Gone](gone.png)\n"
    )
    answer = read_card(card)
    assert answer["table"] == [["on", "right"], ["MNIST", "99.6%"]]
    assert [plot["alt"] for plot in answer["plots"]] == ["Errors"]


def test_a_model_without_a_card_is_no_fault(tmp_path: Path) -> None:
    assert read_card(tmp_path / "README.md") == {"table": [], "plots": []}


@pytest.mark.parametrize("tab", ["Batch", "About"])
def test_a_tab_without_a_digit_to_look_at_has_the_page_to_itself(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()
    expect(page.locator("#results")).to_be_hidden()
    page.get_by_role("tab", name="Draw").click()
    expect(page.locator("#results")).to_be_visible()
