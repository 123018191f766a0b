"""Build the page that needs no server: python -m mnist_demo.static."""

from pathlib import Path

from mnist_demo.static.site import build

if __name__ == "__main__":
    build(Path("build/static"))
