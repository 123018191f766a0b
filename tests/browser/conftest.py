"""A real Chromium on the real app. Every page also proves that it logs no error and asks no other host."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from app_server import ROOT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

SCREENSHOTS = ROOT / "screenshots"
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",  # Chromium refuses to run as root with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",  # as a whole Chromium has it, so that a text's width grows with its size
)
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "has_touch": True, "is_mobile": True}
WINDOWS: dict[str, dict[str, Any]] = {"desktop": DESKTOP, "phone": PHONE}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Without it a number draws itself to welcome who comes. Browsers' own pages, for errors, have no storage.
VISITED = "try { localStorage.setItem('visited', 'yes') } catch {}"
EXPECTED_FAULTS = (
    "Failed to load resource: net::ERR_FAILED",  # where a test cuts the connection
    "Failed to load resource: net::ERR_FILE_NOT_FOUND",  # or deletes a file
    "Failed to load resource: net::ERR_CONTENT_LENGTH_MISMATCH",  # or breaks an answer off
)

expect.set_options(timeout=30_000)  # milliseconds; the first reading waits until TensorFlow has loaded

OpenPage = Callable[..., Page]


def chromium() -> str | None:
    """Return the Chromium to use: CHROMIUM, else one on the PATH, else None for Playwright's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Launch a Chromium with some more flags."""
    with sync_playwright() as playwright:
        yield lambda *flags: playwright.chromium.launch(executable_path=chromium(), args=[*CHROMIUM_FLAGS, *flags])


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Iterator[Browser]:
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Give a window's context; one with the same options is used again, with its cache.

    It has no service workers: what these fetch, no test could hold up.
    """
    contexts: dict[str, BrowserContext] = {}

    def window(**options: Any) -> BrowserContext:
        if str(options) not in contexts:
            contexts[str(options)] = browser.new_context(service_workers="block", **options)
            contexts[str(options)].add_init_script(VISITED)
        return contexts[str(options)]

    yield window
    for context in contexts.values():
        context.close()


@pytest.fixture
def open_page(windows: Callable[..., BrowserContext], server: str) -> Iterator[OpenPage]:
    """Open the page in a window; at the end, expect that it logged no error and asked no other host."""
    faults: list[str] = []
    pages: list[Page] = []

    def open_page(context: BrowserContext | None = None, **options: Any) -> Page:
        page = (context or windows(**{**DESKTOP, **options})).new_page()
        pages.append(page)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: None if is_local(request.url, server) else faults.append(request.url))
        page.goto(server)
        page.locator("#sketchpad canvas").wait_for()
        return page

    yield open_page
    for page in pages:
        page.close()
    assert [fault for fault in faults if fault not in EXPECTED_FAULTS] == []


def is_dark(page: Page) -> bool:
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).map(Number)")
    return sum(ground) / 3 < 128


def is_local(url: str, server: str) -> bool:
    return url.startswith((server, "data:", "blob:"))


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page in a desktop window."""
    return open_page()


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """The page on a phone with a touch screen."""
    return open_page(**PHONE)
