"""The Draw tab."""

import gradio as gr

from mnist_demo.page.reader import Reader
from mnist_demo.page.sketchpad import Sketchpad


def draw_tab(reader: Reader) -> None:
    """Add the tab with the sketchpad."""
    with gr.Tab("Draw", id="draw"):
        Sketchpad(reader)
