"""How closely the reading follows the pen, in Chromium on the real app, beside gr.Sketchpad doing the same job.

Run as `python benchmarks/live_drawing.py`; it takes two minutes. Both pages are drawn on by the same hand, with about
60 points a second, in a window that shows all of ours: reading, cards, bars, saliency and the way.
Printed for each page:

- from the pen's lift until the reading of the finished stroke is on the screen: median and 95th percentile;
- fresh readings a second that are shown while the pen moves.
"""

import argparse
import math
import time
from typing import Any

import gradio as gr
import numpy as np
from playwright.sync_api import Page, sync_playwright
from serving import CHROMIUM, FLAGS, started, wait_until_served

from mnist_demo.hand import bounds, write_digit
from mnist_demo.inference import Classifier
from mnist_demo.reading import recognize

POINTS_PER_SECOND = 60
PATIENCE = 10_000  # milliseconds after which a reading is given up and counted as missed
TRIES = 6  # digits drawn until the first is read

# Counts the readings shown while the pen is down, and times the one shown after it is lifted, up to its painted frame.
# The sketchpad marks a reading that is older than the drawing as busy; gr.Sketchpad's answers are numbered.
WATCH = """([selector, isLive, patience]) => {
  const node = document.querySelector(selector);
  let isDown = false;
  window.fresh = 0;
  new MutationObserver((records) => {
    if (isDown && records.some(({ type }) => type !== "attributes")) window.fresh++;
  }).observe(node, { subtree: true, childList: true, characterData: true, attributes: true });
  addEventListener("pointerdown", () => (isDown = true), true);
  addEventListener("pointerup", () => {
    isDown = false;
    const [lifted, before] = [performance.now(), node.textContent];
    const answered = () => (isLive ? node.ariaBusy === "false" : node.textContent !== before);
    window.delay = new Promise((resolve) => {
      const look = () => {
        if (answered()) setTimeout(() => resolve(performance.now() - lifted)); // once this frame is painted
        else if (performance.now() - lifted > patience) resolve(null);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  }, true);
}"""


def main() -> None:
    """Measure both pages, or serve the one with gr.Sketchpad."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--digits", type=int, default=30, help="how many digits to draw on each page (30)")
    parser.add_argument("--port", type=int, help="only serve the page with gr.Sketchpad, on this port")
    arguments = parser.parse_args()
    if arguments.port:
        serve_gradio_sketchpad(arguments.port)
        return
    ours = measure(["app.py"], "#sketchpad canvas", "#reading", arguments.digits)
    report("the page's sketchpad", ours)
    theirs = measure([__file__], "#theirs canvas", "#answer .prose", max(3, arguments.digits // 5))
    report("gr.Sketchpad", theirs)
    print(f"gr.Sketchpad takes {np.median(theirs[0]) / np.median(ours[0]):.0f} times as long")


def report(name: str, figures: tuple[list[float], float]) -> None:
    """Print one page's figures."""
    delays, fresh = figures
    median, late = np.percentile(delays, [50, 95], method="higher")  # which a missed one may be
    counts = f"{len(delays)} strokes, {sum(map(math.isinf, delays))} never read"
    print(f"{name}: {median:.0f} ms median, {late:.0f} ms p95 ({counts}); {fresh:.1f} fresh readings/s", flush=True)


def measure(command: list[str], canvas: str, reading: str, digits: int) -> tuple[list[float], float]:
    """Draw digits on a page; return each stroke's delay (ms, infinite if missed) and the fresh readings a second."""
    is_ours = reading == "#reading"
    with started(*command) as (url, _), sync_playwright() as playwright:
        wait_until_served(url)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(url)
        page.locator(canvas).first.wait_for()
        if not is_ours:
            page.get_by_label("Brush", exact=True).click()  # until then, gr.Sketchpad ignores the pen
        page.evaluate(WATCH, [reading, is_ours, PATIENCE])
        for _ in range(TRIES):  # while TensorFlow is loading
            if all(map(math.isfinite, draw(page, canvas, 0, seed=0)[0])):
                break
        page.evaluate("window.fresh = 0")
        delays: list[float] = []
        seconds = 0.0
        for number in range(digits):
            if is_ours:
                page.get_by_role("button", name="Clear").click()
            times, took = draw(page, canvas, number % 10, seed=number)
            delays += times
            seconds += took
        fresh = page.evaluate("window.fresh") / seconds
        browser.close()
    return delays, fresh


def draw(page: Page, canvas: str, label: int, seed: int) -> tuple[list[float], float]:
    """Write a digit by hand; return the delay (ms) after each stroke, and the seconds that the pen was down."""
    box = page.locator(canvas).first.bounding_box()
    assert box is not None
    strokes = write_digit(str(label), np.random.default_rng(seed))
    low, high = bounds(strokes)
    scale = 0.6 * box["height"] / (high - low)[1]
    centre = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
    delays, seconds = [], 0.0
    for stroke in strokes:
        points = (stroke - (low + high) / 2) * scale + centre
        page.mouse.move(*points[0])
        page.mouse.down()
        start = time.perf_counter()
        for number, (x, y) in enumerate(points[1:], 1):
            page.mouse.move(x, y)
            time.sleep(max(0, start + number / POINTS_PER_SECOND - time.perf_counter()))
        seconds += time.perf_counter() - start
        page.mouse.up()
        delays.append(page.evaluate("window.delay") or math.inf)
    return delays, seconds


def serve_gradio_sketchpad(port: int) -> None:
    """Serve gr.Sketchpad with its change event, read by the same code; answers are numbered to tell them apart."""
    classifier = Classifier()
    count = 0

    def read(drawing: dict[str, Any]) -> str:
        nonlocal count
        count += 1
        return f"{count}: {recognize(drawing['composite'], classifier).text}"

    with gr.Blocks(analytics_enabled=False) as demo:
        pad = gr.Sketchpad(type="numpy", elem_id="theirs")
        answer = gr.HTML(elem_id="answer")
        pad.change(read, pad, answer, show_progress="hidden")
    demo.launch(server_port=port, quiet=True)


if __name__ == "__main__":
    main()
