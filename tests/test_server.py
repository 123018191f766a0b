"""What the public can do to the started app, and what it can't: hostile requests, floods, uploads, its log, its end."""

import asyncio
import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from app_server import ROOT, App, start_app, wait_until_ready
from conftest import Write
from pictures import MAKER, encode, geotagged, png_bomb, webp_bomb
from PIL import Image
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_demo.picture.data_url import data_url
from mnist_demo.server import gates
from mnist_demo.server.bodies import BodyLimit
from mnist_demo.server.gates import Gate, Gates
from mnist_demo.server.health import Health, State
from mnist_demo.server.log import RequestLog
from mnist_demo.server.rates import RATES, Rate
from mnist_demo.server.uploads import KEPT_MAX, sweep

MEGABYTE = 1_000_000
CALLS = ("run/recognize", "queue/join", "call/recognize")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app, started as the README says."""
    with start_app(tmp_path_factory.mktemp("app") / "log") as app:
        wait_until_ready(app)
        yield app


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app behind a proxy on this machine."""
    with start_app(tmp_path_factory.mktemp("proxied") / "log", "--proxy", "127.0.0.1", "--verbose") as app:
        yield app


@pytest.fixture
def drawing(write: Write) -> str:
    """A drawing of 42, as the pad sends it."""
    return data_url(encode(write("42")), "png")


@pytest.fixture
def photo(write: Write) -> bytes:
    """A JPEG of 2963 that says where it was taken."""
    return geotagged(np.repeat(write("2963")[..., None], 3, 2), "JPEG")


@pytest.fixture
def web() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that nobody should be made to ask: its address, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def component_id(app: App, name: str) -> int:
    components = httpx.get(f"{app.url}/config").json()["components"]
    return next(part["id"] for part in components if part["props"].get("elem_id") == name)


def question(app: App, url: str) -> dict[str, Any]:
    """Return what the sketchpad sends to have a drawing read."""
    return {"data": url, "component_id": component_id(app, "sketchpad"), "fn_name": "read", "session_hash": "test"}


def send_drawing(app: App, url: str) -> httpx.Response:
    return httpx.post(f"{app.url}/gradio_api/component_server/", json=question(app, url), timeout=60)


def send_photo(app: App, photo: bytes, number: int, client: httpx.Client, name: str = "photo.jpg") -> httpx.Response:
    form = {"component_id": str(number), "session_hash": "test", "fn_name": "read"}
    files = {"photo": (name, photo)}
    return client.post(f"{app.url}/gradio_api/component_server/", data=form, files=files, timeout=60)


def upload(app: App, content: bytes, name: str = "photo.jpg") -> str:
    (path,) = httpx.post(f"{app.url}/gradio_api/upload", files={"files": (name, content)}).json()
    return str(path)


def call(app: App, path: str, route: str = "run/recognize") -> httpx.Response:
    arguments = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}], "session_hash": "test"}
    return httpx.post(f"{app.url}/gradio_api/{route}", json=arguments, timeout=60)


def from_address(address: str) -> httpx.Client:
    """Return a client with another of this machine's own addresses, 127.0.0.0 to 127.255.255.255."""
    return httpx.Client(transport=httpx.HTTPTransport(local_address=address))


def entries(app: App) -> list[dict[str, Any]]:
    """Return the log's lines about requests."""
    lines = re.findall(r"mnist_demo\.requests INFO (\{.*\})$", app.log.read_text(), re.MULTILINE)
    return [json.loads(line) for line in lines]


def wait_for_entries(app: App, count: int) -> list[dict[str, Any]]:
    """Return the log's lines about requests once there are so many: each is written when its answer has gone."""
    deadline = time.monotonic() + 10
    while len(found := entries(app)) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def unfit(reason: str) -> dict[str, Any]:
    """Return the page's answer to what none of its scripts sends."""
    return {"error": {"kind": "unfit", "reason": reason}}


