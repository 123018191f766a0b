"""Draws pages to learn from: hands, ink, paper, light and lens."""
