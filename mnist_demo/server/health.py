"""/healthz, whether the process is up, and /readyz, whether it can read digits."""

from collections.abc import Callable
from typing import Literal

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

State = Literal["loading", "ready", "damaged"]


class Health:
    """Answers /healthz and /readyz: 200, or 503 while the model is not there or if it is damaged."""

    def __init__(self, app: ASGIApp, state: Callable[[], State]) -> None:
        self.app = app
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in ("/healthz", "/readyz") and scope["method"] in ("GET", "HEAD"):
            scope["health"] = scope["path"]
            state = "up" if scope["path"] == "/healthz" else self.state()
            response = JSONResponse({"status": state}, 200 if state in ("up", "ready") else 503)
            return await response(scope, receive, send)
        return await self.app(scope, receive, send)
