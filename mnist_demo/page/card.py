"""The model card's main figures and plots, taken from models/README.md as the evaluation wrote it."""

import base64
import re
from pathlib import Path
from typing import Any

CARD = Path(__file__).parents[2] / "models" / "README.md"
PLOT = re.compile(r"!\[([^\]]*)\]\(([\w./-]+\.(?:png|webp|svg))\)")
KINDS = {".png": "png", ".webp": "webp", ".svg": "svg+xml"}


def read_card(card: Path = CARD) -> dict[str, Any]:
    """Return the card's first table, a list of rows of cells with the heading first, and its plots: alt and data URL.

    Both are empty where there is no card, as in a copy whose model was trained and not yet judged.
    """
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    plots = [(alt, card.parent / name) for alt, name in PLOT.findall(text)]
    return {"table": first_table(text), "plots": [plot(alt, path) for alt, path in plots if path.is_file()]}


def first_table(markdown: str) -> list[list[str]]:
    """Return the cells of the first table in a Markdown text, without marks of emphasis and the rule below its head."""
    found = re.search(r"(?:^\|.*\n?)+", markdown, re.MULTILINE)
    lines = found.group().splitlines() if found else []
    rows = [[cell.strip().strip("*`") for cell in line.strip().strip("|").split("|")] for line in lines]
    return [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]


def plot(alt: str, path: Path) -> dict[str, str]:
    """Return a plot's description and its file as a data URL."""
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return {"alt": alt, "data": f"data:image/{KINDS[path.suffix]};base64,{data}"}
