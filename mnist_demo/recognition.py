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
    frame_run,
    join_marks,
    load_scaled,
    normalize,
    split_mark,
    take_as_framed,
)

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

DIGIT_MIN = 0.5  # probability of the likeliest label, below which a mark is not taken for a digit
AMONG_DIGITS, DIGITS_AROUND = 0.4, 3  # likewise of a part, and where so many marks, most of all, are digits for sure
ODDS_FLOOR = 0.12  # added to what a confidence leaves open: the model is never surer than 8 to 1
BAR_ODDS = 0.8  # of a 1, however sure the model is: much that is no digit has a bar
UNEVEN = 0.3  # standard deviation of the ones' length, as a factor's logarithm
PRIOR_DIGITS, PRIOR_OTHERS = 2.0, 0.1  # marks that are supposed before any is seen
SHARE_STEPS = 10
USUAL_SIZE = 0.8  # quantile of the marks' lengths; specks may be many
COMMA, POINT = 0.45, 0.25  # of that, on a line: smaller marks are no digits, commas if they lie low
STAMP = 0.25  # of the digits' usual length in the whole picture; smaller ones are a date stamp, or print
SURE = 0.9  # probability above which a mark of a digit's shape is not taken apart
DIGIT_ASPECT = 1.1  # width to height; few digits are wider, touching ones are
TOUCHING = 0.12  # of a line's height; marks closer than that may be parts of one digit
TWO_DIGITS_ASPECT = 0.6  # width to height; two digits that touch are wider
TWO_NARROW_ASPECT = 0.4  # likewise, of what is no digit as it stands
PARTS_MAX = 8  # pieces that are tried together as one digit
PIECES_MAX = 60  # of a run; more is no writing
DIGITS_MAX = 12  # that touch in one mark
DIGIT_FINE = 0.1  # nats that every digit costs
ODD_PIECE_FINE = 1.2  # nats that a piece of a mark costs that is no digit, beside others that are
ABREAST, ABREAST_FINE = 0.8, 0.4  # of the narrower, that two digits overlap across, and what that costs more
SPACE, SPACE_TO_GAP = 1.2, 1.7  # a gap is a space above so many line heights and so many usual gaps


@dataclass(frozen=True, eq=False)
class Digit:
    """One mark and what the model takes it for.

    Attributes:
        box: left, top, right, bottom in pixels of the upright picture; right and bottom are exclusive.
        image: what the model sees, (28, 28) float32 in [0, 1], ink = 1.
        probabilities: (10,) float32, of the labels 0 to 9.
        label: the likeliest label, or None where the mark, or the company it is in, is judged not to be digits.
    """

    box: tuple[int, int, int, int]
    image: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    label: str | None

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
        framed: the picture itself, (28, 28), if it has that size and may be framed already.
    """

    lines: list[list[Mark]]
    images: NDArray[np.float32]
    scale: float
    framed: NDArray[np.float32] | None


def find(image: Source) -> Found:
    """Find the marks in a picture: the part of `recognize` that needs no model, and raises what it does."""
    grey, scale = load_scaled(image)
    lines = find_marks(extract_ink(grey))
    return Found(lines, _frame([mark for line in lines for mark in line]), scale, take_as_framed(grey))


def judge(pictures: Sequence[Found], classifier: "Classifier") -> list[Reading]:
    """Return the reading of each picture; the model judges the marks of all of them in one batch."""
    probabilities = iter(classifier.predict(np.concatenate([_frame([]), *map(_inputs, pictures)])))
    return [_judge(picture, probabilities, classifier) for picture in pictures]


def _inputs(picture: Found) -> NDArray[np.float32]:
    """What the model is to judge of a picture, (n, 28, 28): its marks, then itself if it may be framed already."""
    return picture.images if picture.framed is None else np.concatenate([picture.images, picture.framed[None]])


def judge_found(batch: Sequence[Found | Exception], classifier: "Classifier") -> Iterator[Reading | Exception]:
    """Yield the readings of what was found in pictures, and where one was no picture, what was raised, as it is."""
    readings = iter(judge([item for item in batch if isinstance(item, Found)], classifier))
    for item in batch:
        yield next(readings) if isinstance(item, Found) else item


def _judge(picture: Found, probabilities: Iterator[NDArray[np.float32]], classifier: "Classifier") -> Reading:
    """Return a picture's reading, given what the model says of its marks, of which it takes as many as it has."""
    images = iter(picture.images)
    first = [[_Guess(mark, next(images), next(probabilities)) for mark in line] for line in picture.lines]
    lines = _settle(first, classifier)
    if picture.framed is not None:
        lines = _reframe(lines, picture.framed, next(probabilities))
    small = [is_small for line in lines for is_small in _find_punctuation([guess.mark.box for guess in line])]
    labels = iter(_label([guess for line in lines for guess in line], small))
    digits = [
        [Digit(_scaled(mark.box, picture.scale), image, row, next(labels)) for mark, image, row in line]
        for line in lines
    ]
    texts = [_text([digit for digit in line if digit.label]) for line in digits]
    return Reading(tuple(digit for line in digits for digit in line), "\n".join(text for text in texts if text))


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
    if not marks:
        return []
    images = _frame(marks)
    return [_Guess(*row) for row in zip(marks, images, classifier.predict(images), strict=True)]


