"""The routes that are open, and how much work each makes. Every other route of Gradio's is closed."""

import re
from dataclasses import dataclass
from typing import Literal

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_demo.document.head import SENT_MAX
from mnist_demo.server.refusals import refuse

Work = Literal["page", "drawing", "photo"]

UPLOAD_MAX = SENT_MAX + 1_000_000  # bytes of a request with files, and what a form has around them
DRAWING_MAX = 1_100_000  # bytes of a request with a drawing, whose data URL may have 1 MB
CALL_MAX = 64_000  # bytes of a call of the API, which names an upload, and of every other request


@dataclass(frozen=True)
class Route:
    """An open route: its name in the log, the paths and methods it takes, its work and its longest body in bytes."""

    name: str
    paths: re.Pattern[str]
    methods: frozenset[str]
    work: Work = "page"
    body_max: int = CALL_MAX


def open_route(name: str, methods: str, work: Work = "page", body_max: int = CALL_MAX) -> Route:
    """Return a route of Gradio's; in its name, {part} stands for a part of the path and {rest} for all that follows."""
    pattern = re.escape(name).replace(r"\{part\}", "[^/]+").replace(r"\{rest\}", ".+")
    return Route(name, re.compile(pattern + ("" if name == "/" else "/?")), frozenset(methods.split()), work, body_max)


ROUTES = (
    open_route("/", "GET HEAD"),
    open_route("/config", "GET"),
    open_route("/theme.css", "GET"),
    open_route("/manifest.json", "GET"),
    open_route("/favicon.ico", "GET"),
    open_route("/pwa_icon", "GET"),
    open_route("/pwa_icon/{part}", "GET"),
    open_route("/maskable.png", "GET"),
    open_route("/service-worker.js", "GET"),
    open_route("/digits.woff2", "GET"),
    open_route("/preview.png", "GET HEAD"),
    open_route("/card.md", "GET HEAD"),
    open_route("/gradio_api/mcp", "POST", "photo", UPLOAD_MAX),
    open_route("/gradio_api/mcp", "GET DELETE"),  # a stream that stays open must not stand in the photos' line
    open_route("/gradio_api/mcp/schema", "GET"),
    open_route("/robots.txt", "GET"),
    open_route("/monitoring/summary", "GET"),
    open_route("/static/{rest}", "GET"),
    open_route("/assets/{rest}", "GET"),
    open_route("/svelte/{rest}", "GET"),
    open_route("/gradio_api/info", "GET"),
    open_route("/gradio_api/openapi.json", "GET"),
    open_route("/gradio_api/startup-events", "GET"),
    open_route("/gradio_api/heartbeat/{part}", "GET"),
    open_route("/gradio_api/component_server", "POST", "photo", UPLOAD_MAX),
    open_route("/gradio_api/upload", "POST", "photo", UPLOAD_MAX),
    open_route("/gradio_api/upload_progress", "GET"),
    open_route("/gradio_api/run/{part}", "POST", "photo"),
    # gradio_client and the API page's curl reach /recognize by the queue and no other way.
    open_route("/gradio_api/queue/join", "POST", "photo"),
    open_route("/gradio_api/queue/data", "GET"),
    open_route("/gradio_api/call/{part}", "POST", "photo"),
    open_route("/gradio_api/call/v2/{part}", "POST", "photo"),
    open_route("/gradio_api/call/{part}/{part}", "GET"),
    open_route("/gradio_api/call/v2/{part}/{part}", "GET"),
)
KEEPING = ("/gradio_api/upload", "/gradio_api/mcp")  # of these, what is brought is kept on the disk for some minutes
DRAWING = open_route("/gradio_api/component_server", "POST", "drawing", DRAWING_MAX)


def find_route(scope: Scope) -> Route | None:
    """Return the open route of a request, or None. A component's request that is not a form brings a drawing."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    route = next((each for each in ROUTES if scope["method"] in each.methods and each.paths.fullmatch(path)), None)
    if route and route.name == DRAWING.name:
        kind = Headers(scope=scope).get("content-type", "")
        return route if kind.startswith("multipart/form-data") else DRAWING
    return route


class OpenRoutes:
    """Answers 404 where the request's route, scope["route_of"], is none that is open."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["route_of"] is None:
            return await refuse(404, "There is nothing here.", scope, receive, send)
        return await self.app(scope, receive, send)
