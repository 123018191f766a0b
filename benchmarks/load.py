"""How the app bears crowds: sketchers and uploaders over HTTP on this machine, as the page sends their requests.

Run as `python benchmarks/load.py [--seconds 60] [--drawings 10000]`; that takes about 12 minutes, and `--seconds 5
--drawings 1000` two. The app runs with all its limits. The clients are threads of this process, each from an address
of its own in 127.0.0.0/8 and with one connection, so they share the machine's cores with the server. A sketcher waits
for each answer and then a quarter as long again, as the pad does while the pen moves. Printed:

- for 1, 8, 32 and 64 sketchers: readings a second, median and 95th percentile of the delay, requests that failed;
- the same for 32 on functions of a bare Gradio app that return the drawing they get, called as the page calls its own
  and as an event without a queue: what Gradio itself allows, and which part of that the app reaches;
- for 16 sketchers, alone and beside 8 who upload photos of 3 megapixels;
- memory and temporary files after many drawings in a row;
- what becomes of requests when the server gets SIGTERM, and how long it takes to end.

Beside a figure stands, as wanted, the bound that it should keep to.

Memory is the server's resident set, read from /proc (Linux).
"""

import argparse
import http.client
import io
import json
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import gradio as gr
import numpy as np
from PIL import Image
from serving import started, wait_until_served
from startup import component_id, drawing, resident_mb

from mnist_demo.examples import FOLDER

PAUSE = 0.25  # of the time that an answer took, before a sketchpad's next request
DRAWINGS = 40  # different ones
CROWDS = {1: 120, 8: 120, 32: 200, 64: 450}  # sketchers, and what their 95th percentile should stay below, in ms
ECHOED = 32  # of these crowds, the one that the echo gets too
NOT_ACCEPTED = (ConnectionRefusedError, ConnectionResetError, BrokenPipeError)  # RemoteDisconnected is a lost answer
JSON = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate, br"}


@dataclass
class Tally:
    """What clients saw: the seconds that each answer took, and what else came instead of answers."""

    delays: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def rate(self, seconds: float) -> float:
        """Return the answers a second."""
        return len(self.delays) / seconds

    def slow(self) -> float:
        """Return the 95th percentile of the delays, in milliseconds."""
        return float(np.percentile(self.delays or [np.inf], 95)) * 1000

    def line(self, seconds: float) -> str:
        """Return the figures of so many seconds."""
        if not self.delays:
            return f"no answer; {len(self.failures)} failed {sorted(set(self.failures))}"
        median = float(np.median(self.delays)) * 1000
        delays = f"{median:6.1f} ms median, {self.slow():6.1f} ms 95th percentile"
        failed = f"{len(self.failures)} failed {sorted(set(self.failures)) or ''}"
        return f"{self.rate(seconds):6.1f} a second, {delays}, {failed}"


@dataclass(frozen=True)
class Question:
    """A request that a client makes again and again."""

    path: str
    bodies: list[bytes]
    headers: dict[str, str]
    pause: Callable[[float], float] = lambda _: 0  # seconds after an answer that took so many


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long each crowd stays (60)")
    parser.add_argument("--drawings", type=int, default=10_000, help="drawings in a row (10,000)")
    parser.add_argument("--serve-echo", action="store_true", help="only serve the echo function")
    parser.add_argument("--port", type=int)
    arguments = parser.parse_args()
    if arguments.serve_echo:
        return serve_echo(arguments.port)
    seconds = arguments.seconds
    with started("app.py", quiet=True) as (url, process):
        wait_until_served(f"{url}/readyz")
        sketch, upload = drawing_question(url, "sketchpad"), photo_question(url)
        crowd(url, sketch, 4, 3)
        crowds = {count: crowd(url, sketch, count, seconds) for count in CROWDS}
        for count, tally in crowds.items():
            print(f"{count:2} sketchers              {tally.line(seconds)}(wanted: {CROWDS[count]} ms)", flush=True)
        compare_with_echo(crowds[ECHOED], seconds)
        alone = crowd(url, sketch, 16, seconds)
        with asking(url, upload, 8, first_address=100) as photos:
            beside = crowd(url, sketch, 16, seconds)
        print(f"16 sketchers              {alone.line(seconds)}")
        print(f"16 beside 8 uploaders     {beside.line(seconds)}")
        print(f"   that is                {beside.slow() / alone.slow():.1f} times the 95th percentile (wanted: 1.5)")
        print(f"   the uploaders          {photos.line(seconds)}", flush=True)
        many_drawings(url, sketch, process.pid, arguments.drawings)
        terminate_under_load(url, sketch, process)
    return None


def compare_with_echo(readings: Tally, seconds: float) -> None:
    """Have a crowd ask a bare Gradio app; print the figures, and which part of its answers the readings are."""
    with started(__file__, "--serve-echo", quiet=True) as (url, _):
        wait_until_served(url)
        questions = {"page function": drawing_question(url, "echo"), "event": event_question()}
        for name, question in questions.items():
            crowd(url, question, 4, 1)
            echo = crowd(url, question, ECHOED, seconds)
            print(f"{ECHOED} on an echo {name:13} {echo.line(seconds)}")
            print(
                f"   of which readings      {readings.rate(seconds) / echo.rate(seconds):.2f} (wanted: 0.5)", flush=True
            )


