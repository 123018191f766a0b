"""Draws single signs, framed as MNIST's digits are."""
