"""The page's link: where others can follow it, and its QR code for the page and for the terminal."""

import io
import ipaddress
import socket
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import segno

ADDRESS_MAX = 300  # characters; a longer one makes a code that phones cannot read
ANY_HOST = ("0.0.0.0", "::")  # at which a server listens to let the network in
IN_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))  # whose network is its computer's alone
LOCAL_NAMES = (".local", ".lan", ".internal", ".home.arpa")


def shared_address(address: object, network: str | None = None) -> str | None:
    """Return the address at which others can open the page, or None where only this computer can.

    Args:
        address: where the browser has the page from.
        network: this computer's address and port in the local network, if the server listens there.
    """
    if not isinstance(address, str) or len(address) > ADDRESS_MAX:
        return None
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    if not is_own_name(parts.hostname):
        return address
    if network is None or parts.netloc.rpartition(":")[2] != network.rpartition(":")[2]:  # other ports: a tunnel
        return None
    return urlunsplit(parts._replace(netloc=network))


def is_own_name(host: str) -> bool:
    """Return whether a host is how a computer calls itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


def is_local(address: str) -> bool:
    """Return whether an address holds in a local network alone."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(LOCAL_NAMES)


def network_address(host: str, port: int) -> str | None:
    """Return this computer's address and port in its local network if a server that listens at `host` is there."""
    if host not in ANY_HOST or any(mark.exists() for mark in IN_CONTAINER):
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        try:
            route.connect(("10.255.255.255", 9))  # nothing is sent: it tells which of its addresses it would use
        except OSError:  # there is no network
            return None
        own = str(route.getsockname()[0])
    return None if is_own_name(own) else f"{own}:{port}"


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
