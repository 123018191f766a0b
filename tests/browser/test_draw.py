"""Drawing digits on the sketchpad."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any

import pytest
from hands import HANDS
from playwright.sync_api import Browser, Page, Route, expect

from mnist_demo.examples import DRAWINGS

from .conftest import WINDOWS, OpenPage
from .pen import draw, place, press, touch


def reading(page: Page) -> str | None:
    return page.locator("#reading").text_content()


NUMBERS = ["12.50", "42", "305", "1968", "7", "-45", "12:45", "20/07"]


@pytest.mark.parametrize(("number", "hand"), [*zip(NUMBERS, cycle(HANDS), strict=False)])
def test_digits_drawn_by_mouse_are_read(page: Page, number: str, hand: str) -> None:
    draw(page, number, HANDS[hand])
    expect(page.locator("#reading")).to_have_text(number)
    assert reading(page) == number


@pytest.mark.parametrize(("number", "hand"), [("5", "plain"), ("208", "crossed"), ("7.25", "narrow and leaning")])
def test_digits_drawn_by_touch_are_read(phone: Page, number: str, hand: str) -> None:
    for stroke in place(number, phone.locator("#sketchpad canvas"), HANDS[hand]):
        touch(phone, stroke)
    expect(phone.locator("#reading")).to_have_text(number)


def test_the_reading_follows_the_pen_before_it_is_lifted(page: Page) -> None:
    (stroke,) = place("2", page.locator("#sketchpad canvas"))
    press(page, stroke)
    expect(page.locator("#reading")).to_have_text("2")


def test_a_first_visit_is_welcomed_with_a_number_that_any_stroke_takes_away(
    open_page: OpenPage, browser: Browser
) -> None:
    page = open_page(browser.new_context())
    expect(page.locator("#reading")).to_have_text("42")
    draw(page, "7")
    expect(page.locator("#reading")).to_have_text("7")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#reading")).to_have_text("")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.reload()
    page.wait_for_timeout(2000)
    expect(page.locator("#reading")).to_have_text("")  # it is no first visit any more
    page.context.close()


def test_nothing_draws_itself_where_a_hand_was_there_before(open_page: OpenPage, browser: Browser) -> None:
    page = open_page(browser.new_context())
    draw(page, "7")
    page.wait_for_timeout(2000)
    expect(page.locator("#reading")).to_have_text("7")
    page.context.close()


def test_a_blank_pad_reads_as_nothing(page: Page) -> None:
    assert reading(page) == ""
    expect(page.locator("#seen button")).to_have_count(0)


@pytest.mark.parametrize("clear", ["button", "Delete key"])
def test_clear_empties_the_reading(page: Page, clear: str) -> None:
    draw(page, "42")
    expect(page.locator("#reading")).to_have_text("42")
    if clear == "button":
        page.get_by_role("button", name="Clear").click()
    else:
        page.keyboard.press("Delete")
    assert reading(page) == ""
    expect(page.locator("#seen button")).to_have_count(0)
    expect(page.locator("#sketchpad .hint")).not_to_have_class(re.compile("gone"))


def test_an_answer_that_comes_after_clear_is_not_shown(page: Page) -> None:
    held: list[Route] = []
    page.route("**/component_server/**", lambda route: held.append(route))
    draw(page, "7")
    page.get_by_role("button", name="Clear").click()
    for route in held:
        route.continue_()
    page.wait_for_timeout(500)
    assert held
    assert reading(page) == ""


def test_undo_goes_back_a_stroke_and_redo_forward(page: Page) -> None:
    draw(page, "42")
    expect(page.locator("#reading")).to_have_text("42")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#reading")).to_have_text("4")
    page.get_by_role("button", name="Redo").click()
    expect(page.locator("#reading")).to_have_text("42")


def test_undo_and_redo_work_by_keyboard(page: Page) -> None:
    draw(page, "71")
    expect(page.locator("#reading")).to_have_text("71")
    page.keyboard.press("Control+z")
    expect(page.locator("#reading")).to_have_text("7")
    page.keyboard.press("Control+z")
    expect(page.locator("#reading")).to_have_text("")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#reading")).to_have_text("7")


def test_the_eraser_takes_ink_away(page: Page) -> None:
    draw(page, "7")
    expect(page.locator("#reading")).to_have_text("7")
    page.get_by_role("button", name="Eraser").click()
    for stroke in place("7", page.locator("#sketchpad canvas")):
        press(page, stroke)
        page.mouse.up()
    expect(page.locator("#reading")).to_have_text("")


@pytest.mark.parametrize("pen", ["Fine pen", "Medium pen", "Bold pen"])
def test_every_pen_is_read(page: Page, pen: str) -> None:
    page.get_by_role("button", name=pen).click()
    draw(page, "3")
    expect(page.locator("#reading")).to_have_text("3")


def test_the_page_stays_still_under_a_drawing_finger(phone: Page) -> None:
    box = phone.locator("#sketchpad canvas").bounding_box()
    assert box is not None
    x, top = box["x"] + box["width"] / 2, box["y"]
    touch(phone, [(x, top + box["height"] - step) for step in range(10, 200, 10)])
    assert phone.evaluate("scrollY") == 0
    assert phone.evaluate("document.documentElement.scrollHeight > innerHeight")  # there would be room to scroll


def test_each_digit_shows_what_the_model_sees_and_its_probabilities(page: Page) -> None:
    draw(page, "42")
    expect(page.locator("#readout [role=status]")).to_have_text(re.compile("^Read 42"))  # the last reading has come
    cards = page.locator("#seen button")
    expect(cards).to_have_count(2)
    for index, label in enumerate("42"):
        cards.nth(index).click()
        expect(cards.nth(index)).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#probabilities .best")).to_have_text(re.compile(rf"%{label}$"))
    shares = page.locator("#probabilities .share").all_text_contents()
    assert len(shares) == 10
    assert sum(int(share.rstrip("%")) for share in shares) == pytest.approx(100, abs=5)
    ink = "canvas => canvas.getContext('2d').getImageData(0, 0, 28, 28).data.some(value => value > 200)"
    assert cards.first.locator("canvas").evaluate(ink)


def test_an_example_draws_itself_and_is_read(page: Page) -> None:
    page.get_by_role("button", name="Example 2026").click()
    expect(page.locator("#reading")).to_have_text("2026")
    page.get_by_role("button", name="Example 42").click()
    expect(page.locator("#reading")).to_have_text("42")


@pytest.mark.parametrize("window", WINDOWS)
def test_every_example_is_read_as_it_is_written(open_page: OpenPage, window: str) -> None:
    page = open_page(**WINDOWS[window])
    for text in DRAWINGS:
        page.get_by_role("button", name=f"Example {text}").click()
        expect(page.locator("#readout [role=status]")).to_have_text(f"Read {text.replace(' ', ', ')}.")
        assert page.locator("#reading").inner_text() == text


def test_the_reading_is_announced_once_the_pen_rests(page: Page) -> None:
    draw(page, "42")
    expect(page.locator("#readout [role=status]")).to_have_text(re.compile("^Read 42"))


def test_a_lost_connection_is_shown_and_recovers_by_itself(page: Page) -> None:
    page.route("**/component_server/**", lambda route: route.abort())
    draw(page, "7")
    status = page.locator("#sketchpad .connection")
    expect(status).to_have_text("Connection lost. Trying again…")
    page.unroute("**/component_server/**")
    expect(page.locator("#reading")).to_have_text("7")
    expect(status).to_have_text("")


class BreakingHandler(BaseHTTPRequestHandler):
    """Answers with a part of what it announces."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"text": "7", "dig')

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def breaking() -> Iterator[str]:
    """The address of a server whose answers break off."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BreakingHandler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_an_answer_that_breaks_off_is_a_lost_connection_at_once(page: Page, breaking: str) -> None:
    page.route("**/component_server/**", lambda route: route.continue_(url=breaking))
    draw(page, "7")
    status = page.locator("#sketchpad .connection")
    expect(status).to_have_text("Connection lost. Trying again…", timeout=10_000)  # sooner than a silent server
    page.unroute("**/component_server/**")
    expect(page.locator("#reading")).to_have_text("7", timeout=10_000)
    expect(status).to_have_text("")


def test_the_pad_is_crisp_on_a_dense_screen(phone: Page) -> None:
    assert phone.evaluate("(c => c.width / c.clientWidth)(document.querySelector('#sketchpad canvas'))") == 3


def test_drawing_goes_on_while_the_server_is_silent(page: Page) -> None:
    page.route("**/component_server/**", lambda _: None)
    for stroke in place("42", page.locator("#sketchpad canvas")):
        press(page, stroke)
        page.mouse.up()
        for x, y in stroke:
            assert page.evaluate(INK_AT, [x, y])
    expect(page.locator("#sketchpad .connection")).to_have_text("Waiting for the model…")
    page.unroute("**/component_server/**")


INK_AT = """([x, y]) => {
  const canvas = document.querySelector("#sketchpad canvas");
  const { left, top } = canvas.getBoundingClientRect();
  return canvas.getContext("2d").getImageData(x - left, y - top, 1, 1).data[3] > 0;
}"""


def test_the_pen_leaves_no_mark_of_focus_and_the_keyboard_does(page: Page) -> None:
    canvas = page.locator("#sketchpad canvas")
    draw(page, "1")
    expect(canvas).to_be_focused()
    assert canvas.evaluate("canvas => getComputedStyle(canvas).outlineStyle") == "none"
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(canvas).to_be_focused()
    assert canvas.evaluate("canvas => getComputedStyle(canvas).outlineStyle") == "solid"
