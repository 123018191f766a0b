"""What the page's functions answer: what was asked for, or {"error": facts}, which the browser words for its user."""

import logging
from collections.abc import Callable
from typing import Any, Literal

from gradio.data_classes import DataWithFiles

from mnist_demo.picture import PictureError
from mnist_demo.picture.errors import Kind as PictureKind

logger = logging.getLogger(__name__)

# error_KIND in texts.json words it.
Kind = PictureKind | Literal["more_pages", "model_damaged", "model_away", "unfit", "fault"]


class DamagedModelError(Exception):
    """There is no classifier, as its model is damaged or missing."""


def answer(ask: Callable[[], dict[str, Any]], name: str | None = None) -> dict[str, Any]:
    """Return what `ask` does, or {"error": facts}: no fault of ours may look like a lost connection to the page.

    `name` is that of the file that is asked about.
    """
    try:
        return ask()
    except Exception as error:
        return {"error": facts_of(error, name)}


def facts_of(error: Exception, name: str | None = None) -> dict[str, str | int]:
    """Return an error as its kind and what the words for it name; faults are logged, and none of their words told."""
    if isinstance(error, PictureError):
        return facts(error.kind, **error.facts, **({"name": name} if name else {}))
    if isinstance(error, DamagedModelError):
        return facts("model_damaged")
    if isinstance(error, ConnectionError):
        logger.error("%s", error)
        return facts("model_away")
    if isinstance(error, ValueError):
        return facts("unfit", reason=str(error))  # what no script of this version sends
    logger.error("could not answer the page", exc_info=error)  # an OSError too, which would name a path of the server's
    return facts("fault")


def facts(kind: Kind, **others: str | int) -> dict[str, str | int]:
    """Return an error as the browser takes it."""
    return {"kind": kind, **others}


def files_of(upload: object) -> list[tuple[str, bytes]]:
    """Return the names and bytes of the files in a request."""
    return upload.files if isinstance(upload, DataWithFiles) else []


NO_FILE = {"error": facts("unfit", reason="No file came.")}
