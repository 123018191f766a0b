"""How the classifier learns: several wide nets first, then one small net from them (Hinton, Vinyals and Dean, 2015).

"Distilling the Knowledge in a Neural Network", https://arxiv.org/abs/1503.02531.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
from keras import ops

from mnist_demo.training.networks.classifier import build_network
from mnist_demo.training.networks.convolution import fold
from mnist_demo.training.recipe.augmentation import Augmentation
from mnist_demo.training.recipe.corpus import Corpus
from mnist_demo.training.recipe.learning import Learner, learn
from mnist_demo.training.recipe.optimizer import muon

TEACHERS = 2  # alike but for the seed
WIDTH = 48  # channels of a teacher, as of `networks.classifier.build_network`
TEACHER_STEPS, STEPS = 5_000, 8_000
TEACHERS_WORD = 0.5  # of the target where the teachers read a digit right; elsewhere its label is all


def train_teachers(
    corpus: Corpus,
    checkpoints: Path,
    seed: int,
    count: int = TEACHERS,
    width: int = WIDTH,
    steps: int = TEACHER_STEPS,
    times: int = 1,
) -> list[keras.Model]:
    """Return so many teachers, folded; an interrupted run goes on from `checkpoints`."""
    teachers = []
    for each in range(seed, seed + count):
        teacher = train(build_network(width), corpus, steps, each, checkpoints / f"teacher-{each}", times=times)
        teachers.append(fold(teacher, build_network(width, normalised=False)))
    return teachers


def train(
    network: keras.Model,
    corpus: Corpus,
    steps: int,
    seed: int,
    checkpoints: Path,
    teachers: Sequence[keras.Model] = (),
    times: int = 1,
) -> keras.Model:
    """Train a classifier on the corpus and return it; an interrupted run goes on from the folder `checkpoints`.

    Args:
        teachers: classifiers that it learns from too; times: how many times 128 images a batch has.
    """
    keras.utils.set_random_seed(seed)
    learner = Learner(network, Augmentation(seed), classification_loss, teachers)
    watch = partial(_judge, corpus)
    learn(learner, corpus.batches(seed, times), muon(steps), steps, checkpoints, watch)
    return network


def _judge(corpus: Corpus, network: keras.Model) -> str:
    return corpus.judge(partial(network, training=False))


def classification_loss(logits: Any, labels: Any, said: Any = None) -> Any:
    """Return the mean cross entropy.

    Args:
        logits: (n, 10) float32; labels: (n, 10) float32, probabilities; said: the teachers' logits.
    """
    targets = labels if said is None else blend(labels, said)
    return ops.mean(ops.categorical_crossentropy(targets, logits, from_logits=True))


def blend(labels: Any, logits: Any) -> Any:
    """Return targets (n, 10): the labels (n, 10), and half what the teachers say where they are right about a digit."""
    right = (ops.argmax(labels, 1) == ops.argmax(logits, 1)) & (ops.max(labels, 1) > 0.5)
    word = TEACHERS_WORD * ops.cast(right, "float32")[:, None]
    return (1 - word) * labels + word * ops.softmax(logits)
