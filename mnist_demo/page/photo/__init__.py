"""The Photo tab: takes photos in every way, and shows what was read where."""

import base64
from typing import Any

import gradio as gr

from mnist_demo.examples import photo_bytes, thumbnails
from mnist_demo.page.answers import NO_FILE, answer, files_of
from mnist_demo.page.component import PageComponent
from mnist_demo.page.pdf import first_pages
from mnist_demo.page.reader import Reader
from mnist_demo.page.texts import i18n


class Photo(PageComponent):
    """A place for a photo: upload, drag and drop, paste, camera or an example; a box and a label on each digit.

    The file comes as it is, in the request itself: Gradio neither decodes it nor keeps or serves a copy.
    """

    def __init__(self, reader: Reader) -> None:
        def read(upload: Any) -> dict[str, Any]:
            if not (files := files_of(upload)):
                return NO_FILE
            name, photo = files[0]
            return reader.read_photo(photo, name, may_turn=upload.data.get("may_turn") != "false")

        def example(name: object) -> dict[str, Any]:
            return answer(lambda: {"data": base64.b64encode(photo_bytes(str(name))).decode("ascii")})

        super().__init__("photo", (read, example, first_pages), examples=thumbnails())


def photo_tab(reader: Reader) -> None:
    """Add the tab with the photo."""
    with gr.Tab(i18n("photo"), id="photo"):
        Photo(reader)
