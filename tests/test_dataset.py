"""MNIST's own files, of every kind that they come in."""

import gzip

import numpy as np
import pytest
from pictures import idx, kaggle, saved

from mnist_demo import Classifier
from mnist_demo.batch.mnist import is_dataset, labels_beside, load, read

IMAGES = np.random.default_rng(7).integers(0, 256, (10, 28, 28)).astype(np.uint8)
LABELS = np.arange(10, dtype=np.uint8)


FILES = {
    "IDX": idx(IMAGES),
    "gzipped IDX": gzip.compress(idx(IMAGES)),
    "npy": saved(np.save, IMAGES),
    "npy of rows": saved(np.save, IMAGES.reshape(10, 784)),
    "npy of one channel": saved(np.save, IMAGES[..., None]),
    "npy of floats": saved(np.save, IMAGES.astype(np.float32) / 255),
    "npy of floats to 255": saved(np.save, IMAGES.astype(np.float64)),
    "npy of integers": saved(np.save, IMAGES.astype(np.int64)),
    "npz": saved(np.savez_compressed, x=IMAGES),
    "CSV": kaggle(IMAGES, None),
    "CSV without a head": kaggle(IMAGES, None).split(b"\n", 1)[1],
}
LABELLED = {
    "npz": saved(np.savez, y_test=LABELS, x_test=IMAGES),
    "CSV": kaggle(IMAGES, LABELS),
    "gzipped CSV": gzip.compress(kaggle(IMAGES, LABELS)),
}


@pytest.mark.parametrize("kind", FILES)
def test_images_are_found(kind: str) -> None:
    ((images, labels),) = load(FILES[kind])
    np.testing.assert_array_equal(images, IMAGES)
    assert labels is None


@pytest.mark.parametrize("kind", LABELLED)
def test_labels_are_found(kind: str) -> None:
    ((images, labels),) = load(LABELLED[kind])
    np.testing.assert_array_equal(images, IMAGES)
    np.testing.assert_array_equal(labels, LABELS)


def test_a_file_of_labels_is_paired_with_its_images() -> None:
    ((_, labels),) = load(idx(IMAGES), gzip.compress(idx(LABELS)))
    np.testing.assert_array_equal(labels, LABELS)


def test_each_set_gets_its_own_labels() -> None:
    arrays = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:4], "y_test": LABELS[:4]}
    sets = load(saved(np.savez, **arrays))
    assert [(len(images), labels.tolist()) for images, labels in sets if labels is not None] == [
        (10, list(range(10))),
        (4, [0, 1, 2, 3]),
    ]


def test_784_numbers_are_an_image_unless_as_many_images_are_with_them() -> None:
    ((images, labels),) = load(saved(np.savez, x=np.zeros((784, 28, 28), np.uint8), y=np.arange(784)))
    assert len(images) == 784
    assert labels is not None
    assert labels.tolist() == list(range(784))
    ((images, labels),) = load(saved(np.save, IMAGES[0].reshape(784)))
    np.testing.assert_array_equal(images, IMAGES[:1])
    assert labels is None


def test_what_is_true_is_ink() -> None:
    ((images, _),) = load(saved(np.save, IMAGES > 100))
    np.testing.assert_array_equal(images, np.where(IMAGES > 100, 255, 0))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x1f\x8bbroken", b"PK\3\4", b"\0\0\x08\3cut", idx(LABELS), b"a,b\n1,2", saved(np.save, IMAGES[:, 1:])],
)
def test_files_of_something_else_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="there are no images of 28x28 pixels in this file"):
        load(content)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("train-images-idx3-ubyte", True), ("T.NPZ", True), ("test.csv", True), ("a.gz", True), ("photo.png", False)],
)
def test_files_are_known_by_their_names(name: str, is_one: bool) -> None:
    assert is_dataset(name) == is_one


def test_files_without_a_name_are_known_by_their_first_bytes() -> None:
    assert is_dataset("-", FILES["IDX"])
    assert not is_dataset("-", b"\x89PNG")


def test_labels_lie_beside_mnists_images() -> None:
    assert labels_beside("raw/train-images-idx3-ubyte.gz") == "raw/train-labels-idx1-ubyte.gz"
    assert labels_beside("train-images.idx3-ubyte") == "train-labels.idx1-ubyte"
    assert labels_beside("mnist.npz") is None


def test_more_images_than_go_at_once_are_all_read(classifier: Classifier) -> None:
    images = np.tile(IMAGES, (51, 1, 1))
    readings = list(read(images, classifier))
    assert len(readings) == 510
    assert readings[0].to_dict()["digits"][0]["box"] == [0, 0, 28, 28]
    assert [reading.text for reading in readings[:10]] == [reading.text for reading in readings[-10:]]
    probabilities = readings[7].digits[0].probabilities
    assert readings[7].text == readings[7].digits[0].label == str(probabilities.argmax())
