"""Serve the page: python app.py, then open the address it prints."""

import argparse
from collections.abc import Sequence

from mnist_demo.page import Reader, create_page, head, i18n, theme

MAX_UPLOAD = "15mb"

reader = Reader()
demo = create_page(reader)


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the flags. Host and port fall back to GRADIO_SERVER_NAME and GRADIO_SERVER_PORT, which a Space sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", help="address to listen on (127.0.0.1; 0.0.0.0 lets the local network in)")
    parser.add_argument("--port", type=int, help="port to listen on (the first free one from 7860)")
    parser.add_argument("--share", action="store_true", help="also make a public link, through Gradio's tunnel")
    return parser.parse_args(arguments)


def main() -> None:
    """Serve the page until interrupted."""
    arguments = parse_arguments()
    demo.launch(
        server_name=arguments.host,
        server_port=arguments.port,
        share=arguments.share or None,
        theme=theme(),
        head=head(),
        i18n=i18n,
        max_file_size=MAX_UPLOAD,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        prevent_thread_lock=True,
    )
    reader.load()  # only now: importing TensorFlow takes seconds, in which the page could not be served
    demo.block_thread()


if __name__ == "__main__":
    main()
