"""The first pages of a PDF, as pictures for the page: browsers show such files, and give scripts nothing of them."""

import base64
import io
import time
from typing import Any

from PIL import Image

from mnist_demo.page.answers import NO_FILE, facts, facts_of, files_of
from mnist_demo.picture import PictureError
from mnist_demo.picture.pdf import Page, draw_pages

PAGES_MAX = 8  # files, which is what they become, that the page sends in one request
SECONDS_MAX = 5  # after which no further page is taken, as someone waits; a scan takes some tenths of one


def first_pages(upload: object) -> dict[str, Any]:
    """Draw the first pages of an uploaded PDF: {"pages": JPEG files as base64}, or {"error": facts}.

    Or both, where the file has more pages than these: the error says why they are left out.
    """
    if not (files := files_of(upload)):
        return NO_FILE
    name, content = files[0]
    end = time.monotonic() + SECONDS_MAX
    pages: list[str] = []
    try:
        for page in draw_pages(content, PAGES_MAX + 1):  # whether there is one more is known once it is drawn
            if pages and (len(pages) == PAGES_MAX or time.monotonic() > end):
                return {"pages": pages, "error": facts("more_pages", page=len(pages), name=name)}
            pages.append(_encode(page))
    except PictureError as error:
        return ({"pages": pages} if pages else {}) | {"error": facts_of(error, name)}
    return {"pages": pages}


def _encode(page: Page) -> str:
    file = io.BytesIO()
    Image.fromarray(page).save(file, "JPEG", quality=85)
    return base64.b64encode(file.getvalue()).decode("ascii")