def _frame(marks: Sequence[Mark]) -> NDArray[np.float32]:
    """Return what the model sees of marks, (n, 28, 28)."""
    images = [normalize(mark.ink) for mark in marks]
    return np.array(images, np.float32).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)


class _Run(NamedTuple):
    """Marks on a line that stand close together, and the line's usual height in pixels."""

    guesses: list[_Guess]
    height: float

    @property
    def is_doubtful(self) -> bool:
        return any(guess.confidence < SURE or _is_wide(guess.mark.box, self.height) for guess in self.guesses)


def _settle(lines: list[list[_Guess]], classifier: "Classifier") -> list[list[_Guess]]:
    """Take apart the marks that may be touching digits, and put together those that may be parts of one digit."""
    runs = [_find_runs(line) for line in lines]
    doubtful = [run for line in runs for run in line if run.is_doubtful]
    pieces = _take_apart(doubtful, classifier)
    joins = [_join(run, cut) for run, cut in zip(doubtful, pieces, strict=True)]
    judged = iter(_guess([mark for joined in joins for mark in joined.values()], classifier))
    settled = iter(
        [
            _regroup(run, cut, {span: next(judged) for span in joined})
            for run, cut, joined in zip(doubtful, pieces, joins, strict=True)
        ]
    )
    return [[guess for run in line for guess in (next(settled) if run.is_doubtful else run.guesses)] for line in runs]


def _find_runs(line: list[_Guess]) -> list[_Run]:
    """Cut a line into runs of marks that hardly stand apart."""
    height = float(np.median([guess.mark.box.height for guess in line]))
    runs = [line[:1]]
    for guess in line[1:]:
        if guess.mark.box.left - max(other.mark.box.right for other in runs[-1]) > TOUCHING * height:
            runs.append([])
        runs[-1].append(guess)
    return [_Run(run, height) for run in runs]


def _is_wide(box: Box, height: float) -> bool:
    return box.width > DIGIT_ASPECT * max(box.height, height)


def _take_apart(runs: list[_Run], classifier: "Classifier") -> list[list[list[Mark]]]:
    """Split each mark of the runs that may be several digits, the first digit off the others and so on."""
    pieces = [[[guess.mark] for guess in run.guesses] for run in runs]
    several = [
        (parts, run.height)
        for run, cut in zip(runs, pieces, strict=True)
        for guess, parts in zip(run.guesses, cut, strict=True)
        if _may_be_two(
            guess.mark.box, run.height, TWO_NARROW_ASPECT if guess.confidence < DIGIT_MIN else TWO_DIGITS_ASPECT
        )
        and (guess.confidence < SURE or _is_wide(guess.mark.box, run.height))
    ]
    for _ in range(DIGITS_MAX - 1):
        if not several:
            break
        owners = classifier.separate(np.stack([frame_run(parts[-1].ink) for parts, _ in several]))
        rests = []
        for (parts, height), owned in zip(several, owners, strict=True):
            first, rest = split_mark(parts[-1], owned)
            if first and rest:
                parts[-1:] = [first, rest]
                rests += [(parts, height)] if _may_be_two(rest.box, height, TWO_DIGITS_ASPECT) else []
        several = rests
    return pieces


