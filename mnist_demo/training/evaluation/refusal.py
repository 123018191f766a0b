"""How well digits are told from other writing, and what the one threshold that tells them costs each set."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import Classifier
from mnist_demo.picture import load_image
from mnist_demo.reading import DIGIT_SHARE, SEEN, digit_share
from mnist_demo.training.evaluation.sets import Sample

# what the threshold is chosen on
DIGITS, LETTERS = "UNIPEN digits, writers held out", "UNIPEN letters, writers held out"
SINGLE = (DIGITS, "pendigits, writers held out", "chars74k digits", LETTERS, "chars74k letters", "homus music symbols")
THRESHOLDS = 100


def measure_refusal(sets: dict[str, list[Sample]], classifier: Classifier) -> dict[str, Any]:
    """Return what the share of a digit tells of pictures that each show one sign; none where DIGITS are not there.

    Returns:
        threshold; curve: a row for each threshold, with the shares of DIGITS refused and of LETTERS let through;
        sets: for each its `count`, the share that is `taken` for digits, and of sets without digits the `auroc` of
        telling DIGITS from them.
    """
    shares = {name: digit_shares(sets[name], classifier) for name in SINGLE if name in sets}
    if DIGITS not in shares or LETTERS not in shares:
        return {}
    known = shares[DIGITS]
    return {
        "threshold": DIGIT_SHARE,
        "curve": [
            [float(t), float((known < t).mean()), float((shares[LETTERS] >= t).mean())]
            for t in np.linspace(0, 1, THRESHOLDS + 1)
        ],
        "sets": {
            name: {"count": len(own), "taken": float((own >= DIGIT_SHARE).mean())}
            | ({} if any(sample.truth for sample in sets[name]) else {"auroc": auroc(known, own)})
            for name, own in shares.items()
        },
    }


def digit_shares(samples: Sequence[Sample], classifier: Classifier) -> NDArray[np.float64]:
    """Return for each picture, as it stands, the largest share of a digit among its marks, (n,); 0 without a mark."""
    found = (classifier.read(load_image(sample.picture)).signs for sample in samples)
    return np.array([max((digit_share(mark) for mark in signs if mark.sum() >= SEEN), default=0.0) for signs in found])


def auroc(known: NDArray[np.float64], unknown: NDArray[np.float64]) -> float:
    """Return how often something known has the larger value than something unknown, a draw counting half."""
    unknown = np.sort(unknown)
    below = [np.searchsorted(unknown, known, side).mean() / len(unknown) for side in ("left", "right")]
    return float(np.mean(below))
