"""The page's API: /recognize, one image file in, the command line's JSON object out."""

from pathlib import Path
from typing import Any

import gradio as gr

from mnist_demo.page.reader import Reader


def recognize_endpoint(reader: Reader) -> None:
    """Add the endpoint. Its components are not part of the visible page."""

    def recognize(image: dict[str, Any] | None) -> dict[str, Any]:
        """Read the handwritten digits in an image (PNG, JPEG or WebP)."""
        if image is None:
            raise gr.Error("No file came. Send one PNG, JPEG or WebP image.", print_exception=False)
        path = Path(image["path"])
        return reader.read_file(path, image["orig_name"] or path.name)

    image = gr.File(label="Image", visible=False)
    reading = gr.JSON(label="Reading", visible=False)
    # preprocess=False hands over the upload's path, which Gradio has checked to be one; gr.File's own preprocessing
    # would leave an empty temporary file behind at each call.
    gr.Button(visible=False).click(
        recognize, image, reading, api_name="recognize", preprocess=False, queue=False, show_progress="hidden"
    )
