"""The pages of a PDF file as pictures.

PDFium draws them, in a process of its own: it is made for one thread, and a file that it fails or hangs on should take
nothing else along.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from struct import Struct
from typing import IO

import numpy as np
from numpy.typing import NDArray

from mnist_demo.picture.errors import Kind, PictureError

Page = NDArray[np.uint8]  # (height, width, 3): red, green and blue


def draw_pages(content: bytes, at_most: int | None = None) -> Iterator[Page]:
    """Draw a PDF file's pages, one at a time, at 150 pixels an inch, or fewer if a page is very large.

    Args:
        content: the file.
        at_most: how many of the first pages; by default all.

    Raises:
        PictureError: the file is locked or damaged, or a page takes too much to draw; those before it come first.
    """
    from mnist_demo.picture import pdfium  # here alone: Windows lacks what it limits itself with

    kinds: dict[int, Kind] = {pdfium.LOCKED: "locked", pdfium.DAMAGED: "damaged_pdf"}  # by the process's exit status
    command = [sys.executable, "-P", pdfium.__file__, str(at_most or sys.maxsize)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin
        assert process.stdout
        try:
            with contextlib.suppress(BrokenPipeError), process.stdin as opened:
                opened.write(content)
            yield from _receive(process.stdout, pdfium.HEAD)
            status = process.wait()
        finally:
            process.kill()  # where no more pages are wanted
    if status:
        raise PictureError(kinds.get(status, "undrawn"))


def _receive(stream: IO[bytes], head: Struct) -> Iterator[Page]:
    while len(start := stream.read(head.size)) == head.size:
        height, width, stride = head.unpack(start)
        pixels = stream.read(height * stride)
        if len(pixels) == height * stride:
            yield np.frombuffer(pixels, np.uint8).reshape(height, stride)[:, : 3 * width].reshape(height, width, 3)
