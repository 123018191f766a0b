"""The page wherever it is opened: small windows, addresses, paper, languages, without scripts, and while it loads."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from mnist_demo.page import i18n

from .conftest import PHONE, SCREENSHOTS, WINDOWS, OpenPage
from .pen import draw
from .test_languages import LOCALES

# Buttons, tabs and titles that reach out of the window or out of the card they stand in, or whose words are cut.
CUT = """() => {
  const parts = "#masthead :is(h1, button, label), #desk :is(button, [role=tab], h2, strong)";
  const isShown = (part) =>
    part.checkVisibility({ visibilityProperty: true }) && !part.closest("#seen, .rows, .hide, [aria-hidden=true]");
  const isCut = (part) => {
    const card = part.closest("#sources, #results, #reasons, body").getBoundingClientRect();
    const { left, right } = part.getBoundingClientRect();
    return left < card.left - 1 || right > card.right + 1 || part.scrollWidth > part.clientWidth + 1;
  };
  return [...document.querySelectorAll(parts)].filter(isShown).filter(isCut)
    .map((part) => part.textContent.trim() || part.ariaLabel);
}"""
# Parts whose words reach out of them.
OVERFLOWING = """parts => parts.filter((part) => {
  const words = document.createRange();
  words.selectNodeContents(part);
  const [own, inner] = [part, words].map((each) => each.getBoundingClientRect());
  const isAcross = inner.left < own.left || inner.right > own.right;
  return own.width && (isAcross || inner.top < own.top || inner.bottom > own.bottom);
}).map((part) => part.textContent)"""
SIZES = {"320 px": (320, 640), "200% zoom": (640, 450), "landscape phone": (640, 360), "German phone": (360, 780)}


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_in_small_windows(open_page: OpenPage, size: str, locale: str) -> None:
    width, height = SIZES[size]
    page = open_page(**{**PHONE, "viewport": {"width": width, "height": height}}, locale=locale)
    texts = i18n.translations[locale[:2]]
    for tab in ("draw", "photo", "batch", "about"):
        page.get_by_role("tab", name=texts[tab], exact=True).click()
        page.wait_for_timeout(300)
        page.screenshot(path=SCREENSHOTS / f"{width}-{locale}-{tab}.png")
        assert page.evaluate(CUT) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


@pytest.mark.parametrize("width", [320, 360, 390])
@pytest.mark.parametrize("language", i18n.translations)
def test_what_batch_says_is_whole_on_a_phone(open_page: OpenPage, language: str, width: int) -> None:
    page = open_page(**{**PHONE, "viewport": {"width": width, "height": 640}}, locale=LOCALES.get(language, "en-US"))
    page.get_by_role("tab", name=i18n.translations[language]["batch"], exact=True).click()
    page.locator("#batch").wait_for()
    assert page.locator("#batch .drop, #batch th").evaluate_all(OVERFLOWING) == []


def test_a_phone_on_its_side_shows_where_the_table_begins(open_page: OpenPage) -> None:
    page = open_page(**{**PHONE, "viewport": {"width": 844, "height": 390}})
    page.get_by_role("tab", name="Batch").click()
    expect(page.locator("#batch thead")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", [(2560, 1440), (1920, 1080)])
def test_a_large_screen_is_used(open_page: OpenPage, size: tuple[int, int]) -> None:
    width, height = size
    page = open_page(viewport={"width": width, "height": height})
    draw(page, "42")
    expect(page.locator("#reading")).to_have_text("42")
    expect(page.locator("#reasons canvas").first).to_be_visible()
    page.wait_for_timeout(1000)
    page.screenshot(path=SCREENSHOTS / f"large-{width}.png")
    pad, reasons = (page.locator(part).bounding_box() for part in ("#sketchpad canvas", "#reasons"))
    assert pad
    assert pad["width"] > 0.4 * width
    assert reasons
    assert reasons["y"] + reasons["height"] <= height
    assert reasons["width"] > 0.75 * width


def test_tabs_have_addresses_that_back_goes_through(page: Page, server: str) -> None:
    page.get_by_role("tab", name="Photo").click()
    expect(page).to_have_url(re.compile("#photo$"))
    page.get_by_role("tab", name="About").click()
    expect(page).to_have_url(re.compile("#about$"))
    page.go_back()
    expect(page.get_by_role("tab", name="Photo")).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(page.get_by_role("tab", name="Draw")).to_have_attribute("aria-selected", "true")
    page.go_forward()
    expect(page.get_by_role("tab", name="Photo")).to_have_attribute("aria-selected", "true")
    page.reload()
    expect(page.locator("#photo")).to_be_visible()
    page.goto("about:blank")
    page.goto(f"{server}/#batch")
    expect(page.locator("#batch")).to_be_visible()


def test_arrow_keys_move_between_tabs(page: Page) -> None:
    page.get_by_role("tab", name="Draw").focus()
    for key, name in (("ArrowRight", "Photo"), ("End", "About"), ("ArrowRight", "Draw"), ("ArrowLeft", "About")):
        page.keyboard.press(key)
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tab", name=name)).to_be_focused()


def test_the_language_can_be_chosen_and_is_kept(open_page: OpenPage, browser: Browser) -> None:
    page = open_page(browser.new_context(locale="en-US"))
    draw(page, "42")
    expect(page.locator("#reading")).to_have_text("42")
    page.get_by_label("Language").select_option("de")
    expect(page.get_by_role("tab", name="Zeichnen")).to_be_visible()
    expect(page.locator("footer")).to_contain_text("API")
    expect(page.locator("#reading")).to_have_text("42")  # the drawing is still there
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.get_by_label("Sprache").locator("option").all_inner_texts()[:2] == ["English", "Deutsch"]
    page.reload()
    expect(page.locator("h1")).to_have_text("Handgeschriebene Ziffern")
    page.context.close()


@pytest.mark.parametrize("language", i18n.translations)
def test_a_chosen_language_is_spoken_by_tabs_and_footer_too(
    open_page: OpenPage, browser: Browser, language: str
) -> None:
    texts = i18n.translations[language]
    page = open_page(browser.new_context(locale="en-US" if language != "en" else "fr-FR"))
    page.locator("#masthead select").select_option(language)
    expect(page.locator("h1")).to_have_text(texts["heading"])
    expect(page.get_by_role("tab")).to_have_text([texts[tab] for tab in ("draw", "photo", "batch", "about")])
    expect(page.locator("footer")).to_contain_text(texts["api"])
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_prints_on_one_sheet(open_page: OpenPage, scheme: Any) -> None:
    page = open_page(color_scheme=scheme)
    draw(page, "42")
    expect(page.locator("#reading")).to_have_text("42")
    page.emulate_media(media="print")
    for part in ("#sketchpad canvas", "#reading", "#probabilities"):
        expect(page.locator(part)).to_be_visible()
    for part in ("#sketchpad .toolbar", "#reasons", "#masthead header .toolbar"):
        expect(page.locator(part)).to_be_hidden()
    assert page.pdf(path=SCREENSHOTS / f"print-{scheme}.pdf", format="A4").count(b"/Type /Page\n") == 1


def test_the_drawer_about_the_api_closes_with_escape_and_misses_nothing(page: Page) -> None:
    page.get_by_role("button", name="Use via API").click()
    drawer = page.get_by_role("dialog", name="Use via API")
    expect(drawer).to_contain_text("Read the handwritten numbers in a photo, scan or drawing.")
    page.wait_for_load_state("networkidle")
    text = drawer.inner_text()
    assert ",," not in text
    assert "upload_file_to_gradio" not in text
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_without_javascript_a_sentence_says_so(browser: Browser, server: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(server)
    expect(page.locator("noscript p")).to_contain_text("needs JavaScript")
    assert page.evaluate("getComputedStyle(document.body, '::before').display") == "none"  # no outline
    page.close()


@pytest.mark.parametrize("window", WINDOWS)
def test_while_it_loads_the_heading_and_the_pads_outline_are_shown(open_page: OpenPage, window: str) -> None:
    page = open_page(**WINDOWS[window], locale="fr-FR")
    pad, heading = page.locator("#sources").bounding_box(), page.locator("h1").bounding_box()
    assert pad
    assert heading
    page.route("**/assets/**", lambda route: route.abort())
    page.reload(wait_until="domcontentloaded")
    outline = page.evaluate("""(() => {
      const { left, top, width } = getComputedStyle(document.body, "::before");
      return [left, top, width].map(parseFloat);
    })()""")
    assert outline == pytest.approx([pad["x"], pad["y"], pad["width"]], abs=3)
    expect(page.locator("h1")).to_have_text("Chiffres manuscrits")
    waiting = page.locator("h1").bounding_box()
    assert waiting
    assert [waiting[side] for side in ("x", "y", "height")] == pytest.approx(
        [heading[side] for side in ("x", "y", "height")], abs=1
    )
    page.screenshot(path=SCREENSHOTS / f"loading-{window}.png")
    page.unroute("**/assets/**")


def test_the_link_can_be_copied_on_plain_http(launch: Callable[..., Browser], server: str) -> None:
    browser = launch("--host-resolver-rules=MAP digits.test 127.0.0.1")
    page = browser.new_page()
    url = server.replace("127.0.0.1", "digits.test") + "/"
    page.goto(url)
    page.get_by_role("button", name="Share").click()
    assert not page.evaluate("'clipboard' in navigator")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.keyboard.press("Escape")
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), { id: 'pasted' }))")
    page.locator("#pasted").focus()
    page.keyboard.press("Control+v")
    assert page.locator("#pasted").input_value() == url
    browser.close()


def test_a_link_that_cannot_be_copied_is_said_so(launch: Callable[..., Browser], server: str) -> None:
    browser = launch("--host-resolver-rules=MAP digits.test 127.0.0.1")
    page = browser.new_page()
    page.add_init_script("document.execCommand = () => false")  # as browsers do whose owner forbids it
    page.goto(server.replace("127.0.0.1", "digits.test") + "/")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("dialog")).to_contain_text("This browser does not allow copying.")
    browser.close()
