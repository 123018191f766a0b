"""The real app, as its users start it."""

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
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVED_WITHIN = 60  # seconds
READY_WITHIN = 120  # seconds, TensorFlow's import included


@dataclass(frozen=True)
class App:
    """A started app: its address, its process, and the file that its log goes to."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path


@contextlib.contextmanager
def serve_app() -> Iterator[str]:
    """Run `python app.py` on a free port; yield its address once the page is served."""
    with start_app(Path(os.devnull)) as app:
        yield app.url


@contextlib.contextmanager
def start_app(log: Path, *flags: str, root: Path = ROOT, script: str = "app.py") -> Iterator[App]:
    """Run a script that serves the page, with flags, on a free port; yield it once it does, and terminate it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, script, "--port", str(port), *flags]
    errors = None if log == Path(os.devnull) else log.open("wb")
    with errors or contextlib.nullcontext(), subprocess.Popen(command, cwd=root, stderr=errors) as process:
        try:
            app = App(f"http://127.0.0.1:{port}", process, log)
            wait_until_answered(app.url, process, SERVED_WITHIN)
            yield app
        finally:
            process.terminate()


def wait_until_answered(url: str, process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Return once the address answers with success. Raises RuntimeError if not in time, or if the process ends."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url).close()
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"the app does not serve {url} (exit status {process.poll()})")


def wait_until_ready(app: App) -> None:
    """Return once the app can read digits."""
    wait_until_answered(f"{app.url}/readyz", app.process, READY_WITHIN)


def copy_app(folder: Path) -> Path:
    """Copy what a Space needs to run the app, its model included, into a folder, and return it."""
    for name in ("mnist_demo", "models"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", folder)
    return folder
