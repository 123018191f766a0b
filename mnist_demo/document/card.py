"""What the model is worth, for the page: figures and plots as the evaluation wrote them, and where more is told."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mnist_demo.model_folder import MODELS
from mnist_demo.picture.data_url import data_url

PLOTS = ("detections", "reliability", "confusion", "rejection")  # as the evaluation names its files
SETS = ("photos", "drawings", "nondigits")  # as its metrics name them


def read_card(models: Path = MODELS) -> dict[str, Any]:
    """Return what was measured, the most telling first, and its plots; the page has words for their names.

    Returns:
        figures, each with its name, the share that is right, and of how many; plots, each with its name and a data URL;
        source, the address of the source code, or None. No figures or plots are there where nothing was measured yet.
    """
    path = models / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    plots = [(name, models / "plots" / f"{name}.png") for name in PLOTS]
    space = os.environ.get("SPACE_ID")  # the name of a Hugging Face Space, where the page is on one
    return {
        "figures": [{"name": name, "share": share, "count": count} for name, share, count in figures(metrics)],
        "plots": [{"name": name, "data": data_url(path.read_bytes(), "png")} for name, path in plots if path.is_file()],
        "source": f"https://huggingface.co/spaces/{space}/tree/main" if space else None,
    }


def figures(metrics: dict[str, Any]) -> Iterator[tuple[str, float, int]]:
    """Yield what metrics tell, each a name, a share and a count: real numbers first, as the mean over their sets."""
    sets = metrics.get("sets", {})
    numbers = [score for name, score in sets.items() if name.startswith("numbers/") and score["signs"]]
    if numbers:
        shares = [score["right"] / score["count"] for score in numbers]
        yield "numbers", sum(shares) / len(shares), sum(score["count"] for score in numbers)
    for name in SETS:
        if name in sets:
            yield name, sets[name]["right"] / sets[name]["count"], sets[name]["count"]
    for name, key in (("pen", "pen_strokes"), ("mnist", "mnist")):
        if key in metrics:
            yield name, metrics[key]["accuracy"], metrics[key]["count"]
