"""A page for everyone: what axe-core, which knows WCAG, has to say about every tab."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import SCHEMES, WINDOWS, OpenPage


def violations(page: Page) -> list[str]:
    """Return what axe-core objects to on the page as it is shown, each with the elements concerned."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {[node['html'][:200] for node in rule['nodes']]}" for rule in found]


def every_tab(page: Page) -> Iterator[str]:
    """Fill one tab after the other; yield the name of what is shown."""
    yield "empty"
    page.get_by_role("button", name="Example 2026").click()
    expect(page.locator("#reading")).to_have_text("2026")
    yield "draw"
    page.locator("#why").scroll_into_view_if_needed()  # reasons are given only where they can be seen
    expect(page.locator("#why .reasons span").first).not_to_be_empty()
    yield "why"
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("button", name="Example 18 352 607").click()
    expect(page.locator("#photo .boxes button")).to_have_count(8)
    yield "photo"
    page.get_by_role("tab", name="Batch").click()
    page.get_by_role("button", name="Examples").click()
    expect(page.locator("#batch tbody tr")).to_have_count(4)
    yield "batch"
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .digits canvas")).to_have_count(8)
    yield "about"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("window", WINDOWS)
def test_axe_finds_nothing_on_any_tab(open_page: OpenPage, window: str, scheme: Any) -> None:
    page = open_page(**WINDOWS[window], color_scheme=scheme, reduced_motion="reduce")
    for _ in every_tab(page):
        assert violations(page) == []


def tab_to(page: Page, name: str) -> None:
    """Press the Tab key until a button of that name has the focus, and see that this shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and (focused.get_attribute("aria-label") or focused.inner_text()) == name:
            assert focused.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
            return
    raise AssertionError(f"Tab never reaches {name}")


def test_everything_works_by_keyboard(page: Page) -> None:
    for name in ("Fine pen", "Medium pen", "Bold pen", "Eraser"):
        tab_to(page, name)
        page.keyboard.press("Space")
        expect(page.locator(":focus")).to_have_attribute("aria-pressed", "true")
    tab_to(page, "Example 42")
    page.keyboard.press("Enter")
    expect(page.locator("#reading")).to_have_text("42")
    tab_to(page, "4, " + page.locator("#seen small").first.inner_text())
    page.keyboard.press("Enter")
    expect(page.locator("#why h2")).to_have_text("Why 4?")
    tab_to(page, "Photo")
    page.keyboard.press("Enter")
    tab_to(page, "Example 4071")
    page.keyboard.press("Enter")
    expect(page.locator("#reading")).to_have_text("4071")
    boxes = page.locator("#photo .boxes button")
    tab_to(page, boxes.nth(2).get_attribute("aria-label") or "")
    page.keyboard.press("Space")
    expect(page.locator("#why h2")).to_have_text("Why 7?")
    tab_to(page, "Remove")
    page.keyboard.press("Enter")
    expect(page.locator("#reading")).to_have_text("")
    tab_to(page, "Batch")
    page.keyboard.press("Enter")
    tab_to(page, "Examples")
    page.keyboard.press("Enter")
    expect(page.locator("#batch tbody tr")).to_have_count(4)


def test_nothing_moves_for_those_who_prefer_that(open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    durations = "node => getComputedStyle(node).transitionDuration.split(',').map(parseFloat)"
    assert max(page.locator("#probabilities .bar").first.evaluate(durations)) < 0.001
    page.get_by_role("button", name="Example 42").click()
    drawn = page.evaluate("document.querySelector('#sketchpad canvas').toDataURL()")
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('#sketchpad canvas').toDataURL()") == drawn
