"""Train the reader's nets on pages that are drawn meanwhile: python -m mnist_demo.training.recipe.reader.

Processes draw crops into a pool, of which each step takes some at random; so a slow machine sees a crop more than once,
and seldom waits for one. The learning rate stays as it is until the last part of the training, where it falls to
nothing (a warm-up, a stable part and a decay: Hu et al., "MiniCPM", 2024, https://arxiv.org/abs/2404.06395): a training
that was stopped goes on from its last checkpoint, and one that has ended can be made longer.
"""

import argparse
import contextlib
import multiprocessing
import os
import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))

import numpy as np

from mnist_demo.training.data import data_dir

THREADS = max(1, (os.cpu_count() or 2) - 1)  # of TensorFlow, and processes that draw
POOL = 2048 * THREADS  # of what is drawn, newest
SMALL_TOGETHER = 4  # crops of small pictures, seen at once
POOL_MIN = 512  # before training begins
SEEN_MAX = 4  # times that what is drawn is seen, in the mean: training waits for more, rather than learn it by heart
DRAWN_AT_ONCE = 8
LEARNING_RATE, WARM_UP, DECAY = 2e-3, 300, 0.2  # steps; and the share of the steps at the end where the rate falls
WEIGHT_DECAY = 0.02

Drawn = tuple[np.ndarray, ...]  # a picture (h, w) float16, standardised, and what the net should say of it
Draw = Callable[[Any, np.random.Generator], list[Drawn]]  # by someone's hands


@dataclass(frozen=True)
class Task:
    """What a net of the reader learns: how it is built, what is drawn for it, and how its answers are judged.

    `loss` takes the net's answers and what was drawn but for the pictures.
    """

    build: Callable[[], Any]
    draw: Draw
    loss: Callable[..., Any]
    batch: int
    steps: int


def detector_task() -> Task:
    from mnist_demo.training.networks.detector import build_detector, detection_loss

    return Task(build_detector, draw_detections, detection_loss, 16, 20_000)


def draw_page(hands: Any, rng: np.random.Generator) -> list[Drawn]:
    """Draw a crop: its picture and its boxes."""
    from mnist_demo.training.drawing.crops import draw_crop

    return [tuple(draw_crop(hands, rng))]


def draw_detections(hands: Any, rng: np.random.Generator) -> list[Drawn]:
    """Draw a crop, or, of small ones, as many as fill a picture; there may be none yet."""
    from mnist_demo.training.drawing.crops import draw_crop, is_small, lay_down
    from mnist_demo.training.networks.detector import make_targets

    crops = [draw_crop(hands, rng)]
    if is_small(crops[0]):
        _small.append(crops[0])
        if len(_small) < SMALL_TOGETHER:
            return []
        crops = [_small.pop() for _ in range(SMALL_TOGETHER)]
    picture, boxes = lay_down(crops, rng)
    return [(picture, *make_targets(boxes))]


_small: list[Any] = []  # crops that wait for others, of the process that draws


def cutter_task() -> Task:
    from mnist_demo.training.networks.cutter import build_cutter, cut_loss

    return Task(build_cutter, draw_cutouts, cut_loss, 64, 4_000)


def draw_cutouts(hands: Any, rng: np.random.Generator) -> list[Drawn]:
    """Draw marks with what is around them, and the ink of each."""
    from mnist_demo.training.drawing.crops import standardise
    from mnist_demo.training.drawing.cuts import draw_cuts

    return [(standardise(cut.picture), cut.ink) for cut in draw_cuts(hands, rng)]


def row_reader_task() -> Task:
    from mnist_demo.training.networks.row_reader import build_row_reader, row_loss

    return Task(build_row_reader, draw_strips, row_loss, 8, 20_000)


def draw_strips(hands: Any, rng: np.random.Generator) -> list[Drawn]:
    """Draw rows, and once there are as many as fit beside each other, what the row reader should say of them."""
    from mnist_demo.training.drawing.rows import draw_rows
    from mnist_demo.training.networks.row_reader import fits, lay_side_by_side

    strips: list[Drawn] = []
    for row in draw_rows(hands, rng):
        if not fits([*_waiting, row]):
            strips.append(lay_side_by_side(_waiting))
            _waiting.clear()
        _waiting.append(row)
    return strips


_waiting: list[Any] = []  # rows that wait for others, of the process that draws


TASKS = {"detector": detector_task, "cutter": cutter_task, "row_reader": row_reader_task}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.training.recipe.reader", description=__doc__)
    parser.add_argument("net", choices=TASKS)
    parser.add_argument("--data", type=Path, help="folder of the data (default: $MNIST_DEMO_DATA or ../shared/data)")
    parser.add_argument("--checkpoints", type=Path, default=Path("build/training"))
    parser.add_argument("--steps", type=int, help="(default: as many as the net needs)")
    parser.add_argument("--times", type=int, default=1, help="how many times larger batches are: 16 on a GPU")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    train_net(args.net, data_dir(args.data), args.checkpoints, args.steps, args.seed, args.times)


