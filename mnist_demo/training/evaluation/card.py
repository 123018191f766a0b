"""The model card's text, made from the figures that the evaluation measured."""

from typing import Any

import numpy as np

from mnist_demo.reading import BESIDE_SHARE, DIGIT_SHARE, SEEN, SEEN_BETWEEN, SHARPER
from mnist_demo.training.export.fusion import (
    CERTAINTY_WEIGHT,
    CLASSIFIER_SHARE,
    DOUBT,
    NEIGHBOUR,
    NOTHING,
    POINT,
    RESCORER_SHARE,
)
from mnist_demo.training.export.pyramid import LEVELS, SCORE_MIN

Metrics = dict[str, Any]

UNJUDGED = "measure/pictures with print"  # a set that tells nothing by itself: some of its pictures hold numbers

HEADER = """---
license: mit
library_name: tf-keras
pipeline_tag: image-classification
tags: [mnist, handwriting, digits, object-detection, tensorflow, savedmodel]
datasets: [ylecun/mnist]
metrics: [accuracy]
---

# Model card: handwritten numbers

Written by `python -m mnist_demo.training.evaluation`; edit that, not this file.

Convolutional networks in one TensorFlow SavedModel, {weights:,} weights, {megabytes:.1f} MB. A detector finds signs on a grey
page, at {levels} scales, and says which they are: a digit, one of `. , - / :`, or other writing. A cutter, a small U-Net, tells a
sign's ink from what is around it, and the ink is framed as MNIST's digits are. The classifier, a residual net that pools
early and was distilled from wider ones, takes such 28x28 images, float32 in [0, 1] with ink = 1, and gives the probabilities of the
digits 0 to 9. A row reader reads rows of digits as a whole, at one scale, and says what has its middle where. A rescorer, a
small relation network, judges each mark by what the others said of it, how it is drawn, and what is around it.

TensorFlow runs it on a server or in Python, and TensorFlow.js in the browser of who opens the static page: the same weights and
operations, whose probabilities differ by less than 0.0001.
"""

SETS = """
Read through the path that serves, by what is written, spaces aside and a comma counting as a point; then by the digits alone,
where that differs; and edits, of the signs that are written, where a picture holds several. Of pictures without numbers the
share in which nothing is read. The labels of orand_car_a leave points, commas and dashes out, so it is judged by the digits
alone; before, points that were read there counted as wrong. *Before* is what an earlier commit read.
"""

JOINED = f"""
## How a sign is judged

- The detector proposes what it holds for one of its signs with a probability of at least {SCORE_MIN:.0%}.
- Which digit a mark is, detector and classifier say together: the logarithms of their probabilities, {1 - CLASSIFIER_SHARE:.0%} of the
  detector's and {CLASSIFIER_SHARE:.0%} of the classifier's, are added up (a logarithmic opinion pool).
- Whether it is a digit at all the detector says, at all sizes that it saw the mark in together; {CERTAINTY_WEIGHT} of the
  classifier's log-odds above {DOUBT} speak for a digit and against other writing; below, they speak the other way.
- Points, commas, dashes, slashes and colons are the detector's. Where there is a point or a comma, which of them it is may be
  in doubt. Shown beside a sign is its probability to the power of {SHARPER:.0f}, as a share of those of all that the mark may be.
  A slash that a number would begin with is read as the digit that it is likeliest to be.
- A digit that stands beside a mark on its line adds {NEIGHBOUR} to the mark's log-odds. A sign far from any digit is
  not shown.
- The rescorer's probabilities of all signs and of nothing count {RESCORER_SHARE:.0%} beside those that come of all this, in a logarithmic
  pool too. Its log-odds of nothing are raised by {NOTHING} and those of points and commas by {POINT}, as drawn pages have fewer of
  them.
- Of a colon that is found several times, one mark stays, as likely as a noisy or of all has it, and none of its points.
- A mark counts where the probabilities of its signs add up to {SEEN:.0%} or more, or, of one of . , - / : between two digits,
  to {SEEN_BETWEEN:.0%}. It is a digit if those of the digits are
  together above those of the signs . , - / :, and {DIGIT_SHARE:.0%} or more of what speaks for a digit or other writing, beside a
  digit that it does not touch {BESIDE_SHARE:.0%} or more.

The constants are `SCORE_MIN` in `mnist_demo/training/export/pyramid.py`, those named in capitals in `fusion.py` beside it, `SEEN`,
`SEEN_BETWEEN`, `DIGIT_SHARE`, `BESIDE_SHARE` and `SHARPER` in `mnist_demo/reading.py`.
"""

DIGIT_OR_NOT = """\
A mark is taken for a digit from a share of {threshold:.0%} on: the digits' probabilities, of these and that of other writing.
What that gives for single signs, and how well the share tells UNIPEN's digits from other signs (AUROC):"""

