"""The Gradio page: its tabs on the left, what was read on the right, and an API."""

import gradio as gr

from mnist_demo.document.head import TITLE
from mnist_demo.document.pictures import ICON
from mnist_demo.page.about import about_tab
from mnist_demo.page.api import recognize_endpoint
from mnist_demo.page.batch import batch_tab
from mnist_demo.page.head import DocumentHead
from mnist_demo.page.masthead import Masthead
from mnist_demo.page.masthead.sharing import describe_link
from mnist_demo.page.photo import photo_tab
from mnist_demo.page.reader import Reader
from mnist_demo.page.readout import Readout
from mnist_demo.page.routes import routes
from mnist_demo.page.sketchpad import draw_tab
from mnist_demo.page.texts import i18n
from mnist_demo.page.theme import theme
from mnist_demo.page.why import Why

__all__ = ["ICON", "DocumentHead", "Reader", "create_page", "describe_link", "i18n", "routes", "theme"]


def create_page(reader: Reader) -> gr.Blocks:
    """Return the page, ready to launch with `theme()` and `i18n`, and `DocumentHead` around it."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as page:
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
