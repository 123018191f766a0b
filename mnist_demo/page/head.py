"""The HTML document: Gradio's, with a head of the page's own from the first frame on."""

import re

from gradio.route_utils import get_root_url
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_demo.document.files import STYLES, asset, markup
from mnist_demo.document.head import NO_SCRIPT, describe, limits
from mnist_demo.page.chunks import chunks

SCRIPTS = ("document/page.js", "page/calls.js", "page/offline.js")

GRADIOS_LINK = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')
GRADIOS_MANIFEST, MANIFEST = b'href="/manifest.json"', b'href="manifest.json"'  # below a path, it lies there
START, END = b'<meta charset="utf-8" />', b"</head>"
BODY = re.compile(rb"<body[^>]*>")
ENTRY = re.compile(rb'<script type="module"[^>]* src="\./assets/([^"]+)"')
STYLESHEET = b'<link rel="stylesheet"'
UNHURRIED = b'<link rel="preload" as="style" onload="this.onload=null;this.rel=\'stylesheet\'"'  # no frame waits for it
NOTICE = b'<p class="offline" role="status"></p>'
HEADING = re.compile(r'<svg class="logo".*?</div>', re.DOTALL)


def dress() -> bytes:
    """Return all styles, and the scripts that go before everything.

    Not launch(head=...): Gradio adds that by script, after the first frame. Not launch(css=...): Gradio rewrites each
    rule of it, and drops nested rules and most at-rules.
    """
    scripts = "".join(f"<script>{each}</script>" for each in [limits(), *map(asset, SCRIPTS)])
    return f"<style>{''.join(map(asset, STYLES))}</style>{scripts}".encode()


def heading() -> bytes:
    """Return the script that shows the masthead's logo and words at once, until the masthead is there and removes them.

    Without it nothing is to be read on the page until Gradio's scripts have come, one after the other.
    """
    found = HEADING.search(markup("masthead"))
    assert found
    shown = f'<div class="waiting"><header>{found[0]}</header></div>'
    return f'<script>document.currentScript.insertAdjacentHTML("afterend", `{shown}`)</script>'.encode()


def fetch_ahead(document: bytes) -> bytes:
    """Return the script that has all fetched at once that Gradio's scripts import one after the other.

    That is once the first frame is there, which it would hold up.
    """
    entry = ENTRY.search(document)
    names = [name for name in chunks(entry[1].decode()) if name.encode() not in document] if entry else []
    kinds = {"js": 'rel="modulepreload"', "css": 'rel="preload" as="style"'}
    links = "".join(f'<link {kinds[name.split(".")[-1]]} crossorigin href="./assets/{name}">' for name in names)
    add = f"document.head.insertAdjacentHTML('beforeend', `{links}`)"
    return f"<script>requestAnimationFrame(() => setTimeout(() => {add}))</script>".encode()


class DocumentHead:
    """Puts the page's own head into the document; what Gradio says of itself to shared links goes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.dress = dress()
        self.shown = NO_SCRIPT.encode() + NOTICE + heading()

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
        document = document.replace(STYLESHEET, UNHURRIED, 1)
        shown = self.shown + fetch_ahead(document)
        document = BODY.sub(lambda body: body[0] + shown, document, count=1)
        return document.replace(END, self.dress + END, 1)
