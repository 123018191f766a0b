"""The page's head: what this is."""

from mnist_demo.page.component import PageComponent


class Masthead(PageComponent):
    """The title."""

    def __init__(self) -> None:
        super().__init__("masthead", ())
