r"""The typeface of the large digits: Shantell Sans, whose figures look written by hand and are all equally wide.

fonts/digits.woff2 holds its digits and signs alone, made from the npm package @fontsource/shantell-sans 5.3.0 with

    pyftsubset shantell-sans-latin-600-normal.woff2 --text="0123456789.,-/: " --layout-features=tnum,lnum,kern \
        --no-hinting --desubroutinize --flavor=woff2 --output-file=digits.woff2

Its licence, the SIL Open Font License, lies beside it.
"""

from pathlib import Path

from starlette.responses import FileResponse
from starlette.routing import Route

TYPEFACE = Path(__file__).parent / "fonts" / "digits.woff2"
KEPT = {"Cache-Control": "max-age=604800"}  # seconds: a week


def typeface_route() -> Route:
    """Return the route of the typeface."""
    return Route("/digits.woff2", lambda _: FileResponse(TYPEFACE, media_type="font/woff2", headers=KEPT))
