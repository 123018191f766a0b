"""What was read: the number, what the model sees, and the probabilities. One view, shared by every tab."""

from mnist_demo.page.component import PageComponent


class Readout(PageComponent):
    """Shows the reading that the visible tab announces; it needs nothing from the server."""

    def __init__(self) -> None:
        super().__init__("readout")
