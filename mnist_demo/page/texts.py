"""The page's words, in every language it speaks: texts.json, handed to the browser through Gradio's i18n."""

import json

import gradio as gr

from mnist_demo.page.component import asset

i18n = gr.I18n(**json.loads(asset("texts.json")))
ENGLISH = i18n.translations["en"]
