"""From a picture to what it says: the one path that the page, the command line and the API share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.inference import SIGNS, Marks
from mnist_demo.picture import Source, load_scaled

if TYPE_CHECKING:
    from mnist_demo.inference import Classifier

# Of 1,934 pictures of fifteen sets, of which 1,365 were turned, 1,167 were read right when the four below were chosen;
# LONE was chosen anew since.
TELLING = "123457"  # digits that tell the way up: a 0 or 8 that lies looks like one, and a 6 like a 9
CLEAR = 0.9  # mean confidence of the digits, from which on a picture is not turned, and to which it may be; with 0.8
# four more are read where there is no number, and with 0.95 twelve fewer numbers of registers that lie
OTHERS_MAX = 3  # to each digit there are fewer other marks after turning, and fewer than 1 where a picture is not
# looked at any other way up, as most of what lies looks like no digit; 2 to 5 give the same
TURN_SHARE = 0.5  # of the upright reading's evidence, that another's must exceed; 0.75 gives 1,162, and with 0.25 one
# that stands is turned
LONE = 0.2  # how much likelier than other writing any other way up a lone digit is that turns a picture; with 0.12 14
# more of 276 photos that lie are read, and something in 21 more pictures without numbers; with 0.3 33 and 23 fewer
TURN_SIDE = 64  # pixels of the shorter side: what is smaller is no camera's, and a letter that lies is easily a digit
# Of 1,698 pictures of the same sets, at most 150 of each, 1,446 were read right when SEEN, DIGIT_SHARE, LEVEL and LOW
# were chosen; DIGIT_SHARE was chosen anew since.
SEEN = 0.6  # probability that a mark is any sign, below which it is none; 0.55 gives 1,429, 0.7 1,461, as less is read
# where there is no number; but registers, signs drawn on pads and the mean of the sets of numbers lose by it
SEEN_BETWEEN = 0.5  # likewise, of a sign between two digits: of 1,050 numbers and digits drawn on pads 8 more are read;
# with 0.4 three more, but 2 other numbers fewer
DIGIT_SHARE = 0.58  # of what speaks for a digit or other writing, that speaks for a digit; of 5,713 pictures 0.53 reads
# 17 numbers more, and something in 7 more that hold none; 0.63 gives 14 fewer
BESIDE_SHARE = 0.4  # likewise, of a mark with a digit beside it: without, 18 numbers fewer are read; with 0.2 11 more,
# but of 120 marks with 0.3 to 0.5 beside the digits of drawn pages 32 are that digit
LEVEL = 0.4  # of the lower mark's height, that two digits of a line share; with 0.2 to 0.6 as many are right, but with
# 0.6 there are a thirtieth more edits, of 0.45 and less none
LOW = 0.5  # of the height of the digits around, that a small sign may be below or above them; 0.25 gives 1,449
SHARPER = 3.0  # power of a sign's probability and of what else it may be: of 276 signs drawn on pads and photographed
# in numbers, 95% are right, to most of which the model gives 0.35 to 0.5 and this 0.58 to 0.8
SPACE, SPACE_TO_GAP = 0.9, 2.2  # a gap is a space above so many line heights and so many usual gaps; of 200 amounts on
# cheques, which hold one number each, 1 gets a space so, and 16 did where unread marks counted as gaps

Boxes = NDArray[np.float32]  # (n, 4): left, top, right, bottom


@dataclass(frozen=True, eq=False)
class Digit:
    """One mark and what the model takes it for.

    Attributes:
        box: left, top, right, bottom in pixels of the upright picture; right and bottom are exclusive.
        image: what the classifier saw, (28, 28) float32 in [0, 1], ink = 1.
        probabilities: (10,) float32, of the labels 0 to 9.
        label: a digit, a sign that belongs to numbers (. , - / :), or None for any other mark.
        confidence: the label's probability, in [0, 1]; of no sign, that of the likeliest digit.
    """

    box: tuple[int, int, int, int]
    image: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    label: str | None
    confidence: float


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read in a picture.

    Attributes:
        digits: its marks in reading order; boxes are those of the picture after it was turned.
        text: what they say, lines joined by newlines.
        turned: by how many quarters to the left the picture was turned before it was read, 0 to 3.
    """

    digits: tuple[Digit, ...]
    text: str
    turned: int = 0

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


def recognize(image: Source, classifier: "Classifier", may_turn: bool = True) -> Reading:
    """Read the numbers in a picture.

    Args:
        image: what `mnist_demo.load_image` takes: a path, bytes, a Pillow image or an array.
        may_turn: whether a picture that lies on its side or head is turned where its readings tell so clearly.

    Returns:
        The reading; an empty one where there is no ink.

    Raises:
        FileNotFoundError, ValueError, TypeError: as `mnist_demo.load_image` does.
        ConnectionError: as `Classifier.read` does.
    """
    grey, scale = load_scaled(image)
    marks = [classifier.read(grey)]
    upright = read_marks(marks[0], scale)
    if not may_turn or min(grey.shape) < TURN_SIDE or (_is_clear(upright, 1) and set(upright.text) & set(TELLING)):
        return upright
    marks += [classifier.read(np.ascontiguousarray(np.rot90(grey, quarters))) for quarters in (1, 2, 3)]
    turned = [replace(read_marks(marks[quarters], scale), turned=quarters) for quarters in (1, 2, 3)]
    best = max(filter(_is_clear, turned), key=_evidence, default=upright)
    if _evidence(best) <= TURN_SHARE * _evidence(upright):
        return upright
    return best if len(best.text) > 1 or _stands_out(marks, best.turned) else upright


