"""/healthz, whether the process is up, and /readyz, whether it can read digits."""

from collections.abc import Callable
from typing import Literal

from anyio import CapacityLimiter, to_thread
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

State = Literal["loading", "ready", "damaged", "away"]


class Health:
    """Answers /healthz and /readyz: 200, or 503 while the model loads, is damaged, or its server is away."""

    def __init__(self, app: ASGIApp, state: Callable[[], State]) -> None:
        self.app = app
        self.state = state
        self.asking = CapacityLimiter(1)  # a model server that is slow to answer holds up no thread but one

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in ("/healthz", "/readyz") and scope["method"] in ("GET", "HEAD"):
            scope["health"] = scope["path"]
            up = scope["path"] == "/healthz"
            state = "up" if up else await to_thread.run_sync(self.state, limiter=self.asking)
            response = JSONResponse({"status": state}, 200 if state in ("up", "ready") else 503)
            return await response(scope, receive, send)
        return await self.app(scope, receive, send)
