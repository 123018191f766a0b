"""What the page has fetched ahead, and what its first frame waits for."""

import re

from playwright.sync_api import Page, expect


def test_all_that_gradios_scripts_import_is_fetched_ahead_and_nothing_else(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    ahead, fetched = page.evaluate("""() => {
      const name = (url) => url.split("/assets/")[1];
      const written = ["", ...[...document.querySelectorAll("script[type=module], link[onload]")]
        .map(({ src, href }) => src ?? href)].map(name);
      const files = performance.getEntriesByType("resource").map((file) => name(file.name));
      const links = [...document.querySelectorAll("link[href^='./assets/']:not([onload])")];
      return [links.map(({ href }) => name(href)), files.filter((file) => !written.includes(file))];
    }""")
    assert len(ahead) > 20
    assert sorted(ahead) == sorted(fetched)  # once


def test_the_heading_waits_for_no_stylesheet(page: Page) -> None:
    stylesheets = re.compile(r"/assets/.*\.css")
    page.route(stylesheets, lambda _: None)
    page.reload(wait_until="commit")
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    expect(page.locator("#sketchpad")).to_have_count(0)
    page.unroute(stylesheets)
