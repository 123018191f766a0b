"""The model card: its text and its plots, made from the figures that the evaluation measured."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

from mnist_demo.recognition import AMONG_DIGITS

INK, ACCENT = "#1d2233", "#2b49c9"

HEADER = """---
license: mit
library_name: tf-keras
pipeline_tag: image-classification
tags: [mnist, handwriting, digits, tensorflow, savedmodel]
datasets: [ylecun/mnist]
metrics: [accuracy]
---

# Model card: handwritten digits

Written by `python -m mnist_demo.training.evaluate`; edit that, not this file.

Convolutional networks in one TensorFlow SavedModel, {weights:,} weights, {megabytes:.1f} MB. The classifier, two residual
nets that pool early and whose logits are averaged, takes 28x28 images framed as MNIST's, float32 in [0, 1] with ink = 1,
and gives the probabilities of the digits 0 to 9. What is no digit gets low probabilities throughout: below {threshold:.0%} a mark
counts as no digit. The separator, a U-Net, tells whose the ink of touching digits is, so that each can be shown to the
classifier by itself.
"""

DATA = """
## Trained on

| data | what | source, licence |
|---|---|---|
| MNIST | 55,000 of its 60,000 training images; the other 5,000 chose between recipes | LeCun, Cortes and Burges |
| UNIPEN pen strokes | digits of nine writers in ten, drawn with varied pens through the app's own framing | UNIPEN train_r01_v07, CC-BY-4.0 |
| UNIPEN and Omniglot letters and symbols | of nine writers in ten, against uniform probabilities; shapes that are also digits left out | CC-BY-4.0, MIT |
| invented marks | scribbles, blots, texture, lines, digits run together, halved or turned, against uniform probabilities | this project |
| touching digits | groups of two or three of the digits above, written or laid so that they touch, and groups of the letters and symbols, whose ink is no digit's; for the separator. Groups of digits by one writer, for the classifier against uniform probabilities | as above |

These are the weights that `make train` makes: the networks of the classifier are alike but for the seed, and the figures
above tell how each reads MNIST's test images by itself, a further one that is not shipped among them.

No choice looked at MNIST's test images or at MNIST-C, and no corruption of MNIST-C was used in training. The photos,
drawings and pages come from public repositories of digit demos; they were used to measure and to develop the way from a
picture to 28x28, never to train.
"""

LIMITS = """
## Limits

- It knows digits as people in Europe and North America write them. A 1 with a long flag and a 7 without a bar look alike.
- It judges each mark by itself: an O is a 0, an l is a 1, and an S may be a 5. Then it asks what company a mark keeps:
  among many that are no digits a 1, or a digit that it is unsure of, is taken for none.
- What is less than a quarter as long as a picture's digits usually are is taken for a date stamp or print, not for writing.
- Some letters and symbols are still taken for digits, or apart into digits, those of alphabets it never saw more often than others.
- Digits that touch are told apart from the left to the right; some that run through each other are misread, and a 1
  that shares its stroke with a neighbour is easily lost.
- The boxes of forms are taken out of the ink; a stroke that runs along a line of its box goes with it.
- What shows through from the back of a sheet is left out beside writing; on a sheet with nothing else it is read.
- It reads what is upright. A page on its side must be turned first.
- It is no means to read cheques, forms or exam papers without a person who looks at the result.
"""


def write(metrics: dict[str, Any]) -> str:
    """Return the card's Markdown."""
    size = metrics["size"]
    header = HEADER.format(
        weights=size["weights"], megabytes=size["bytes"] / 1e6, threshold=metrics["rejection"]["threshold"]
    )
    parts = [header, _summary(metrics), _corruptions(metrics), _rejection(metrics), _plots(), _errors(metrics)]
    return "\n".join(part.strip() + "\n" for part in [*parts, DATA, LIMITS, f"Weights: `{metrics['weights']}`"])


