"""One small net that has learned from several (Hinton, Vinyals and Dean, 2015, https://arxiv.org/abs/1503.02531).

It starts from the first of them, and sees beside what they saw the signs that the reader cuts out of pages.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_demo.training.averaging import move_average
from mnist_demo.training.corpus import Corpus
from mnist_demo.training.network import build_network

STEPS = 20_000
LEARNING_RATE, WEIGHT_DECAY, WARM_UP = 4e-4, 0.01, 300
TEACHERS_WORD = 0.5  # of the target where the teachers read a digit right; elsewhere its label is all
KEEP_EVERY = 500  # steps, between two checkpoints


def distil(teachers: Sequence[keras.Model], corpus: Corpus, checkpoints: Path, steps: int = STEPS) -> keras.Model:
    """Return a net without normalisation, as `network.fold` gives it, with its averaged weights.

    An interrupted run goes on from the folder `checkpoints`.

    Args:
        teachers: nets without normalisation from images (n, 28, 28, 1) to logits (n, 10).
    """
    student, averaged = build_network(normalised=False), build_network(normalised=False)
    for net in (student, averaged):
        net.set_weights(teachers[0].get_weights())
    warm_up = min(WARM_UP, steps // 2)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, warmup_target=LEARNING_RATE, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY, clipnorm=1.0)
    optimizer.build(student.trainable_variables)
    done = tf.Variable(0, dtype=tf.int64)
    state = tf.train.Checkpoint(student=student, averaged=averaged, optimizer=optimizer, done=done)
    manager = tf.train.CheckpointManager(state, str(checkpoints), max_to_keep=1)
    if manager.latest_checkpoint:
        state.restore(manager.latest_checkpoint)

    @tf.function(jit_compile=False)
    def step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        targets = blend(labels, tf.add_n([net(images, training=False) for net in teachers]) / len(teachers))
        with tf.GradientTape() as tape:
            logits = student(images, training=True)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))
        weights = student.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        move_average(averaged, student, done)
        done.assign_add(1)
        return loss

    losses: list[float] = []
    for images, labels in corpus.batches(int(done)):
        if int(done) >= steps:
            break
        losses.append(float(step(images, labels)))
        if int(done) % KEEP_EVERY == 0 or int(done) == steps:
            manager.save()
            seen = corpus.judge(partial(averaged, training=False))
            print(f"step {int(done)}: loss {np.mean(losses):.4f}; {seen}", flush=True)
            losses.clear()
    return averaged


def blend(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return targets (n, 10): the labels (n, 10), and half what the teachers say where they are right about a digit."""
    right = (tf.argmax(labels, 1) == tf.argmax(logits, 1)) & (tf.reduce_max(labels, 1) > 0.5)
    word = TEACHERS_WORD * tf.cast(right, tf.float32)[:, None]
    return (1 - word) * labels + word * tf.nn.softmax(logits)
