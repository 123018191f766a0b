"""The reasons for the chosen digit."""

import re

from playwright.sync_api import Page, Route, expect

from .pen import draw, place, press

COLOURED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
  return data.some((value, i) => i % 4 === 2 && Math.abs(value - data[i - 2]) > 60);
}"""


def test_the_chosen_digit_is_explained(page: Page) -> None:
    draw(page, "42")
    expect(page.locator("#why h2")).to_have_text("Why 2?")
    expect(page.locator("#why .own + figcaption")).to_contain_text("speaks for 2")
    expect(page.locator("#why .rival + figcaption")).to_have_text(re.compile(r"would make it [013-9]\.$"))
    for view in ("own", "rival"):
        assert page.locator(f"#why .{view}").evaluate(COLOURED)
    expect(page.locator("#why img")).to_be_visible()
    assert page.locator("#why .filters img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 200
    page.locator("#seen button").first.click()
    expect(page.locator("#why h2")).to_have_text("Why 4?")


def test_reasons_follow_the_drawing_and_go_with_it(page: Page) -> None:
    draw(page, "7")
    expect(page.locator("#why h2")).to_have_text("Why 7?")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#why h2")).to_have_text("Why?")
    assert not page.locator("#why .own").evaluate(COLOURED)
    expect(page.locator("#why img")).to_be_hidden()
    expect(page.locator("#why .blank")).to_have_text("Draw a digit, and see here what made the model read it so.")


def test_the_layer_follows_the_pen_and_the_saliency_comes_when_it_rests(page: Page) -> None:
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
