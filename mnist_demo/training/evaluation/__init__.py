"""Measures the SavedModel, and writes its card."""
