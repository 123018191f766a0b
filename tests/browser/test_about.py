"""How a picture is read, shown on one's own."""

import json
import math
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from mnist_demo.document.card import read_card
from mnist_demo.document.texts import TEXTS

from .conftest import SCREENSHOTS, OpenPage
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


def test_steps_that_wait_for_the_server_say_so(page: Page) -> None:
    page.route("**/component_server/", lambda route: route.abort())
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .whose")).to_have_text("Connection lost. Trying again…")
    page.unroute("**/component_server/")
    expect(page.locator("#about .digits canvas")).to_have_count(8)
    expect(page.locator("#about .whose")).to_contain_text("On an example.")


METRICS = {
    "sets": {
        "photos": {"right": 117, "count": 118, "signs": 118},
        "numbers/cheques": {"right": 80, "count": 100, "signs": 470},
        "numbers/registers": {"right": 3, "count": 5, "signs": 12},
        "numbers/letters": {"right": 9, "count": 10, "signs": 0},
    },
    "mnist": {"accuracy": 0.9963, "count": 10_000},
}


def test_what_was_measured_is_told_real_numbers_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "someone/digits")
    (tmp_path / "metrics.json").write_text(json.dumps(METRICS))
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "confusion.png").write_bytes(b"a picture")
    answer = read_card(tmp_path)
    figures = [(figure["name"], round(figure["share"], 4), figure["count"]) for figure in answer["figures"]]
    assert figures == [("numbers", 0.7, 105), ("photos", 0.9915, 118), ("mnist", 0.9963, 10_000)]
    assert [plot["name"] for plot in answer["plots"]] == ["confusion"]
    assert answer["source"] == "https://huggingface.co/spaces/someone/digits/tree/main"


def test_a_model_without_a_card_is_no_fault(tmp_path: Path) -> None:
    assert read_card(tmp_path) == {"figures": [], "plots": [], "source": None}


def test_the_model_has_a_headline_a_picture_and_a_table_that_unfolds(page: Page) -> None:
    page.get_by_role("tab", name="About").click()
    first, *others = read_card()["figures"]
    headline = page.locator("#about .headline")
    expect(headline).to_contain_text(f"{math.floor(1000 * first['share']) / 10:g}%")
    expect(headline).to_contain_text(TEXTS["en"][f"figure_{first['name']}"])
    expect(page.locator("#about .network li")).to_have_count(5)
    table = page.locator("#about .figures table")
    expect(table).to_be_hidden()
    page.get_by_text("All figures").click()
    expect(table.locator("tr")).to_have_count(2 + len(others))
    expect(page.locator("#about .plots figcaption").last).to_have_text(TEXTS["en"]["plot_rejection"])


def test_the_model_card_opens(page: Page) -> None:
    page.get_by_role("tab", name="About").click()
    link = page.get_by_role("link", name="Model card")
    answer = page.request.get(str(link.evaluate("link => link.href")))
    assert answer.ok
    assert "# Model card" in answer.text()
    expect(page.get_by_role("link", name="Source code")).to_be_hidden()  # of which this server knows no address


@pytest.mark.parametrize(("language", "locale"), [("de", "de-AT"), ("zh", "zh-CN")])
def test_figures_and_plots_are_told_in_the_readers_language(open_page: OpenPage, language: str, locale: str) -> None:
    page = open_page(locale=locale)
    texts = TEXTS[language]
    page.get_by_role("tab", name=texts["about"], exact=True).click()
    page.get_by_text(texts["all_figures"]).click()
    expect(page.locator("#about .figures th").first).to_have_text(texts["figures_on"])
    expect(page.locator("#about .figures td").first).to_have_text(texts[f"figure_{read_card()['figures'][0]['name']}"])
    expect(page.locator("#about .plots figcaption").last).to_have_text(texts["plot_rejection"])
    page.screenshot(path=SCREENSHOTS / f"about-{language}.png", full_page=True)


def test_the_model_is_told_once_though_who_looked_went_away_and_came_back_meanwhile(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if '"card"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/component_server/", hold)
    for count in (1, 2):
        page.get_by_role("tab", name="About").click()
        page.locator("#about .steps").wait_for()
        while len(held) < count:
            page.wait_for_timeout(50)
        page.get_by_role("tab", name="Draw").click()
        page.locator("#about .steps").wait_for(state="hidden")
        page.wait_for_timeout(300)  # until it is noticed
    page.get_by_role("tab", name="About").click()
    while len(held) < 3:
        page.wait_for_timeout(50)
    with page.expect_response(lambda response: response.request == held[-1].request):
        for route in held:
            route.continue_()
    page.wait_for_timeout(300)
    page.get_by_text("All figures").click()
    expect(page.locator("#about .figures tr")).to_have_count(1 + len(read_card()["figures"]))
    page.unroute("**/component_server/")


@pytest.mark.parametrize("tab", ["Batch", "About"])
def test_a_tab_without_a_digit_to_look_at_has_the_page_to_itself(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()
    expect(page.locator("#results")).to_be_hidden()
    page.get_by_role("tab", name="Draw").click()
    expect(page.locator("#results")).to_be_visible()
