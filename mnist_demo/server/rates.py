"""How many requests a client may make."""

import ipaddress
import math
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_demo.server.refusals import refuse
from mnist_demo.server.routes import Work

# Requests a second, and how many of them may come at once. Whoever draws makes 10 to 20 a second, and a school class
# may share one address: that is more than two cores read. These limits bound what one address can have in the
# long run; that it leaves their turn to others is the gates' part.
RATES: dict[Work, tuple[float, int]] = {"page": (100, 2000), "drawing": (250, 2500), "photo": (8, 150)}
TOO_MANY = "Too many requests from your network. Please wait a moment."
CLIENTS_MAX = 20_000  # addresses remembered for each kind of work, in some 2 MB; whoever is forgotten has a full burst


class Rate:
    """A limit per client: the generic cell rate algorithm, which keeps one number a client (ITU-T I.371, annex A)."""

    def __init__(self, per_second: float, burst: int) -> None:
        self.interval = 1 / per_second
        self.tolerance = (burst - 1) * self.interval
        self.due: dict[str, float] = {}

    def delay(self, client: str, now: float) -> float:
        """Count a request and return 0, or return the seconds after which the next one is allowed."""
        due = max(self.due.pop(client, now), now)
        allowed = due - now <= self.tolerance
        self.due[client] = due + self.interval if allowed else due
        if len(self.due) > CLIENTS_MAX:
            del self.due[next(iter(self.due))]  # the one not heard of for longest
        return 0 if allowed else due - now - self.tolerance


def client_of(scope: Scope) -> str:
    """Return the client's address; of IPv6 the network, since whoever has one address has all 2**64 in it."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return host


class RateLimit:
    """Answers 429 with Retry-After to clients with too many requests.

    The client is the connection's other end, or, behind a proxy that uvicorn was told to trust, whom that names.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.rates = {work: Rate(*rate) for work, rate in RATES.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        route = scope["route_of"]
        delay = self.rates[route.work if route else "page"].delay(client_of(scope), time.monotonic())
        if delay:
            return await refuse(429, TOO_MANY, scope, receive, send, math.ceil(delay))
        return await self.app(scope, receive, send)
