"""The real app, as its users start it."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVED_WITHIN = 60  # seconds


@contextlib.contextmanager
def serve_app() -> Iterator[str]:
    """Run `python app.py` on a free port; yield its address once the page is served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, "app.py", "--port", str(port)], cwd=ROOT) as process:
        try:
            wait_until_served(url, process)
            yield url
        finally:
            process.terminate()


def wait_until_served(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Return once the address answers. Raises RuntimeError if it does not in time, or the process ends."""
    deadline = time.monotonic() + SERVED_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url).close()
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"app.py does not serve {url} (exit status {process.poll()})")
