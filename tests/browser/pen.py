"""Hands that write digits on the sketchpad."""

import numpy as np
from hands import WriteLine
from playwright.sync_api import Locator, Page

from mnist_demo.hand import Stroke, bounds, write_line


def place(text: str, canvas: Locator, hand: WriteLine = write_line) -> list[list[tuple[float, float]]]:
    """Return the strokes of a line of digits, written across the middle of the canvas, in the page's pixels.

    Every second point will do: the sketchpad draws curves between them.
    """
    box = canvas.bounding_box()
    assert box is not None
    strokes = hand(text, np.random.default_rng(5))
    low, high = bounds(strokes)
    scale = min(0.8 * box["width"] / (high - low)[0], 0.6 * box["height"] / (high - low)[1])
    centre = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])

    def on_page(stroke: Stroke) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for x, y in (stroke[::2] - (low + high) / 2) * scale + centre]

    return [on_page(stroke) for stroke in strokes]


def draw(page: Page, text: str, hand: WriteLine = write_line) -> None:
    """Write a line of digits on the sketchpad with the mouse."""
    for stroke in place(text, page.locator("#sketchpad canvas"), hand):
        press(page, stroke)
        page.mouse.up()


def press(page: Page, stroke: list[tuple[float, float]]) -> None:
    """Move the mouse along a stroke with the button down, and leave it down."""
    page.mouse.move(*stroke[0])
    page.mouse.down()
    for point in stroke[1:]:
        page.mouse.move(*point)


def touch(page: Page, stroke: list[tuple[float, float]]) -> None:
    """Move a finger along a stroke."""
    session = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(stroke):
        kind = "touchMove" if number else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
