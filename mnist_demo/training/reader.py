"""Train the reader's nets on pages that are drawn meanwhile: python -m mnist_demo.training.reader.

Processes draw crops into a pool, of which each step takes some at random; so a slow machine sees a crop more than once
and never waits for one. The learning rate stays as it is until the last part of the training, where it falls to nothing
(a warm-up, a stable part and a decay: Hu et al., "MiniCPM", 2024, https://arxiv.org/abs/2404.06395): a training that
was stopped goes on from its last checkpoint, and one that has ended can be made longer.
"""

import argparse
import collections
import contextlib
import multiprocessing
import os
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))

import numpy as np

from mnist_demo.training.data import data_dir

WEIGHTS = Path(__file__).parents[2] / "models" / "weights"  # before folding, to start from
THREADS = max(1, (os.cpu_count() or 2) - 1)  # of TensorFlow, and processes that draw
POOL = 4096  # of what is drawn
POOL_MIN = 256  # before training begins
DRAWN_AT_ONCE = 8
LEARNING_RATE, WARM_UP, DECAY = 2e-3, 300, 0.2  # steps; and the share of the steps at the end where the rate falls
WEIGHT_DECAY = 0.02
GAIN, LIFT = 0.5, 0.25  # standard deviations: of a standardised picture's contrast, as a logarithm, and brightness
KEEP_EVERY = 500  # steps, between two checkpoints
REPORT_EVERY = 200

Drawn = tuple[np.ndarray, ...]  # a picture (h, w) float16, standardised, and what the net should say of it


@dataclass(frozen=True)
class Task:
    """What a net of the reader learns: how it is built, what is drawn for it, and how its answers are judged.

    `loss` takes the net's answers and what was drawn but for the pictures, and returns losses by name, to be added.
    """

    build: Callable[[], Any]
    draw: Callable[[Any, np.random.Generator], list[Drawn]]
    loss: Callable[..., dict[str, Any]]
    batch: int
    steps: int


def detector_task() -> Task:
    from mnist_demo.training.detector import build_detector, detection_loss, make_targets
    from mnist_demo.training.pages import Crop, draw_crop, is_small, lay_down

    small: list[Crop] = []

    def draw(hands: Any, rng: np.random.Generator) -> list[Drawn]:
        crop = draw_crop(hands, rng)
        crops = [crop]
        if is_small(crop):
            small.append(crop)
            if len(small) < 4:
                return []
            crops = [small.pop() for _ in range(4)]
        picture, boxes = lay_down(crops, rng)
        return [(picture, *make_targets(boxes))]

    return Task(build_detector, draw, detection_loss, 16, 60_000)


def cutter_task() -> Task:
    from mnist_demo.training.cutter import build_cutter, cut_loss, draw_cuts
    from mnist_demo.training.pages import standardise

    def draw(hands: Any, rng: np.random.Generator) -> list[Drawn]:
        return [(standardise(cut.picture), cut.ink) for cut in draw_cuts(hands, rng)]

    return Task(build_cutter, draw, cut_loss, 64, 12_000)