def crowd(url: str, question: Question, count: int, seconds: float) -> Tally:
    """Have so many clients ask for a while; return what they saw."""
    with asking(url, question, count) as tally:
        time.sleep(seconds)
    return tally


@contextmanager
def asking(url: str, question: Question, count: int, first_address: int = 2) -> Iterator[Tally]:
    """Have so many clients, each from an address of its own, ask in the meantime; yield what they see."""
    tally, stop = Tally(), threading.Event()

    def work(number: int) -> None:
        keep_asking(url, question, tally, stop, f"127.0.1.{first_address + number}")

    clients = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for client in clients:
        client.start()
    try:
        yield tally
    finally:
        stop.set()
        for client in clients:
            client.join()


def keep_asking(url: str, question: Question, tally: Tally, stop: threading.Event, address: str) -> None:
    """Ask until told to stop, or until the server takes no more connections."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60, source_address=(address, 0))
    for body in cycle(question.bodies):
        if stop.is_set():
            break
        start = time.perf_counter()
        try:
            connection.request("POST", question.path, body, question.headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            if type(error) not in NOT_ACCEPTED:
                tally.failures.append(type(error).__name__)
            break
        if answer.status == 200 and not content.startswith(b'{"error"'):
            tally.delays.append(time.perf_counter() - start)
        else:
            tally.failures.append(str(answer.status))
        time.sleep(question.pause(time.perf_counter() - start))
    connection.close()


def sketchers_pause(took: float) -> float:
    """Return the seconds that a sketchpad waits after an answer that took so many."""
    return PAUSE * took


def drawing_question(url: str, component: str) -> Question:
    """Return what a sketchpad asks while somebody draws."""
    number = component_id(url, component)
    asked = {"component_id": number, "fn_name": "read", "session_hash": "benchmark"}
    bodies = [json.dumps({"data": drawing(seed), **asked}).encode() for seed in range(DRAWINGS)]
    return Question("/gradio_api/component_server/", bodies, JSON, sketchers_pause)


def event_question() -> Question:
    """Return what gradio_client would ask the echo, of the same drawings."""
    bodies = [json.dumps({"data": [drawing(seed)]}).encode() for seed in range(DRAWINGS)]
    return Question("/gradio_api/run/echo", bodies, JSON, sketchers_pause)


def photo_question(url: str) -> Question:
    """Return what the photo tab asks about a photo of 3 megapixels."""
    file = io.BytesIO()
    Image.open(FOLDER / "blackboard.webp").resize((2000, 1500)).save(file, "JPEG", quality=95)
    form = {"component_id": component_id(url, "photo"), "session_hash": "benchmark", "fn_name": "read"}
    part = "--form\r\nContent-Disposition: form-data; name="
    fields = "".join(f'{part}"{name}"\r\n\r\n{value}\r\n' for name, value in form.items())
    opening = f'{fields}{part}"photo"; filename="photo.jpg"\r\n\r\n'
    body = opening.encode() + file.getvalue() + b"\r\n--form--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=form"}
    return Question("/gradio_api/component_server/", [body], headers, lambda _: 0.5)


def many_drawings(url: str, question: Question, pid: int, count: int) -> None:
    """Send drawings in a row; print how memory and temporary files grow after the first 500."""
    sent = 0

    def send_until(number: int) -> None:
        nonlocal sent
        tally = Tally()
        stop = Countdown(number - sent)
        keep_asking(url, Question(question.path, question.bodies, JSON), tally, stop, "127.0.1.99")
        sent = number
        if tally.failures:
            print(f"   failed: {sorted(set(tally.failures))}")

    send_until(min(500, count))
    memory, files = resident_mb(pid), temporary_bytes()
    send_until(count)
    print(f"after {count} drawings in a row: memory {resident_mb(pid) - memory:+.0f} MB since the 500th, ", end="")
    print(f"temporary files {temporary_bytes() - files:+d} bytes (wanted: 50 MB, 0 bytes)", flush=True)


class Countdown(threading.Event):
    """An event that is set after it was asked about so many times."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.left = count

    def is_set(self) -> bool:
        """Return whether it is over."""
        self.left -= 1
        return self.left < 0


def temporary_bytes() -> int:
    """Return the size of the files that apps keep for uploads."""
    folders = Path(tempfile.gettempdir()).glob("mnist-demo-*")
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def terminate_under_load(url: str, question: Question, process: "subprocess.Popen[bytes]") -> None:
    """Send SIGTERM while 16 draw; print how soon the server ended and what its clients saw."""
    with asking(url, question, 16) as tally:
        time.sleep(2)
        process.send_signal(signal.SIGTERM)
        start = time.perf_counter()
        status = process.wait()
        seconds = time.perf_counter() - start
    print(f"SIGTERM under load: ended after {seconds:.1f} s (wanted: 10) with status {status}; {tally.line(2)}")


def serve_echo(port: int) -> None:
    """Serve a bare Gradio app with a function that returns what it gets, behind a component and behind an event."""

    def read(drawing: object) -> object:
        return drawing

    with gr.Blocks(analytics_enabled=False) as demo:
        gr.HTML("", elem_id="echo", server_functions=[read])
        text = gr.Textbox()
        text.submit(read, text, text, api_name="echo", queue=False)
    demo.launch(server_port=port, quiet=True)


if __name__ == "__main__":
    main()
