"""The page's head: what this is, the theme, and the link to share."""

import gradio as gr

from mnist_demo.page.component import PageComponent
from mnist_demo.page.sharing import public_address, qr_svg


class Masthead(PageComponent):
    """The title, a switch for the theme, and a Share button wherever another device can open the page."""

    def __init__(self, page: gr.Blocks) -> None:
        def share(address: object) -> dict[str, str]:
            url = page.share_url or public_address(address)
            return {"url": url, "code": qr_svg(url)} if url else {}

        super().__init__("masthead", (share,))
