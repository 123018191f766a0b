"""Greek letters, which look like digits and which few of the data's writers wrote: drawn from points."""

import numpy as np
from numpy.typing import NDArray

from mnist_demo.hand import smooth

# The strokes of each letter: points that a smooth line leads through, x right and y down, a small letter 100 high.
LETTERS = {
    "alpha": "90,5 62,60 40,95 12,85 2,50 15,12 42,5 65,40 78,80 98,97",
    "beta": "5,150 10,80 12,30 30,0 60,3 68,25 50,45 28,50 55,50 75,70 65,95 35,102 14,90",
    "gamma": "0,10 15,0 35,35 45,80 42,130 30,140 25,120 40,70 75,0",
    "delta": "70,5 45,-2 30,10 45,30 70,60 65,90 40,100 12,90 5,65 20,42 45,40",
    "epsilon": "70,12 40,0 12,12 15,38 40,47 12,60 5,85 35,100 70,88",
    "eta": "0,20 10,5 18,25 17,95|17,50 30,15 50,0 65,20 66,80 67,150",
    "eta with a hook": "0,5 4,50|2,30 20,8 42,0 55,15 50,60 48,110 60,125 80,118 95,95",
    "theta": "40,0 12,20 5,55 20,95 42,100 65,80 72,40 60,8 40,0|6,50 70,48",
    "lambda": "5,0 20,5 45,50 80,100|42,45 5,100",
    "mu": "10,140 15,0|13,50 20,90 40,95 62,70 66,0 66,80 78,98 90,90",
    "pi": "0,10 90,5|30,8 22,100|65,7 66,85 82,100",
    "rho": "5,150 8,60 20,10 50,0 72,25 70,70 45,95 15,80",
    "sigma": "100,2 60,0 25,10 4,50 15,90 40,100 65,80 70,45 55,10 40,0",
    "sigma with a bar": "110,-15 70,8 50,12 30,20 5,60 20,98 45,95 60,60 52,15",
    "tau": "0,10 80,0|42,5 40,80 55,100 70,90",
    "omega": "10,10 0,55 12,95 32,90 45,50 55,90 80,95 95,50 80,5",
}
SHAKE = 4.0  # of a letter's 100: the standard deviation of each point's place
UNITS = 10  # of a recorded pen to one of the letters'


def draw_greek(rng: np.random.Generator) -> list[NDArray[np.int16]]:
    """Return the strokes of a letter, each (k, 2), x right and y down, as no other is drawn."""
    letter = LETTERS[str(rng.choice(list(LETTERS)))]
    slant, wide = rng.normal(0, 0.15), np.exp(rng.normal(0, 0.2))
    matrix = np.array([[wide, 0], [-slant, 1]])
    strokes = (smooth(_points(stroke, rng) @ matrix) for stroke in letter.split("|"))
    return [np.round(stroke * UNITS).astype(np.int16) for stroke in strokes]


def _points(stroke: str, rng: np.random.Generator) -> NDArray[np.float64]:
    points = np.array([point.split(",") for point in stroke.split()], float)
    return points + rng.normal(0, SHAKE, points.shape)
