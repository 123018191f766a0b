"""/healthz, whether the process is up, and /readyz, whether it can read digits."""

import asyncio
from collections.abc import Callable
from typing import Literal

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

State = Literal["loading", "ready", "damaged", "away"]


class Health:
    """Answers /healthz and /readyz: 200, or 503 while the model loads, is damaged, or its server is away."""

    def __init__(self, app: ASGIApp, state: Callable[[], State]) -> None:
        self.app = app
        self.state = state
        self.asking: asyncio.Task[State] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in ("/healthz", "/readyz") and scope["method"] in ("GET", "HEAD"):
            scope["health"] = scope["path"]
            up = scope["path"] == "/healthz"
            state = "up" if up else await self.ask()
            response = JSONResponse({"status": state}, 200 if state in ("up", "ready") else 503)
            return await response(scope, receive, send)
        return await self.app(scope, receive, send)

    async def ask(self) -> State:
        """Return how the model is. Who asks meanwhile gets the same answer, however slowly a model server gives it."""
        if self.asking is None or self.asking.done():
            self.asking = asyncio.create_task(asyncio.to_thread(self.state))
        return await asyncio.shield(self.asking)
