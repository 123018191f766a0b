"""A page for everyone: what axe-core, which knows WCAG, has to say about every tab."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import DESKTOP, PHONE, OpenPage

WINDOWS: dict[str, dict[str, Any]] = {"desktop": DESKTOP, "phone": PHONE}


def violations(page: Page) -> list[str]:
    """Return what axe-core objects to on the page as it is shown, each with the elements concerned."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {[node['html'][:200] for node in rule['nodes']]}" for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
def test_axe_finds_nothing_on_any_tab(open_page: OpenPage, window: str, scheme: Any) -> None:
    page = open_page(**WINDOWS[window], color_scheme=scheme, reduced_motion="reduce")
    assert violations(page) == []
    page.get_by_role("button", name="Example 2026").click()
    expect(page.locator("#reading")).to_have_text("2026")
    assert violations(page) == []
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("button", name="Example 18 352 607").click()
    expect(page.locator("#frame .boxes button")).to_have_count(8)
    assert violations(page) == []
    page.get_by_role("tab", name="Batch").click()
    page.get_by_role("button", name="Examples").click()
    expect(page.locator("#batch tbody tr")).to_have_count(4)
    assert violations(page) == []
    page.get_by_role("tab", name="About").click()
    expect(page.locator("#about .digits canvas")).to_have_count(8)
    assert violations(page) == []
