"""The page's theme: ink on paper, and chalk on slate in the dark. Gradio's own widgets take it over from here."""

import gradio as gr

from mnist_demo.document.palette import DARK, LIGHT


def theme() -> gr.themes.Base:
    """Return the theme; fonts are the system's, so that nothing is fetched from elsewhere."""
    return gr.themes.Base(
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"],
        font_mono=["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"],
    ).set(
        body_background_fill=LIGHT["ground"],
        body_background_fill_dark=DARK["ground"],
        body_text_color=LIGHT["ink"],
        body_text_color_dark=DARK["ink"],
        body_text_color_subdued=LIGHT["quiet"],
        body_text_color_subdued_dark=DARK["quiet"],
        background_fill_primary=LIGHT["card"],
        background_fill_primary_dark=DARK["card"],
        border_color_primary=LIGHT["line"],
        border_color_primary_dark=DARK["line"],
        color_accent=LIGHT["accent"],
        color_accent_soft=LIGHT["soft"],
        color_accent_soft_dark=DARK["soft"],
    )
