"""The page's theme: ink on paper, and chalk on slate in the dark. Gradio's own widgets take it over from here."""

import gradio as gr

FONT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Return the theme; fonts are the system's, so that nothing is fetched from elsewhere."""
    return gr.themes.Base(font=list(FONT), font_mono=list(MONO)).set(
        body_background_fill="#f5f2ec",
        body_background_fill_dark="#12141c",
        body_text_color="#1d2136",
        body_text_color_dark="#eceef6",
        body_text_color_subdued="#5c6074",
        body_text_color_subdued_dark="#a5aabd",
        background_fill_primary="#fffdf9",
        background_fill_primary_dark="#1a1d28",
        border_color_primary="#e0dbd0",
        border_color_primary_dark="#2e3242",
        color_accent="#2b4acb",
        color_accent_soft="#e4e9fb",
        color_accent_soft_dark="#272f52",
    )
