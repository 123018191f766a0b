"""What the page's own components share: markup, script and styles in files beside them."""

from abc import ABCMeta
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.component_meta import ComponentMeta

DESCRIPTION = "Draw or photograph handwritten digits. A small TensorFlow model reads along and shows why."
FOLDER = Path(__file__).parent
STYLES = ("page.css", "masthead.css", "sketchpad.css", "frame.css", "readout.css", "why.css", "batch.css", "about.css")
GROUNDS = {"light": "#f5f2ec", "dark": "#12141c"}  # what browsers colour their own bars in
META = '<meta name="theme-color" media="(prefers-color-scheme: {})" content="{}">'


def asset(name: str) -> str:
    """Return the text of one of the page's files."""
    return (FOLDER / name).read_text(encoding="utf-8")


def head() -> str:
    """Return what the page's head needs: all styles, and the script that goes before everything.

    Not launch(css=...): Gradio rewrites each rule of that, and drops nested rules and most at-rules.
    """
    colours = "".join(META.format(scheme, colour) for scheme, colour in GROUNDS.items())
    return (
        f'<meta name="description" content="{DESCRIPTION}">{colours}<style>'
        + "\n".join(map(asset, STYLES))
        + f"</style><script>{asset('page.js')}</script>"
    )


class StublessMeta(ComponentMeta):
    """Makes component classes without the .pyi files that Gradio writes beside the sources, where mypy reads them."""

    def __new__(cls, name: str, bases: tuple[type, ...], attributes: dict[str, Any]) -> type:
        """Make the class as its base's metaclass would, events included, and write nothing."""
        return ABCMeta.__new__(cls, name, bases, attributes)


class PageComponent(gr.HTML, metaclass=StublessMeta):
    """A component with NAME.html as its template and some scripts, joined, as the one that runs when it loads.

    Its functions are called by the script, as `server.function(...)`, which answers undefined where the call failed.
    They are not events: after an event that fails for want of a connection, Gradio reloads the page as soon as the
    server is back, and a drawing would be lost.
    """

    def __init__(
        self, name: str, scripts: tuple[str, ...], functions: tuple[Callable[..., Any], ...] = (), **props: Any
    ) -> None:
        super().__init__(
            html_template=asset(f"{name}.html"),
            js_on_load="\n".join(map(asset, scripts)),
            apply_default_css=False,
            elem_id=name,
            server_functions=list(functions),
            **props,
        )
