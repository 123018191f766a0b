"""The page's link: whether others can follow it, and its QR code for the page and for the terminal."""

import io
import ipaddress
from urllib.parse import urlsplit

import segno

ADDRESS_MAX = 300  # characters; a longer one makes a code that phones cannot read


def public_address(address: object) -> str | None:
    """Return the address that the browser has the page from, or None where only its own computer can open it."""
    if not isinstance(address, str) or len(address) > ADDRESS_MAX:
        return None
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.hostname == "localhost":
        return None
    try:
        return None if ipaddress.ip_address(parts.hostname).is_loopback else address
    except ValueError:  # a name
        return address


def qr_svg(url: str) -> str:
    """Return a link's QR code as an SVG element."""
    return str(segno.make(url, error="m", micro=False).svg_inline(border=2, omitsize=True))


def qr_text(url: str) -> str:
    """Return a link's QR code for a terminal."""
    text = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(text, border=2, compact=True)
    return text.getvalue()


def describe_link(share_url: str | None, local_url: str) -> str:
    """Return what the terminal says about the link that was asked for with --share."""
    if share_url:
        return f"{qr_text(share_url)}\nAnyone can open the page at {share_url} for as long as this runs."
    return (
        "No public link could be made: Gradio's tunnel cannot be reached from here.\n"
        f"The page works on this computer at {local_url}. For others on your network, start it with --host 0.0.0.0."
    )
