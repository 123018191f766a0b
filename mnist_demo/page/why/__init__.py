"""Why the chosen digit was read as it was: below the pad, so that it follows what is drawn."""

from typing import Any

from mnist_demo.page.component import PageComponent
from mnist_demo.page.reader import Reader


class Why(PageComponent):
    """Asks for reasons whenever the readout shows another digit, and only while it is on the screen."""

    def __init__(self, reader: Reader) -> None:
        def respond(image: object) -> dict[str, Any]:
            return reader.respond(image)

        def explain(question: object) -> dict[str, Any]:
            return reader.explain(question)

        super().__init__("why", (respond, explain))
