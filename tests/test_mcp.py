"""The MCP server, as an agent uses it."""

import asyncio
import base64
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from conftest import Write
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from pictures import MAKER, geotagged

from mnist_demo.examples import photo_bytes
from mnist_demo.server.uploads import PREFIX


async def call_tool(url: str, **arguments: str) -> tuple[list[Any], Any]:
    """Return the server's tools, and what the tool `recognize` answers."""
    async with (
        streamable_http_client(f"{url}/gradio_api/mcp/") as (reading, writing, _),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        return (await session.list_tools()).tools, await session.call_tool("recognize", arguments)


def use_tool(url: str, **arguments: str) -> tuple[list[Any], Any]:
    """Call the tool in a thread of its own: in the main one the browser tests keep an event loop running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(call_tool(url, **arguments))).result()


def test_an_agent_finds_one_tool_and_reads_an_image_with_it(server: str) -> None:
    image = "data:image/webp;base64," + base64.b64encode(photo_bytes("note.webp")).decode()
    (tool,), answer = use_tool(server, image=image)
    assert tool.name == "recognize"
    assert tool.description.startswith("Read the handwritten numbers")
    assert "PNG, JPEG or WebP" in tool.inputSchema["properties"]["image"]["description"]
    assert not answer.isError
    reading = json.loads(answer.content[0].text)
    assert reading["text"] == "4071"
    assert [digit["label"] for digit in reading["digits"]] == list("4071")


def test_an_image_is_kept_without_its_metadata(server: str, write: Write) -> None:
    content = geotagged(np.repeat(write("2963")[..., None], 3, 2), "JPEG", comment=MAKER) + server.encode()
    _, answer = use_tool(server, image="data:image/jpeg;base64," + base64.b64encode(content).decode())
    assert json.loads(answer.content[0].text)["text"] == "2963"
    folders = Path(tempfile.gettempdir()).glob(f"{PREFIX}*/*")
    written = [path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()]
    (kept,) = (file for file in written if server.encode() in file)
    assert len(kept) == len(content)
    assert MAKER.encode() not in kept


def test_a_file_of_the_servers_own_cannot_be_read(server: str) -> None:
    _, answer = use_tool(server, image="/etc/hostname")
    assert answer.isError
