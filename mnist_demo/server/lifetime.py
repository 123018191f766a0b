"""From the launched page to its clean stop."""

import gc
import os
import signal
import threading
import time
from typing import Any

# Addresses that the proxies of a Space connect from; visitors' own are never among them.
PRIVATE_NETWORKS = "10.0.0.0/8,100.64.0.0/10,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,fc00::/7,::1"
TUNNEL = "127.0.0.1,::1"  # the end of Gradio's tunnel on this machine
HEARD_WITHIN = 1  # seconds for the requests of connections that stood when the server was asked to stop; with
# half of it, two of 40 stops lost a request, where others kept the cores busy
FINISHED_WITHIN = 8  # seconds for requests to finish after that; Docker kills what takes more than 10 in all


def trust_proxies(declared: str | None, share: bool) -> None:
    """Tell uvicorn whose X-Forwarded-For to believe; by default that is nobody, but for a Space's and our own tunnel.

    uvicorn takes the last address in the header that is none of these, so what a visitor puts before it is no use.
    To be called before the launch.
    """
    default = PRIVATE_NETWORKS if "SPACE_ID" in os.environ else TUNNEL if share else ""
    os.environ["FORWARDED_ALLOW_IPS"] = default if declared is None else declared


def serve_until_stopped(demo: Any) -> None:
    """Wait for SIGTERM or SIGINT; then take no more connections, finish the requests of those that stand, and return.

    uvicorn by itself closes a connection whose request is still on its way.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    demo.server.config.timeout_graceful_shutdown = FINISHED_WITHIN
    demo.server_app.stop_event.set()  # ends the pages' heartbeats, which would go on for ever
    for listener in demo.server.servers:
        listener.get_loop().call_soon_threadsafe(listener.close)
    time.sleep(HEARD_WITHIN)
    demo.server.should_exit = True
    demo.server.thread.join(FINISHED_WITHIN + 1)
    gc.freeze()  # lest Python, as it ends, look through all of TensorFlow once more: for 1.5 s of processor time
