"""The Batch tab: many files at once, and a table of what is in them."""

import base64
from typing import Any

import gradio as gr

from mnist_demo.examples import PHOTOS, photo_bytes
from mnist_demo.page.answers import answer, files_of
from mnist_demo.page.batch.images import read_images
from mnist_demo.page.component import PageComponent
from mnist_demo.page.pdf import first_pages
from mnist_demo.page.reader import Reader
from mnist_demo.page.texts import i18n


class Batch(PageComponent):
    """Takes any number of files and sends them a few at a time, so that the table and the progress bar grow."""

    def __init__(self, reader: Reader) -> None:
        def read(upload: object) -> dict[str, Any]:
            return reader.read_batch([content for _, content in files_of(upload)])

        def examples(_: object) -> list[dict[str, str]]:
            return [{"name": name, "data": base64.b64encode(photo_bytes(name)).decode("ascii")} for name in PHOTOS]

        def classify(images: object) -> dict[str, Any]:
            return answer(lambda: read_images(images, reader.classifier()))

        super().__init__("batch", (read, examples, classify, first_pages))


def batch_tab(reader: Reader) -> None:
    """Add the tab with the table."""
    with gr.Tab(i18n("batch"), id="batch"):
        Batch(reader)
