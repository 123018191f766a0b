r"""The typeface of the large digits: Shantell Sans, whose figures look written by hand and are all equally wide.

fonts/digits.woff2 holds its digits and signs alone, made from the npm package @fontsource/shantell-sans 5.3.0 with

    pyftsubset shantell-sans-latin-600-normal.woff2 --text="0123456789.,-/: " --layout-features=tnum,lnum,kern \
        --no-hinting --desubroutinize --flavor=woff2 --output-file=digits.woff2

Its licence, the SIL Open Font License, lies beside it.
"""

from pathlib import Path

TYPEFACE = Path(__file__).parent / "fonts" / "digits.woff2"
