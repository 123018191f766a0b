"""The reasons for the chosen digit, and its way through the classifier."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import OpenPage
from .pen import draw, place, press

COLOURED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
  return data.some((value, i) => i % 4 === 2 && Math.abs(value - data[i - 2]) > 60);
}"""
PICTURE = "document.querySelector('#why .squares canvas').toDataURL()"
# Which of the six squares hold anything.
LIT = """() => [...document.querySelectorAll("#why .squares button")].map((square) => {
  const box = [square.offsetLeft, square.offsetTop, square.offsetWidth, square.offsetHeight];
  const context = document.querySelector("#why .squares canvas").getContext("2d");
  return context.getImageData(...box.map((value) => value * devicePixelRatio)).data.some(Boolean);
})"""


def test_the_chosen_digit_is_explained(page: Page) -> None:
    draw(page, "42")
    expect(page.locator("#why h2")).to_have_text("Why 2?")
    expect(page.locator("#why .own + figcaption")).to_contain_text("speaks for 2")
    expect(page.locator("#why .rival + figcaption")).to_have_text(re.compile(r"would make it [013-9]\.$"))
    for view in ("own", "rival"):
        assert page.locator(f"#why .{view}").evaluate(COLOURED)
    page.locator("#seen button").first.click()
    expect(page.locator("#why h2")).to_have_text("Why 4?")


def test_the_label_that_is_read_is_explained_though_the_classifier_alone_would_say_another(page: Page) -> None:
    def as_one(route: Route) -> None:
        if '"read"' not in (route.request.post_data or ""):
            return route.continue_()
        answer = route.fetch()
        reading = answer.json()
        for digit in reading["digits"]:
            digit |= {"label": "1", "confidence": 0.5, "probabilities": [0, 0.5, 0, 0, 0.3, 0, 0, 0.2, 0, 0]}
        return route.fulfill(response=answer, json=reading | {"text": "1" * len(reading["digits"])})

    page.route("**/component_server/**", as_one)
    draw(page, "7")
    expect(page.locator("#why h2")).to_have_text("Why 1?")
    expect(page.locator("#why .own + figcaption")).to_contain_text("speaks for 1")
    expect(page.locator("#why .rival + figcaption")).to_contain_text("would make it 4.")
    expect(page.locator("#why .way p")).to_contain_text("1 is the likeliest")
    page.unroute("**/component_server/**")


def test_a_sign_that_is_no_digit_has_no_reasons(page: Page) -> None:
    draw(page, "2-4")
    expect(page.locator("#reading")).to_have_text("2-4")
    expect(page.locator("#why .own + figcaption")).to_contain_text("speaks for 4")
    page.locator("#seen button").nth(1).click()
    expect(page.locator("#why h2")).to_have_text("Why?")
    expect(page.locator("#why .reasons")).to_be_hidden()
    expect(page.locator("#why .blank")).to_be_visible()
    page.locator("#seen button").first.click()
    expect(page.locator("#why h2")).to_have_text("Why 2?")
    expect(page.locator("#why .own + figcaption")).to_contain_text("speaks for 2")
    expect(page.locator("#why .rival + figcaption")).to_have_text(re.compile(r"would make it [013-9]\.$"))


def test_reasons_follow_the_drawing_and_go_with_it(page: Page) -> None:
    draw(page, "7")
    expect(page.locator("#why h2")).to_have_text("Why 7?")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#why h2")).to_have_text("Why?")
    assert not page.locator("#why .own").evaluate(COLOURED)
    expect(page.locator("#why .way")).to_be_hidden()
    expect(page.locator("#why .blank")).to_have_text("Draw a digit, and see here what made the model read it so.")


