"""What browsers take to install the page and to open it without a connection."""

import hashlib
from functools import cache

import gradio as gr
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from mnist_demo.page.component import FOLDER, asset
from mnist_demo.page.document.palette import DARK, LIGHT
from mnist_demo.page.document.pictures import MASKABLE

TITLE = "Handwritten digits, read as you write"
SHORT_NAME = "Digits"  # below the icon, where some 12 characters have room
GROUNDS = {"light": LIGHT["ground"], "dark": DARK["ground"]}  # what browsers colour their own bars in
MASKABLE_PATH = "/maskable.png"
# Addresses are relative to the manifest's own, so that they hold below a path too.
MANIFEST = {
    "name": TITLE,
    "short_name": SHORT_NAME,
    "start_url": "./",
    "scope": "./",
    "display": "standalone",
    "background_color": GROUNDS["light"],
    "theme_color": GROUNDS["light"],
    "icons": [
        {"src": "pwa_icon/192", "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": "pwa_icon/512", "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {"src": MASKABLE_PATH[1:], "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ],
}


def installation_routes() -> list[Route]:
    """Return the routes of the manifest, which goes before Gradio's, of the maskable icon, and of the worker."""
    return [
        Route("/manifest.json", lambda _: JSONResponse(MANIFEST, media_type="application/manifest+json")),
        Route(MASKABLE_PATH, lambda _: FileResponse(MASKABLE)),
        Route("/service-worker.js", service_worker),
    ]


def service_worker(_: Request) -> Response:
    """Return the worker's script; browsers must ask for it each time, as it decides what they keep."""
    script = f'const VERSION = "{version()}";\n{asset("document/service-worker.js")}'
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def version() -> str:
    """Return a name for this state of the page: another one where its own files or Gradio are others."""
    files = sorted(path for path in FOLDER.rglob("*") if path.suffix not in (".py", ".pyc") and path.is_file())
    state = b"".join([gr.__version__.encode(), *(path.read_bytes() for path in files)])
    return hashlib.sha256(state).hexdigest()[:12]
