"""The pages of a PDF file as pictures.

PDFium draws them, in a process of its own: it is made for one thread, and a file that it fails or hangs on should take
nothing else along. This module is that process's program too, and so imports nothing else of the project.
"""

import contextlib
import math
import resource
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pypdfium2

SIGNATURE = b"%PDF-"
PIXELS_AN_INCH, POINTS_AN_INCH = 150, 72
PIXELS_MAX = 4_000_000  # of a page's picture; A4 has 2.2 million, and what is larger is reduced
SIDE_MAX = 10_000  # pixels, likewise
SECONDS_MAX = 5  # of a processor, for a page; a scan takes some tenths of one
MEMORY_MAX = 2**30  # bytes that the process may take
HEAD = struct.Struct(">III")  # before each picture: its height, its width, and the bytes of a row
LOCKED, DAMAGED = 3, 4  # exit statuses
PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD of PDFium's
REASONS = {
    LOCKED: "the PDF is locked with a password. Save it without one.",
    DAMAGED: "the PDF is damaged. Save or send it again.",
}
UNDRAWN = "a page of the PDF is damaged, or takes too much time or memory. Export it as PNG or JPEG."

Page = NDArray[np.uint8]  # (height, width, 3): red, green and blue


def draw_pages(content: bytes, at_most: int | None = None) -> Iterator[Page]:
    """Draw a PDF file's pages, one at a time, at 150 pixels an inch, or fewer if a page is very large.

    Args:
        content: the file.
        at_most: how many of the first pages; by default all.

    Raises:
        ValueError: the file is locked or damaged, or a page takes too much to draw; those before it come all the same.
    """
    command = [sys.executable, "-P", __file__, str(at_most or sys.maxsize)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin
        assert process.stdout
        try:
            with contextlib.suppress(BrokenPipeError), process.stdin as opened:
                opened.write(content)
            yield from _receive(process.stdout)
            status = process.wait()
        finally:
            process.kill()  # where no more pages are wanted
    if status:
        raise ValueError(REASONS.get(status, UNDRAWN))


def _receive(stream: IO[bytes]) -> Iterator[Page]:
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        height, width, stride = HEAD.unpack(head)
        pixels = stream.read(height * stride)
        if len(pixels) == height * stride:
            yield np.frombuffer(pixels, np.uint8).reshape(height, stride)[:, : 3 * width].reshape(height, width, 3)


def main() -> int:
    """Draw so many pages of the file on standard input to standard output; return the exit status."""
    import pypdfium2  # here alone: the project's own process never opens a PDF

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, resource.getrlimit(resource.RLIMIT_AS)[1]))
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        for number in range(min(len(document), int(sys.argv[1]))):
            _send(document[number])
    except pypdfium2.PdfiumError as error:
        return LOCKED if error.err_code == PASSWORD_ERROR else DAMAGED
    return 0 if len(document) else DAMAGED


def _send(page: "pypdfium2.PdfPage") -> None:
    limit = math.ceil(time.process_time()) + SECONDS_MAX
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    width, height = (max(side, 1.0) for side in page.get_size())
    most = min(math.sqrt(PIXELS_MAX / (width * height)), SIDE_MAX / max(width, height))
    bitmap = page.render(scale=min(PIXELS_AN_INCH / POINTS_AN_INCH, most), rev_byteorder=True)
    sys.stdout.buffer.write(HEAD.pack(bitmap.height, bitmap.width, bitmap.stride))
    sys.stdout.buffer.write(memoryview(bitmap.buffer).cast("B")[: bitmap.height * bitmap.stride])
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
