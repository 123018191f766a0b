"""What the page's own components share: markup, script and styles in files beside them."""

from abc import ABCMeta
from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.component_meta import ComponentMeta

from mnist_demo.document.files import markup, script


class StublessMeta(ComponentMeta):
    """Makes component classes without the .pyi files that Gradio writes beside the sources, where mypy reads them."""

    def __new__(cls, name: str, bases: tuple[type, ...], attributes: dict[str, Any]) -> type:
        """Make the class as its base's metaclass would, events included, and write nothing."""
        return ABCMeta.__new__(cls, name, bases, attributes)


class PageComponent(gr.HTML, metaclass=StublessMeta):
    """A component with NAME/NAME.html as its template and NAME/NAME.js as the script that runs when it loads.

    Its functions are called by the script, as `server.function(...)`: see calls.js. They are not events: after
    an event that fails for want of a connection, Gradio reloads the page as soon as the server is back, and a drawing
    would be lost.
    """

    def __init__(self, name: str, functions: tuple[Callable[..., Any], ...] = (), **props: Any) -> None:
        super().__init__(
            html_template=markup(name),
            js_on_load=f'server = serverOf("{name}");\n' + script(name),
            apply_default_css=False,
            elem_id=name,
            server_functions=list(functions),
            **props,
        )
