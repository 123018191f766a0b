"""The reasons for the chosen digit."""

import re

from playwright.sync_api import Page, expect

from .pen import draw

COLOURED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
  return data.some((value, i) => i % 4 === 2 && Math.abs(value - data[i - 2]) > 60);
}"""


def test_the_chosen_digit_is_explained(page: Page) -> None:
    draw(page, "42")
    expect(page.locator("#why h2")).to_have_text("Why 2?")
    for view in ("own", "rival"):
        assert page.locator(f"#why .{view}").evaluate(COLOURED)
    expect(page.locator("#why .own + figcaption")).to_contain_text("speaks for 2")
    expect(page.locator("#why .rival + figcaption")).to_have_text(re.compile(r"would make it [013-9]\.$"))
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
