"""The About tab: how a picture is read, what the model is worth, and how to use it from Python."""

from functools import cache
from typing import Any

import gradio as gr

from mnist_demo.document.card import read_card
from mnist_demo.examples import photo_bytes
from mnist_demo.explanation.steps import take_steps
from mnist_demo.page.answers import answer, files_of
from mnist_demo.page.component import PageComponent
from mnist_demo.page.reader import Reader
from mnist_demo.page.texts import i18n


class About(PageComponent):
    """Asks for everything only when it is shown, so that the page itself stays light."""

    def __init__(self, reader: Reader) -> None:
        @cache  # it takes a second, and comes where drawings wait; an error is not kept
        def example() -> dict[str, Any]:
            return take_steps(photo_bytes("receipt.webp"), reader.classifier())

        def steps(upload: object) -> dict[str, Any]:
            files = files_of(upload)
            return reader.take_steps(files[0][1]) if files else answer(example)

        def card(_: object) -> dict[str, Any]:
            return read_card()

        super().__init__("about", (steps, card))


def about_tab(reader: Reader) -> None:
    """Add the tab."""
    with gr.Tab(i18n("about"), id="about"):
        About(reader)
