"""Run docs/inference.ipynb, and write what its cells give into it.

python tests/notebook.py
"""

import ast
import base64
import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs" / "inference.ipynb"

Cell = dict[str, Any]  # as Jupyter's format 4.5 has it


def code_cells(notebook: dict[str, Any]) -> list[Cell]:
    """Return the cells that run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(cell: Cell, names: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a cell in a namespace, and return its outputs: what it prints, and the picture that its last line is.

    Raises:
        Exception: what the cell raises.
    """
    module = ast.parse("".join(cell["source"]))
    last = module.body[-1]
    shown = last.value if isinstance(last, ast.Expr) else None
    if shown:
        module.body.pop()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(module, cell["id"], "exec"), names)
        value = eval(compile(ast.Expression(shown), cell["id"], "eval"), names) if shown else None
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": printed.getvalue().splitlines(True)})
    if isinstance(value, Image.Image):
        data = {"image/png": encode(value), "text/plain": ["<picture>"]}
        outputs.append({"data": data, "execution_count": None, "metadata": {}, "output_type": "execute_result"})
    return outputs


def encode(picture: Image.Image) -> str:
    """Return a picture as a PNG file, in base64."""
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode("ascii")


def main() -> None:
    """Run it and write it."""
    os.chdir(NOTEBOOK.parent)  # as Jupyter does
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for cell in code_cells(notebook):
        cell["outputs"] = run(cell, names)
    NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
