"""The Photo tab."""

import gradio as gr

from mnist_demo.page.frame import Frame
from mnist_demo.page.reader import Reader


def photo_tab(reader: Reader) -> None:
    """Add the tab with the photo frame."""
    with gr.Tab("Photo", id="photo"):
        Frame(reader)
