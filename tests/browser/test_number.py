"""The large number and the one sentence below it: calm while one writes, right when the pen rests, and to take away."""

import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import Write
from playwright.sync_api import Browser, Page, expect

from .conftest import PHONE, SCREENSHOTS, WINDOWS, OpenPage
from .pen import draw, press

TWENTY = "31415926535897932384"
FITS = """text => {
  const range = document.createRange();
  range.selectNodeContents(text);
  const [inner, outer] = [range, text].map((part) => part.getBoundingClientRect());
  return inner.left >= outer.left - 1 && inner.right <= outer.right + 1
    && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
}"""


def note(page: Page) -> str | None:
    return page.locator("#readout .note").text_content()


def asterisk(page: Page) -> None:
    """Draw an asterisk, and leave the mouse's button down."""
    box = page.locator("#sketchpad canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((60, 60), (60, -60), (80, 0)):
        page.mouse.up()
        press(page, [(x - dx, y - dy), (x, y), (x + dx, y + dy)])


def upload(page: Page, path: Path, picture: np.ndarray) -> None:
    cv2.imwrite(str(path), picture)
    page.get_by_role("tab", name="Photo").click()
    page.locator("#photo input[type=file]").set_input_files(path)


def test_nothing_is_judged_while_a_stroke_is_drawn(page: Page) -> None:
    asterisk(page)
    expect(page.locator("#seen .nothing")).to_have_count(1)
    page.wait_for_timeout(1200)
    assert note(page) == ""
    assert page.locator("#seen .nothing").inner_text() == ""
    page.mouse.up()
    expect(page.locator("#readout .note")).to_have_text("This mark does not look like a digit.")
    assert page.locator("#seen .nothing").inner_text() == "no digit"


def test_a_mark_that_is_no_digit_has_no_bar(page: Page) -> None:
    asterisk(page)
    page.mouse.up()
    expect(page.locator("#readout .note")).to_have_text("This mark does not look like a digit.")
    assert set(page.locator("#probabilities .share").all_text_contents()) == {"\u00a0"}
    expect(page.locator("#probabilities .best")).to_have_count(0)


def test_each_state_has_one_sentence(page: Page, tmp_path: Path) -> None:
    sentence = page.locator("#readout .note")
    expect(sentence).to_have_text("Nothing to read yet")
    draw(page, "7")
    expect(page.locator("#reading")).to_have_text("7")
    expect(sentence).to_have_text("")
    page.get_by_role("button", name="Clear").click()
    expect(sentence).to_have_text("Nothing to read yet")
    upload(page, tmp_path / "blank.png", np.full((300, 400), 235, np.uint8))
    expect(sentence).to_have_text("No digit found.")
    page.get_by_role("button", name="Remove").click()
    expect(sentence).to_have_text("Nothing to read yet")


def test_there_is_no_sentence_while_the_first_answer_is_awaited(page: Page) -> None:
    page.route("**/component_server/**", lambda _: None)
    draw(page, "7")
    assert note(page) == ""
    expect(page.locator("#sketchpad .connection")).to_have_text("Waiting for the model…")
    page.unroute("**/component_server/**")


@pytest.mark.parametrize("window", WINDOWS)
def test_twenty_digits_fit(open_page: OpenPage, window: str, write: Write, tmp_path: Path) -> None:
    page = open_page(**WINDOWS[window])
    upload(page, tmp_path / "twenty.png", write(TWENTY, height=60, pen=6))
    expect(page.locator("#reading")).to_have_text(TWENTY)
    assert page.locator("#reading").evaluate(FITS)
    page.add_style_tag(content="#reading { font-family: monospace !important; letter-spacing: 0.3em !important; }")
    page.set_viewport_size({"width": 380, "height": 800})
    page.wait_for_timeout(200)
    assert page.locator("#reading").evaluate(FITS)


@pytest.mark.parametrize("window", WINDOWS)
def test_three_lines_fit_and_stay_lines(open_page: OpenPage, window: str) -> None:
    page = open_page(**WINDOWS[window])
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("button", name="Example 18 352 607").click()
    expect(page.locator("#reading")).to_have_text(re.compile(r"^18\s352\s607$"))
    assert page.locator("#reading").evaluate(FITS)
    tops = page.locator("#reading button").evaluate_all("digits => digits.map((digit) => digit.offsetTop)")
    assert [tops.count(top) for top in sorted(set(tops))] == [2, 3, 3]


def test_a_digit_of_the_number_can_be_chosen_and_put_right(page: Page) -> None:
    draw(page, "352")
    expect(page.locator("#readout [role=status]")).to_have_text("Read 352.")  # the last reading has come
    five = page.locator("#reading button").nth(1)
    five.click()
    expect(page.locator("#seen button").nth(1)).to_have_attribute("aria-pressed", "true")
    offered = page.locator("#readout .choices button")
    assert 3 <= offered.count() <= 9
    assert "5" not in offered.all_text_contents()
    assert offered.all_text_contents()[-5:] == [*".,-/:"]
    label = offered.first.inner_text()
    offered.first.click()
    expect(page.locator("#reading")).to_have_text(f"3{label}2")
    expect(five).to_have_class("corrected")
    expect(five).to_have_accessible_name(f"Made {label} by you; the model reads 5.")
    expect(page.locator("#readout .note")).to_have_text(f"Made {label} by you; the model reads 5.")
    expect(page.locator("#seen b").nth(1)).to_have_text("5")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#reading")).to_have_text(f"3{label}")
    five.press("Enter")
    expect(offered.filter(has_text="5")).to_be_visible()
    page.keyboard.press("Escape")
    expect(offered.first).to_be_hidden()


def test_the_choices_are_seen_wherever_the_number_stands_and_go_when_it_moves(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    draw(page, "352")
    expect(page.locator("#readout [role=status]")).to_have_text("Read 352.")
    five = page.locator("#reading button").nth(1)
    below = five.evaluate("digit => Math.ceil(digit.getBoundingClientRect().bottom)")
    page.set_viewport_size({"width": 390, "height": below + 10})
    five.click()
    choices = page.locator("#readout .choices")
    box = choices.bounding_box()
    assert box
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= below + 10
    page.mouse.wheel(0, 100)
    expect(choices).to_be_hidden()


def paste(page: Page) -> str:
    """Return what is in the clipboard, pasted into a field of the page."""
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), { id: 'pasted' }))")
    page.locator("#pasted").focus()
    page.keyboard.press("Control+v")
    return page.locator("#pasted").input_value()