def train_net(
    net: str, folder: Path, checkpoints: Path, steps: int | None = None, seed: int = 0, times: int = 1
) -> Any:
    """Train one of TASKS for so many steps, by default as many as it needs, and return it with its averaged weights.

    An interrupted training goes on from the folder `checkpoints`, where a file named as the net keeps the weights; a
    new one starts from those that come with the project.
    """
    with painting(TASKS[net]().draw, folder, seed) as (drawn, painters):
        return _train(net, Pool(drawn, painters), checkpoints, steps, seed, times)


@contextlib.contextmanager
def painting(draw: Draw, folder: Path, seed: int) -> Iterator[tuple[Any, list[Any]]]:
    """Let processes draw; gives the queue, which holds lists of what they drew, and the processes."""
    context = multiprocessing.get_context("spawn")
    drawn: Any = context.Queue(64)
    painters = [
        context.Process(target=paint, args=(draw, folder, each, drawn), daemon=True)
        for each in np.random.SeedSequence([seed, os.getpid()]).generate_state(THREADS).tolist()
    ]
    for painter in painters:
        painter.start()
    try:
        yield drawn, painters
    finally:
        for painter in painters:
            painter.terminate()


def paint(draw: Draw, folder: Path, seed: int, drawn: Any) -> None:
    """Draw as long as who asked for it lives, and put what is drawn into the queue."""
    import cv2

    from mnist_demo.training.drawing.hands import load_hands

    cv2.setNumThreads(1)
    os.nice(5)
    drawn.cancel_join_thread()  # what is in the queue is of no use to anyone else
    hands, rng = load_hands(folder), np.random.default_rng(seed)
    parent = multiprocessing.parent_process()
    while parent is not None and parent.is_alive():
        some = [each for _ in range(DRAWN_AT_ONCE) for each in draw(hands, rng)]
        with contextlib.suppress(queue.Full):
            drawn.put(some, timeout=60)


def check_painters(painters: list[Any]) -> None:
    """Raises RuntimeError where a process that draws has ended."""
    if not all(painter.is_alive() for painter in painters):
        raise RuntimeError("a process that draws has ended; its error is above")


class Pool:
    """The newest of what was drawn; each array has it along its first axis."""

    def __init__(self, queue: Any, painters: list[Any]) -> None:
        self._painters = painters
        self._queue, self._next, self.size, self.drawn, self.used = queue, 0, 0, 0, 0
        self._arrays: list[np.ndarray] = []

    def fill(self, batch: int = 1) -> None:
        """Take as much of what has been drawn as was used, waiting for some where there is too little, as for a batch
        of so many, or where it has been seen too often.

        Raises:
            RuntimeError: a process that draws has ended.
        """
        while (wait := self._wants_more(batch)) or self.size < POOL or self.drawn < self.used:
            check_painters(self._painters)
            try:
                drawn = self._queue.get(timeout=10 if wait else None, block=wait)
            except queue.Empty:
                if wait:
                    continue
                return
            for each in drawn:
                self._arrays = self._arrays or [np.zeros((POOL, *part.shape), part.dtype) for part in each]
                for array, part in zip(self._arrays, each, strict=True):
                    array[self._next] = part
                self._next = (self._next + 1) % POOL
                self.size = min(self.size + 1, POOL)
            self.drawn += len(drawn)

    def _wants_more(self, batch: int) -> bool:
        return self.size < max(POOL_MIN, batch) or self.used > SEEN_MAX * self.drawn

    def batches(self, count: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, tuple[np.ndarray, ...]]]:
        """Endless batches of what is in the pool: pictures with a channel, and what the net should say of them."""
        while True:
            self.fill(count)
            pictures, *targets = self.sample(count, rng)
            yield pictures[..., None], tuple(targets)

    def sample(self, count: int, rng: np.random.Generator) -> list[np.ndarray]:
        self.used += count
        chosen = rng.choice(self.size, count, replace=False)
        return [array[chosen] for array in self._arrays]


def _train(net: str, pool: Pool, checkpoints: Path, steps: int | None, seed: int, times: int) -> Any:
    import keras

    from mnist_demo.training.networks.weights import load_weights
    from mnist_demo.training.recipe.exposure import Exposure
    from mnist_demo.training.recipe.learning import Learner, Trapezoid, averaging, learn

    keras.utils.set_random_seed(seed)
    task = TASKS[net]()
    network, steps = task.build(), steps or task.steps
    with contextlib.suppress(FileNotFoundError):
        load_weights(net, network)
    rate = Trapezoid(LEARNING_RATE, WARM_UP, DECAY, steps)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY, beta_2=0.99, clipnorm=5.0, **averaging(steps))
    learner = Learner(network, Exposure(seed), task.loss)
    learn(learner, pool.batches(times * task.batch, np.random.default_rng(seed)), optimizer, steps, checkpoints / net)
    return network


if __name__ == "__main__":
    main()
