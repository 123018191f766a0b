"""What stands between the public and Gradio: who may ask for what, how often, how much, and what is told of it."""

from collections.abc import Callable

from starlette.middleware import Middleware

from mnist_demo.server.bodies import BodyLimit
from mnist_demo.server.gates import Gates
from mnist_demo.server.headers import SecurityHeaders
from mnist_demo.server.health import Health, State
from mnist_demo.server.lifetime import serve_until_stopped, trust_proxies
from mnist_demo.server.log import RequestLog, start_logging
from mnist_demo.server.rates import RateLimit
from mnist_demo.server.routes import OpenRoutes
from mnist_demo.server.uploads import make_upload_folder, start_sweeping

__all__ = [
    "guards",
    "make_upload_folder",
    "serve_until_stopped",
    "start_logging",
    "start_sweeping",
    "trust_proxies",
]


def guards(state: Callable[[], State]) -> list[Middleware]:
    """Return the middleware for the server, outermost first: what costs least refuses first.

    Args:
        state: tells how the model is.
    """
    return [
        Middleware(SecurityHeaders),
        Middleware(RequestLog),
        Middleware(Health, state=state),
        Middleware(RateLimit),
        Middleware(OpenRoutes),
        Middleware(BodyLimit),
        Middleware(Gates),
    ]