def run(task: Coroutine[Any, Any, Any]) -> Any:
    """Run a task in a thread of its own: in the main one the browser tests keep an event loop running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, task).result()


class TestBodies:
    @pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
    @pytest.mark.parametrize("route", ["upload", "component_server/", *CALLS])
    def test_more_than_15_megabytes_are_refused_on_every_route(self, app: App, route: str, declared: bool) -> None:
        content = bytes(16 * MEGABYTE) if declared else (bytes(MEGABYTE) for _ in range(16))
        answer = httpx.post(f"{app.url}/gradio_api/{route}", content=content, timeout=30)
        assert answer.status_code == 413
        assert "is larger than" in answer.json()["error"]

    @pytest.mark.parametrize("route", ["", "config", "gradio_api/heartbeat/x"])
    def test_and_64_kilobytes_where_nothing_is_to_be_brought(self, app: App, route: str) -> None:
        answer = httpx.request("GET", f"{app.url}/{route}", content=bytes(100_000), timeout=30)
        assert answer.status_code == 413

    def test_many_files_are_counted_together(self, app: App) -> None:
        files = [("files", (f"{number}.png", bytes(MEGABYTE // 4))) for number in range(100)]
        answer = httpx.post(f"{app.url}/gradio_api/upload", files=files, timeout=30)
        assert (answer.status_code, answer.json()["error"]) == (
            413,
            "The upload is larger than 15 MB. Shrink the image.",
        )

    def test_a_drawing_of_more_than_a_megabyte_is_refused_in_words(self, app: App) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (760, 1000)).astype(np.uint8)
        answer = send_drawing(app, data_url(encode(noise), "png"))
        assert answer.json() == unfit("The drawing is too large. Clear the pad and draw it more simply.")
        answer = send_drawing(app, "data:image/png;base64," + "A" * 2 * MEGABYTE)
        assert answer.status_code == 413
        assert answer.json()["error"] == "The drawing is larger than 1 MB. Clear the pad and draw it more simply."

    def test_many_small_files_are_too_many(self, app: App) -> None:
        files = [("files", (f"{number}.png", b"small")) for number in range(100)]
        form = {"component_id": str(component_id(app, "batch")), "session_hash": "test", "fn_name": "read"}
        for route, fields in (("upload", {}), ("component_server/", form)):
            answer = httpx.post(f"{app.url}/gradio_api/{route}", files=files, data=fields, timeout=30)
            assert (answer.status_code, answer.json()["error"]) == (
                413,
                "Too many files in one request. Send a few at a time.",
            )

    def test_a_body_without_a_length_is_read(self, app: App, drawing: str) -> None:
        body = json.dumps(question(app, drawing)).encode()
        pieces = (body[start : start + 1000] for start in range(0, len(body), 1000))
        headers = {"Content-Type": "application/json"}
        answer = httpx.post(f"{app.url}/gradio_api/component_server/", content=pieces, headers=headers, timeout=60)
        assert answer.json()["text"] == "42"

    def test_one_that_takes_long_to_clean_holds_up_nobody_and_is_held_once(self) -> None:
        body = b"--form\r\n\r\n" + b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0tEXt\0\0\0\0" * 100_000
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"multipart/form-data; boundary=form")]
        scope = {"type": "http", "method": "POST", "path": "/gradio_api/upload", "headers": headers}
        brought: list[int] = []
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        async def app(_: Scope, receive: Receive, __: Send) -> None:
            brought.append(len((await receive())["body"]))
            assert limit.held == len(body)

        async def send(_: Message) -> None:
            raise AssertionError

        async def ask() -> None:
            waiting = asyncio.create_task(others())
            await RequestLog(limit)(scope, receive, send)
            waiting.cancel()

        limit = BodyLimit(app)
        run(ask())
        assert (brought, limit.held) == ([len(body)], 0)
        assert turns > 1

    def test_a_drawing_of_many_pixels_is_refused(self, app: App) -> None:
        many = encode(np.zeros((7000, 7000), np.uint8))
        answer = send_drawing(app, data_url(many, "png"))
        assert answer.json() == unfit("The drawing has too many pixels. Send it as a photo.")
        few = encode(np.zeros((8, 8), np.uint8))
        twofold = few[:33] + many[8:]  # whose second header is the one that counts
        for content in (twofold, encode(np.zeros((3000, 16000), np.uint8), "WEBP", lossless=True)):
            answer = send_drawing(app, data_url(content, "png"))
            assert answer.json() == unfit("Expected a drawing as the data URL of a PNG image.")

    @pytest.mark.parametrize(
        ("component", "function", "argument"),
        [("masthead", "share", "http://["), ("masthead", "share", "http://\ud800"), ("photo", "example", "other.webp")],
    )
    def test_what_no_script_of_the_page_sends_is_called_unfit(
        self, app: App, component: str, function: str, argument: str
    ) -> None:
        body = question(app, argument) | {"component_id": component_id(app, component), "fn_name": function}
        headers = {"Content-Type": "application/json"}
        address = f"{app.url}/gradio_api/component_server/"
        answer = httpx.post(address, content=json.dumps(body), headers=headers)  # httpx writes no half of a pair
        assert answer.json()["error"]["kind"] == "unfit"

    @pytest.mark.parametrize("body", [b"", b"{", b"[" * 60_000, b'{"data": "\xff"}', b"null", b'{"data": [3]}'])
    @pytest.mark.parametrize("route", ["run/recognize", "queue/join", "component_server/"])
    def test_broken_json_is_refused_without_a_trace(self, app: App, route: str, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        answer = httpx.post(f"{app.url}/gradio_api/{route}", content=body, headers=headers)
        assert answer.status_code >= 400
        assert not tells_secrets(answer.text)


def tells_secrets(text: str) -> bool:
    """Return whether an answer shows a traceback, a path of the server's code or a library's."""
    return any(secret in text for secret in ("Traceback", str(ROOT), "site-packages", 'File "', ".py"))


class TestAddresses:
    @pytest.mark.parametrize("route", CALLS)
    def test_an_address_instead_of_an_upload_is_refused(self, app: App, web: tuple[str, list[str]], route: str) -> None:
        url, asked = web
        answer = call(app, f"{url}/secret.png", route)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("Expected an uploaded file, got an address.")
        assert asked == []

    @pytest.mark.parametrize("argument", [[], {}, "photo.png", 3, {"path": "photo.png"}], ids=str)
    @pytest.mark.parametrize("route", CALLS)
    def test_what_is_no_file_is_refused_in_words(self, app: App, route: str, argument: object) -> None:
        answer = httpx.post(f"{app.url}/gradio_api/{route}", json={"data": [argument]})
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("Expected an uploaded file")

    def test_nor_is_one_read_that_is_written_with_escapes(self, app: App, web: tuple[str, list[str]]) -> None:
        url, asked = web
        escaped = "".join(f"\\u{ord(character):04x}" for character in f"{url}/secret.png")
        body = f'{{"data": [{{"path": "{escaped}", "meta": {{"_type": "gradio.FileData"}}}}]}}'
        headers = {"Content-Type": "application/json"}
        answer = httpx.post(f"{app.url}/gradio_api/run/recognize", content=body, headers=headers)
        assert answer.status_code == 400
        assert asked == []

    @pytest.mark.parametrize("kind", ["bare", "file", "file with meta", "list"])
    def test_nor_does_the_mcp_tool_fetch_one(self, app: App, web: tuple[str, list[str]], kind: str) -> None:
        url, asked = web
        address = f"{url}/secret.png"
        meta = {"_type": "gradio.FileData"}
        images = {"file": {"path": address}, "file with meta": {"meta": meta, "path": address}, "list": [address]}
        image = images.get(kind, address)
        params = {"name": "recognize", "arguments": {"image": image}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        headers = {"Accept": "application/json, text/event-stream"}
        answer = httpx.post(f"{app.url}/gradio_api/mcp/", json=body, headers=headers)
        assert answer.status_code == 400
        assert asked == []

    @pytest.mark.parametrize("prefix", ["gradio_api/file=", "gradio_api/file/", "file=", "gradio_api/proxy="])
    def test_the_web_is_not_proxied(self, app: App, web: tuple[str, list[str]], prefix: str) -> None:
        url, asked = web
        assert httpx.get(f"{app.url}/{prefix}{url}/secret.png").status_code == 404
        assert asked == []

    def test_files_of_the_server_are_neither_read_nor_named(self, app: App) -> None:
        answer = call(app, str(ROOT / "app.py"))
        assert answer.is_error
        assert not tells_secrets(answer.text)

    def test_nor_is_told_which_files_it_has(self, app: App, tmp_path: Path) -> None:
        old, missing = tmp_path / "old.png", tmp_path / "missing.png"
        old.touch()
        set_times(old, time.time() - 3600)
        first, second = (call(app, str(path)) for path in (old, missing))
        assert (first.status_code, first.text) == (second.status_code, second.text)


WAYS = ("photo", "batch", "api", "mcp")
BOMBS = {
    "169-megapixels": png_bomb(13_000, 13_000),
    "a-long-side": png_bomb(20_001, 8),
    "the-largest-WebP": webp_bomb(),
}


def read_by(way: str, app: App, content: bytes) -> str:
    """Return what the app answers to a file called photo.png that comes in one of the ways."""
    if way == "api":
        return call(app, upload(app, content, "photo.png")).text
    if way == "mcp":
        params = {"name": "recognize", "arguments": {"image": data_url(content, "png")}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        headers = {"Accept": "application/json, text/event-stream"}
        return httpx.post(f"{app.url}/gradio_api/mcp/", json=body, headers=headers, timeout=60).text
    number = component_id(app, way)
    with httpx.Client() as client:
        return send_photo(app, content, number, client, "photo.png").text


def refusal(way: str, words: str, **facts: str | int) -> str:
    """Return what the answer to a bad file holds: words, or facts for the page, which words them itself."""
    return words if way in ("api", "mcp") else json.dumps(facts, separators=(",", ":")).strip("{}")


@pytest.mark.parametrize("way", WAYS)
class TestFiles:
    """What is no picture, or too large a one, on every way to the reader."""

    @pytest.mark.parametrize("bomb", BOMBS)
    def test_a_bomb_is_refused_at_once_and_in_little_memory(self, app: App, way: str, bomb: str) -> None:
        spent = Spent(app)
        answer = read_by(way, app, BOMBS[bomb])
        words = "the image has more than 50 megapixels or 20,000 pixels a side. Shrink it."
        assert refusal(way, words, kind="large", megapixels=50, side=20_000) in answer
        assert spent.seconds() < 0.5
        assert spent.megabytes() < 300

    def test_another_format_is_refused_though_called_png(self, app: App, way: str, write: Write) -> None:
        answer = read_by(way, app, encode(write("5"), "GIF"))
        words = "not a PNG, JPEG or WebP image. Save or export it as one of these."
        assert refusal(way, words, kind="foreign") in answer

    def test_a_damaged_picture_is_called_so(self, app: App, way: str, write: Write) -> None:
        content = encode(write("5"))
        place = content.index(b"IDAT") + 4
        answer = read_by(way, app, content[:place] + bytes(40) + content[place + 40 :])
        reason = "broken data stream when reading image file"
        words = f"the image is damaged ({reason}). Save or send it again."
        assert refusal(way, words, kind="damaged", reason=reason) in answer

    def test_the_content_counts_not_the_name_and_the_first_frame_alone(self, app: App, way: str, write: Write) -> None:
        others = [Image.fromarray(255 - write("42"))]
        content = encode(write("42"), "WEBP", save_all=True, append_images=others, lossless=True)
        assert re.search(r'"text\W+42\b', read_by(way, app, content))

    def test_a_phone_s_48_megapixels_are_read(self, app: App, way: str, write: Write) -> None:
        sheet = np.full((6000, 8000), 255, np.uint8)
        digits = np.kron(write("42"), np.ones((8, 8), np.uint8))
        sheet[2000 : 2000 + digits.shape[0], 2000 : 2000 + digits.shape[1]] = digits
        assert re.search(r'"text\W+42\b', read_by(way, app, encode(sheet, "JPEG")))


class Spent:
    """What the app has spent since: seconds on its processors, and megabytes at most beyond what it had (Linux)."""

    def __init__(self, app: App) -> None:
        self.process = Path(f"/proc/{app.process.pid}")
        (self.process / "clear_refs").write_text("5")  # makes the highest resident set the present one
        self.before = self.highest()
        self.start = self.ticks()

    def ticks(self) -> int:
        return sum(map(int, (self.process / "stat").read_text().rpartition(")")[2].split()[11:13]))

    def seconds(self) -> float:
        return (self.ticks() - self.start) / os.sysconf("SC_CLK_TCK")

    def highest(self) -> int:
        line = re.search(r"VmHWM:\s+(\d+) kB", (self.process / "status").read_text())
        assert line is not None
        return int(line[1])

    def megabytes(self) -> float:
        return (self.highest() - self.before) / 1000


class TestUploads:
    def test_none_are_served_and_none_keep_their_metadata(self, app: App, photo: bytes) -> None:
        assert MAKER.encode() in photo
        path = Path(upload(app, photo))
        assert call(app, str(path)).json()["data"][0]["text"] == "2963"
        assert MAKER.encode() not in path.read_bytes()
        assert httpx.get(f"{app.url}/gradio_api/file={path}").status_code == 404

    def test_a_photo_on_the_page_leaves_nothing_behind(self, app: App, photo: bytes, write: Write) -> None:
        folder = Path(upload(app, photo)).parents[1]
        before = sorted(folder.rglob("*"))
        number = component_id(app, "photo")
        with httpx.Client() as client:
            answer = send_photo(app, photo, number, client)
        assert answer.json()["text"] == "2963"
        assert send_drawing(app, data_url(encode(write("42")), "png")).json()["text"] == "42"
        assert sorted(folder.rglob("*")) == before

    def test_one_about_to_be_deleted_is_not_read(self, app: App, photo: bytes) -> None:
        path = upload(app, photo, "old.jpg")
        long_ago = time.time() - 8.5 * 60
        set_times(Path(path), long_ago)
        answer = call(app, path)
        assert answer.status_code == 410
        assert "Upload it again" in answer.json()["error"]

    def test_they_are_deleted_within_ten_minutes(self, app: App, photo: bytes) -> None:
        path = Path(upload(app, photo, "older.jpg"))
        other = Path(upload(app, photo + b"\0", "newer.jpg"))
        empty = path.parents[1] / "empty"
        empty.mkdir()
        for each in (path, empty):
            set_times(each, time.time() - 9.1 * 60)
        deadline = time.monotonic() + 30
        while (path.exists() or empty.exists()) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert not path.exists()
        assert not empty.exists()
        assert other.exists()

    def test_no_more_are_kept_than_there_is_room_for(self, app: App, photo: bytes) -> None:
        def wait_for(status: int) -> httpx.Response:
            deadline = time.monotonic() + 20
            while (answer := ask()).status_code != status and time.monotonic() < deadline:
                time.sleep(1)
            return answer

        ask = partial(httpx.post, f"{app.url}/gradio_api/upload", files={"files": ("photo.jpg", photo)})
        full = Path(upload(app, photo, "full.jpg"))
        os.truncate(full, KEPT_MAX)  # of which nothing takes room on the disk
        answer = wait_for(503)
        assert answer.json()["error"].startswith("The server holds as many uploads as it may.")
        assert int(answer.headers["retry-after"]) >= 1
        with httpx.Client() as client:
            assert send_photo(app, photo, component_id(app, "photo"), client).json()["text"] == "2963"
        full.unlink()
        assert wait_for(200).is_success

    def test_empty_folders_are_swept(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "kept").mkdir()
        (tmp_path / "kept" / "new.png").touch()
        sweep(tmp_path, age=60)
        assert (tmp_path / "empty").exists()
        set_times(tmp_path / "empty", time.time() - 100)
        sweep(tmp_path, age=60)
        assert [path.name for path in tmp_path.rglob("*")] == ["kept", "new.png"]


def set_times(path: Path, moment: float) -> None:
    os.utime(path, (moment, moment))


CLOSED = [
    "monitoring",
    "monitoring/anything",
    "gradio_api/runs",
    "gradio_api/run-history/buckets",
    "docs",
    "openapi.json",
]
CLOSED += ["gradio_api/queue/status", "gradio_api/deep_link?session_hash=x", "gradio_api/custom_component/a/client/b/c"]
CLOSED += ["gradio_api/dev/reload", "gradio_api/vibe-code", "gradio_api/profiling/summary", "gradio_api/token", "login"]


class TestDoors:
    @pytest.mark.parametrize("route", CLOSED)
    def test_routes_that_the_page_does_not_need_are_closed(self, app: App, route: str) -> None:
        assert httpx.get(f"{app.url}/{route}").status_code == 404

    @pytest.mark.parametrize("route", ["", "anything", "gradio_api/token"])
    def test_they_take_no_body(self, app: App, route: str) -> None:
        address = httpx.URL(app.url)
        with socket.create_connection((address.host, address.port), timeout=10) as connection:
            connection.sendall(f"POST /{route} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 404")

    def test_how_often_functions_are_called_is_told_nobody(self, app: App) -> None:
        blank = np.full((60, 60), 255, np.uint8)
        assert call(app, upload(app, encode(blank), "blank.png")).status_code == 200
        assert httpx.get(f"{app.url}/monitoring/summary").json() == {"functions": {}}

    @pytest.mark.parametrize("route", ["", "config", "theme.css", "healthz", "nothing"])
    def test_every_answer_has_the_security_headers(self, app: App, route: str) -> None:
        headers = httpx.get(f"{app.url}/{route}").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors https://huggingface.co" in headers["content-security-policy"].split("; ")

    @pytest.mark.parametrize("route", ["", "config", "gradio_api/info"])
    def test_the_page_names_no_path_of_the_server(self, app: App, route: str) -> None:
        assert str(ROOT) not in httpx.get(f"{app.url}/{route}").text

    def test_nothing_is_reported_to_others(self, app: App) -> None:
        config = httpx.get(f"{app.url}/config").json()
        assert (config["analytics_enabled"], config["show_error"]) == (False, False)
        assert not any(part["props"].get("flagging_mode") for part in config["components"])

    def test_an_unknown_component_gets_our_words(self, app: App) -> None:
        body = {"data": "", "component_id": 10**6, "fn_name": "read", "session_hash": "x"}
        answer = httpx.post(f"{app.url}/gradio_api/component_server/", json=body)
        assert (answer.status_code, answer.json()) == (
            500,
            {"error": "A fault on the server, not in your request. Please try again later."},
        )
        assert answer.headers["x-content-type-options"] == "nosniff"


class TestFloods:
    def test_a_flood_of_uploads_is_answered_429_and_others_go_on(self, app: App) -> None:
        burst = RATES["photo"][1]
        with from_address("127.0.0.9") as flooder, from_address("127.0.0.10") as other:
            answers = [flooder.post(f"{app.url}/gradio_api/upload") for _ in range(2 * burst)]
            limited = [answer for answer in answers if answer.status_code == 429]
            assert 0 < len(limited) <= burst
            assert int(limited[-1].headers["retry-after"]) >= 1
            assert limited[-1].json()["error"].startswith("Too many requests from your network.")
            assert other.post(f"{app.url}/gradio_api/upload").status_code != 429
            named = {"X-Forwarded-For": "203.0.113.7"}
            again = [flooder.post(f"{app.url}/gradio_api/upload", headers=named) for _ in range(20)]
            assert 429 in {answer.status_code for answer in again}

    def test_a_declared_proxy_tells_visitors_apart(self, proxied: App) -> None:
        def ask(visitor: str) -> int:
            headers = {"X-Forwarded-For": visitor}
            return client.post(f"{proxied.url}/gradio_api/upload", headers=headers).status_code

        with httpx.Client() as client:
            visits = [ask(f"10.1.1.{number % 250}, 203.0.113.7") for number in range(2 * RATES["photo"][1])]
            assert 429 in visits  # what the visitor claims before the proxy's own entry is no use
            assert ask("203.0.113.8") != 429

    def test_whoever_draws_all_the_time_is_not_limited(self) -> None:
        rate = Rate(*RATES["drawing"])
        assert not any(rate.delay("pen", 0.05 * number) for number in range(20 * 600))

    def test_a_limit_lets_the_burst_through_and_then_its_rate(self) -> None:
        rate = Rate(2, 5)
        assert [rate.delay("a", 0) for _ in range(6)] == [0, 0, 0, 0, 0, 0.5]
        assert rate.delay("b", 0) == 0
        assert rate.delay("a", 0.5) == 0
        assert rate.delay("a", 0.6) == pytest.approx(0.4)

    def test_when_the_line_is_full_the_next_are_told_so(self, app: App, write: Write) -> None:
        answers = send_at_once(app, write, 90, addresses=6)
        assert {answer.status_code for answer in answers} == {200, 503}
        busy = next(answer for answer in answers if answer.status_code == 503)
        assert busy.json()["error"] == "Many people are here right now. Please try again in a few seconds."
        assert int(busy.headers["retry-after"]) >= 1
        assert {answer.json()["text"] for answer in answers if answer.is_success} == {"2963"}

    def test_when_gradio_s_own_queue_is_full_they_are_told_the_same(self, app: App, photo: bytes) -> None:
        path = upload(app, photo, "queued.jpg")
        with ThreadPoolExecutor(15) as pool:  # fewer than may wait in one address's line
            answers = list(pool.map(lambda _: call(app, path, "call/recognize"), range(60)))
        assert {answer.status_code for answer in answers} == {200, 503}
        busy = next(answer for answer in answers if answer.status_code == 503)
        assert busy.json() == {"error": "Many people are here right now. Please try again in a few seconds."}
        assert int(busy.headers["retry-after"]) >= 1
        event = next(answer for answer in answers if answer.is_success).json()["event_id"]
        result = httpx.get(f"{app.url}/gradio_api/call/recognize/{event}", timeout=60)
        assert "2963" in result.text

    def test_nobody_fills_the_line_alone(self, app: App, write: Write) -> None:
        answers = send_at_once(app, write, 40, addresses=1)
        assert {answer.status_code for answer in answers} == {200, 429}
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert int(refused.headers["retry-after"]) >= 1

    def test_clients_take_turns_in_the_line(self) -> None:
        served: list[str] = []

        async def ask(gate: Gate, client: str) -> None:
            await gate.enter(client)
            await asyncio.sleep(0)
            served.append(client)
            gate.leave()

        async def ask_all() -> Gate:
            gate = Gate(1, 100, 10)
            await gate.enter("first")
            asking = [asyncio.create_task(ask(gate, client)) for client in "aaaabbc"]
            await asyncio.sleep(0)
            assert (gate.is_full_for("a"), Gate(1, 7, 4, gate.lines).is_full_for("a")) == (False, True)
            assert (gate.is_full(), Gate(1, 7, 4, gate.lines).is_full()) == (False, True)
            asking[3].cancel()
            gate.leave()
            await asyncio.gather(*asking, return_exceptions=True)
            return gate

        gate = run(ask_all())
        assert "".join(served) == "abcaba"
        assert (gate.free, gate.lines) == (1, {})

    def test_a_client_that_never_reads_keeps_its_place_for_a_while_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def answer_at_length(_: Scope, __: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for more in [True] * 50 + [False]:
                await send({"type": "http.response.body", "body": bytes(MEGABYTE), "more_body": more})

        monkeypatch.setattr(gates, "SEND_WITHIN", 0.5)
        with serve(RequestLog(Gates(answer_at_length))) as port, socket.create_connection(("127.0.0.1", port)) as deaf:
            deaf.sendall(b"POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
            assert deaf.recv(4) == b"HTTP"
            with httpx.stream("POST", f"http://127.0.0.1:{port}/gradio_api/upload", timeout=10) as answer:
                assert answer.status_code == 200


@contextmanager
def serve(app: ASGIApp) -> Iterator[int]:
    """Serve an app with uvicorn, as Gradio does; yield the port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def send_at_once(app: App, write: Write, count: int, addresses: int) -> list[httpx.Response]:
    """Send a photo so many times at once, from a few addresses in turn."""
    photo = encode(np.kron(write("2963"), np.ones((3, 3), np.uint8)), "JPEG")
    number = component_id(app, "photo")
    with ExitStack() as stack, ThreadPoolExecutor(count) as pool:
        clients = [stack.enter_context(from_address(f"127.0.0.{20 + last}")) for last in range(addresses)]
        send = partial(send_photo, app, photo, number)
        return list(pool.map(send, islice(cycle(clients), count)))


