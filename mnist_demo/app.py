"""Serve the page, at the address that this prints. SIGTERM or Ctrl-C stops it cleanly."""

import argparse
import os
from collections.abc import Sequence

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from mnist_demo.inference import add_model_url
from mnist_demo.page import ICON, DocumentHead, Reader, create_page, describe_link, i18n, routes, theme
from mnist_demo.server import (
    guards,
    make_upload_folder,
    serve_until_stopped,
    start_logging,
    start_sweeping,
    trust_proxies,
)

COMPRESSION = Middleware(GZipMiddleware, minimum_size=4000, compresslevel=5)  # to a third; Gradio has none
QUEUE_MAX = 20  # calls of the API by gradio_client that may wait, some five seconds of photos; more get 503
SESSIONS_MAX = 200  # pages whose state Gradio keeps in memory, some 0.1 MB each; ours keep none there

# A picture gets one thread, as others wait: with 32 people drawing, two cores read half as many more, and the 95th
# percentile of the delay was little more than half (benchmarks/load.py). TensorFlow looks when it is imported: later.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

uploads = make_upload_folder()
gr.mcp.DEFAULT_TEMP_DIR = str(uploads)  # which it takes note of when Gradio is imported
gr.mcp.GradioMCPServer._file_data_tool_description = ""  # a sentence about a tool that is not here
reader = Reader()
demo = create_page(reader).queue(max_size=QUEUE_MAX)
if os.environ.get("SPACES_ZERO_GPU"):  # such a Space starts only with a function for its GPU; none is called here
    import spaces

    spaces.GPU(reader.read)


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the flags. Host and port fall back to GRADIO_SERVER_NAME and GRADIO_SERVER_PORT, which a Space sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", help="address to listen on (127.0.0.1; 0.0.0.0 lets the local network in)")
    parser.add_argument("--port", type=int, help="port to listen on (the first free one from 7860)")
    parser.add_argument("--share", action="store_true", help="also make a public link, through Gradio's tunnel")
    parser.add_argument(
        "--proxy",
        metavar="ADDRESSES",
        help="addresses or networks of the proxies before this server, with commas; X-Forwarded-For is believed from "
        "these alone (on a Space and with --share: from theirs)",
    )
    add_model_url(parser)
    parser.add_argument("--verbose", action="store_true", help="log more about each request")
    return parser.parse_args(arguments)


def main() -> None:
    """Serve the page until told to stop."""
    arguments = parse_arguments()
    start_logging(arguments.verbose)
    reader.model = arguments.model_url
    trust_proxies(arguments.proxy, arguments.share)
    start_sweeping(uploads)
    demo.launch(
        server_name=arguments.host,
        server_port=arguments.port,
        share=arguments.share or None,
        theme=theme(),
        i18n=i18n,
        favicon_path=ICON,
        pwa=True,
        mcp_server=True,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        prevent_thread_lock=True,
        show_error=False,
        state_session_capacity=SESSIONS_MAX,
        app_kwargs={
            "middleware": [*guards(reader.state), COMPRESSION, Middleware(DocumentHead)],
            "routes": routes(),
        },
    )
    if arguments.share:
        print(describe_link(demo.share_url, demo.local_url), flush=True)
    reader.load()  # only now: importing TensorFlow takes seconds, in which the page could not be served
    serve_until_stopped(demo)


if __name__ == "__main__":
    main()
