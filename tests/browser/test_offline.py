"""The service worker: the page opens without a connection, is never an old one, and streams as if it were not there."""

import os
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_server import start_app
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mnist_demo.page import i18n

from .conftest import SCREENSHOTS, WINDOWS
from .pen import draw

# Resolves once the worker has copies of the document and of every file that was fetched.
COPIED = """async () => {
  await navigator.serviceWorker.ready;
  const [files, kept] = [performance.getEntriesByType("resource"), async (name) => Boolean(await caches.match(name))];
  const names = [document.baseURI, ...files.map(({ name }) => name).filter((name) => /\\/assets\\//.test(name))];
  return (await Promise.all(names.map(kept))).every(Boolean);
}"""
COPIED_WITHIN = 30.0  # seconds


def visit(context: BrowserContext, url: str) -> Page:
    """Open the page, and return it when the worker has all it needs."""
    page = context.new_page()
    page.goto(url)
    page.locator("#sketchpad canvas").wait_for()
    until = time.monotonic() + COPIED_WITHIN
    while not page.evaluate(COPIED):  # as wait_for_function waits for no promise
        assert time.monotonic() < until
        page.wait_for_timeout(100)
    return page


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that was never here."""
    context = browser.new_context(**WINDOWS["desktop"])
    yield context
    context.close()


@pytest.mark.slow
def test_without_a_connection_the_page_opens_and_says_so(browser: Browser) -> None:
    locales = ("en-US", "de-DE")
    contexts = [browser.new_context(**WINDOWS["phone"], locale=locale) for locale in locales]
    with start_app(Path(os.devnull)) as app:
        pages = [visit(context, app.url) for context in contexts]
        for page in pages:
            expect(page.locator(".offline")).to_be_hidden()
    for page, locale in zip(pages, locales, strict=True):
        page.goto("about:blank")
        page.goto(app.url)
        expect(page.locator(".offline")).to_have_text(i18n.translations[locale[:2]]["offline"])
        expect(page.locator("#sketchpad canvas")).to_be_visible()
        page.wait_for_timeout(1000)
        page.screenshot(path=SCREENSHOTS / f"offline-{locale}.png")
        page.context.close()


def test_the_notice_goes_when_the_connection_is_back(visitor: BrowserContext, server: str) -> None:
    page = visit(visitor, server)
    visitor.set_offline(True)
    expect(page.locator(".offline")).to_contain_text("No connection.")
    visitor.set_offline(False)
    expect(page.locator(".offline")).to_be_hidden()


def test_with_a_connection_nothing_comes_from_old_copies(visitor: BrowserContext, server: str) -> None:
    page = visit(visitor, server)
    page.evaluate("""async () => {
      for (const name of await caches.keys()) {
        const copies = await caches.open(name);
        for (const request of await copies.keys()) await copies.put(request, new Response("<p>old</p>"));
      }
    }""")
    page.reload()
    expect(page.locator("#sketchpad canvas")).to_be_visible()


def test_readings_and_streams_pass_by_the_worker(visitor: BrowserContext, server: str) -> None:
    page = visit(visitor, server)
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    draw(page, "42")
    expect(page.locator("#reading")).to_have_text("42")
    kept = page.evaluate(
        "async () => (await (await caches.open((await caches.keys())[0])).keys()).map(({ url }) => url)"
    )
    assert not [url for url in kept if "gradio_api" in url]


def test_browsers_ask_for_the_worker_each_time(server: str) -> None:
    with urllib.request.urlopen(f"{server}/service-worker.js") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Content-Type"].startswith("text/javascript")
