"""The model card says what was measured, and it was measured on the weights that are there."""

import json
from pathlib import Path

from mnist_demo.training import card
from mnist_demo.training.evaluate import weights_checksum

MODELS = Path(__file__).parents[1] / "models"
METRICS = json.loads((MODELS / "metrics.json").read_text())


def test_the_card_is_what_the_metrics_give() -> None:
    assert (MODELS / "README.md").read_text() == card.write(METRICS)


def test_the_metrics_are_of_the_weights_that_are_there() -> None:
    assert METRICS["weights"] == weights_checksum()


def test_the_cards_plots_are_there() -> None:
    for name in ("reliability", "confusion", "rejection"):
        assert (MODELS / "plots" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
