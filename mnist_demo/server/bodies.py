"""What requests may bring: so many bytes, in so much time, and the names of uploads rather than addresses."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from anyio import CapacityLimiter, to_thread
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_demo.server.metadata import clean_data_urls, clean_form
from mnist_demo.server.refusals import refuse
from mnist_demo.server.routes import CALL_MAX, DRAWING_MAX, KEEPING, UPLOAD_MAX
from mnist_demo.server.uploads import KEPT_MAX, has_expired, kept

PARTS_MAX = 20  # of a form; the page sends 8 files and 3 fields. A file of a few kB can take half a second to read
BODY_WITHIN = 60  # seconds, for a body to arrive: the largest does at 2 Mbit/s
HELD_MAX = 20 * UPLOAD_MAX  # bytes of all bodies at a time, which bounds the memory they take to some 300 MB
DRAIN_WITHIN = 5  # seconds, in which a body that is refused is still taken, so that its sender gets to hear why
AGAIN_AFTER = 5  # seconds, until there may be room for a body again: twenty large photos are read in about so many
ROOM_AFTER = 60  # seconds, until some of what fills the disk's share may have been deleted

FULL = "The server holds as many uploads as it may. They are deleted within ten minutes: please try again then."
TOO_LARGE = {
    UPLOAD_MAX: f"The upload is larger than {UPLOAD_MAX // 1_000_000} MB. Shrink the image.",
    DRAWING_MAX: "The drawing is larger than 1 MB. Clear the pad and draw it more simply.",
    CALL_MAX: "The request is larger than 64 kB. Upload the image first, then send its path.",
}


class BodyError(Exception):
    """Why a body is not taken: a status, words for its sender, and after how many seconds to send it again, if ever."""

    def __init__(self, status: int, text: str, again_after: int | None = None) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text
        self.again_after = again_after


class BodyLimit:
    """Takes each body whole, up to its route's limit, whatever its length header says, before anything reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.held = 0
        self.checking = CapacityLimiter(1)  # a body that takes long to check holds up neither other requests nor cores

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else {}
        if "transfer-encoding" not in headers and headers.get("content-length", "0") == "0":
            return await self.app(scope, receive, send)
        body = bytearray()
        try:
            check_room(scope)
            await self.take(scope, receive, body)
            if scope["route_of"].name in KEEPING:
                kept.bytes += len(body)
            if scope["route_of"].work == "photo":
                await to_thread.run_sync(check_body, scope, body, limiter=self.checking)
        except BodyError as error:
            self.held -= len(body)
            body.clear()
            if "received" not in scope:
                await drain(receive)
            return await refuse(error.status, error.text, scope, receive, send, error.again_after)
        except ClientDisconnect:
            self.held -= len(body)
            return None
        try:
            return await self.app(scope, replay(body, receive), send)
        finally:
            self.held -= scope["received"]

    async def take(self, scope: Scope, receive: Receive, body: bytearray) -> None:
        """Append to body what arrives. Raises BodyError if it is too much or too slow, ClientDisconnect if it ends."""
        most = scope["route_of"].body_max
        if int(Headers(scope=scope).get("content-length", 0)) > most:
            raise BodyError(413, TOO_LARGE[most])
        try:
            async with asyncio.timeout(BODY_WITHIN):
                while "received" not in scope:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    body += message.get("body", b"")
                    self.held += len(message.get("body", b""))
                    if not message.get("more_body", False):
                        scope["received"] = len(body)
                    if len(body) > most:
                        raise BodyError(413, TOO_LARGE[most])
                    if self.held > HELD_MAX:
                        raise BodyError(503, "Too many uploads at once. Please try again in a moment.", AGAIN_AFTER)
        except TimeoutError:
            raise BodyError(408, "The upload took too long. Please try again.") from None


def check_room(scope: Scope) -> None:
    """Raise BodyError for files that would be kept where there is no room for more."""
    if scope["route_of"].name in KEEPING and kept.bytes > KEPT_MAX:
        raise BodyError(503, FULL, ROOM_AFTER)


def check_body(scope: Scope, body: bytearray) -> None:
    """Remove the metadata of a body's pictures. Raises BodyError if it names an address or an upload now gone."""
    route = scope["route_of"]
    if route.name.endswith("/mcp"):
        clean_tool_call(body)
    elif route.body_max == CALL_MAX:
        check_paths(body)
    else:
        _, parameters = parse_options_header(Headers(scope=scope).get("content-type"))
        boundary = parameters.get(b"boundary", b"")
        if body.count(b"\r\n--" + boundary) > PARTS_MAX:
            raise BodyError(413, "Too many files in one request. Send a few at a time.")
        clean_form(body, boundary)


def clean_tool_call(body: bytearray) -> None:
    """Remove the metadata of the image in a call of the MCP tool. Raises BodyError if it names an address."""
    try:
        call = clean_data_urls(json.loads(body))
    except (ValueError, RecursionError):
        raise BodyError(400, "Expected JSON.") from None
    image = image_argument(call)
    if "://" in image if isinstance(image, str) else image is not None:  # Gradio refuses what is neither
        raise BodyError(400, "Expected an image as a data URL, got an address. Send the image itself.")
    text = json.dumps(call, ensure_ascii=False)
    body[:] = text.encode(errors="replace")  # a lone half of a surrogate pair is none of the words it may bring


def image_argument(call: Any) -> Any:
    """Return the argument `image` of a call of the MCP tool; None if it has none, or is no such call."""
    for key in ("params", "arguments", "image"):
        call = call.get(key) if isinstance(call, dict) else None
    return call


def check_paths(body: bytearray) -> None:
    """Raise BodyError for a call of the API that brings no uploaded file, but an address, say, or one that is gone."""
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        raise BodyError(400, "Expected JSON.") from None
    for path in paths_in(call):
        if "://" in path or path.startswith("data:"):
            raise BodyError(400, "Expected an uploaded file, got an address. Upload the image, then send its path.")
        if has_expired(path):
            raise BodyError(410, "Uploads are deleted after a few minutes, and this one is due. Upload it again.")
    arguments = call.get("data") if isinstance(call, dict) else None
    if isinstance(arguments, list) and not all(each is None or is_file(each) for each in arguments):
        raise BodyError(400, 'Expected an uploaded file, as {"path": ..., "meta": {"_type": "gradio.FileData"}}.')


def is_file(argument: Any) -> bool:
    """Return whether an argument is a file as Gradio takes it, which answers with a fault where one is not."""
    return (
        isinstance(argument, dict)
        and isinstance(argument.get("path"), str)
        and isinstance(argument.get("orig_name"), str | None)
        and argument.get("meta") == {"_type": "gradio.FileData"}
    )


def paths_in(call: Any) -> list[str]:
    """Return every string called "path" in a JSON value, which Gradio may take for a file's place."""
    waiting, paths = [call], []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            paths += [value["path"]] if isinstance(value.get("path"), str) else []
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return paths


def replay(body: bytearray, receive: Receive) -> Receive:
    """Return a receive that gives the body at once, and then what else comes. It empties body, lest both be held."""
    messages: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]
    body.clear()

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


async def drain(receive: Receive) -> None:
    """Take and forget the rest of a body for a while: a client that can't send on may never read the answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_WITHIN):
            while (await receive()).get("more_body", False):
                pass
