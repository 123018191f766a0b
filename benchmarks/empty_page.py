"""Serve an empty Gradio page, for the benchmarks to hold ours against."""

import argparse

import gradio as gr


def main() -> None:
    """Serve it until the process is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    with gr.Blocks(analytics_enabled=False) as page:
        pass
    page.launch(server_port=parser.parse_args().port, quiet=True)


if __name__ == "__main__":
    main()
