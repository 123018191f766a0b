"""Draw the README's moving picture, docs/page.webp, anew: a number is drawn on the real page, and read.

make picture
"""

import io
from collections.abc import Iterator

from app_server import ROOT, serve_app
from browser.conftest import CHROMIUM_FLAGS, VISITED, chromium
from browser.pen import place
from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

TEXT = "20/07"
WINDOW: ViewportSize = {"width": 1120, "height": 660}  # pixels, the desk alone
SIDE = 720  # pixels of the picture's width
POINTS = 4  # of a stroke between two pictures
PAUSE = 400  # milliseconds after a stroke, for the reading to follow
MOVING, RESTING, LAST = 60, 200, 2500  # milliseconds that a picture is shown
QUALITY = 60

Frame = tuple[Image.Image, int]  # and how long it is shown, in milliseconds


def main() -> None:
    """Write the picture."""
    with serve_app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport=WINDOW)
        page.add_init_script(VISITED)
        page.goto(url)
        page.get_by_role("button", name="Example 7").click()  # TensorFlow loads, for a first reading
        expect(page.locator("#reading")).to_have_text("7", timeout=60_000)
        page.get_by_role("button", name="Clear").click()
        frames, durations = zip(*drawing(page), strict=True)
        browser.close()
    path = ROOT / "docs" / "page.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=durations, loop=0, quality=QUALITY, method=6)
    print(f"wrote {path}: {len(frames)} pictures, {path.stat().st_size // 1000} kB")


def drawing(page: Page) -> Iterator[Frame]:
    """Draw the number with the mouse, and yield how the page looks meanwhile."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(PAUSE)
    yield look(page), RESTING
    for stroke in place(TEXT, page.locator("#sketchpad canvas")):
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for number, point in enumerate(stroke[1:]):
            page.mouse.move(*point)
            if number % POINTS == 0:
                yield look(page), MOVING
        page.mouse.up()
        page.wait_for_timeout(PAUSE)
        yield look(page), RESTING
    expect(page.locator("#reading")).to_have_text(TEXT)
    page.wait_for_timeout(2 * PAUSE)  # bars come to rest, reasons appear
    yield look(page), LAST


def look(page: Page) -> Image.Image:
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return picture.resize((SIDE, SIDE * picture.height // picture.width), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
