"""How many requests are worked on at a time, and how many may wait."""

import asyncio
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_demo.server.refusals import refuse
from mnist_demo.server.routes import Work

# At a time, and waiting. Two drawings, for the two cores that such a machine has; one photo, so that the memory and the
# core it takes are taken once. Not yet tuned on an idle machine; benchmarks/load.py measures what other numbers do.
GATES: dict[Work, tuple[int, int]] = {"drawing": (2, 300), "photo": (1, 40)}


class Gate:
    """Lets so many through at a time; the others wait in line."""

    def __init__(self, at_once: int, waiting_max: int) -> None:
        self.places = asyncio.Semaphore(at_once)
        self.waiting_max = waiting_max
        self.waiting = 0

    def is_full(self) -> bool:
        """Return whether as many wait as may."""
        return self.waiting >= self.waiting_max

    async def enter(self) -> None:
        """Wait in line for a place; it must be left with `leave`."""
        self.waiting += 1
        try:
            await self.places.acquire()
        finally:
            self.waiting -= 1

    def leave(self) -> None:
        """Give the place to the next in line."""
        self.places.release()


class Gates:
    """One gate for drawings, one for photos, so that photos never make drawings wait; 503 where the line is full."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.gates = {work: Gate(*limits) for work, limits in GATES.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gate = self.gates.get(scope["route_of"].work) if scope["type"] == "http" else None
        if gate is None:
            return await self.app(scope, receive, send)
        if gate.is_full():
            text = "Many people are here right now. Please try again in a few seconds."
            return await refuse(503, text, scope, receive, send, {"Retry-After": "2"})
        start = time.perf_counter()
        await gate.enter()
        scope["waited_ms"] = round(1000 * (time.perf_counter() - start), 1)
        try:
            return await self.app(scope, receive, send)
        finally:
            gate.leave()
