"""The page as a whole: sizes, themes, ids."""

import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import PHONE, SCHEMES, SCREENSHOTS, WINDOWS, OpenPage, is_dark

# Each tab, the example to choose in it, and what is there when it has been read.
EVERY_TAB = (
    ("Draw", "Example 2026", ("#seen button", 4)),
    ("Photo", "Example 18 352 607", ("#photo .boxes button", 8)),
    ("Batch", "Examples", ("#batch tbody tr", 4)),
    ("About", None, ("#about .digits canvas", 8)),
)
SIDEWAYS = {**PHONE, "viewport": {"width": 844, "height": 390}}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("window", WINDOWS)
def test_the_page_fits_its_window(open_page: OpenPage, window: str, scheme: Any) -> None:
    page = open_page(**WINDOWS[window], color_scheme=scheme)
    for tab, example, shown in EVERY_TAB:
        page.get_by_role("tab", name=tab).click()
        if example:
            page.get_by_role("button", name=example).click()
        expect(page.locator(shown[0])).to_have_count(shown[1])
        page.wait_for_timeout(500)  # bars come to rest, reasons appear
        page.screenshot(path=SCREENSHOTS / f"{window}-{scheme}-{tab.lower()}.png", full_page=True)
        assert sideways_overflow(page) == 0


def sideways_overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_pad_and_reading_fit_a_phone_together(phone: Page) -> None:
    assert bottom(phone, "#reading") <= 844


def test_pad_tools_and_reading_fit_a_phone_that_lies_on_its_side(open_page: OpenPage) -> None:
    page = open_page(**SIDEWAYS)
    page.get_by_role("button", name="Example 2026").click()
    expect(page.locator("#reading")).to_have_text("2026")
    page.evaluate("scrollTo(0, 0)")  # up from the example
    for part in ("#sketchpad canvas", "#sketchpad .toolbar", "#reading", "#seen"):
        assert bottom(page, part) <= 390
    box = page.locator("#sketchpad canvas").bounding_box()
    assert box is not None
    assert box["height"] >= 190
    assert sideways_overflow(page) == 0
    page.screenshot(path=SCREENSHOTS / "phone-sideways.png")


def bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("name", ["sketchpad", "reading", "probabilities", "seen"])
def test_ids_for_automation_are_unique_on_every_tab(page: Page, name: str) -> None:
    for tab in ("Draw", "Photo"):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(f"[id={name}]")).to_have_count(1)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_theme_follows_the_system(open_page: OpenPage, scheme: Any) -> None:
    page = open_page(color_scheme=scheme)
    assert is_dark(page) == (scheme == "dark")


def test_nothing_moves_when_a_reading_comes(page: Page) -> None:
    parts = page.locator("#sketchpad canvas, #reading, #seen, #probabilities")
    before = [part.bounding_box() for part in parts.all()]
    page.get_by_role("button", name="Example 42").click()
    expect(page.locator("#reading")).to_have_text("42")
    assert [part.bounding_box() for part in parts.all()] == before


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_first_frame_has_the_chosen_theme(open_page: OpenPage, browser: Browser, scheme: Any) -> None:
    system: Any = "dark" if scheme == "light" else "light"
    context = browser.new_context(color_scheme=system, service_workers="block")
    page = open_page(context)
    page.evaluate("theme => Theme.choose(theme)", scheme)
    page.route("**/assets/**", lambda route: route.abort())  # what would show the page and set its theme
    page.reload(wait_until="domcontentloaded")
    assert is_dark(page) == (scheme == "dark")
    page.unroute("**/assets/**")
    context.close()


def test_the_document_is_light(server: str) -> None:
    request = urllib.request.Request(server, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as document, urllib.request.urlopen(f"{server}/favicon.ico") as icon:
        assert document.headers["Content-Encoding"] == "gzip"
        assert len(document.read()) + len(icon.read()) < 90_000  # all our own parts, and Gradio's settings
