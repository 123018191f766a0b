"""Pages that this project draws with nobody's data: its own digits, and the type that matplotlib ships."""

import numpy as np

from mnist_demo.hand import write_digit
from mnist_demo.training.digits.rendering import render_all
from mnist_demo.training.drawing.hands import Hands, Line, cut_type

DIGITS = "0123456789"
VARIANTS = 4  # of each digit, by each hand


def own_hands(count: int) -> Hands:
    """Return so many hands that write as the page's examples do; there are no letters, words or pictures."""
    rng = np.random.default_rng(0)
    writers = [[[_write(label, rng) for _ in range(VARIANTS)] for label in DIGITS] for _ in range(count)]
    first = [[[(1000 * line).astype(np.int16) for line in sign] for sign in signs] for signs in writers[0]]
    bitmaps = [render_all(first[i], np.repeat(label, VARIANTS), 1, rng) for i, label in enumerate(DIGITS)]
    return Hands(writers, bitmaps, [], [], [], cut_type())


def _write(label: str, rng: np.random.Generator) -> list[Line]:
    return [stroke.astype(np.float32) for stroke in write_digit(label, rng)]
