"""Ink on the sketchpad: how it looks, what a hand does to it, and what becomes of it."""

import base64
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import CDPSession, Page, ViewportSize, expect

from .conftest import PHONE, OpenPage
from .pen import draw, place, press, touch

Point = tuple[float, float]

# The pad's pixels, and where on it there is ink: [left, top, right, bottom] in CSS pixels, null if nowhere.
PIXELS = "document.querySelector('#sketchpad canvas').toDataURL()"
INK = """(() => {
  const canvas = document.querySelector("#sketchpad canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const xs = [], ys = [];
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] > 127) xs.push(((i - 3) / 4) % width), ys.push(Math.floor(i / 4 / width));
  }
  const least = (values) => values.reduce((a, b) => Math.min(a, b)) * canvas.clientWidth / width;
  const most = (values) => (values.reduce((a, b) => Math.max(a, b)) + 1) * canvas.clientWidth / width;
  return xs.length ? [least(xs), least(ys), most(xs), most(ys)] : null;
})()"""


def ink(page: Page) -> list[float]:
    page.evaluate("new Promise(requestAnimationFrame)")
    box: list[float] = page.evaluate(INK)
    return box


def middle(page: Page) -> Point:
    box = page.locator("#sketchpad canvas").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def send_touches(session: CDPSession, kind: str, *points: Point) -> None:
    touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def send_pen(session: CDPSession, kind: str, point: Point) -> None:
    session.send(
        "Input.dispatchMouseEvent",
        {
            "type": kind,
            "x": point[0],
            "y": point[1],
            "button": "left",
            "buttons": 1,
            "clickCount": 1,
            "pointerType": "pen",
        },
    )


def zigzag(around: Sequence[float]) -> list[Point]:
    """Return a zigzag over a box of the page, [left, top, right, bottom], from its top down."""
    legs = 9
    left, top, right, bottom = around
    corners = [(right if leg % 2 else left, top + (bottom - top) * leg / legs) for leg in range(legs + 1)]
    steps = np.linspace(0, 1, 8, endpoint=False)[:, None]
    legs_points = [np.array(a) + steps * (np.array(b) - a) for a, b in pairwise(corners)]
    return [(float(x), float(y)) for x, y in np.vstack(legs_points)]


def test_a_tap_draws_a_dot(phone: Page) -> None:
    x, y = middle(phone)
    phone.touchscreen.tap(x, y)
    left, top, right, bottom = ink(phone)
    assert 8 < right - left < 20
    assert right - left == pytest.approx(bottom - top, abs=1)
    expect(phone.get_by_role("button", name="Undo")).to_be_enabled()


def test_a_second_finger_takes_the_stroke_back(phone: Page) -> None:
    x, y = middle(phone)
    session = phone.context.new_cdp_session(phone)
    send_touches(session, "touchStart", (x, y))
    send_touches(session, "touchMove", (x, y - 40))
    assert ink(phone)
    send_touches(session, "touchStart", (x, y - 40), (x + 60, y))
    send_touches(session, "touchMove", (x - 30, y - 60), (x + 90, y + 20))
    send_touches(session, "touchEnd")
    assert ink(phone) is None
    expect(phone.get_by_role("button", name="Undo")).to_be_disabled()
    assert phone.evaluate("visualViewport.scale") > 1  # it was the browser's to pinch with
    touch(phone, [(x, y), (x, y - 20)])
    assert ink(phone)


@pytest.mark.parametrize("first", ["pen", "palm"])
def test_a_palm_beside_a_pen_draws_nothing(phone: Page, first: str) -> None:
    x, y = middle(phone)
    session = phone.context.new_cdp_session(phone)
    if first == "palm":
        send_touches(session, "touchStart", (x + 100, y + 80))
    send_pen(session, "mousePressed", (x, y - 60))
    send_pen(session, "mouseMoved", (x, y + 40))
    send_pen(session, "mouseReleased", (x, y + 40))
    if first == "pen":
        send_touches(session, "touchStart", (x + 100, y + 80))
        send_touches(session, "touchMove", (x + 110, y + 80))
    send_touches(session, "touchEnd")
    left, _, right, _ = ink(phone)
    assert right - left < 20


def test_a_stroke_that_leaves_the_pad_goes_on_where_it_comes_back(page: Page) -> None:
    box = page.locator("#sketchpad canvas").bounding_box()
    assert box
    bottom = box["y"] + box["height"]
    xs = np.linspace(box["x"] + 100, box["x"] + 300, 21)
    press(page, [(float(x), float(bottom - 150 + 400 * np.sin(np.pi * i / 20))) for i, x in enumerate(xs)])
    page.mouse.up()
    left, _, right, _ = ink(page)
    assert left == pytest.approx(100, abs=20)
    assert right == pytest.approx(300, abs=20)
    page.get_by_role("button", name="Undo").click()
    assert ink(page) is None  # it was one stroke