TASKS = {"detector": detector_task, "cutter": cutter_task}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.training.reader", description=__doc__)
    parser.add_argument("net", choices=TASKS)
    parser.add_argument("--data", type=Path, help="folder of the data (default: $MNIST_DEMO_DATA or ../shared/data)")
    parser.add_argument("--checkpoints", type=Path, default=Path("build/training"))
    parser.add_argument("--steps", type=int, help="(default: as many as the net needs)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    train_net(args.net, data_dir(args.data), args.checkpoints, args.steps, args.seed)


def train_net(net: str, folder: Path, checkpoints: Path, steps: int | None = None, seed: int = 0) -> Any:
    """Train one of TASKS for so many steps, by default as many as it needs, and return it with its averaged weights.

    An interrupted training goes on from the folder `checkpoints`, where a file named as the net keeps the weights; a
    new one starts from those that come with the project.
    """
    context = multiprocessing.get_context("spawn")
    drawn: Any = context.Queue(64)
    painters = [
        context.Process(target=paint, args=(net, folder, each, drawn), daemon=True)
        for each in np.random.SeedSequence([seed, os.getpid()]).generate_state(THREADS).tolist()
    ]
    for painter in painters:
        painter.start()
    try:
        return _train(net, Pool(drawn, painters), checkpoints, steps, seed)
    finally:
        for painter in painters:
            painter.terminate()


def paint(net: str, folder: Path, seed: int, drawn: Any) -> None:
    """Draw as long as who asked for it lives, and put what is drawn into the queue."""
    import cv2

    from mnist_demo.training.hands import load_hands

    cv2.setNumThreads(1)
    os.nice(5)
    drawn.cancel_join_thread()  # what is in the queue is of no use to anyone else
    draw, hands, rng = TASKS[net]().draw, load_hands(folder), np.random.default_rng(seed)
    parent = multiprocessing.parent_process()
    while parent is not None and parent.is_alive():
        some = [each for _ in range(DRAWN_AT_ONCE) for each in draw(hands, rng)]
        with contextlib.suppress(queue.Full):
            drawn.put(some, timeout=60)


class Pool:
    """The newest of what was drawn; each array has it along its first axis."""

    def __init__(self, queue: Any, painters: list[Any]) -> None:
        self._painters = painters
        self._queue, self._next, self.size, self.drawn, self.used = queue, 0, 0, 0, 0
        self._arrays: list[np.ndarray] = []

    def fill(self, wait: bool) -> None:
        """Take as much of what has been drawn as was used, waiting for some of it if need be.

        Raises:
            RuntimeError: a process that draws has ended.
        """
        if not all(painter.is_alive() for painter in self._painters):
            raise RuntimeError("a process that draws has ended; its error is above")
        while wait or self.size < POOL or self.drawn < self.used:
            try:
                drawn = self._queue.get(timeout=300 if wait else None, block=wait)
            except queue.Empty:
                return
            for each in drawn:
                self._arrays = self._arrays or [np.zeros((POOL, *part.shape), part.dtype) for part in each]
                for array, part in zip(self._arrays, each, strict=True):
                    array[self._next] = part
                self._next = (self._next + 1) % POOL
                self.size = min(self.size + 1, POOL)
            self.drawn += len(drawn)
            wait = self.size < POOL_MIN

    def sample(self, count: int, rng: np.random.Generator) -> list[np.ndarray]:
        self.used += count
        chosen = rng.choice(self.size, count, replace=False)
        return [array[chosen] for array in self._arrays]


def _train(net: str, pool: Pool, checkpoints: Path, steps: int | None, seed: int) -> Any:
    import keras
    import tensorflow as tf

    from mnist_demo.training.averaging import move_average

    keras.utils.set_random_seed(seed)
    task = TASKS[net]()
    network, averaged = task.build(), task.build()
    optimizer = keras.optimizers.AdamW(LEARNING_RATE, weight_decay=WEIGHT_DECAY, beta_2=0.99, clipnorm=5.0)
    optimizer.build(network.trainable_variables)
    if (WEIGHTS / f"{net}.weights.h5").exists():
        network.load_weights(WEIGHTS / f"{net}.weights.h5")
    averaged.set_weights(network.get_weights())
    done = tf.Variable(0, dtype=tf.int64)
    state = tf.train.Checkpoint(network=network, averaged=averaged, optimizer=optimizer, done=done)
    manager = tf.train.CheckpointManager(state, str(checkpoints / net), max_to_keep=2)
    if manager.latest_checkpoint:
        state.restore(manager.latest_checkpoint)
        print(f"goes on after step {int(done)}", flush=True)

    @tf.function(jit_compile=False)
    def step(pictures: tf.Tensor, *targets: tf.Tensor) -> dict[str, tf.Tensor]:
        pictures, shape = tf.cast(pictures, tf.float32)[..., None], (task.batch, 1, 1, 1)
        lift = tf.random.normal(shape, 0, LIFT) * tf.cast(pictures != 0, tf.float32)
        pictures = pictures * tf.exp(tf.random.normal(shape, 0, GAIN)) + lift
        with tf.GradientTape() as tape:
            losses = task.loss(network(pictures, training=True), *targets)
            loss = tf.add_n(list(losses.values()))
        weights = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        move_average(averaged, network, done)
        done.assign_add(1)
        return losses

    rng, steps = np.random.default_rng(seed + int(done)), steps or task.steps
    pool.fill(wait=True)
    sums, since, begun = collections.Counter[str](), int(done), time.time()
    while (now := int(done)) < steps:
        pool.fill(wait=False)
        optimizer.learning_rate.assign(LEARNING_RATE * schedule(now, steps))
        sums.update({name: float(loss) for name, loss in step(*pool.sample(task.batch, rng)).items()})
        now += 1
        if now % REPORT_EVERY == 0 or now == steps:
            count = now - since
            losses = ", ".join(f"{name} {total / count:.4f}" for name, total in sums.items())
            rate, used = task.batch * count / (time.time() - begun), pool.used / max(pool.drawn, 1)
            print(f"step {now}: {losses}; {rate:.0f} a second, each used {used:.1f} times", flush=True)
            sums.clear()
            since, begun, pool.drawn, pool.used = now, time.time(), 0, 0
        if now % KEEP_EVERY == 0 or now == steps:
            manager.save()
            averaged.save_weights(checkpoints / f"{net}.weights.h5")
    return averaged


def schedule(step: int, steps: int) -> float:
    """Return the share of the learning rate at a step: it rises, stays, and falls to nothing at the end."""
    return min(1.0, (step + 1) / WARM_UP, max(0.0, (steps - step) / (DECAY * steps)))


if __name__ == "__main__":
    main()
