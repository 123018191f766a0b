"""The one path from a picture to what it reads, shared by the page, the command line and the API."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_demo.images import (
    IMAGE_SIDE,
    Box,
    Mark,
    Source,
    extract_ink,
    find_marks,
    join_marks,
    load_scaled,
    normalize,
    split_mark,
)

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

DIGIT_MIN = 0.5  # probability of the likeliest label, below which a mark is not taken for a digit
SURE = 0.9  # probability above which a mark of a digit's shape is not taken apart
DIGIT_ASPECT = 1.1  # width to height; few digits are wider, touching ones are
TOUCHING = 0.12  # of a line's height; marks closer than that may be parts of one digit
TWO_DIGITS_ASPECT = 0.6  # width to height; two digits that touch are wider
PARTS_MAX = 8  # pieces that are tried together as one digit
PIECES_MAX = 60  # of a run; more is no writing
DIGIT_FINE = 0.1  # nats that every digit costs
SPACE, SPACE_TO_GAP = 1.2, 1.7  # a gap is a space above so many line heights and so many usual gaps


@dataclass(frozen=True, eq=False)
class Digit:
    """One mark and what the model takes it for.

    Attributes:
        box: left, top, right, bottom in pixels of the upright picture; right and bottom are exclusive.
        image: what the model sees, (28, 28) float32 in [0, 1], ink = 1.
        probabilities: (10,) float32, of the labels 0 to 9.
        label: the likeliest label, or None where the mark is judged not to be a digit.
    """

    box: tuple[int, int, int, int]
    image: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    @property
    def label(self) -> str | None:
        return str(int(self.probabilities.argmax())) if self.confidence >= DIGIT_MIN else None

    @property
    def confidence(self) -> float:
        """The likeliest label's probability."""
        return float(self.probabilities.max())


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read in a picture: its marks in reading order, and its text, lines joined by newlines."""

    digits: tuple[Digit, ...]
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return the reading in the form that the command line prints as JSON."""
        return {
            "text": self.text,
            "digits": [
                {
                    "label": digit.label,
                    "confidence": digit.confidence,
                    "box": list(digit.box),
                    "probabilities": digit.probabilities.tolist(),
                }
                for digit in self.digits
            ],
        }


def recognize(image: Source, classifier: "Classifier") -> Reading:
    """Read the digits in a picture.

    Args:
        image: what `mnist_demo.load_image` takes: a path, bytes, a Pillow image or an array.

    Returns:
        The reading; an empty one where there is no ink.

    Raises:
        FileNotFoundError, ValueError, TypeError: as `mnist_demo.load_image` does.
    """
    (reading,) = judge([find(image)], classifier)
    return reading


@dataclass(frozen=True, eq=False)
class Found:
    """What is found in a picture before the model has looked at it.

    Attributes:
        lines: the marks on each line, in reading order.
        images: what the model will see of them, (n, 28, 28) float32 in [0, 1], in the same order.
        scale: the side of a mark's pixels in pixels of the upright picture.
    """

    lines: list[list[Mark]]
    images: NDArray[np.float32]
    scale: float


def find(image: Source) -> Found:
    """Find the marks in a picture: the part of `recognize` that needs no model, and raises what it does."""
    grey, scale = load_scaled(image)
    lines = find_marks(extract_ink(grey))
    return Found(lines, _frame([mark for line in lines for mark in line]), scale)


def judge(pictures: Sequence[Found], classifier: "Classifier") -> list[Reading]:
    """Return the reading of each picture; the model judges the marks of all of them in one batch."""
    probabilities = iter(classifier.predict(np.concatenate([_frame([]), *(picture.images for picture in pictures)])))
    return [_judge(picture, probabilities, classifier) for picture in pictures]


def _judge(picture: Found, probabilities: Iterator[NDArray[np.float32]], classifier: "Classifier") -> Reading:
    """Return a picture's reading, given what the model says of its marks, of which it takes as many as it has."""
    images = iter(picture.images)
    first = [[_Guess(mark, next(images), next(probabilities)) for mark in line] for line in picture.lines]
    guesses = [_settle(line, classifier) for line in first]
    texts = [_text(line) for line in guesses]
    digits = (Digit(_scaled(mark.box, picture.scale), image, row) for line in guesses for mark, image, row in line)
    return Reading(tuple(digits), "\n".join(text for text in texts if text))


class _Guess(NamedTuple):
    """A mark, what the model sees of it (28, 28), and what it says (10,)."""

    mark: Mark
    image: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    @property
    def confidence(self) -> float:
        return float(self.probabilities.max())


def _guess(marks: Sequence[Mark], classifier: "Classifier") -> list[_Guess]:
    """Let the model judge the marks, all in one batch."""
    images = _frame(marks)
    return [_Guess(*row) for row in zip(marks, images, classifier.predict(images), strict=True)]


