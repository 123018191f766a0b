"""docs/inference.ipynb: every cell runs, and prints and shows what is written below it."""

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from notebook import NOTEBOOK, code_cells, run
from numpy.typing import NDArray
from PIL import Image

CELLS = code_cells(json.loads(NOTEBOOK.read_text(encoding="utf-8")))
PIXEL_TOLERANCE = 16  # grey levels, for another version of Pillow or another processor


def printed(outputs: list[dict[str, Any]]) -> str:
    return "".join(line for output in outputs for line in output.get("text", []))


def picture(outputs: list[dict[str, Any]]) -> NDArray[np.int64] | None:
    for output in outputs:
        if "data" in output:
            return np.asarray(Image.open(io.BytesIO(base64.b64decode(output["data"]["image/png"]))).convert("L"), int)
    return None


def test_every_cell_gives_what_is_written_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(NOTEBOOK.parent)  # as Jupyter does; the first cell goes up from there
    names: dict[str, Any] = {}
    for cell in CELLS:
        outputs = run(cell, names)
        source = "".join(cell["source"])
        assert printed(outputs) == printed(cell["outputs"]), source
        now, then = picture(outputs), picture(cell["outputs"])
        assert (now is None) == (then is None), source
        if now is not None and then is not None:
            assert now.shape == then.shape, source
            assert np.abs(now - then).max() <= PIXEL_TOLERANCE, source
    assert len(CELLS) >= 10
