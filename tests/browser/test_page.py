"""The page as a whole: sizes, themes, ids."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import DESKTOP, PHONE, SCREENSHOTS, OpenPage

WINDOWS: dict[str, dict[str, Any]] = {"desktop": DESKTOP, "phone": PHONE}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
def test_the_page_fits_its_window(open_page: OpenPage, window: str, scheme: Any) -> None:
    page = open_page(**WINDOWS[window], color_scheme=scheme)
    page.get_by_role("button", name="Example 2026").click()
    expect(page.locator("#reading")).to_have_text("2026")
    page.wait_for_timeout(300)  # bars come to rest
    page.screenshot(path=SCREENSHOTS / f"{window}-{scheme}-draw.png")
    assert sideways_overflow(page) == 0
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("button", name="Example 18 352 607").click()
    expect(page.locator("#frame .boxes button")).to_have_count(8)
    page.wait_for_timeout(300)
    page.screenshot(path=SCREENSHOTS / f"{window}-{scheme}-photo.png")
    assert sideways_overflow(page) == 0


def sideways_overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_pad_and_reading_fit_a_phone_together(phone: Page) -> None:
    reading = phone.locator("#reading").bounding_box()
    assert reading is not None
    assert reading["y"] + reading["height"] <= 844


@pytest.mark.parametrize("name", ["sketchpad", "reading", "probabilities", "seen"])
def test_ids_for_automation_are_unique_on_every_tab(page: Page, name: str) -> None:
    for tab in ("Draw", "Photo"):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(f"[id={name}]")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system(open_page: OpenPage, scheme: Any) -> None:
    page = open_page(color_scheme=scheme)
    lightness = page.evaluate("getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(lightness) / 3 > 128) == (scheme == "light")


def test_nothing_moves_when_a_reading_comes(page: Page) -> None:
    parts = page.locator("#sketchpad canvas, #reading, #seen, #probabilities")
    before = [part.bounding_box() for part in parts.all()]
    page.get_by_role("button", name="Example 42").click()
    expect(page.locator("#reading")).to_have_text("42")
    assert [part.bounding_box() for part in parts.all()] == before
