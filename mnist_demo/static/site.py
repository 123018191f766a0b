"""The static page's files: the page's own components, texts and styles, the model, and TensorFlow.js."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

from mnist_demo import examples
from mnist_demo.document.card import read_card
from mnist_demo.document.files import COMPONENTS, STYLES, asset, markup, script
from mnist_demo.document.head import MANIFEST, NO_SCRIPT, describe, limits
from mnist_demo.document.pictures import ICON, MASKABLE
from mnist_demo.document.texts import TEXTS
from mnist_demo.document.typeface import TYPEFACE
from mnist_demo.inference import MODEL_DIR
from mnist_demo.inference.integrity import verify_checksums
from mnist_demo.model_folder import MODELS

FOLDER = Path(__file__).parent
PACKAGES = Path("node_modules")  # of the checkout that this runs in: make static installs them
RUNTIMES = [  # all browsers of today have SIMD; threads depend on the page's headers
    PACKAGES / "@tensorflow" / "tfjs-backend-wasm" / "dist" / f"tfjs-backend-wasm-{kind}.wasm"
    for kind in ("simd", "threaded-simd")
]
BUNDLE = "--bundle", "--minify", "--format=iife", "--target=es2022", "--log-level=warning"
EXAMPLES = {"sketchpad": examples.drawings, "photo": examples.thumbnails}
ICON_SIDES = 192, 512  # pixels
UNSEEN = "README.md"  # by who opens the page: it is for the Space

# What a template says of examples, in the words that Gradio's components take.
EACH = re.compile(r"\{\{#each examples}}(.*?)\{\{/each}}", re.DOTALL)
FIELD = re.compile(r"\{\{(@?\w+)}}")


def build(output: Path) -> None:
    """Write the static page into a folder, which is replaced.

    Raises:
        FileNotFoundError, ValueError: the model is missing or damaged.
    """
    from mnist_demo.static.convert import convert  # TensorFlow

    verify_checksums(MODEL_DIR)
    shutil.rmtree(output, ignore_errors=True)
    convert(MODEL_DIR, output / "model")
    _copy_files(output)
    bundle(FOLDER / "worker.js", output / "worker.js")
    texts = {"index.html": document(), "components.js": components()}
    texts |= {"card.json": json.dumps(read_card()), "manifest.json": json.dumps(manifest())}
    for name, text in texts.items():
        (output / name).write_text(text, encoding="utf-8")
    (output / "service-worker.js").write_text(service_worker(output), encoding="utf-8")


def _copy_files(output: Path) -> None:
    (output / "examples").mkdir()
    for name in examples.PHOTOS:
        shutil.copy(examples.FOLDER / name, output / "examples")
    for path in (TYPEFACE, MASKABLE, FOLDER / "README.md", *RUNTIMES):
        shutil.copy(path, output)
    shutil.copy(MODELS / "README.md", output / "card.md")
    with Image.open(ICON) as icon:
        for side in ICON_SIDES:
            icon.resize((side, side)).save(output / f"icon-{side}.png", optimize=True)


def document() -> str:
    """Return index.html, with the page's styles and with what goes before everything."""
    styles = "".join([asset("static/static.css"), *map(asset, STYLES)])
    settings = f"gradio_config = {json.dumps({'i18n_translations': translations()}, ensure_ascii=False)};"
    scripts = [settings, limits(), asset("document/page.js"), asset("static/offline.js")]
    head = [describe(None).decode(), f"<style>{styles}</style>", *(f"<script>{each}</script>" for each in scripts)]
    return asset("static/index.html").replace("{head}", "".join(head)).replace("{no_script}", NO_SCRIPT)


def translations() -> dict[str, dict[str, str]]:
    """Return the page's words and those of this edition, by language."""
    own = json.loads(asset("static/texts.json"))
    return {language: {**texts, **own[language]} for language, texts in TEXTS.items()}


def components() -> str:
    """Return the script that makes the page of its components: markup, what it shows, and what it does."""
    entries = [component(name, EXAMPLES[name]() if name in EXAMPLES else []) for name in COMPONENTS]
    return f"const components = {{\n{''.join(entries)}}};\n{asset('static/start.js')}"


def component(name: str, examples: list[dict[str, str]]) -> str:
    """Return a component's entry; its markup has `${...}` in it, as a template of JavaScript's does."""
    template = EACH.sub(lambda each: _repeat(each[1], examples), markup(name))
    props = json.dumps({"examples": examples})
    run = f"run(element, props, server) {{\n{script(name)}\n}}"
    return f"{name}: {{ template: () => `{template}`, props: {props}, {run} }},\n"


def _repeat(template: str, examples: list[dict[str, str]]) -> str:
    """Return a part of a template once for each example, its {{fields}} filled in."""
    return "".join(_fill(template, {**example, "@index": str(i)}) for i, example in enumerate(examples))


def _fill(template: str, fields: dict[str, str]) -> str:
    return FIELD.sub(lambda field: escape(fields[field[1]]), template)


def bundle(worker: Path, output: Path) -> None:
    """Write a worker that runs the model, and all that it imports, as one script; PHOTOS names the examples in it."""
    esbuild = str(PACKAGES / "esbuild" / "bin" / "esbuild")
    photos = f"--define:PHOTOS={json.dumps(list(examples.PHOTOS))}"
    command = ["node", esbuild, str(worker), f"--outfile={output}", photos, *BUNDLE]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # node comes as a package of Python's
    subprocess.run(command, env={**os.environ, "PATH": path}, check=True)


def manifest() -> dict[str, Any]:
    """Return what browsers take to install the page."""
    maskable = MANIFEST["icons"][-1]
    icons = [{"src": f"icon-{side}.png", "sizes": f"{side}x{side}", "type": "image/png"} for side in ICON_SIDES]
    return {**MANIFEST, "icons": [*icons, maskable]}


def kept(folder: Path) -> list[Path]:
    """Return the files that a first visit brings, and later ones find where the browser keeps them."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != UNSEEN)


def weight(folder: Path) -> int:
    """Return the bytes of a first visit, compressed as file servers may send them."""
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in kept(folder))


def service_worker(output: Path) -> str:
    """Return the script that keeps the files of a folder, all of one version."""
    files = kept(output)
    names = ["", *(path.relative_to(output).as_posix() for path in files if path.name != "index.html")]
    version = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    head = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(names)};\n"
    return head + asset("static/service-worker.js")