def _frame(marks: Sequence[Mark]) -> NDArray[np.float32]:
    """Return what the model sees of marks, (n, 28, 28)."""
    images = [normalize(mark.ink) for mark in marks]
    return np.array(images, np.float32).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)


def _settle(line: list[_Guess], classifier: "Classifier") -> list[_Guess]:
    """Take apart the marks on a line that may be touching digits, and put together parts of one digit."""
    height = float(np.median([guess.mark.box.height for guess in line]))
    settled: list[_Guess] = []
    for run in _close_runs(line, TOUCHING * height):
        doubtful = any(guess.confidence < SURE or _is_wide(guess.mark.box, height) for guess in run)
        settled += _regroup(run, height, classifier) if doubtful else run
    return settled


def _close_runs(line: list[_Guess], gap: float) -> Iterator[list[_Guess]]:
    """Cut a line into runs of marks that are no further apart than `gap` pixels."""
    run = line[:1]
    for guess in line[1:]:
        if guess.mark.box.left - max(other.mark.box.right for other in run) > gap:
            yield run
            run = []
        run.append(guess)
    yield run


def _is_wide(box: Box, height: float) -> bool:
    return box.width > DIGIT_ASPECT * max(box.height, height)


def _regroup(run: list[_Guess], height: float, classifier: "Classifier") -> list[_Guess]:
    """Return the likeliest way to read a run of close marks as digits, by trying its cuts and joins.

    A way's score is the mean of its digits' log confidences, each counting by its ink, less a fine for every digit:
    a digit is only taken apart where the model finds its parts much better digits than the whole, and a mark that is
    no digit only where all its parts are.
    """
    cuts = [_pieces(guess, height) for guess in run]
    ends = np.cumsum([0, *map(len, cuts)]).tolist()
    wholes, pieces = set(pairwise(ends)), [piece for cut in cuts for piece in cut]
    if len(pieces) == 1 or len(pieces) > PIECES_MAX:
        return run
    spans = [(i, j) for i in range(len(pieces)) for j in range(i + 1, min(i + PARTS_MAX, len(pieces)) + 1)]
    joined = {span: join_marks(pieces[slice(*span)]) for span in spans}
    likely = [span for span in spans if joined[span].box.width <= 1.5 * max(joined[span].box.height, height)]
    guesses = dict(zip(likely, _guess([joined[span] for span in likely], classifier), strict=True))
    likely = [span for span in likely if guesses[span].confidence >= DIGIT_MIN or span in wholes]
    ink = sum(float(piece.ink.sum()) for piece in pieces)
    best: list[tuple[float, list[_Guess]]] = [(0.0, [])]
    for end in range(1, len(pieces) + 1):
        ways = [
            (best[i][0] + _score(guesses[i, j], height, ink), [*best[i][1], guesses[i, j]])
            for i, j in likely
            if j == end
        ]
        best.append(max(ways, key=lambda way: way[0], default=(-math.inf, [])))
    return best[-1][1] if best[-1][0] > sum(_score(guess, height, ink) for guess in run) else run


def _pieces(guess: _Guess, height: float) -> list[Mark]:
    """Cut a mark that may be several digits; leave alone one that is surely a digit or too narrow for two."""
    box = guess.mark.box
    tall = max(box.height, 0.7 * height)
    if box.width < TWO_DIGITS_ASPECT * tall or (guess.confidence >= SURE and not _is_wide(box, height)):
        return [guess.mark]
    return split_mark(guess.mark)


def _score(guess: _Guess, height: float, ink: float) -> float:
    """What a digit adds to the score of a way to read `ink` in all, on a line of the given height."""
    box = guess.mark.box
    too_wide = max(0.0, box.width / max(box.height, 1) - DIGIT_ASPECT)
    too_small = max(0.0, 0.6 - max(box.height, box.width) / height)
    share = float(guess.mark.ink.sum()) / ink
    return share * (math.log(guess.confidence) - too_wide - 2 * too_small) - DIGIT_FINE


def _scaled(box: Box, scale: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(side * scale) for side in box)
    return left, top, right, bottom


def _text(line: list[_Guess]) -> str:
    """The labels on a line, with a space in each wide gap; marks that are no digits leave no trace."""
    digits = [guess for guess in line if guess.confidence >= DIGIT_MIN]
    if not digits:
        return ""
    height = float(np.median([guess.mark.box.height for guess in digits]))
    gaps = [b.mark.box.left - a.mark.box.right for a, b in pairwise(digits)]
    wide = max(SPACE * height, SPACE_TO_GAP * float(np.median(gaps or [0])))
    spaces = [" " if gap > wide else "" for gap in gaps]
    labels = [str(int(guess.probabilities.argmax())) for guess in digits]
    return labels[0] + "".join(space + label for space, label in zip(spaces, labels[1:], strict=True))
