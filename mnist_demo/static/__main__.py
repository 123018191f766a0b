"""Build the page that needs no server: python -m mnist_demo.static."""

import argparse
from pathlib import Path

from mnist_demo.static.site import build


def main() -> None:
    """Build it."""
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.static", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("build/static"), help="folder to write (build/static)")
    build(parser.parse_args().output)


if __name__ == "__main__":
    main()