class TestHealth:
    def test_the_process_is_up_and_the_model_ready(self, app: App) -> None:
        assert httpx.get(f"{app.url}/healthz").json() == {"status": "up"}
        assert httpx.get(f"{app.url}/readyz").json() == {"status": "ready"}

    def test_those_who_ask_at_once_get_one_answer(self) -> None:
        asked = 0

        def state() -> State:
            nonlocal asked
            asked += 1
            time.sleep(0.1)
            return "away"

        async def closed(*_: Any) -> None:
            raise AssertionError

        async def ask_all() -> list[httpx.Response]:
            transport = httpx.ASGITransport(Health(closed, state))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await asyncio.gather(*(client.get("/readyz") for _ in range(20)))

        assert {answer.status_code for answer in run(ask_all())} == {503}
        assert asked == 1

    def test_each_request_has_one_line_in_the_log(self, app: App, drawing: str) -> None:
        before = len(entries(app))
        send_drawing(app, drawing)
        httpx.get(f"{app.url}/secret-name.png")
        first, second, third = wait_for_entries(app, before + 3)[before:]
        assert first["route"] == "/config"
        assert set(second) == {"route", "status", "ms", "outcome"}
        assert (second["route"], second["status"], second["outcome"]) == ("/gradio_api/component_server", 200, "ok")
        assert 0 < second["ms"] < 10_000
        assert (third["route"], third["outcome"]) == ("other", "closed")

    def test_verbose_tells_more_and_neither_tells_who_or_what(
        self, app: App, proxied: App, photo: bytes, drawing: str
    ) -> None:
        upload(proxied, photo, "grandmother.jpg")
        send_drawing(app, drawing)
        (entry,) = [entry for entry in entries(proxied) if entry.get("received", 0) > len(photo)]
        assert entry["work"] == "photo"
        for log in (app.log.read_text(), proxied.log.read_text()):
            for secret in ("127.0.0.", "203.0.113", "grandmother", "base64", drawing[30:60]):
                assert secret not in log


