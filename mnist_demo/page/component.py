"""What the page's own components share: markup, script and styles in files beside them."""

import re
from abc import ABCMeta
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.component_meta import ComponentMeta

FOLDER = Path(__file__).parent


def asset(name: str, folder: Path = FOLDER) -> str:
    """Return the text of one of the page's files, or of another folder's."""
    return (folder / name).read_text(encoding="utf-8")


IMPORT = re.compile(r'^import (?:[^"]* from )?"(\.\.?/[^"]*)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
MODULE = "const {{ {names} }} = (() => {{\n{body}\nreturn {{ {names} }};\n}})();\n"


def script(name: str) -> str:
    """Return a JavaScript module and those it imports as one script, which is what Gradio runs for a component.

    Each imported module gets a scope of its own, of which only what it exports is seen.
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

    own = join((FOLDER / name).resolve())
    return "".join([*modules, own])


class StublessMeta(ComponentMeta):
    """Makes component classes without the .pyi files that Gradio writes beside the sources, where mypy reads them."""

    def __new__(cls, name: str, bases: tuple[type, ...], attributes: dict[str, Any]) -> type:
        """Make the class as its base's metaclass would, events included, and write nothing."""
        return ABCMeta.__new__(cls, name, bases, attributes)


class PageComponent(gr.HTML, metaclass=StublessMeta):
    """A component with NAME/NAME.html as its template and NAME/NAME.js as the script that runs when it loads.

    Its functions are called by the script, as `server.function(...)`: see document/calls.js. They are not events: after
    an event that fails for want of a connection, Gradio reloads the page as soon as the server is back, and a drawing
    would be lost.
    """

    def __init__(self, name: str, functions: tuple[Callable[..., Any], ...] = (), **props: Any) -> None:
        super().__init__(
            html_template=asset(f"{name}/{name}.html"),
            js_on_load=f'server = serverOf("{name}");\n' + script(f"{name}/{name}.js"),
            apply_default_css=False,
            elem_id=name,
            server_functions=list(functions),
            **props,
        )
