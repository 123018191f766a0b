"""How the files that are read begin."""

import re

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
WEBP = re.compile(rb"RIFF....WEBP", re.DOTALL)
PDF = b"%PDF-"
IMAGE = re.compile(rb"|".join([re.escape(PNG), re.escape(JPEG), WEBP.pattern]), re.DOTALL)
FILE = re.compile(IMAGE.pattern + b"|" + PDF, re.DOTALL)
