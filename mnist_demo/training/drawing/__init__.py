"""Draws pages to learn from: hands, ink, paper, light and lens.

The shares and ranges here are by eye: wider than what the sets that choose show, so that drawn pages hold what people
write and cameras see, and worse. No one of them was tuned. They were judged together, by what a net that was trained on
such pages reads of those sets; `docs/training.md` tells which changes helped.
"""