DATA = """
## Trained on

| data | what | source, licence |
|---|---|---|
| MNIST | 55,000 of its 60,000 training images; the other 5,000 chose between recipes | LeCun, Cortes and Burges |
| UNIPEN pen strokes | digits, letters, symbols and words | train_r01_v07, CC BY 4.0 |
| pendigits | digits of its official training writers | UCI, CC BY 4.0 |
| Omniglot | letters of its alphabets | MIT |
| Hershey's fonts | digits, letters and symbols as strokes | MIT |
| Quick, Draw! | doodles of twelve things | CC BY 4.0 |
| hand-drawn shapes | shapes that are no digits | CC BY 4.0 |
| signatures | 800 | MIT |
| pictures | printed pages to lay beside writing; textures, scenes and crumpled paper to write on | each BSD-2, zlib, MIT or Apache-2.0 |
| type | the fonts that come with matplotlib: DejaVu, STIX and Computer Modern | Bitstream Vera's, OFL and BaKoMa's |
| invented marks | scribbles, blots, texture, lines, digits run together, halved or turned | this project |

Of each source that names its writers one writer in ten is never trained on, the same in all files of a source. The detector,
the cutter and the row reader see pages that are drawn from these while they train: numbers, tables, forms, print, other writing
and blank paper, as pens leave them and as cameras and scanners see them. The classifier sees MNIST's images, the digits recorded as
strokes, drawn with varied pens, digits that the cutter cuts out of such pages, and, against uniform probabilities, letters,
words, symbols, doodles, shapes, signatures and invented marks. The rescorer sees what the others find on drawn pages.

No choice looked at MNIST's test images or at MNIST-C, and no corruption of MNIST-C was used in training. Of the sets above
only MNIST and the pen strokes of writers held out come from sources that train; all others, most of which state no licence,
were used to measure, and to choose between recipes, never to train.
"""

PLOTS = {
    "detections": "What it finds on pictures that this project drew. Blue: numbers. Orange: other writing.",
    "reliability": "Confidence to the right, the share read right upwards. Blue: MNIST. Orange: pen strokes.",
    "confusion": "Digits of MNIST's test images and of pen strokes: as written downwards, as read to the right.",
    "rejection": "Digits refused to the right, other signs let through upwards, both in percent.",
}

LIMITS = """
## Limits

- It knows digits as people in Europe and North America write them. A 1 with a long flag and a 7 without a bar look alike.
- It hardly looks at what stands around a mark: an O is easily a 0, an l a 1, an S a 5, and some letters of alphabets that it never saw are
  taken for digits.
- Digits that run through each other are misread, and a 1 that shares its stroke with a neighbour is easily lost.
- A 1 that reaches from line to line of a form, or a thin one alone that fills a large photo, may pass for a line; a zero of
  straight strokes passes for a box.
- A point and a comma are told apart by their tail alone; in small writing there is none to be seen.
- Digits of less than about 10 pixels are not found, but in small pictures, which are enlarged.
- A number that is crossed out is meant to be left out; a line through its middle may pass for a dash.
- Print is read as writing is: what a form says beside a number is read too, if it is a number.
- It is no means to read cheques, forms or exam papers without a person who looks at the result.
"""


def write(metrics: Metrics) -> str:
    """Return the card's Markdown."""
    size = metrics["size"]
    header = HEADER.format(
        weights=size["weights"],
        megabytes=size["bytes"] / 1e6,
        levels=LEVELS,
    )
    now, before = metrics["figures"], metrics["before"]
    parts = [
        header,
        _table("What it reads", "set", [*means(metrics["sets"]), *metrics["sets"]], now, before),
        SETS,
        _table("Signs on drawn pages, writers held out", "sign", list(_finding(metrics)), now, before),
        _table("The classifier by itself", "measured on", list(_classifier(metrics)), now, before),
        _corruptions(metrics.get("mnist_c", {})),
        JOINED,
        _refusal(metrics),
        _plots(metrics),
        _errors(metrics),
        DATA,
        LIMITS,
        f"Graph and weights: `{metrics['model']}`",
    ]
    return "\n".join(part.strip() + "\n" for part in parts if part)


def figures(metrics: Metrics) -> dict[str, str]:
    """Return every figure of the card as a text, by what it was measured on."""
    sets = {name: describe(score) for name, score in metrics["sets"].items()}
    return {**means(metrics["sets"]), **sets, **_finding(metrics), **_classifier(metrics)}


def describe(score: Metrics) -> str:
    """Return how a set is read, a `sets.Score` as a dictionary."""
    if not score["signs"]:
        return f"nothing read in {score['right'] / score['count']:.1%} of {score['count']}"
    text = f"{score['right'] / score['count']:.1%} of {score['count']}"
    if score["digits_right"] != score["right"]:
        text += f", digits alone {score['digits_right'] / score['count']:.1%}"
    return text + (f", edits {score['edits'] / score['signs']:.1%}" if score["signs"] > 1.1 * score["count"] else "")


