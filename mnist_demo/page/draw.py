"""The Draw tab."""

import gradio as gr

from mnist_demo.page.reader import Reader
from mnist_demo.page.sketchpad import Sketchpad
from mnist_demo.page.texts import i18n


def draw_tab(reader: Reader) -> None:
    """Add the tab with the sketchpad."""
    with gr.Tab(i18n("draw"), id="draw"):
        Sketchpad(reader)
