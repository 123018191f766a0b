"""The live drawing component: a canvas that is read while the pen moves."""

from typing import Any

from mnist_demo.examples import drawings
from mnist_demo.page.component import PageComponent
from mnist_demo.page.reader import Reader


class Sketchpad(PageComponent):
    """A pad to draw digits on, with pens, eraser, undo, redo, clear and examples.

    While the pen moves, the browser sends the newest drawing, black ink on white paper as a PNG's data URL, one
    request at a time, and announces each answer to the readout beside it.
    """

    def __init__(self, reader: Reader) -> None:
        def read(drawing: object) -> dict[str, Any]:
            return reader.read_drawing(drawing)

        super().__init__("sketchpad", (read,), examples=drawings())