@pytest.mark.parametrize("draws_on", [False, True], ids=["drawn once", "drawn on at each turn"])
def test_turning_the_phone_leaves_the_drawing_as_it_was(open_page: OpenPage, draws_on: bool) -> None:
    upright = ViewportSize(width=390, height=844)
    turned = ViewportSize(width=844, height=390)
    page = open_page(**PHONE)
    for stroke in place("8", page.locator("#sketchpad canvas")):
        touch(page, stroke)
    before = ink(page)
    for size in (turned, upright) * 3:
        page.set_viewport_size(size)
        page.wait_for_timeout(100)
        left, top, right, bottom = ink(page)
        canvas = page.locator("#sketchpad canvas").bounding_box()
        assert canvas
        assert bottom - top > 0.5 * canvas["height"]
        assert (left + right) / 2 == pytest.approx(canvas["width"] / 2, rel=0.05)
        if draws_on:
            x, y = middle(page)
            touch(page, [(x - 5, y), (x + 5, y)])
    assert ink(page) == pytest.approx(before, abs=1)


@pytest.mark.parametrize("pen", ["Fine pen", "Bold pen"])
@pytest.mark.parametrize("pace", [1, 4], ids=["slow", "fast"])
def test_live_ink_is_what_is_drawn_again(page: Page, pen: str, pace: int) -> None:
    page.get_by_role("button", name=pen).click()
    (stroke,) = place("3", page.locator("#sketchpad canvas"))
    press(page, [*stroke[:-1:pace], stroke[-1]])
    ink(page)
    live = page.evaluate(PIXELS)
    page.mouse.up()
    ink(page)
    assert page.evaluate(PIXELS) == live
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Undo").click()
    ink(page)
    assert page.evaluate(PIXELS) == live


def test_the_model_gets_the_ink_that_is_shown(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    draw(page, "26")
    expect(page.locator("#readout [role=status]")).to_have_text("Read 26.")
    sheet = next(body for body in reversed(sent) if '"read"' in body)
    given = pixels(sheet)
    size = given.shape[1] // 2, given.shape[0] // 2
    inks = [cv2.resize(ink, size, interpolation=cv2.INTER_AREA) for ink in (given, pixels(page.evaluate(PIXELS)))]
    assert np.abs(inks[0] - inks[1]).mean() < 0.003  # at the edges a little, for the sizes differ


def pixels(text: str) -> NDArray[np.float32]:
    """Return how much ink is where, in [0, 1], in the picture whose data URL is in a text."""
    data = text.split("base64,")[1].split('"')[0]
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    covered = picture[..., 3] if picture[..., 3].min() < 255 else 255 - picture[..., 0]
    return (covered / 255).astype(np.float32)


@pytest.mark.parametrize("how", ["button", "Ctrl+Z"])
@pytest.mark.parametrize("what", ["Clear", "Example 42"])
def test_what_takes_a_drawing_away_can_be_undone(page: Page, what: str, how: str) -> None:
    draw(page, "7")
    expect(page.locator("#reading")).to_have_text("7")
    page.get_by_role("button", name=what).click()
    expect(page.locator("#reading")).to_have_text("" if what == "Clear" else "42")
    page.wait_for_timeout(700)  # the example has drawn itself
    if how == "button":
        page.get_by_role("button", name="Undo").click()
    else:
        page.keyboard.press("Control+z")
    expect(page.locator("#reading")).to_have_text("7")
    page.get_by_role("button", name="Redo").click()
    expect(page.locator("#reading")).to_have_text("" if what == "Clear" else "42")


def test_on_an_empty_pad_there_is_nothing_to_undo_from_the_first_frame(page: Page) -> None:
    page.add_init_script("""new MutationObserver(() => {
      const button = document.querySelector("[data-action=undo]");
      if (button) window.first ??= [...document.querySelectorAll("#sketchpad [data-action]")].map((b) => b.disabled);
    }).observe(document, { childList: true, subtree: true })""")
    page.reload()
    page.locator("#sketchpad canvas").wait_for()
    assert page.evaluate("first") == [True, True, True]


def test_a_reload_brings_the_drawing_back(page: Page) -> None:
    draw(page, "42")
    expect(page.locator("#reading")).to_have_text("42")
    before = page.evaluate(PIXELS)
    page.reload()
    expect(page.locator("#reading")).to_have_text("42")
    assert page.evaluate(PIXELS) == before
    page.get_by_role("button", name="Clear").click()
    page.reload()
    page.locator("#sketchpad canvas").wait_for()
    assert ink(page) is None


def test_scratching_a_digit_out_erases_it_and_can_be_undone(page: Page) -> None:
    canvas = page.locator("#sketchpad canvas")
    strokes = place("18", canvas)
    for stroke in strokes:
        press(page, stroke)
        page.mouse.up()
    expect(page.locator("#reading")).to_have_text("18")
    eight = np.array(strokes[-1])
    press(page, zigzag([*eight.min(0), *eight.max(0)]))
    page.mouse.up()
    expect(page.locator("#reading")).to_have_text("1")
    page.keyboard.press("Control+z")
    expect(page.locator("#reading")).to_have_text("18")


@pytest.mark.parametrize("number", ["3", "8", "5"])
def test_a_digit_drawn_over_another_is_no_scratch(page: Page, number: str) -> None:
    draw(page, number)
    draw(page, number)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#reading")).to_have_text(number)
