"""From any picture to upright grey."""

from mnist_demo.picture.errors import PictureError
from mnist_demo.picture.grey import Grey, Source, load_image, load_scaled

__all__ = ["Grey", "PictureError", "Source", "load_image", "load_scaled"]
