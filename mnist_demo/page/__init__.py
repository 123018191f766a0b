"""The Gradio page: its tabs on the left, what was read on the right, and an API."""

import os
from typing import Any

import gradio as gr
from starlette.responses import FileResponse
from starlette.routing import Route

from mnist_demo.page.about import about_tab
from mnist_demo.page.api import recognize_endpoint
from mnist_demo.page.batch import batch_tab
from mnist_demo.page.component import DESCRIPTION, head
from mnist_demo.page.draw import draw_tab
from mnist_demo.page.masthead import Masthead
from mnist_demo.page.photo import photo_tab
from mnist_demo.page.pictures import ICON, PREVIEW
from mnist_demo.page.reader import Reader
from mnist_demo.page.readout import Readout
from mnist_demo.page.sharing import describe_link
from mnist_demo.page.texts import i18n
from mnist_demo.page.theme import theme
from mnist_demo.page.why import Why

__all__ = ["ICON", "Reader", "create_page", "describe_link", "head", "i18n", "preview_route", "theme"]

TITLE = "Handwritten digits, read as you write"
PREVIEW_PATH = "/preview.png"


class Page(gr.Blocks):
    """Blocks whose links show a picture and a description, which Gradio has places for and no way to fill."""

    def get_config_file(self) -> Any:
        """Return the page's configuration."""
        host = os.environ.get("SPACE_HOST")  # a link's picture needs a whole address, which only a Space knows
        address = f"https://{host}{PREVIEW_PATH}" if host else PREVIEW_PATH
        return {**super().get_config_file(), "thumbnail": address, "simple_description": DESCRIPTION}


def preview_route() -> Route:
    """Return the route of the picture that a shared link shows."""
    return Route(PREVIEW_PATH, lambda _: FileResponse(PREVIEW))


def create_page(reader: Reader) -> gr.Blocks:
    """Return the page, ready to launch with `theme()`, `head()` and `i18n`."""
    with Page(title=TITLE, analytics_enabled=False, fill_width=True) as page:
        Masthead(page)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="sources"), gr.Tabs():
                draw_tab(reader)
                photo_tab(reader)
                batch_tab(reader)
                about_tab(reader)
            with gr.Column(elem_id="results"):
                Readout()
            with gr.Column(elem_id="reasons"):
                Why(reader)
        recognize_endpoint(reader)
    return page
