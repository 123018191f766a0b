"""What the page says while the server refuses its requests, and who may show the page in a frame."""

import base64
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import numpy as np
import pytest
from app_server import serve_app
from pictures import encode
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .pen import draw

REFUSED_FAULT = "Failed to load resource: the server responded with a status of 429 (Too Many Requests)"
BLANK = "data:image/png;base64," + base64.b64encode(encode(np.full((8, 8), 255, np.uint8))).decode()
CLIENTS = 130  # more than may wait in one address's line


@contextmanager
def crowd(url: str) -> Iterator[None]:
    """Have a crowd draw in the meantime, from the address that the page asks from."""
    gone = threading.Event()
    components = httpx.get(f"{url}/config").json()["components"]
    number = next(part["id"] for part in components if part["props"].get("elem_id") == "sketchpad")
    question = {"data": BLANK, "component_id": number, "fn_name": "read", "session_hash": "crowd"}

    def keep_drawing(client: httpx.Client) -> None:
        while not gone.is_set():
            client.post(f"{url}/gradio_api/component_server/", json=question)

    limits = httpx.Limits(max_connections=CLIENTS)
    with httpx.Client(limits=limits, timeout=60) as client, ThreadPoolExecutor(CLIENTS) as pool:
        for _ in range(CLIENTS):
            pool.submit(keep_drawing, client)
        yield
        gone.set()


@pytest.mark.slow
def test_a_busy_server_is_named_so_and_asked_again(windows: Callable[..., BrowserContext]) -> None:
    faults: list[str] = []
    with serve_app() as url:
        page = windows().new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(url)
        page.locator("#sketchpad canvas").wait_for()
        draw(page, "4")
        expect(page.locator("#reading")).to_have_text("4")
        status = page.locator("#sketchpad .connection")
        with crowd(url):
            while status.inner_text() != "Many people are here right now. Trying again in a moment…":
                draw(page, "2")
        page.get_by_role("button", name="Clear").click()
        draw(page, "7")
        expect(page.locator("#reading")).to_have_text("7")
        expect(status).to_have_text("")
        page.close()
    assert set(faults) == {REFUSED_FAULT}


@pytest.fixture(scope="module")
def framing(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """A browser that lets a public site's frame show what this machine serves, as if that were public too."""
    browser = launch("--disable-features=LocalNetworkAccessChecks")
    yield browser
    browser.close()


@pytest.mark.parametrize(("site", "shown"), [("https://huggingface.co", True), ("https://example.org", False)])
def test_only_hugging_face_may_frame_the_page(framing: Browser, server: str, site: str, shown: bool) -> None:
    page = framing.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    with page.expect_event("requestfinished" if shown else "requestfailed", lambda request: server in request.url):
        frame_page(page, site, server)
    canvas = page.frame_locator("iframe").locator("#sketchpad canvas")
    if shown:
        expect(canvas).to_be_visible()
        assert faults == []
    else:
        expect(canvas).to_have_count(0)
        assert any("frame-ancestors" in fault for fault in faults)
    page.close()


def frame_page(page: Page, site: str, server: str) -> None:
    """Open a page of a site, as the browser believes, that shows the server's page in a frame."""
    html = f"<!doctype html><title>A site</title><iframe src={server} width=1200 height=800></iframe>"
    page.route(f"{site}/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{site}/")
