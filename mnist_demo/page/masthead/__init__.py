"""The page's head: what this is, the theme, and the link to share."""

from typing import Any

import gradio as gr

from mnist_demo.page.answers import answer
from mnist_demo.page.component import PageComponent
from mnist_demo.page.masthead.sharing import is_local, network_address, qr_svg, shared_address


def link_of(page: gr.Blocks, address: object) -> dict[str, Any]:
    """Return the link to share, its code, and whether it holds in a local network alone; {} if others cannot use it."""
    url = page.share_url or shared_address(address, network_address(page.server_name, page.server_port))
    return {"url": url, "code": qr_svg(url), "local": is_local(url)} if url else {}


class Masthead(PageComponent):
    """The title, a switch for the theme, and a Share button wherever another device can open the page."""

    def __init__(self, page: gr.Blocks) -> None:
        def share(address: object) -> dict[str, Any]:
            return answer(lambda: link_of(page, address))

        super().__init__("masthead", (share,))
