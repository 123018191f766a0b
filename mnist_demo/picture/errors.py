"""Why a picture cannot be read, as facts, and the words for it."""

from typing import Literal

Kind = Literal[
    "empty", "foreign", "damaged", "large", "no_pixels", "locked", "damaged_pdf", "undrawn", "no_images",
    "no_pictures", "missing",
]  # fmt: skip
WORDS: dict[Kind, str] = {
    "empty": "the file is empty. Choose another, or save it again.",
    "foreign": "not a PNG, JPEG or WebP image. Save or export it as one of these.",
    "damaged": "the image is damaged ({reason}). Save or send it again.",
    "large": "the image has more than {megapixels} megapixels or {side:,} pixels a side. Shrink it.",
    "no_pixels": "the image has no pixels. Choose another.",
    "locked": "the PDF is locked with a password. Save it without one.",
    "damaged_pdf": "the PDF is damaged. Save or send it again.",
    "undrawn": "a page of the PDF is damaged, or takes too much time or memory. Export it as PNG or JPEG.",
    "no_images": "there are no images of 28x28 pixels in this file. Give IDX, .npy, .npz or Kaggle's CSV, also as .gz.",
    "no_pictures": "there are no pictures in this folder. Name another, or the files themselves.",
    "missing": "no such file. Check the path.",
}


class PictureError(ValueError):
    """A picture cannot be read.

    Attributes:
        kind: what is wrong.
        facts: what the words for it name.
        name: of the picture, as far as it is known.
    """

    def __init__(self, kind: Kind, facts: dict[str, str | int] | None = None, name: str | None = None) -> None:
        super().__init__(kind, facts, name)
        self.kind, self.facts, self.name = kind, facts or {}, name

    @property
    def words(self) -> str:
        """What is wrong and what to do, without the picture's name."""
        return WORDS[self.kind].format_map(self.facts)

    def of(self, name: str) -> "PictureError":
        """Return the same about a picture called name."""
        return PictureError(self.kind, self.facts, name)

    def __str__(self) -> str:
        return f"{self.name}: {self.words}" if self.name else self.words
