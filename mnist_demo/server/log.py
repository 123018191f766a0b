"""One line of JSON a request: its route, status, milliseconds and outcome; never what it brought or who sent it."""

import json
import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_demo.server.refusals import refuse
from mnist_demo.server.routes import find_route

OUTCOMES = {404: "closed", 408: "slow", 413: "too large", 429: "limited", 503: "busy"}
FAULT = "A fault on the server, not in your request. Please try again later."

logger = logging.getLogger("mnist_demo.requests")


class RequestLog:
    """Logs each request when it is done, and answers 500 in our own words where nobody else could."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        status = sent = 0
        scope["route_of"] = route = find_route(scope)
        start = time.perf_counter()

        async def count(message: Message) -> None:
            nonlocal status, sent
            status = message.get("status", status)
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, count)
        except Exception:
            logger.exception("no answer on %s", route.name if route else "another route")
            if not status:
                await refuse(500, FAULT, scope, receive, count)
        finally:
            name = scope.get("health") or (route.name if route else "other")
            entry = {"route": name, "status": status, "ms": round(1000 * (time.perf_counter() - start), 1)}
            write_entry(entry | {"outcome": outcome(status)}, scope, sent)


def outcome(status: int) -> str:
    """Return in a word how a request ended; its status is 0 if it had no answer."""
    return OUTCOMES.get(status) or ("ok" if 0 < status < 400 else "refused" if status < 500 else "fault")


def write_entry(entry: dict[str, object], scope: Scope, sent: int) -> None:
    """Log a request; with --verbose also its work, its body's and its answer's length, and how long it waited."""
    if logger.isEnabledFor(logging.DEBUG):
        route = scope["route_of"]
        entry |= {"method": scope["method"], "work": route.work if route else None, "sent": sent}
        entry |= {"received": scope.get("received", 0), "waited_ms": scope.get("waited_ms", 0)}
    logger.info(json.dumps(entry))


def start_logging(verbose: bool) -> None:
    """Send our lines to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    ours = logging.getLogger("mnist_demo")
    ours.addHandler(handler)
    ours.setLevel(logging.DEBUG if verbose else logging.INFO)
    ours.propagate = False