@pytest.mark.parametrize("host", ["127.0.0.1", "digits.test"], ids=["secure", "plain http"])
def test_the_number_can_be_copied(launch: Callable[..., Browser], server: str, host: str) -> None:
    browser = launch("--host-resolver-rules=MAP digits.test 127.0.0.1")
    page = browser.new_page()
    page.goto(server.replace("127.0.0.1", host))
    page.locator("#sketchpad canvas").wait_for()
    assert page.evaluate("isSecureContext") == (host == "127.0.0.1")
    page.get_by_role("tab", name="Photo").click()
    page.get_by_role("button", name="Example 580 714").click()
    expect(page.locator("#reading")).to_have_text(re.compile(r"580\s714"))
    page.get_by_role("button", name="Copy the number").click()
    expect(page.locator("#readout .note")).to_have_text("Copied")
    assert paste(page) == "580\n714"
    browser.close()


def test_the_picture_can_be_saved_with_its_reading(page: Page, tmp_path: Path) -> None:
    draw(page, "42")
    expect(page.locator("#reading")).to_have_text("42")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a picture").click()
    assert download.value.suggested_filename == "42.png"
    download.value.save_as(tmp_path / "42.png")
    picture = cv2.imread(str(tmp_path / "42.png"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert picture.shape[1] == 1200
    assert (picture[:-220] < 50).any()  # the drawing
    assert (picture[-220:] < 50).any()  # its number


def test_a_phone_shares_the_number_and_the_picture_with_its_own_sheet(open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    expect(page.locator("#readout [data-action=share]")).to_be_hidden()  # this browser has no such sheet
    page.add_init_script("""
      navigator.canShare = () => true;
      navigator.share = async ({ text, files: [file] }) => { window.shared = [text, file.type, file.size > 1000]; };
    """)
    page.reload()
    page.get_by_role("button", name="Example 42").click()
    expect(page.locator("#reading")).to_have_text("42")
    page.get_by_role("button", name="Share the number").click()
    page.wait_for_function("window.shared")
    assert page.evaluate("shared") == ["42", "image/png", True]


def test_the_number_has_a_typeface_of_its_own(page: Page, server: str) -> None:
    draw(page, "42")
    expect(page.locator("#reading")).to_have_text("42")
    faces = page.evaluate("[...document.fonts].filter(({ family }) => family === 'Digits').map(({ status }) => status)")
    assert faces == ["loaded"]
    assert page.evaluate("getComputedStyle(document.querySelector('#reading button')).fontFamily").startswith("Digits")
    page.screenshot(path=SCREENSHOTS / "typeface.png")
    with urllib.request.urlopen(f"{server}/digits.woff2") as answer:
        assert answer.headers["Content-Type"] == "font/woff2"
        assert len(answer.read()) < 5000
