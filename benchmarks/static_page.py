"""What the static page weighs, how soon and how fast it reads, beside the Gradio page on this machine in the same run.

Run as `python benchmarks/static_page.py` after `make static`; it takes some three minutes. Printed are the kilobytes of
a first visit, compressed as file servers may send them; then, for each page:

- seconds from navigation to the reading of what is drawn at once, with nothing kept and on a second visit;
- milliseconds from the pen's lift to its reading, and fresh readings a second while it moves, as in live_drawing.py;
- seconds from choosing a photo of 12 megapixels until it is read;
- megabytes of memory of the page's process, at the end.
"""

import argparse
import functools
import math
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from live_drawing import PATIENCE, WATCH, draw
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from serving import CHROMIUM, FLAGS, ROOT, started, wait_until_served

from mnist_demo.examples import FOLDER
from mnist_demo.static.site import weight

SITE = ROOT / "build" / "static"
PHOTO_SIZE = 4032, 3024  # pixels of a phone's camera, 12 megapixels
VISITED = "try { localStorage.setItem('visited', 'yes') } catch {}"
PATIENT = 120_000  # milliseconds


class FileHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Figures:
    """What was measured on one page: seconds, milliseconds, readings a second and megabytes."""

    first: float
    second: float
    lift: list[float]
    fresh: float
    photo: float
    memory: float


def main() -> None:
    """Measure both pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--digits", type=int, default=30, help="how many digits to draw on each page (30)")
    arguments = parser.parse_args()
    print(f"the static page weighs {weight(SITE) / 1000:.0f} kB compressed", flush=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        large = Path(folder) / "photo.jpg"
        Image.open(FOLDER / "note.webp").resize(PHOTO_SIZE).save(large, quality=90)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with files_served() as url:
            static = measure(browser, url, arguments.digits, large)
        report("static", static)
        with started("app.py", quiet=True) as (url, _):
            wait_until_served(f"{url}/readyz")
            gradio = measure(browser, url, arguments.digits, large)
        report("Gradio", gradio)
        browser.close()
    ratios = {
        "first": static.first / gradio.first,
        "second": static.second / gradio.second,
        "pen's lift": np.median(static.lift) / np.median(gradio.lift),
        "fresh readings": static.fresh / gradio.fresh,
        "photo": static.photo / gradio.photo,
        "memory": static.memory / gradio.memory,
    }
    print("static to Gradio:", ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()))


@contextmanager
def files_served() -> Iterator[str]:
    """Hand the static page out; yield its address."""
    handler = functools.partial(FileHandler, directory=SITE)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def measure(browser: Browser, url: str, digits: int, large: Path) -> Figures:
    """Visit a page twice, draw on it, and have it read a large photo."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(VISITED)
    page = context.new_page()
    first = seconds_to_read(page, url)
    page.evaluate("navigator.serviceWorker.ready.then(() => sessionStorage.clear())")
    page.goto("about:blank")
    second = seconds_to_read(page, url)
    page.evaluate(WATCH, ["#reading", True, PATIENCE])
    delays: list[float] = []
    seconds = 0.0
    for number in range(digits):
        page.get_by_role("button", name="Clear").click()
        times, took = draw(page, "#sketchpad canvas", number % 10, seed=number)
        delays += times
        seconds += took
    fresh = page.evaluate("window.fresh") / seconds
    photo_seconds = seconds_to_read_photo(page, large)
    megabytes = memory(browser, page)
    context.close()
    return Figures(first, second, delays, fresh, photo_seconds, megabytes)


def seconds_to_read(page: Page, url: str) -> float:
    """Return the seconds from navigation until an example drawn at once is read."""
    begun = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.get_by_role("button", name="Example 42").click()
    expect(page.locator("#reading")).to_have_text("42", timeout=PATIENT)
    return time.perf_counter() - begun


def seconds_to_read_photo(page: Page, file: Path) -> float:
    page.get_by_role("tab", name="Photo").click()
    page.locator("#photo input").wait_for(state="attached")
    begun = time.perf_counter()
    page.locator("#photo input").set_input_files(file)
    expect(page.locator("#reading")).to_have_text("4071", timeout=PATIENT)
    return time.perf_counter() - begun


def memory(browser: Browser, page: Page) -> float:
    """Return the megabytes that the page's process, its workers among it, has in memory for itself."""
    page.evaluate("1")
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    return max(private(process) for process in renderers) / 1e6


def private(process: int) -> int:
    """Return the bytes of a process that it shares with no other."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return 1024 * sum(int(size) for size in re.findall(r"^Private_\w+: +(\d+)", rollup, re.MULTILINE))


def report(name: str, figures: Figures) -> None:
    """Print one page's figures."""
    median, late = np.percentile(figures.lift, [50, 95], method="higher")
    missed = sum(map(math.isinf, figures.lift))
    print(
        f"{name}: first reading after {figures.first:.1f} s, again {figures.second:.1f} s; pen's lift to reading "
        f"{median:.0f} ms median, {late:.0f} ms p95 ({len(figures.lift)} strokes, {missed} never read); "
        f"{figures.fresh:.1f} fresh readings/s; 12 megapixels {figures.photo:.1f} s; {figures.memory:.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
