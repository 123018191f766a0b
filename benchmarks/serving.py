"""Start an app for a benchmark and wait for it, and find a Chromium to show it in."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-headless-shell"))), ""
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 120  # seconds until an app must answer


@contextlib.contextmanager
def started(*arguments: str, quiet: bool = False) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run Python with the arguments and --port; yield the address, served or not yet, and the process.

    Quiet, its log is thrown away.
    """
    output = subprocess.DEVNULL if quiet else None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, *arguments, "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output) as process:
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()


def wait_until_served(url: str) -> None:
    """Return once the address answers. Raises TimeoutError if it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url).close()
        except urllib.error.URLError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"{url} was not served within {PATIENCE} s")
