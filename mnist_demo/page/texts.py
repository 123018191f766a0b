"""The page's words, handed to the browser through Gradio's i18n."""

import gradio as gr

from mnist_demo.document.texts import TEXTS

i18n = gr.I18n(**TEXTS)
