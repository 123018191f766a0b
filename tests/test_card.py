"""The model card says what was measured, on the weights that are there; and pictures are scored as they are written."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import write_digits
from PIL import Image

from mnist_demo import Classifier
from mnist_demo.training.evaluation import card
from mnist_demo.training.evaluation.__main__ import choose, figures_of, model_checksum
from mnist_demo.training.evaluation.sets import Sample, digits_of, load_drawn, load_folders, plain, score

MODELS = Path(__file__).parents[1] / "models"
METRICS = json.loads((MODELS / "metrics.json").read_text())
BLANK = np.full((60, 80), 255, np.uint8)


def test_the_card_is_what_the_metrics_give() -> None:
    assert (MODELS / "README.md").read_text() == card.write(METRICS)


def test_the_metrics_are_of_the_model_that_is_there() -> None:
    assert METRICS["model"] == model_checksum()


def test_the_cards_plots_are_there() -> None:
    for name in ("detections", "reliability", "confusion", "rejection"):
        assert (MODELS / "plots" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_a_commit_that_is_not_there_has_no_figures() -> None:
    assert figures_of("no-such-commit") == {}


@pytest.mark.parametrize(
    ("read", "compared", "digits"),
    [("12,50", "12.50", "1250"), ("31 415", "31415", "31415"), ("-4|-|7", "-4|-|7", "4|7"), ("", "", "")],
)
def test_spaces_do_not_count_and_a_comma_counts_as_a_point(read: str, compared: str, digits: str) -> None:
    assert plain(read) == compared
    assert digits_of(plain(read)) == digits


def test_a_set_is_scored_by_what_is_written(classifier: Classifier) -> None:
    samples = [Sample(BLANK, "", "paper"), Sample(BLANK, "12.", "number")]
    scored = score(samples, classifier)
    assert (scored.count, scored.right, scored.digits_right) == (2, 1, 1)
    assert (scored.edits, scored.signs) == (3, 3)
    assert scored.kinds == {"paper": (1, 1), "number": (0, 1)}


def test_a_set_whose_labels_leave_signs_out_is_scored_by_its_digits(classifier: Classifier) -> None:
    samples = [Sample(write_digits("12.50"), "1250", "amount")]
    assert score(samples, classifier).right == 0
    assert score(samples, classifier, digits_alone=True).right == 1


def test_sets_that_the_data_folder_lacks_are_left_out(tmp_path: Path) -> None:
    assert load_folders(tmp_path) == {}
    assert load_drawn(tmp_path) == {}


def test_what_a_training_run_is_chosen_by_is_printed(
    classifier: Classifier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (200, 28, 28)).astype(np.uint8), (np.arange(200) % 10).astype(np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=labels, x_test=images[:1], y_test=labels[:1])
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "manifest.csv").write_text("path,lines,kind\nblank.png,12|7,photo\n")
    Image.fromarray(BLANK).save(tmp_path / "pages" / "blank.png")
    choose(classifier, tmp_path, at_most=2)
    printed = capsys.readouterr().out
    assert "pages                                    0.0% of 1, edits 133.3%" in printed
    assert "on drawn pages: digit" in printed
