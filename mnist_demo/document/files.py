"""The page's files, as text: markup, styles and scripts, a component's in its folder of `page`."""

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
COMPONENTS = ("masthead", "sketchpad", "photo", "batch", "about", "readout", "why")  # as they stand in the document
STYLES = (
    "document/palette.css",
    "document/page.css",
    *(f"page/{name}/{name}.css" for name in COMPONENTS),
)

IMPORT = re.compile(r'^import (?:[^"]* from )?"(\.\.?/[^"]*)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
COMMENT = re.compile(r"^\s*(?://[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)  # that has lines to itself
MODULE = "const {{ {names} }} = (() => {{\n{body}\nreturn {{ {names} }};\n}})();\n"


def asset(name: str) -> str:
    """Return the text of a file of the package."""
    return (PACKAGE / name).read_text(encoding="utf-8")


def markup(component: str) -> str:
    """Return a component's template."""
    return asset(f"page/{component}/{component}.html")


def script(component: str) -> str:
    """Return a component's JavaScript module and those it imports as one script, which is what Gradio runs for it.

    Each imported module gets a scope of its own, of which only what it exports is seen. Comments, a fifth of what would
    be sent, are left out.
    """
    joined: list[Path] = []
    modules: list[str] = []

    def join(path: Path) -> str:
        joined.append(path)
        text = path.read_text(encoding="utf-8")
        for name in IMPORT.findall(text):
            other = (path.parent / name).resolve()
            if other not in joined:
                body = join(other)
                names = ", ".join(EXPORT.findall(other.read_text(encoding="utf-8")))
                modules.append(MODULE.format(names=names, body=body))
        return EXPORT.sub("", IMPORT.sub("", text))

    own = join((PACKAGE / "page" / component / f"{component}.js").resolve())
    return COMMENT.sub("", "".join([*modules, own]))