def _stands_out(marks: Sequence[Marks], turned: int) -> bool:
    """Whether a picture's likeliest digit, turned so, is likelier than other writing in its place any other way up."""
    digit = marks[turned].signs[:, :10].sum(1).max()
    signs = [each.signs for way, each in enumerate(marks) if way != turned and len(each.signs)]
    others = [each[each[:, :10].sum(1).argmax(), -1] for each in signs]
    return bool(digit - max(others, default=0.0) >= LONE)


def _evidence(reading: Reading) -> float:
    """How much speaks for a reading: the confidences of its digits; after turning, of those that tell the way up."""
    telling = TELLING if reading.turned else "0123456789"
    return sum(digit.confidence for digit in reading.digits if digit.label and digit.label in telling)


def _is_clear(reading: Reading, others_max: int = OTHERS_MAX) -> bool:
    """Whether a reading's digits leave hardly a doubt, and are no exceptions among other marks."""
    sure = [digit.confidence for digit in reading.digits if is_digit(digit.label)]
    others = sum(digit.label is None for digit in reading.digits)
    return bool(sure) and float(np.mean(sure)) >= CLEAR and others < others_max * len(sure)


def read_marks(marks: Marks, scale: float = 1.0) -> Reading:
    """Return what marks say; one of their pixels is `scale` of the picture's wide."""
    labels = [label_of(signs) for signs in marks.signs]
    small = np.array([is_sign(label) for label in labels], bool)
    likely = marks.signs.sum(1)
    seen = likely >= np.where(small, SEEN_BETWEEN, SEEN)
    faint = marks.boxes[~seen]
    marks, labels = Marks(*(part[seen] for part in marks)), list(compress(labels, seen))
    lines = find_lines(marks.boxes, small[seen].tolist())
    unsure = likely[seen] < SEEN
    for line in lines:
        between = _between_digits(labels, line)
        line[:] = [i for i in line if i in between or not unsure[i]]
        for i in _beside_digits(marks.boxes, labels, line):
            labels[i] = _digit_in(marks.signs[i], BESIDE_SHARE)
        first = next((i for i in line if labels[i] is not None), None)
        if first is not None and labels[first] == "/":  # no number begins with one
            labels[first] = _digit_in(marks.signs[first]) or "/"
        if not any(is_digit(labels[i]) for i in line):  # signs without a number
            labels = [None if i in line else label for i, label in enumerate(labels)]
    digits = tuple(_digit(marks, i, labels[i], scale) for line in lines for i in line)
    return Reading(digits, text_of(marks.boxes, labels, lines, faint))


def label_of(signs: NDArray[np.float32]) -> str | None:
    """Return the likeliest sign's label, all digits counting as one sign until one of them is chosen."""
    digits, best = float(signs[:10].sum()), int(signs[10:-1].argmax()) + 10
    if signs[best] > digits:
        return SIGNS[best] if signs[best] >= signs[-1] else None
    return _digit_in(signs)


def _digit_in(signs: NDArray[np.float32], share: float = DIGIT_SHARE) -> str | None:
    """Return the likeliest digit's label, or None where too little speaks for digits, and not for other writing."""
    return SIGNS[signs[:10].argmax()] if digit_share(signs) >= share else None


def digit_share(signs: NDArray[np.float32]) -> float:
    """Return how much of a mark's probability speaks for a digit, in [0, 1], and not for other writing."""
    digits, other = float(signs[:10].sum()), float(signs[-1])
    return digits / max(digits + other, 1e-9)


def _between_digits(labels: Sequence[str | None], line: list[int]) -> set[int]:
    """Return the marks of a line that have a digit on both sides."""
    digit = [is_digit(labels[i]) for i in line]
    return {i for before, i, after in zip(digit, line[1:], digit[2:], strict=False) if before and after}


def _beside_digits(boxes: Boxes, labels: Sequence[str | None], line: list[int]) -> list[int]:
    """Return the marks of a line that have no label, but a digit next to them that they do not touch."""
    standing = [i for i in line if labels[i] is None or is_digit(labels[i])]
    tall = boxes[:, 3] - boxes[:, 1]
    near = [(a, b) for a, b in pairwise(standing) if 0 < boxes[b, 0] - boxes[a, 2] < SPACE * max(tall[a], tall[b])]
    return [i for a, b in near for i, other in ((a, b), (b, a)) if labels[i] is None and is_digit(labels[other])]


def is_digit(label: str | None) -> bool:
    """Return whether a label is one of 0 to 9."""
    return label is not None and label.isdigit()


