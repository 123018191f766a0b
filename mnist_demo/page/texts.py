"""The page's words, handed to the browser through Gradio's i18n."""

import gradio as gr

from mnist_demo.document.texts import TEXTS

i18n = gr.I18n(**TEXTS)
for texts in i18n.translations.values():
    texts["errors.use_via_api_or_mcp"] = texts["api"]  # Gradio's footer, which Gradio has not in all of these languages
