"""Pictures as data URLs: how a page gets them inside an answer."""

import base64
import io
from typing import Any

from PIL import Image


def data_url(file: bytes, kind: str) -> str:
    """Return a picture's file as a data URL; kind is "png", "jpeg" or "webp"."""
    return f"data:image/{kind};base64," + base64.b64encode(file).decode("ascii")


def draw_data_url(picture: Image.Image, kind: str, **options: Any) -> str:
    """Return a picture as the data URL of a file of a kind, saved with options of Pillow's."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return data_url(file.getvalue(), kind)
