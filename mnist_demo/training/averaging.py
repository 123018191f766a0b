"""A running mean of a net's weights, which is better than the weights of any one step (Polyak and Juditsky, 1992)."""

import keras
import tensorflow as tf

AVERAGE = 0.999  # of the mean, how much of it stays at each step


def move_average(averaged: keras.Model, network: keras.Model, done: tf.Variable) -> None:
    """Move the mean, a net built alike, towards a net's weights after `done` steps, faster while these are few."""
    now = tf.cast(done, tf.float32)
    keep = tf.minimum(AVERAGE, (1 + now) / (10 + now))
    for mean, weight in zip(averaged.variables, network.variables, strict=True):
        mean.assign(keep * mean + (1 - keep) * weight)
