"""Draw the example photos: python -m mnist_demo.examples."""

from PIL import Image

from mnist_demo.examples import FOLDER, PHOTOS
from mnist_demo.examples.photo import photo

for seed, name in enumerate(PHOTOS):
    Image.fromarray(photo(name, seed)).save(FOLDER / name, quality=60)