@pytest.mark.slow
def test_sigterm_finishes_the_requests_that_have_begun_or_whose_connection_stands(tmp_path: Path, drawing: str) -> None:
    with start_app(tmp_path / "log") as app:
        wait_until_ready(app)
        body, address = question(app, drawing), httpx.URL(app.url)
        answered = keep_drawing(app, body, clients=8)
        with socket.create_connection((address.host, address.port), timeout=10) as connection:
            time.sleep(1)
            app.process.send_signal(signal.SIGTERM)
            start = time.monotonic()
            time.sleep(0.2)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert app.process.wait(timeout=10) == 0
        assert time.monotonic() - start < 10
        counts = answered()
        assert counts["read"] > 0
        assert counts["lost"] == 0


def keep_drawing(app: App, body: dict[str, Any], clients: int) -> Callable[[], dict[str, int]]:
    """Have clients draw until they are refused a connection; return how to get the counts of what was read or lost."""
    counts = {"read": 0, "lost": 0}
    client = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))

    def draw() -> None:
        while True:
            try:
                answer = client.post(f"{app.url}/gradio_api/component_server/", json=body, timeout=30)
            except (httpx.ConnectError, httpx.ReadError):  # refused, or reset before it was accepted
                return
            except httpx.TransportError:
                counts["lost"] += 1
                return
            counts["read" if answer.is_success and answer.json()["text"] == "42" else "lost"] += 1

    pool = ThreadPoolExecutor(clients)
    for _ in range(clients):
        pool.submit(draw)

    def finish() -> dict[str, int]:
        pool.shutdown()
        client.close()
        return counts

    return finish