def means(scores: dict[str, Metrics]) -> dict[str, str]:
    """Return means over the sets, each counting alike, and over all their kinds."""
    judged = [score for name, score in scores.items() if name != UNJUDGED]
    found = {}
    for group, some in (
        ("numbers", [score for score in judged if score["signs"]]),
        ("no numbers", [score for score in judged if not score["signs"]]),
    ):
        if some:
            right, digits = (np.mean([each[key] / each["count"] for each in some]) for key in ("right", "digits_right"))
            kinds = [right / count for each in some for right, count in each["kinds"].values()]
            text = f"{right:.1%} over {len(some)} sets, {np.mean(kinds):.1%} over {len(kinds)} kinds"
            if group == "numbers":
                edits = np.mean([min(1.0, each["edits"] / each["signs"]) for each in some])
                text += f"; digits alone {digits:.1%}, edits {edits:.1%} over sets"
            found[f"mean, {group}"] = text
    return found


def kinds_without_numbers(scores: dict[str, Metrics]) -> dict[str, str]:
    """Return in how many pictures without numbers one is read, by kind, of sets that have several."""
    return {
        f"{name}, {kind.replace('_', ' ')}": f"something read in {count - right} of {count}"
        for name, score in scores.items()
        if not score["signs"] and len(score["kinds"]) > 1
        for kind, (right, count) in score["kinds"].items()
    }


def describe_found(found: Metrics) -> str:
    """Return a `finding.Found`, as a dictionary, as precision and recall."""
    precision, recall = (found["right"] / max(1, found[key]) for key in ("found", "written"))
    return f"precision {precision:.1%}, recall {recall:.1%} of {found['written']}"


def _finding(metrics: Metrics) -> dict[str, str]:
    names = {"digit": "digits", "other": "other writing"}
    return {names.get(kind, f"`{kind}`"): describe_found(found) for kind, found in metrics["finding"].items()}


def _classifier(metrics: Metrics) -> dict[str, str]:
    mnist, seeds, latency = metrics["mnist"], metrics["seeds"]["mnist"], metrics["latency_ms"]
    rows = {
        "MNIST's test images": f"{mnist['accuracy']:.2%} of {mnist['count']:,}",
        "its teachers, each by itself": ", ".join(f"{share:.2%}" for share in seeds),
        "negative log likelihood, MNIST": f"{mnist['nll']:.4f}",
        "expected calibration error, MNIST": f"{mnist['ece']:.2%}",
    }
    if pen := metrics.get("pen_strokes"):
        rows["pen strokes of UNIPEN's writers held out"] = f"{pen['accuracy']:.2%} of {pen['count']:,}"
    if corruptions := metrics.get("mnist_c"):
        for name, way in (("MNIST-C, mean of its corruptions", "bare"), ("the same, read as pictures", "served")):
            rows[name] = f"{np.mean([row[way] for row in corruptions.values()]):.1%}"
    rows["one image, median, on the machine that measured"] = f"{latency['image']:.2f} ms"
    rows["one small page with three digits, likewise"] = f"{latency['page']:.1f} ms"
    return rows


def _table(title: str, what: str, names: list[str], now: dict[str, str], before: dict[str, str]) -> str:
    rows = [f"| {name} | {now[name]} | {before.get(name, '–')} |" for name in names]
    return "\n".join([f"## {title}", "", f"| {what} | now | before |", "|---|---|---|", *rows])


def _corruptions(corruptions: dict[str, dict[str, float]]) -> str:
    rows = [
        f"| {name.replace('_', ' ')} | {row['bare']:.1%} | {row['served']:.1%} |" for name, row in corruptions.items()
    ]
    head = ["## MNIST-C", "", "| corruption | the classifier by itself | read as pictures |", "|---|---|---|"]
    return "\n".join([*head, *rows]) if rows else ""


def _refusal(metrics: Metrics) -> str:
    kinds = [f"- {name}: {text}" for name, text in kinds_without_numbers(metrics["sets"]).items()]
    found = metrics.get("refusal")
    parts = [DIGIT_OR_NOT.format(**found), "", *_taken(found["sets"]), ""] if found else []
    return "\n".join(["## What it refuses", "", *parts, "Pictures without numbers, by kind:", "", *kinds])


def _taken(sets: dict[str, Metrics]) -> list[str]:
    rows = []
    for name, found in sets.items():
        auroc = f"{found['auroc']:.2%}" if "auroc" in found else ""
        rows.append(f"| {name} | {found['taken']:.1%} of {found['count']:,} | {auroc} |")
    return ["| pictures of one sign, not turned | taken for digits | AUROC |", "|---|---|---|", *rows]


def _plots(metrics: Metrics) -> str:
    shown = {name: text for name, text in PLOTS.items() if name != "rejection" or "refusal" in metrics}
    return "\n".join(["## Plots", "", *(f"{text}\n\n![{name}](plots/{name}.png)\n" for name, text in shown.items())])


def _errors(metrics: Metrics) -> str:
    errors = metrics["mnist"]["errors"]
    listed = ", ".join(f"{index} ({truth} read as {read})" for index, truth, read in errors)
    return f"## MNIST's test images it misreads\n\n{len(errors)}, by their index: {listed}."
