"""The model's contract: three ways of calling the SavedModel, its checksums, and what the classifier adds."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from conftest import Write

from mnist_demo import Classifier, recognize
from mnist_demo.inference import BATCH_MAX, CHECKSUMS, MODEL_DIR, Images


@pytest.fixture(scope="module")
def loaded() -> tf.Module:
    return tf.saved_model.load(str(MODEL_DIR))


@pytest.fixture(scope="module")
def images(classifier: Classifier, write: Write) -> Images:
    return np.stack([recognize(write(digit), classifier).digits[0].image for digit in "0123456789"])


def test_three_ways_of_calling_give_the_same_probabilities(loaded: tf.Module, images: Images) -> None:
    signature = loaded.signatures["serving_default"](tf.constant(images))["output_0"].numpy()
    assert signature.shape == (10, 10)
    assert signature.dtype == np.float32
    np.testing.assert_allclose(signature.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(loaded(images), signature, atol=1e-6)
    np.testing.assert_allclose(loaded(images.reshape(-1, 784)), signature, atol=1e-6)
    np.testing.assert_allclose(loaded(images[:1].reshape(1, 784)), signature[:1], atol=1e-5)


def test_the_signature_names_its_input_and_output_and_takes_any_batch(loaded: tf.Module) -> None:
    signature = loaded.signatures["serving_default"]
    (specification,) = signature.structured_input_signature[1].values()
    assert specification.name == "images"
    assert specification.shape.as_list() == [None, 28, 28]
    assert signature.structured_outputs["output_0"].shape.as_list() == [None, 10]
    for n in (1, 3, 64):
        assert signature(images=tf.zeros((n, 28, 28)))["output_0"].shape == (n, 10)


def test_the_model_reads_what_a_hand_writes(classifier: Classifier, images: Images) -> None:
    assert classifier.predict(images).argmax(1).tolist() == list(range(10))


def test_the_model_is_at_most_six_megabytes() -> None:
    assert sum(path.stat().st_size for path in MODEL_DIR.rglob("*") if path.is_file()) <= 6_000_000


def test_batches_larger_than_a_call_come_back_whole(classifier: Classifier, images: Images) -> None:
    many = np.concatenate([images] * (BATCH_MAX // 10 + 2))
    np.testing.assert_allclose(classifier.predict(many)[-10:], classifier.predict(images), atol=1e-5)


def test_no_images_give_no_probabilities(classifier: Classifier) -> None:
    assert classifier.predict(np.zeros((0, 28, 28), np.float32)).shape == (0, 10)


@pytest.mark.parametrize("shape", [(28, 28), (1, 784), (1, 28, 27)])
def test_other_shapes_are_refused(shape: tuple[int, ...], classifier: Classifier) -> None:
    with pytest.raises(ValueError, match=r"expected images of shape \(n, 28, 28\)"):
        classifier.predict(np.zeros(shape, np.float32))


class TestSaliency:
    def test_follows_the_log_odds(self, classifier: Classifier, images: Images) -> None:
        """A small step along the saliency makes the label's log-odds grow by about the step times the slope."""

        def log_odds(batch: Images) -> np.ndarray:
            p = classifier.predict(batch).astype(np.float64)[np.arange(10), np.arange(10)]
            return np.log(p / (1 - p))

        noisy = np.clip(0.6 * images + 0.1, 0, 1).astype(np.float32)  # not so sure that float32 rounds the odds off
        slope = classifier.saliency(noisy, np.arange(10))
        step = 0.01 / np.abs(slope).max((1, 2), keepdims=True)
        grown = log_odds((noisy + step * slope).astype(np.float32)) - log_odds(noisy)
        expected = (step * slope**2).sum((1, 2))
        assert (grown > 0).all()
        assert np.median(grown / expected) == pytest.approx(1, abs=0.35)

    def test_does_not_vanish_where_the_model_is_sure(self, classifier: Classifier, images: Images) -> None:
        assert (np.abs(classifier.saliency(images)).max((1, 2)) > 1e-2).all()

    def test_asks_for_the_likeliest_label_by_default(self, classifier: Classifier, images: Images) -> None:
        np.testing.assert_allclose(classifier.saliency(images), classifier.saliency(images, np.arange(10)))


def test_features_are_maps_as_large_as_the_image(classifier: Classifier, images: Images) -> None:
    maps = classifier.features(images)
    assert maps.shape[:3] == (10, 28, 28)
    assert maps.min() >= 0
    assert np.ptp(maps, axis=(1, 2)).max(1).min() > 0  # every image makes some filter respond


class TestChecksums:
    @pytest.fixture
    def copy(self, tmp_path: Path) -> Path:
        return Path(shutil.copytree(MODEL_DIR, tmp_path / "1"))

    def test_a_flipped_bit_is_noticed(self, copy: Path) -> None:
        damaged = next((copy / "variables").glob("variables.data*"))
        content = bytearray(damaged.read_bytes())
        content[len(content) // 2] ^= 1
        damaged.write_bytes(content)
        with pytest.raises(ValueError, match=r"is damaged: variables/variables\.data.* Restore the folder"):
            Classifier(copy)

    def test_a_missing_file_is_named(self, copy: Path) -> None:
        (copy / "variables" / "variables.index").unlink()
        with pytest.raises(FileNotFoundError, match=r"lacks variables/variables\.index"):
            Classifier(copy)

    def test_a_folder_without_a_list_is_no_model(self, copy: Path) -> None:
        (copy / CHECKSUMS).unlink()
        with pytest.raises(FileNotFoundError, match=r"no model at .* `make train`"):
            Classifier(copy)