def is_sign(label: str | None) -> bool:
    """Return whether a label is one of . , - / :"""
    return label is not None and not is_digit(label)


def _digit(marks: Marks, i: int, label: str | None, scale: float) -> Digit:
    left, top, right, bottom = (round(float(side) * scale) for side in marks.boxes[i])
    confidence = _sureness(marks.signs[i], str(label)) if is_sign(label) else marks.probabilities[i].max()
    box = left, top, max(right, left + 1), max(bottom, top + 1)
    return Digit(box, marks.images[i], marks.probabilities[i], label, float(confidence))


def _sureness(signs: NDArray[np.float32], label: str) -> float:
    """Return how likely a mark is the sign, neither a digit nor another sign nor nothing: their probabilities,
    sharpened (Guo et al., 2017, "On Calibration of Modern Neural Networks")."""
    shares = np.maximum([signs[:10].sum(), *signs[10:], 1 - signs.sum()], 0) ** SHARPER
    return float(shares[SIGNS.index(label) - 9] / shares.sum())


def find_lines(boxes: Boxes, small: Sequence[bool]) -> list[list[int]]:
    """Return the marks of each line from left to right, the lines from top to bottom, as indices.

    A sign that is far from any line is left out.

    A line grows from left to right: a mark goes on the line whose last digit stands beside it, the nearest one.

    Args:
        boxes: (n, 4).
        small: whether a mark is a sign, which does not make a line by itself.
    """
    lines: list[list[int]] = []
    order = np.argsort(boxes[:, 0], kind="stable").tolist()
    for i in (i for i in order if not small[i]):
        beside = [line for line in lines if _shared_height(boxes[line[-1]], boxes[i]) >= LEVEL]
        if beside:
            max(beside, key=lambda line: boxes[line[-1], 2]).append(i)
        else:
            lines.append([i])
    standing = [list(line) for line in lines]  # a sign is near to what stands, not to another sign
    for i in (i for i in order if small[i]):
        distances = [_distance(boxes, line, i) for line in standing]
        if min(distances, default=1) < 1:
            lines[int(np.argmin(distances))].append(i)
    for line in lines:
        line.sort(key=lambda i: boxes[i, 0] + boxes[i, 2])
    return sorted(lines, key=lambda line: float(np.mean(boxes[line][:, [1, 3]])))


def _shared_height(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """How much of the lower one's height two marks share, below 0 where they share none."""
    return float((min(a[3], b[3]) - max(a[1], b[1])) / max(min(a[3] - a[1], b[3] - b[1]), 1e-3))


def _distance(boxes: Boxes, line: list[int], i: int) -> float:
    """How far a small sign is from a line's nearest digit, too far being 1: two heights across, LOW of one down."""
    own = boxes[line]
    height = float(np.median(own[:, 3] - own[:, 1]))
    x, y = boxes[i, [0, 2]].mean(), boxes[i, [1, 3]].mean()
    across = np.maximum(np.maximum(own[:, 0] - x, x - own[:, 2]), 0) / (2.0 * height)
    near = own[int(np.argmin(across))]
    down = max(near[1] - y, y - near[3], 0) / (LOW * height)
    return float(max(across.min(), down))


def text_of(boxes: Boxes, labels: Sequence[str | None], lines: list[list[int]], faint: Boxes) -> str:
    """Return what labelled marks say, lines joined by newlines, with a space in each wide gap.

    Args:
        boxes: (n, 4).
        labels: a digit, a sign, or None for a mark that takes no part in the text.
        lines: the marks of each line, as indices.
        faint: boxes of what may be marks too: where one of them stands, or a mark without a label, is no gap.
    """
    texts = []
    for line in lines:
        read = [i for i in line if labels[i] is not None]
        if not any(is_digit(labels[i]) for i in read):
            continue
        height = float(np.median([boxes[i, 3] - boxes[i, 1] for i in read if is_digit(labels[i])]))
        others = np.concatenate([boxes[[i for i in line if labels[i] is None]], faint])
        gaps = [_gap(boxes[a], boxes[b], others) for a, b in pairwise(read)]
        wide = max(SPACE * height, SPACE_TO_GAP * max(0.0, float(np.median(gaps or [0]))))
        texts.append("".join((" " if k and gaps[k - 1] > wide else "") + str(labels[i]) for k, i in enumerate(read)))
    return "\n".join(texts)


def _gap(left: NDArray[np.float32], right: NDArray[np.float32], others: Boxes) -> float:
    """Return the widest stretch between two marks of a line in which no other stands."""
    top, bottom = min(left[1], right[1]), max(left[3], right[3])
    between = others[
        (others[:, 1] < bottom) & (others[:, 3] > top) & (others[:, 2] > left[2]) & (others[:, 0] < right[0])
    ]
    end, widest = float(left[2]), 0.0
    for box in [*between[np.argsort(between[:, 0])], right]:
        widest = max(widest, float(box[0]) - end)
        end = max(end, float(box[2]))
    return widest
