"""The HTML document: Gradio's, with a head of the page's own from the first frame on."""

import re
from html import escape

from gradio.route_utils import get_root_url
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_demo.page.component import asset
from mnist_demo.page.document.installation import GROUNDS, TITLE
from mnist_demo.page.document.pictures import PREVIEW

DESCRIPTION = "Draw or photograph handwritten digits. A small TensorFlow model reads along and shows why."
PREVIEW_PATH = "/preview.png"
COMPONENTS = ("masthead", "sketchpad", "photo", "batch", "about", "readout", "why")  # as they stand in the document
STYLES = ("document/palette.css", "document/page.css", *(f"{name}/{name}.css" for name in COMPONENTS))
SCRIPTS = ("document/page.js", "document/calls.js", "document/offline.js")
FORM_MAX = 1_000_000  # bytes of a request that are not its files'

META = '<meta {}="{}" content="{}">'
THEME_COLOUR = '<meta name="theme-color" media="(prefers-color-scheme: {})" content="{}">'
GRADIOS_LINK = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')
GRADIOS_MANIFEST, MANIFEST = b'href="/manifest.json"', b'href="manifest.json"'  # below a path, it lies there
START, END = b'<meta charset="utf-8" />', b"</head>"
BODY = re.compile(rb"<body[^>]*>")
NO_SCRIPT = (
    b"<noscript><p>This page reads what you draw while you draw it. For that it needs JavaScript.</p></noscript>"
)
NOTICE = b'<p class="offline" role="status"></p>'


def describe(root: str | None) -> bytes:
    """Return what searchers, browsers' bars and shared links show.

    `root` is the address that the page is open at; where it is not known, links to it are shown without a picture.
    """
    metas = [
        ("name", "description", DESCRIPTION),
        ("property", "og:type", "website"),
        ("property", "og:title", TITLE),
        ("property", "og:description", DESCRIPTION),
    ]
    if root is not None:
        metas += [
            ("property", "og:url", f"{root}/"),
            ("property", "og:image", f"{root}{PREVIEW_PATH}"),
            ("name", "twitter:card", "summary_large_image"),
        ]
    tags = [META.format(*map(escape, meta)) for meta in metas]
    tags += [THEME_COLOUR.format(*ground) for ground in GROUNDS.items()]
    return "".join([f"<title>{TITLE}</title>", *tags]).encode()


def dress(upload_max: int) -> bytes:
    """Return all styles, and the scripts that go before everything.

    Not launch(head=...): Gradio adds that by script, after the first frame. Not launch(css=...): Gradio rewrites each
    rule of it, and drops nested rules and most at-rules.
    """
    scripts = "".join(f"<script>{each}</script>" for each in [limits(upload_max), *map(asset, SCRIPTS)])
    return f"<style>{''.join(map(asset, STYLES))}</style>{scripts}".encode()


def limits(upload_max: int) -> str:
    """Return the script that tells the others how much a request's files may have, in bytes."""
    return f"const SENT_MAX = {upload_max - FORM_MAX};"


def preview_route() -> Route:
    """Return the route of the picture that a shared link shows."""
    return Route(PREVIEW_PATH, lambda _: FileResponse(PREVIEW))


class DocumentHead:
    """Puts the page's own head into the document; what Gradio says of itself to shared links goes.

    `upload_max` is how many bytes the server takes in a request.
    """

    def __init__(self, app: ASGIApp, upload_max: int) -> None:
        self.app = app
        self.dress = dress(upload_max)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) != "/":
            await self.app(scope, receive, send)
            return
        started: Message = {}
        parts: list[bytes] = []

        async def send_changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            document = self.change(b"".join(parts), scope)
            MutableHeaders(scope=started)["content-length"] = str(len(document))
            await send(started)
            await send({"type": "http.response.body", "body": document})

        await self.app(scope, receive, send_changed)

    def change(self, document: bytes, scope: Scope) -> bytes:
        """Return the document with the head, or as it is if it has none."""
        description = describe(get_root_url(Request(scope), "/", scope.get("root_path")))
        document = GRADIOS_LINK.sub(b"", document).replace(START, START + description, 1)
        document = document.replace(GRADIOS_MANIFEST, MANIFEST, 1)
        document = BODY.sub(rb"\g<0>" + NO_SCRIPT + NOTICE, document, count=1)
        return document.replace(END, self.dress + END, 1)
