"""How soon `python app.py` serves its page and can read, and the memory it holds after 100 drawings.

Run as `python benchmarks/startup.py`. Memory is the resident set of the server process, read from /proc (Linux).
"""

import base64
import json
import re
import time
import urllib.request
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from serving import started, wait_until_served

from mnist_demo.hand import write_line

DRAWINGS = 100


def main() -> None:
    """Print the figures."""
    start = time.perf_counter()
    with started("app.py") as (url, process):
        wait_until_served(url)
        print(f"page served after        {time.perf_counter() - start:6.2f} s")
        component = component_id(url, "sketchpad")
        read(url, component, drawing(0))
        print(f"first drawing read after {time.perf_counter() - start:6.2f} s")
        print(f"resident memory          {resident_mb(process.pid):6.0f} MB")
        times = [timed_read(url, component, drawing(seed)) for seed in range(DRAWINGS)]
        print(f"after {DRAWINGS} drawings       {resident_mb(process.pid):6.0f} MB")
        print(f"one drawing over HTTP    {1000 * np.median(times):6.1f} ms median, {1000 * times[0]:.1f} ms the first")


def drawing(seed: int) -> str:
    """Return a drawing of a few digits, 256 x 160, as the sketchpad sends it."""
    rng = np.random.default_rng(seed)
    sheet = np.full((160, 256), 255, np.uint8)
    for stroke in write_line("".join(map(str, rng.integers(0, 10, 3))), rng):
        points = np.rint((stroke * 75 + [40, 42]) * 16).astype(np.int32)
        cv2.polylines(sheet, [points], False, 0, 7, cv2.LINE_AA, shift=4)
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", sheet)[1].tobytes()).decode()


def component_id(url: str, name: str) -> int:
    """Return the number of a component of the page."""
    with urllib.request.urlopen(f"{url}/config") as response:
        components = json.load(response)["components"]
    return next(part["id"] for part in components if part["props"].get("elem_id") == name)


def read(url: str, component: int, data_url: str) -> Any:
    """Have a drawing read as the sketchpad does."""
    question = {"data": data_url, "component_id": component, "fn_name": "read", "session_hash": "benchmark"}
    request = urllib.request.Request(
        f"{url}/gradio_api/component_server/", json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def timed_read(url: str, component: int, data_url: str) -> float:
    """Return the seconds until the drawing is read."""
    start = time.perf_counter()
    read(url, component, data_url)
    return time.perf_counter() - start


def resident_mb(pid: int) -> float:
    """Return a process's resident memory in MB."""
    kilobytes = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert kilobytes is not None
    return int(kilobytes[1]) / 1000


if __name__ == "__main__":
    main()
