"""The Photo tab."""

import gradio as gr

from mnist_demo.page.frame import Frame
from mnist_demo.page.reader import Reader
from mnist_demo.page.texts import i18n


def photo_tab(reader: Reader) -> None:
    """Add the tab with the photo frame."""
    with gr.Tab(i18n("photo"), id="photo"):
        Frame(reader)
