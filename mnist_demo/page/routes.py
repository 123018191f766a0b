"""The routes of what the page has beside Gradio's own."""

import hashlib
from functools import cache

import gradio as gr
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mnist_demo.document.files import PACKAGE, asset
from mnist_demo.document.head import MANIFEST, MASKABLE_PATH, PREVIEW_PATH
from mnist_demo.document.pictures import MASKABLE, PREVIEW
from mnist_demo.document.typeface import TYPEFACE
from mnist_demo.model_folder import MODELS

WEEK = {"Cache-Control": "max-age=604800"}  # of the typeface, which hardly ever changes


def routes() -> list[BaseRoute]:
    """Return them; the manifest's goes before Gradio's, and its drawer about the API asks how often each is called."""
    return [
        Route(PREVIEW_PATH, lambda _: FileResponse(PREVIEW)),
        Route(MASKABLE_PATH, lambda _: FileResponse(MASKABLE)),
        Route("/card.md", lambda _: FileResponse(MODELS / "README.md", media_type="text/plain; charset=utf-8")),
        Route("/digits.woff2", lambda _: FileResponse(TYPEFACE, media_type="font/woff2", headers=WEEK)),
        Route("/manifest.json", lambda _: JSONResponse(MANIFEST, media_type="application/manifest+json")),
        Route("/service-worker.js", service_worker),
        Route("/monitoring/summary", lambda _: JSONResponse({"functions": {}})),
    ]


def service_worker(_: Request) -> Response:
    """Return the worker's script; browsers must ask for it each time, as it decides what they keep."""
    script = f'const VERSION = "{version()}";\n{asset("page/service-worker.js")}'
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def version() -> str:
    """Return a name for this state of the page: another one where its own files or Gradio are others."""
    files = sorted(path for folder in ("document", "page") for path in (PACKAGE / folder).rglob("*") if path.is_file())
    own = (path.read_bytes() for path in files if path.suffix not in (".py", ".pyc"))
    return hashlib.sha256(b"".join([gr.__version__.encode(), *own])).hexdigest()[:12]