def _may_be_two(box: Box, height: float, aspect: float) -> bool:
    """Whether a mark is wide enough for two digits that touch."""
    return box.width >= aspect * max(box.height, 0.7 * height)


def _join(run: _Run, cut: list[list[Mark]]) -> dict[tuple[int, int], Mark]:
    """The marks that pieces next to each other in a run make up, each by its first piece and the one after its last."""
    pieces = [piece for parts in cut for piece in parts]
    if len(pieces) == 1 or len(pieces) > PIECES_MAX:
        return {}
    spans = [(i, j) for i in range(len(pieces)) for j in range(i + 1, min(i + PARTS_MAX, len(pieces)) + 1)]
    joined = {span: join_marks(pieces[slice(*span)]) for span in spans}
    return {span: mark for span, mark in joined.items() if mark.box.width <= 1.5 * max(mark.box.height, run.height)}


def _regroup(run: _Run, cut: list[list[Mark]], guesses: dict[tuple[int, int], _Guess]) -> list[_Guess]:
    """Return the likeliest way to read a run of close marks as digits.

    A way's score is the sum of its digits' log confidences, each counting by its ink, less a fine for every digit: a
    digit is only taken apart where the model finds its parts much better digits than the whole. A mark that is no digit
    is taken apart where all its parts are digits, or so much of it that one odd piece is worth its fine.
    """
    if not guesses:
        return run.guesses
    ends = np.cumsum([0, *map(len, cut)]).tolist()
    wholes = set(pairwise(ends))
    digits = [span for span, guess in guesses.items() if guess.confidence >= AMONG_DIGITS or span in wholes]
    pieces = [span for span in pairwise(range(ends[-1] + 1)) if span in guesses]
    fines = dict.fromkeys(pieces, ODD_PIECE_FINE) | dict.fromkeys(digits, 0.0)
    ink = float(np.mean([guess.mark.ink.sum() for guess in run.guesses]))
    best: list[tuple[float, list[_Guess]]] = [(0.0, [])]
    for end in range(1, ends[-1] + 1):
        ways = [
            (
                best[i][0] + _score(guesses[i, j], run.height, ink) - fine - _abreast(best[i][1], guesses[i, j]),
                [*best[i][1], guesses[i, j]],
            )
            for (i, j), fine in fines.items()
            if j == end
        ]
        best.append(max(ways, key=lambda way: way[0], default=(-math.inf, [])))
    return best[-1][1] if best[-1][0] > sum(_score(guess, run.height, ink) for guess in run.guesses) else run.guesses


def _abreast(before: list[_Guess], guess: _Guess) -> float:
    """What it costs that a digit is hardly beside the one before it: the stem of a 9 is no 1."""
    if not before:
        return 0.0
    a, b = before[-1].mark.box, guess.mark.box
    shared = min(a.right, b.right) - max(a.left, b.left)
    return ABREAST_FINE if shared > ABREAST * min(a.width, b.width) else 0.0


def _find_punctuation(line: list[Box]) -> list[bool]:
    """Which marks of a line are too small for a digit: commas, in the lower half of the line, and points anywhere."""
    sides = np.array([max(box.width, box.height) for box in line])
    usual = float(np.quantile(sides, USUAL_SIZE)) if line else 0.0
    digits = np.array([(box.left, box.top + box.bottom) for box in line])[sides > COMMA * usual]
    middles = [np.interp(box.left, digits[:, 0], digits[:, 1] / 2) for box in line]
    return [
        bool(side < POINT * usual or (side <= COMMA * usual and box.top > middle))
        for box, side, middle in zip(line, sides, middles, strict=True)
    ]


