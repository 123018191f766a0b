"""The page's API: /recognize, one image file in, the command line's JSON object out."""

import json
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import JsonData

from mnist_demo.page.component import StublessMeta
from mnist_demo.page.reader import Reader


class JsonText(JsonData):
    """A JSON value whose text is JSON: what MCP hands to agents is the text of what a component makes."""

    def __str__(self) -> str:
        return json.dumps(self.root)


class Answer(gr.JSON, metaclass=StublessMeta):
    """The endpoint's answer."""

    def postprocess(self, value: dict[str, Any] | list[Any] | None) -> JsonData | None:
        """Return the value for whoever asked."""
        return JsonText(value)

    def get_block_name(self) -> str:
        """Return the name of the component in the browser."""
        return "json"


def recognize_endpoint(reader: Reader) -> None:
    """Add the endpoint. Its components are not part of the visible page."""

    def recognize(image: dict[str, Any] | None) -> dict[str, Any]:
        """Read the handwritten numbers in a photo, scan or drawing.

        Finds every digit and the signs of numbers (point, comma, dash, slash and colon), in any number of lines, and
        tells what each is, how sure that is and where it stands. A photo that clearly lies on its side or head is
        turned first.

        Args:
            image: a PNG, JPEG or WebP image, as a data URL ("data:image/png;base64,...").

        Returns:
            text: the lines read
            digits: the marks in reading order, each with its label (null where it is neither a digit nor a sign)
            its confidence
            its box as [left, top, right, bottom] in pixels of the upright image
            and the probabilities of the digits 0 to 9
            or error: what is wrong with the image
        """
        if image is None:
            raise gr.Error("No file came. Send one PNG, JPEG or WebP image.", print_exception=False)
        path = Path(image["path"])
        return reader.read_file(path, image["orig_name"] or path.name)

    image = gr.File(label="Image", visible=False)
    reading = Answer(label="Reading", visible=False)
    # preprocess=False hands over the upload's path, which Gradio has checked to be one; gr.File's own preprocessing
    # would leave an empty temporary file behind at each call.
    gr.Button(visible=False).click(
        recognize, image, reading, api_name="recognize", preprocess=False, queue=False, show_progress="hidden"
    )
