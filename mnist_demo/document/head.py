"""What the document's head says of the page, to browsers, searchers and shared links, and to its own scripts."""

from html import escape

from mnist_demo.document.palette import DARK, LIGHT

TITLE = "Handwritten digits, read as you write"
DESCRIPTION = "Draw or photograph handwritten digits. A small TensorFlow model reads along and shows why."
GROUNDS = {"light": LIGHT["ground"], "dark": DARK["ground"]}  # what browsers colour their own bars in
PREVIEW_PATH = "/preview.png"
MASKABLE_PATH = "/maskable.png"
SENT_MAX = 14_000_000  # bytes of files that the page takes at once; larger photos are reduced before
NO_SCRIPT = "<noscript><p>This page reads what you draw while you draw it. For that it needs JavaScript.</p></noscript>"

# What browsers take to install the page. Addresses are relative to the manifest's own, so that they hold below a path.
MANIFEST = {
    "name": TITLE,
    "short_name": "Digits",  # below the icon, where some 12 characters have room
    "start_url": "./",
    "scope": "./",
    "display": "standalone",
    "background_color": GROUNDS["light"],
    "theme_color": GROUNDS["light"],
    "icons": [
        {"src": "pwa_icon/192", "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": "pwa_icon/512", "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {"src": MASKABLE_PATH[1:], "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ],
}


def describe(root: str | None) -> bytes:
    """Return what searchers, browsers' bars and shared links show.

    `root` is the address that the page is open at; where it is not known, links to it are shown without a picture.
    """
    metas = [
        ("name", "description", DESCRIPTION),
        ("property", "og:type", "website"),
        ("property", "og:title", TITLE),
        ("property", "og:description", DESCRIPTION),
    ]
    if root is not None:
        metas += [
            ("property", "og:url", f"{root}/"),
            ("property", "og:image", f"{root}{PREVIEW_PATH}"),
            ("name", "twitter:card", "summary_large_image"),
        ]
    tags = [f'<meta {key}="{name}" content="{escape(content)}">' for key, name, content in metas]
    for scheme, ground in GROUNDS.items():
        tags.append(f'<meta name="theme-color" media="(prefers-color-scheme: {scheme})" content="{ground}">')
    return "".join([f"<title>{TITLE}</title>", *tags]).encode()


def limits() -> str:
    """Return the script that tells the others how many bytes of files they may send."""
    return f"const SENT_MAX = {SENT_MAX};"
