"""How many requests are worked on at a time, and how many may wait."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_demo.server.rates import TOO_MANY, client_of
from mnist_demo.server.refusals import refuse
from mnist_demo.server.routes import Work

AGAIN_AFTER = 2  # seconds, until whoever finds a line full may ask again: it takes about so many to read 300 drawings
SEND_WITHIN = 10  # seconds, in which a client must have taken what was sent to it, or it is sent nothing more
BUSY = "Many people are here right now. Please try again in a few seconds."


@dataclass
class Gate:
    """Lets so many through at a time. The others wait in line: each client in a line of its own, and these take turns.

    Attributes:
        free: places left.
        waiting_max: how many may wait in all.
        waiting_each: how many of one client's may wait.
        lines: the clients that wait, the one whose turn is next first.
    """

    free: int
    waiting_max: int
    waiting_each: int
    lines: dict[str, deque["asyncio.Future[None]"]] = field(default_factory=dict)

    def is_full(self) -> bool:
        """Return whether as many wait as may."""
        return sum(map(len, self.lines.values())) >= self.waiting_max

    def is_full_for(self, client: str) -> bool:
        """Return whether as many of a client's wait as may."""
        return len(self.lines.get(client, ())) >= self.waiting_each

    async def enter(self, client: str) -> None:
        """Wait for a place; it must be left with `leave`."""
        if self.free:
            self.free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self.lines.setdefault(client, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the place had been given already
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place to the next in line, and its client the last turn."""
        while self.lines:
            client = next(iter(self.lines))
            line = self.lines.pop(client)
            turn = line.popleft()
            if line:
                self.lines[client] = line
            if not turn.done():
                return turn.set_result(None)
        self.free += 1
        return None


def make_gates() -> dict[Work, Gate]:
    """Return the gates, each closed to the other's work, so that photos never make drawings wait.

    Two drawings at a time, for the two cores that such a machine has: with 32 people drawing, three or four were a
    twentieth faster at most, and two processes with a TensorFlow each a seventh, for 0.9 GB. Drawings that wait are not
    read as one batch, since the detector takes as long for each of eight as for one. One photo, so that the memory and
    the core it takes are taken once. A school class behind one address has a hundred requests waiting at most, since a
    page asks one at a time; when a pen is lifted, one more.
    """
    return {"drawing": Gate(2, 300, 100), "photo": Gate(1, 40, 20)}


class Gates:
    """Sends each request through the gate of its work; 503 where the line is full, 429 where the client's own is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.gates = make_gates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gate = self.gates.get(scope["route_of"].work) if scope["type"] == "http" else None
        if gate is None:
            return await self.app(scope, receive, send)
        client = client_of(scope)
        if gate.is_full_for(client):
            return await refuse(429, TOO_MANY, scope, receive, send, AGAIN_AFTER)
        if gate.is_full():
            return await refuse(503, BUSY, scope, receive, send, AGAIN_AFTER)
        start = time.perf_counter()
        await gate.enter(client)
        scope["waited_ms"] = round(1000 * (time.perf_counter() - start), 1)
        try:
            return await self.app(scope, receive, in_our_words(scope, receive, in_time(send)))
        finally:
            gate.leave()


def in_time(send: Send) -> Send:
    """Return a send that gives up a client that does not read what it asked for, and would keep its place for ever."""
    is_gone = False

    async def send_or_give_up(message: Message) -> None:
        nonlocal is_gone
        if is_gone:
            return
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await send(message)
        except TimeoutError:
            is_gone = True

    return send_or_give_up


def in_our_words(scope: Scope, receive: Receive, send: Send) -> Send:
    """Return a send that says what Gradio says by 503, that its own queue is full, as a full line here does."""
    is_full = False

    async def send_or_refuse(message: Message) -> None:
        nonlocal is_full
        if message.get("status") == 503:
            is_full = True
            await refuse(503, BUSY, scope, receive, send, AGAIN_AFTER)
        elif not is_full:
            await send(message)

    return send_or_refuse
