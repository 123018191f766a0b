"""The program that draws a PDF's pages with PDFium: python pdfium.py PAGES, a file in, pictures out.

It runs as a process of its own, by its path, and so imports nothing else of the project.
"""

import math
import resource
import signal
import struct
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2

PIXELS_AN_INCH, POINTS_AN_INCH = 150, 72  # A4 gets 2.2 million pixels, more than the model's largest scale has
PIXELS_MAX = 4_000_000  # of a page's picture; what is larger is reduced
SIDE_MAX = 10_000  # pixels, likewise
SECONDS_MAX = 5  # of a processor, to open the file, and for each page; a scan takes some tenths of one
ANSWERED_WITHIN = 60  # seconds on the clock, likewise: where many share the processor, each gets little of it
MEMORY_MAX = 2**30  # bytes that the process may take; for scans of 2 and 35 megapixels it takes 60 and 250 million
HEAD = struct.Struct(">III")  # before each picture: its height, its width, and the bytes of a row
LOCKED, DAMAGED = 3, 4  # exit statuses; Python has 0 to 2


def main() -> int:
    """Draw so many pages of the file on standard input to standard output; return the exit status."""
    import pypdfium2  # here alone: the project's own process never opens a PDF

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, resource.getrlimit(resource.RLIMIT_AS)[1]))
    _limit_time()
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        for number in range(min(len(document), int(sys.argv[1]))):
            _limit_time()
            _send(document[number])  # which is parsed as it is taken
    except pypdfium2.PdfiumError as error:
        return LOCKED if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD else DAMAGED
    return 0 if len(document) else DAMAGED


def _limit_time() -> None:
    """Have the system end the process unless what follows is done in time, or asks for more."""
    limit = math.ceil(time.process_time()) + SECONDS_MAX
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    signal.alarm(ANSWERED_WITHIN)


def _send(page: "pypdfium2.PdfPage") -> None:
    width, height = (max(side, 1.0) for side in page.get_size())
    most = min(math.sqrt(PIXELS_MAX / (width * height)), SIDE_MAX / max(width, height))
    bitmap = page.render(scale=min(PIXELS_AN_INCH / POINTS_AN_INCH, most), rev_byteorder=True)
    signal.alarm(0)  # whoever takes the pages may do so slowly
    sys.stdout.buffer.write(HEAD.pack(bitmap.height, bitmap.width, bitmap.stride))
    sys.stdout.buffer.write(memoryview(bitmap.buffer).cast("B")[: bitmap.height * bitmap.stride])
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
