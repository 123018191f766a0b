"""Let a coverage-guided fuzzer look for bytes that load_image answers with anything but a picture or a ValueError.

Run by `make fuzz`, for a minute; the last argument is the folder of what it has learnt. A find is written to
build/crash-*, and reproduced by giving that file instead of the folder. Pillow's parsers in Python, which read the
formats' headers, are instrumented; its decoders in C are run but not looked into.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["PIL", "mnist_demo.picture"]):
    import numpy as np
    from PIL import ExifTags, Image

    from mnist_demo.picture import load_image
    from mnist_demo.picture.grey import FORMATS


def read(content: bytes) -> None:
    """Load a picture. Whatever is raised but ValueError is a find, and so is a picture of another form."""
    try:
        grey = load_image(content)
    except ValueError:
        return
    assert grey.dtype == np.uint8
    assert grey.ndim == 2


def sow(folder: Path) -> None:
    """Put a small picture of each kind into the folder, for the fuzzer to vary."""
    picture = Image.fromarray(np.arange(0, 240, dtype=np.uint8).reshape(12, 20))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    for kind in FORMATS:
        for mode in ("L", "RGB", "P"):
            if kind == "PNG" or mode != "P":
                picture.convert(mode).save(folder / f"{mode}.{kind.lower()}", exif=exif)


if __name__ == "__main__":
    if Path(sys.argv[-1]).is_dir():
        sow(Path(sys.argv[-1]))
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()
