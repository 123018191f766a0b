"""The files that Gradio's first script imports one after the other, found in Gradio as it is installed."""

import re
from functools import cache
from pathlib import Path

import gradio as gr

ASSETS = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
COMPONENTS = "row", "column", "tabs", "tabitem", "html"  # of Gradio's, that the page is made of

# As Vite writes them: an import, with the indices of what that needs in the list of files.
IMPORT = re.compile(r"import\(`\./((\w+)-[^`]+)`\)[^\[]*__vite__mapDeps\(\[([\d,]+)\]\)")
COMPONENT = re.compile(r"\b(\w+):\{(?:[^{}]*,)?component:([^{}]*)\}")
FILES = re.compile(r"\bm\.f=\[([^\]]*)\]")


@cache
def chunks(entry: str) -> tuple[str, ...]:
    """Return the names of the scripts and styles that Gradio's script `entry` comes to import, in that order.

    None are found where Gradio is built in another way; the page then loads as it would without.
    """
    if not (ASSETS / entry).is_file():
        return ()
    first = _imported(entry, {"Index", "core"})
    then = [name for each in first if each.endswith(".js") for name in _imported(each, {"Blocks"})]
    return tuple(dict.fromkeys([*first, *then]))


def _imported(name: str, stems: set[str]) -> list[str]:
    """Return the files that a script imports: the page's components if it knows any, else the chunks of these stems."""
    text = (ASSETS / name).read_text(encoding="utf-8")
    listed = FILES.search(text)
    files = re.findall(r"[\w.-]+\.(?:js|css)", listed[1]) if listed else []
    components = [body for component, body in COMPONENT.findall(text) if component in COMPONENTS]
    found = IMPORT.findall("\n".join(components) or text)
    return [
        file
        for chunk, stem, needed in found
        if components or stem in stems
        for file in (chunk, *(files[int(index)] for index in needed.split(",")))
    ]
