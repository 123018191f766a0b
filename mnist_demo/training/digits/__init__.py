"""Draws single signs, framed as MNIST's digits are.

The shares and ranges here are by eye, as those of `training.drawing` are.
"""