def _summary(metrics: dict[str, Any]) -> str:
    mnist, pen, pages = metrics["mnist"], metrics["pen_strokes"], metrics["pages"]
    corruptions = list(metrics["mnist_c"].values())
    bare, served = (float(np.mean([row[way] for row in corruptions])) for way in ("bare", "served"))
    rejection, touching, seeds = metrics["rejection"], metrics["touching"], metrics["seeds"]["mnist"]
    singles = [f"{share:.2%}" for share in seeds]
    rows = [
        ("MNIST's test images", f"{mnist['accuracy']:.2%} of {mnist['count']:,}"),
        (f"the same, mean of {len(seeds)} single networks", f"{np.mean(seeds):.2%} ({', '.join(singles)})"),
        ("MNIST-C, mean of 15 corruptions, bare model", f"{bare:.1%}"),
        ("MNIST-C, through the app's pixel path", f"{served:.1%}"),
        ("pen strokes of writers held out, random pens", f"{pen['accuracy']:.2%} of {pen['count']:,}"),
        (
            "ink of touching digits given to the right one",
            f"{touching['ink_right']:.1%}, {touching['groups']:,} groups",
        ),
        *((name, _right(metrics[key])) for name, key in (("drawings on screens", "drawings"), ("photos", "photos"))),
        (f"{pages['pages']} photographed pages", f"{pages['edits']} edits in {pages['digits']} digits"),
        ("photos without digits, nothing read", _right(metrics["nondigit_photos"])),
        ("negative log likelihood, MNIST", f"{mnist['nll']:.4f}"),
        ("expected calibration error, MNIST", f"{mnist['ece']:.2%}"),
        ("AUROC, digits against other signs, writers held out", f"{rejection['auroc']:.2%}"),
        ("other signs refused when 1% of digits are", f"{rejection['refused_at_1_percent']:.1%}"),
        ("one image, median, on the machine that measured", f"{metrics['latency_ms']:.2f} ms"),
    ]
    return "\n".join(
        ["## Figures", "", "| measured on | result |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    )


def _right(pictures: dict[str, Any]) -> str:
    return f"{pictures['right']} of {pictures['count']}"


def _corruptions(metrics: dict[str, Any]) -> str:
    rows = [
        f"| {name.replace('_', ' ')} | {row['bare']:.1%} | {row['served']:.1%} |"
        for name, row in metrics["mnist_c"].items()
    ]
    return "\n".join(["## MNIST-C", "", "| corruption | bare model | through the pixel path |", "|---|---|---|", *rows])


def _rejection(metrics: dict[str, Any]) -> str:
    found = metrics["rejection"]
    kinds = ", ".join(
        f"{kind.replace('_', ' ')} {right} of {count}"
        for kind, (right, count) in metrics["nondigit_photos"]["kinds"].items()
    )
    return f"""## What it refuses

A mark whose likeliest label has a probability below {found["threshold"]:.0%} is no digit (`DIGIT_MIN` in
`mnist_demo/recognition.py`); among digits {AMONG_DIGITS:.0%} are enough. On pen strokes of writers held out that refuses {found["digits_refused"]:.1%} of {found["digits"]:,} digits
by themselves and lets {found["signs_let_through"]:.1%} of {found["signs"]:,} other signs through. Photos where nothing was read, rightly: {kinds}.
"""


def _plots() -> str:
    names = {"reliability": "How often it is right at each confidence", "confusion": "Which digits it confuses"}
    names |= {"rejection": "Digits refused against other signs let through"}
    return "\n".join(["## Plots", "", *(f"![{alt}](plots/{name}.png)" for name, alt in names.items())])


def _errors(metrics: dict[str, Any]) -> str:
    errors = metrics["mnist"]["errors"]
    listed = ", ".join(f"{index} ({truth} read as {read})" for index, truth, read in errors)
    return f"## MNIST's test images it misreads\n\n{len(errors)}, by their index: {listed}."


def plot(metrics: dict[str, Any], folder: Path) -> None:
    """Write the card's plots into the folder, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    plt.rcParams.update({"font.size": 9, "axes.edgecolor": INK, "axes.labelcolor": INK, "savefig.dpi": 110})
    _plot_reliability(metrics, folder / "reliability.png")
    _plot_confusion(metrics, folder / "confusion.png")
    _plot_rejection(metrics, folder / "rejection.png")


def _figure(width: float, height: float) -> tuple[Any, Any]:
    figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
    return figure, axes


def _plot_reliability(metrics: dict[str, Any], path: Path) -> None:
    figure, axes = _figure(4.2, 3.6)
    axes.plot([0, 1], [0, 1], color="#b9b9b9", linewidth=1)
    for name, key, colour in (("MNIST", "mnist", ACCENT), ("pen strokes", "pen_strokes", "#c2571a")):
        points = np.array([[sure, true] for count, sure, true in metrics[key]["reliability"] if count >= 5])
        axes.plot(points[:, 0], points[:, 1], "o-", color=colour, label=name, markersize=4)
    axes.set(xlabel="confidence", ylabel="share read right", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(frameon=False)
    _save(figure, path)


def _plot_confusion(metrics: dict[str, Any], path: Path) -> None:
    counts = np.array(metrics["mnist"]["confusion"]) + np.array(metrics["pen_strokes"]["confusion"])
    wrong = counts - np.diag(np.diag(counts))
    figure, axes = _figure(4.2, 3.6)
    axes.imshow(wrong, cmap="Blues")
    for truth, read in zip(*np.nonzero(wrong), strict=True):
        dark = wrong[truth, read] > wrong.max() / 2
        axes.text(read, truth, wrong[truth, read], ha="center", va="center", color="white" if dark else INK, fontsize=8)
    axes.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="written (MNIST test and pen strokes)")
    _save(figure, path)


def _plot_rejection(metrics: dict[str, Any], path: Path) -> None:
    curve = np.array(metrics["rejection"]["curve"])
    figure, axes = _figure(4.2, 3.6)
    axes.plot(100 * curve[:, 1], 100 * curve[:, 2], color=ACCENT)
    chosen = metrics["rejection"]
    axes.plot(100 * chosen["digits_refused"], 100 * chosen["signs_let_through"], "o", color=INK)
    axes.annotate(
        f"threshold {chosen['threshold']:.0%}",
        (100 * chosen["digits_refused"], 100 * chosen["signs_let_through"]),
        xytext=(8, 6),
        textcoords="offset points",
    )
    axes.set(xlabel="digits refused, %", ylabel="other signs let through, %", xlim=(0, None), ylim=(0, None))
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)
