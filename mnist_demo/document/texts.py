"""The page's words, in every language it speaks."""

import json

from mnist_demo.document.files import asset

TEXTS: dict[str, dict[str, str]] = json.loads(asset("document/texts.json"))