@pytest.mark.slow
def test_the_way_plays_once_and_rests_on_its_last_step(page: Page) -> None:
    draw(page, "7")
    button = page.locator("#why .play")
    squares = page.locator("#why .squares button")
    expect(button).to_have_accessible_name("Pause")
    expect(page.locator("#why .now")).to_have_text("First there is the ink, just as it was written.")
    assert page.evaluate(LIT)[2:] == [False] * 4
    expect(page.locator("#why .now")).to_have_text("All this is weighed into ten probabilities: 7 is the likeliest.")
    expect(button).to_have_accessible_name("Play")
    assert page.evaluate(LIT) == [True] * 6
    expect(squares.last).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(page.locator("#why .now")).to_contain_text("First")
    button.click()
    expect(button).to_have_accessible_name("Play")
    before = page.evaluate(LIT)
    page.wait_for_timeout(2500)
    assert page.evaluate(LIT) == before


def test_a_step_of_the_way_can_be_chosen_and_stays_for_the_next_digit(page: Page) -> None:
    draw(page, "42")
    expect(page.locator("#why h2")).to_have_text("Why 2?")
    square = page.get_by_role("button", name="The last layer has only 7×7 spots")
    square.click()
    expect(square).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(LIT) == [True] * 6
    shown = page.evaluate(PICTURE)
    page.locator("#seen button").first.click()
    page.wait_for_function(f"shown => ({PICTURE}) !== shown", arg=shown)
    page.wait_for_timeout(1500)
    expect(page.locator("#why .play")).to_have_accessible_name("Play")
    expect(square).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(LIT) == [True] * 6


def test_the_way_stands_still_while_the_pen_moves(page: Page) -> None:
    draw(page, "7")
    expect(page.locator("#why .play")).to_have_accessible_name("Pause")
    (stroke,) = place("2", page.locator("#sketchpad canvas"))
    press(page, stroke[:8])
    expect(page.locator("#why .play")).to_have_accessible_name("Play")
    assert page.evaluate(LIT) == [True] * 6
    page.mouse.up()


def test_with_reduced_motion_the_way_is_stills(open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    draw(page, "7")
    button = page.locator("#why .play")
    expect(button).to_have_accessible_name("Play")
    expect(page.locator("#why .now")).to_contain_text("7 is the likeliest")
    page.wait_for_timeout(1500)
    expect(button).to_have_accessible_name("Play")
    still = page.evaluate(PICTURE)
    button.click()
    expect(page.locator("#why .now")).to_contain_text("It shrinks")
    assert page.evaluate(PICTURE) == still


def test_the_way_follows_the_pen_and_the_saliency_comes_when_it_rests(page: Page) -> None:
    (stroke,) = place("2", page.locator("#sketchpad canvas"))
    press(page, stroke[:-8])
    caption = page.locator("#why .own + figcaption span")
    expect(caption).to_have_text(re.compile(r"speaks for \d"))
    asked: list[str] = []
    readings: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route.request.post_data or "")
        if '"read"' in asked[-1]:
            readings.append(route)
        else:
            route.continue_()

    page.route("**/component_server/**", hold)
    with page.expect_request(lambda request: '"read"' in (request.post_data or "")):
        page.mouse.move(*stroke[-7])
    page.mouse.move(*stroke[-4])  # so that the reading is older than the drawing when it comes
    with page.expect_request(lambda request: '"respond"' in (request.post_data or "")):
        readings[0].continue_()
    page.wait_for_timeout(500)
    assert not any('"explain"' in body for body in asked)
    page.unroute("**/component_server/**")  # lets the request that waits go on
    with page.expect_request(lambda request: '"explain"' in (request.post_data or "")):
        page.mouse.up()


def test_a_mark_that_is_no_digit_is_explained_as_such(page: Page) -> None:
    box = page.locator("#sketchpad canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((60, 60), (60, -60), (80, 0)):  # an asterisk
        press(page, [(x - dx, y - dy), (x, y), (x + dx, y + dy)])
        page.mouse.up()
    expect(page.locator("#seen .nothing")).to_have_count(1)
    expect(page.locator("#why h2")).to_have_text("Why no digit?")
    expect(page.locator("#readout .note")).to_have_text("This mark does not look like a digit.")
