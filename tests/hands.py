"""Hands other than the page's own: other shapes of the digits, other slants and proportions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mnist_demo.hand import GLYPHS, Stroke, smooth, write_line

Shape = list[list[tuple[float, float]]]  # the points that a hand aims for, stroke by stroke, as those of GLYPHS

CROSSED: dict[str, Shape] = {  # 1 with an upstroke, 7 with a bar, 2 with a loop, 4 with corners, 9 with a hook
    "1": [[(0.02, 0.42), (0.16, 0.22), (0.31, 0.0)], [(0.31, 0.0), (0.31, 0.5), (0.31, 1.0)]],
    "2": [[(0.06, 0.2), (0.26, 0.0), (0.5, 0.16), (0.42, 0.5), (0.14, 0.92), (0.04, 0.86), (0.12, 0.78), (0.34, 0.92),
           (0.58, 0.94)]],
    "4": [[(0.3, 0.0), (0.16, 0.34), (0.02, 0.66)], [(0.02, 0.66), (0.32, 0.66), (0.62, 0.66)],
          [(0.44, 0.4), (0.44, 0.7), (0.44, 1.0)]],
    "7": [[(0.04, 0.03), (0.3, 0.03), (0.58, 0.03)], [(0.58, 0.03), (0.4, 0.5), (0.26, 1.0)],
          [(0.16, 0.5), (0.34, 0.48), (0.54, 0.47)]],
    "9": [[(0.52, 0.22), (0.34, 0.02), (0.1, 0.16), (0.1, 0.42), (0.3, 0.52), (0.5, 0.34), (0.53, 0.2), (0.53, 0.7),
           (0.42, 0.95), (0.2, 1.0), (0.08, 0.9)]],
}  # fmt: skip
PLAIN: dict[str, Shape] = {  # 1 as a bar, 4 closed, 9 with a straight stem, 8 of two rings, 5 and 3 with flat tops
    "1": [[(0.3, 0.0), (0.3, 0.5), (0.3, 1.0)]],
    "3": [[(0.08, 0.03), (0.3, 0.03), (0.52, 0.03)], [(0.52, 0.03), (0.4, 0.2), (0.26, 0.4)],
          [(0.26, 0.4), (0.5, 0.5), (0.56, 0.72), (0.4, 0.97), (0.18, 0.98), (0.04, 0.86)]],
    "4": [[(0.44, 1.0), (0.44, 0.5), (0.44, 0.0)], [(0.44, 0.0), (0.24, 0.32), (0.03, 0.64)],
          [(0.03, 0.64), (0.32, 0.64), (0.62, 0.64)]],
    "5": [[(0.54, 0.02), (0.34, 0.02), (0.12, 0.02)], [(0.12, 0.02), (0.11, 0.22), (0.1, 0.42)],
          [(0.1, 0.42), (0.34, 0.37), (0.55, 0.56), (0.5, 0.86), (0.28, 1.0), (0.05, 0.92)]],
    "8": [[(0.3, 0.0), (0.12, 0.1), (0.12, 0.34), (0.3, 0.45), (0.48, 0.34), (0.48, 0.1), (0.3, 0.0)],
          [(0.3, 0.45), (0.07, 0.58), (0.07, 0.88), (0.3, 1.0), (0.53, 0.88), (0.53, 0.58), (0.3, 0.45)]],
    "9": [[(0.5, 0.06), (0.26, 0.02), (0.08, 0.2), (0.14, 0.44), (0.36, 0.46), (0.5, 0.26)],
          [(0.5, 0.02), (0.5, 0.5), (0.5, 1.0)]],
}  # fmt: skip


@dataclass(frozen=True)
class Hand:
    """A hand: the shapes that differ from the page's own, how far it leans to the right, how wide it writes."""

    shapes: dict[str, Shape]
    slant: float
    width: float

    def write(self, text: str, rng: np.random.Generator) -> list[Stroke]:
        """Return the strokes of a line of digits and signs, 1 high, as `hand.write_line` does."""
        strokes: list[Stroke] = []
        left = 0.0
        for character in text:
            for shape in self.shapes.get(character, GLYPHS.get(character, [])):
                points = smooth(np.array(shape) + rng.normal(0, 0.008, (len(shape), 2)))
                x = (points[:, 0] - 0.3) * self.width + self.slant * (0.5 - points[:, 1])
                strokes.append(np.column_stack([x + 0.3 + left, points[:, 1]]))
            left += (0.45 if character in ".,-/:" else 0.85) * max(self.width, 1)
        return strokes


WriteLine = Callable[[str, np.random.Generator], list[Stroke]]
HANDS: dict[str, WriteLine] = {
    "the page's": write_line,
    "crossed": Hand(CROSSED, 0.05, 1.0).write,
    "plain": Hand(PLAIN, 0.0, 1.0).write,
    "narrow and leaning": Hand(CROSSED, 0.35, 0.75).write,
    "wide and leaning back": Hand(PLAIN, -0.2, 1.25).write,
}
