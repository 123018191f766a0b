"""The page in its languages."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pictures import png_bomb
from playwright.sync_api import Page, expect

from mnist_demo.document.texts import TEXTS
from mnist_demo.page.answers import Kind
from mnist_demo.picture.errors import WORDS

from .conftest import DESKTOP, PHONE, SCREENSHOTS, OpenPage

ENGLISH = TEXTS["en"]
LOCALES = {"de": "de-AT", "es": "es-MX", "fr": "fr-FR", "zh": "zh-CN", "hi": "hi-IN"}


PAGE_FACTS = {"more_pages": "{page}"}  # of what is wrong on the page alone, for which the command line has no words


@pytest.mark.parametrize("language", TEXTS)
def test_every_kind_of_error_has_words_in_every_language(language: str) -> None:
    for kind in (each for kinds in get_args(Kind) for each in get_args(kinds)):
        if kind in ("no_pictures", "missing"):  # of paths, which the page is never given
            continue
        text = TEXTS[language][f"error_{kind}"]
        assert set(re.findall(r"{(\w+)", text)) <= set(re.findall(r"{(\w+)", WORDS.get(kind, PAGE_FACTS.get(kind, ""))))


@pytest.mark.parametrize("language", LOCALES)
def test_the_page_speaks_the_readers_language(open_page: OpenPage, language: str) -> None:
    texts = TEXTS[language]
    page = open_page(**PHONE, locale=LOCALES[language])
    assert page.evaluate("document.documentElement.lang") == language
    expect(page).to_have_title(texts["title"])
    for tab in ("photo", "batch", "about"):
        page.get_by_role("tab", name=texts[tab], exact=True).click()
        assert overflow(page) == 0
    page.get_by_role("tab", name=texts["draw"], exact=True).click()
    page.get_by_role("button", name=texts["example"].format(text="42")).click()
    page.locator("#why").scroll_into_view_if_needed()  # reasons are given only where they can be seen
    expect(page.locator("#why h2")).to_have_text(texts["why_label"].format(label="2"))
    expect(page.get_by_role("button", name=texts["clear"])).to_be_visible()
    assert overflow(page) == 0
    page.screenshot(path=SCREENSHOTS / f"phone-{language}.png")


@pytest.mark.parametrize("language", TEXTS)
def test_a_phone_is_told_to_take_or_choose_photos_and_a_mouse_to_drop_them(open_page: OpenPage, language: str) -> None:
    for window, suffix in ((PHONE, "_touch"), (DESKTOP, "")):
        page = open_page(**window, locale=LOCALES.get(language, "en-US"))
        for tab, keys in (("photo", ("drop", "drop_else")), ("batch", ("batch_drop", "batch_else"))):
            page.get_by_role("tab", name=TEXTS[language][tab], exact=True).click()
            told = page.locator(f"#{tab} .drop :is(strong, span)")
            expect(told).to_have_text([TEXTS[language][f"{key}{suffix}"] for key in keys])
            page.screenshot(path=SCREENSHOTS / f"places-{language}-{tab}{suffix}.png")


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_a_language_that_the_page_does_not_speak_gets_english(open_page: OpenPage) -> None:
    page = open_page(locale="pt-BR")
    expect(page.locator("h1")).to_have_text(ENGLISH["heading"])
    assert page.evaluate("document.documentElement.lang") == "en"


# Files that cannot be read, by the text that says why.
UNREADABLE = {
    "error_empty": b"",
    "error_foreign": b"Dear model,",
    "error_large": png_bomb(20_001, 8),  # the browser reduces what has too many pixels
    "error_damaged": png_bomb(100, 100)[:-30],
}


@pytest.mark.parametrize("key", UNREADABLE)
def test_what_is_wrong_with_a_file_is_said_in_the_readers_language(
    open_page: OpenPage, tmp_path: Path, key: str
) -> None:
    texts = TEXTS["de"]
    page = open_page(locale="de-DE")
    path = tmp_path / "bild.png"
    path.write_bytes(UNREADABLE[key])
    page.get_by_role("tab", name=texts["photo"]).click()
    page.locator("#photo input[type=file]").set_input_files(path)
    words = texts[key].format(megapixels=50, side="20.000")
    expect(page.locator("#photo [role=alert]")).to_have_text(f"bild.png: {words}")
