"""The model card's plots, and what the model finds on pictures that this project drew.

They hold numbers and no words: what their axes and colours are is said beside them, on the page in its user's language.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from mnist_demo.examples import photo_bytes
from mnist_demo.inference import Classifier
from mnist_demo.picture import Grey, load_image
from mnist_demo.reading import recognize
from mnist_demo.training.drawing.crops import draw_crop
from mnist_demo.training.evaluation.specimens import own_hands

INK, ACCENT, OTHER = "#1d2233", "#2b49c9", "#c2571a"
PHOTOS = "receipt.webp", "pencil.webp"  # of the page's examples
PAGES, FIRST_SEED = 8, 0  # drawn pages with signs on them, of the seeds from there on
SIGNS_MIN = 6  # on a page that is shown
LOST_MAX = 20  # percent of the digits, that the curve of refusal is shown to


def plot(metrics: dict[str, Any], classifier: Classifier, folder: Path) -> None:
    """Write the card's plots into the folder, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    plt.rcParams.update({"font.size": 9, "axes.edgecolor": INK, "axes.labelcolor": INK, "savefig.dpi": 110})
    _plot_detections(classifier, folder / "detections.png")
    _plot_reliability(metrics, folder / "reliability.png")
    _plot_confusion(metrics, folder / "confusion.png")
    if "refusal" in metrics:
        _plot_rejection(metrics["refusal"], folder / "rejection.png")


def shown_pages() -> list[Grey]:
    """Return the pages that the detections are shown on: photos of the page's examples, and drawn ones with signs."""
    hands, seed = own_hands(8), FIRST_SEED
    drawn: list[Grey] = []
    while len(drawn) < PAGES:
        crop = draw_crop(hands, np.random.default_rng(seed))
        if (crop.boxes[:, 0] >= 0).sum() >= SIGNS_MIN:
            drawn.append(crop.picture)
        seed += 1
    return [*(load_image(photo_bytes(name)) for name in PHOTOS), *drawn]


def _plot_detections(classifier: Classifier, path: Path) -> None:
    """Boxes and labels over the pages: the photos above, the drawn ones below; other writing has no label."""
    pages = shown_pages()
    figure = plt.figure(figsize=(8.4, 7.4), layout="constrained")
    grid = figure.add_gridspec(4, 4)
    places = [grid[:2, :2], grid[:2, 2:], *(grid[2 + i // 4, i % 4] for i in range(PAGES))]
    for page, place in zip(pages, places, strict=True):
        axes = figure.add_subplot(place)
        axes.imshow(page, cmap="gray", vmin=0, vmax=255)
        for digit in recognize(page, classifier).digits:
            left, top, right, bottom = digit.box
            colour = OTHER if digit.label is None else ACCENT
            axes.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=colour))
            if digit.label:
                label = {"facecolor": colour, "edgecolor": "none", "pad": 0.8}
                axes.text(left, top, digit.label, color="white", fontsize=7, va="bottom", bbox=label, clip_on=True)
        axes.set_axis_off()
    _save(figure, path)


def _figure() -> tuple[Any, Any]:
    figure, axes = plt.subplots(figsize=(4.2, 3.6), layout="constrained")
    return figure, axes


def _plot_reliability(metrics: dict[str, Any], path: Path) -> None:
    figure, axes = _figure()
    axes.plot([0, 1], [0, 1], color="#b9b9b9", linewidth=1)
    for key, colour in (("mnist", ACCENT), ("pen_strokes", OTHER)):
        if key in metrics:
            points = np.array([[sure, true] for count, sure, true in metrics[key]["reliability"] if count >= 5])
            axes.plot(points[:, 0], points[:, 1], "o-", color=colour, markersize=4)
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    _save(figure, path)


def _plot_confusion(metrics: dict[str, Any], path: Path) -> None:
    counts = np.sum([metrics[key]["confusion"] for key in ("mnist", "pen_strokes") if key in metrics], 0)
    wrong = counts - np.diag(np.diag(counts))
    figure, axes = _figure()
    axes.imshow(wrong, cmap="Blues")
    for truth, read in zip(*np.nonzero(wrong), strict=True):
        dark = wrong[truth, read] > wrong.max() / 2
        axes.text(read, truth, wrong[truth, read], ha="center", va="center", color="white" if dark else INK, fontsize=8)
    axes.set(xticks=range(10), yticks=range(10))
    _save(figure, path)


def _plot_rejection(found: dict[str, Any], path: Path) -> None:
    curve = np.array(found["curve"])
    figure, axes = _figure()
    axes.plot(100 * curve[:, 1], 100 * curve[:, 2], color=ACCENT)
    chosen = 100 * curve[np.abs(curve[:, 0] - found["threshold"]).argmin(), 1:]
    axes.plot(*chosen, "o", color=INK)
    axes.annotate(f"{found['threshold']:.0%}", chosen, xytext=(8, 6), textcoords="offset points")
    axes.set(xlim=(0, LOST_MAX), ylim=(0, 100))
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)