def _label(guesses: list[_Guess], small: list[bool]) -> list[str | None]:
    """Each mark's likeliest label, or None where it is no digit, by itself or among so many marks that are none.

    Where most marks are no digits, as in a photo of grass, a bar is no 1, nor is one much smaller than the writing. So
    the share of digits among a picture's marks is estimated together with each mark's chance to be one, by expectation
    maximisation. A mark counts there by its size: specks and commas say little of the writing around them.
    """
    if not guesses:
        return []
    sides = np.array([max(guess.mark.box.width, guess.mark.box.height) for guess in guesses])
    sizes = sides / np.quantile(sides, USUAL_SIZE)
    weights = np.minimum(sizes, 1) ** 2
    labels = np.array([guess.probabilities.argmax() for guess in guesses])
    odds = _odds(labels, np.array([guess.confidence for guess in guesses]), sides)
    odds[np.array(small) | ((labels == 1) & (sizes < COMMA))] = 0
    share = 1.0
    for _ in range(SHARE_STEPS):
        chance = share * odds / (share * odds + 1 - share + 1e-9)
        share = (PRIOR_DIGITS + weights @ chance) / (PRIOR_DIGITS + PRIOR_OTHERS + weights.sum())
    return [str(label) if likely >= 0.5 else None for label, likely in zip(labels, chance, strict=True)]


def _odds(labels: NDArray[Any], confidence: NDArray[Any], sides: NDArray[Any]) -> NDArray[np.float64]:
    """How much likelier each mark (n,) is a digit than not, where half of all marks are.

    A mark that alone would be too doubtful is taken for a digit among digits, one far smaller than the digits around
    is not. Ones are about as long as these: the bars of a railing or of a tower are not.
    """
    sure = confidence >= DIGIT_MIN
    if not sure.any():
        return np.zeros(len(labels))
    uneven = np.log(sides / np.median(sides[sure])) / UNEVEN
    odds = np.where(labels == 1, BAR_ODDS * np.exp(-(uneven**2) / 2), confidence / (ODDS_FLOOR + 1 - confidence))
    least = AMONG_DIGITS if sure.sum() >= max(DIGITS_AROUND, len(labels) / 2) else DIGIT_MIN
    is_digit = (confidence >= least) & (sides >= STAMP * np.quantile(sides[sure], USUAL_SIZE))
    return np.where(is_digit, odds, 0)


def _reframe(
    lines: list[list[_Guess]], framed: NDArray[np.float32], probabilities: NDArray[np.float32]
) -> list[list[_Guess]]:
    """Read a picture of the model's own size as it stands where that is likelier than what was found in it.

    Noise may surround a digit there, or hide it from who looks for marks. Several marks are rather pieces of one digit
    or specks than digits: they count by their ink, and no more than a mark that is hardly one.
    """
    guesses = [guess for line in lines for guess in line]
    ink = [float(guess.mark.ink.sum()) for guess in guesses]
    likely = np.average([guess.confidence for guess in guesses], weights=ink) if guesses else DIGIT_MIN
    if probabilities.max() < (likely if len(guesses) == 1 else min(likely, DIGIT_MIN)):
        return lines
    return [[_Guess(Mark(Box(0, 0, IMAGE_SIDE, IMAGE_SIDE), framed), framed, probabilities)]]


def _score(guess: _Guess, height: float, ink: float) -> float:
    """What a digit adds to the score of a way to read marks of mean ink `ink`, on a line of the given height."""
    box = guess.mark.box
    too_wide = max(0.0, box.width / max(box.height, 1) - DIGIT_ASPECT)
    too_small = max(0.0, 0.6 - max(box.height, box.width) / height)
    share = float(guess.mark.ink.sum()) / ink
    return share * (math.log(guess.confidence) - too_wide - 2 * too_small) - DIGIT_FINE


def _scaled(box: Box, scale: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(side * scale) for side in box)
    return left, top, right, bottom


def _text(digits: list[Digit]) -> str:
    """The labels of a line's digits, with a space in each wide gap."""
    if not digits:
        return ""
    height = float(np.median([digit.box[3] - digit.box[1] for digit in digits]))
    gaps = [b.box[0] - a.box[2] for a, b in pairwise(digits)]
    wide = max(SPACE * height, SPACE_TO_GAP * float(np.median(gaps or [0])))
    spaces = [" " if gap > wide else "" for gap in gaps]
    return "".join(space + str(digit.label) for space, digit in zip(["", *spaces], digits, strict=True))
