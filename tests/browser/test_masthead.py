"""The theme switch, the Share button, and what links and installed apps show."""

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .conftest import SCREENSHOTS, WINDOWS, OpenPage, is_dark


def test_the_theme_can_be_chosen_and_is_kept(open_page: OpenPage, browser: Browser) -> None:
    page = open_page(browser.new_context(color_scheme="light"))
    switch = page.locator("[data-action=theme]")
    expect(switch).to_have_accessible_name("Theme: as the system")
    assert not is_dark(page)
    for name, dark in (("light", False), ("dark", True)):
        switch.click()
        expect(switch).to_have_accessible_name(f"Theme: {name}")
        assert is_dark(page) == dark
    page.reload()
    expect(switch).to_have_accessible_name("Theme: dark")
    assert is_dark(page)
    switch.click()
    assert not is_dark(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body.dark")).to_have_count(1)
    page.context.close()


def test_a_page_that_only_this_computer_can_open_is_not_shared(page: Page) -> None:
    expect(page.locator("[data-action=theme]")).to_be_visible()
    expect(page.get_by_role("button", name="Share")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_with_a_name_of_its_own_can_be_shared(launch: Callable[..., Browser], server: str, scheme: str) -> None:
    browser = launch("--host-resolver-rules=MAP digits.test 127.0.0.1")
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    url = server.replace("127.0.0.1", "digits.test") + "/"
    page.goto(url)
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name="Draw on your phone")
    expect(dialog.get_by_role("link", name=url)).to_be_visible()
    expect(dialog.locator(".code svg")).to_be_visible()
    expect(dialog.locator(".local")).to_be_hidden()
    page.wait_for_timeout(300)
    assert Axe().run(page).response["violations"] == []
    page.screenshot(path=SCREENSHOTS / f"share-{scheme}.png")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    browser.close()


@pytest.mark.parametrize("window", WINDOWS)
def test_a_local_address_is_shared_with_a_hint(launch: Callable[..., Browser], server: str, window: str) -> None:
    browser = launch("--host-resolver-rules=MAP digits.local 127.0.0.1")
    page = browser.new_page(**WINDOWS[window])
    url = server.replace("127.0.0.1", "digits.local") + "/"
    page.goto(url)
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share this page" if window == "phone" else "Draw on your phone")
    expect(dialog.get_by_role("link", name=url)).to_be_visible()
    expect(dialog).to_contain_text("It works on this network alone")
    expect(dialog.get_by_role("button", name="Copy link")).to_be_focused()
    page.wait_for_timeout(300)
    assert Axe().run(page).response["violations"] == []
    page.screenshot(path=SCREENSHOTS / f"share-local-{window}.png")
    browser.close()


def test_links_and_installed_apps_have_pictures(server: str) -> None:
    with urllib.request.urlopen(f"{server}/") as answer:
        html = answer.read().decode()
    told = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', html))
    assert html.count('"og:') == len(told)
    assert told["title"] == "Handwritten digits, read as you write"
    assert told["description"].startswith("Draw or photograph handwritten digits.")
    assert told["image"] == f"{server}/preview.png"
    with urllib.request.urlopen(f"{server}/manifest.json") as answer:
        manifest = json.load(answer)
    assert (manifest["display"], manifest["short_name"]) == ("standalone", "Digits")
    assert "maskable" in [icon["purpose"] for icon in manifest["icons"]]
    for path in ("/preview.png", "/favicon.ico", *(icon["src"] for icon in manifest["icons"])):
        with urllib.request.urlopen(urljoin(server, path)) as answer:
            assert answer.read(8) == b"\x89PNG\r\n\x1a\n"


def installed_as(page: Page) -> Any:
    """Return the manifest, as Chromium understands it, of a page that it would install."""
    session = page.context.new_cdp_session(page)
    reasons = [error["errorId"] for error in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert set(reasons) <= {"in-incognito"}  # as every page of a test is
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    return told["manifest"]


def test_a_browser_would_install_the_page(page: Page) -> None:
    assert installed_as(page)["name"] == "Handwritten digits, read as you write"
