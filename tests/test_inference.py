"""The model's contract: ways of calling it, the marks that it finds, checksums, and what the classifier adds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from conftest import Write
from pictures import encode

from mnist_demo import Classifier
from mnist_demo.inference import MODEL_DIR, Images
from mnist_demo.inference.classifier import BATCH_MAX
from mnist_demo.inference.integrity import CHECKSUMS


@pytest.fixture(scope="module")
def loaded() -> tf.Module:
    return tf.saved_model.load(str(MODEL_DIR))


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
    for n in (0, 1, 3, 64):
        assert signature(images=tf.zeros((n, 28, 28)))["output_0"].shape == (n, 10)


@pytest.mark.parametrize(
    "shape",
    [(2, 28, 28, 3), (2, 28, 28, 1), (28, 28, 3), (2, 28, 27), (2, 14, 56), (2, 30, 30), (2, 28), (1568,), ()],
)
def test_images_of_another_shape_are_never_read(shape: tuple[int, ...], loaded: tf.Module) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected images of shape"):
        loaded(tf.zeros(shape))
    for name in ("serving_default", "features"):
        with pytest.raises(tf.errors.InvalidArgumentError, match="not compatible with expected shape"):
            loaded.signatures[name](images=tf.zeros(shape))


@pytest.mark.parametrize(("shape", "n"), [((3, 28, 28), 3), ((3, 784), 3), ((28, 28), 1), ((784,), 1), ((0, 784), 0)])
def test_the_loaded_object_takes_images_in_several_shapes(shape: tuple[int, ...], n: int, loaded: tf.Module) -> None:
    assert loaded(tf.zeros(shape)).shape == (n, 10)


class TestRead:
    @pytest.mark.parametrize("shape", [(1, 1), (28, 28), (40, 3000), (3000, 40), (2000, 2000)])
    def test_a_page_of_any_size_has_finite_marks_within_it(
        self, shape: tuple[int, int], write: Write, classifier: Classifier
    ) -> None:
        digit = write("5", height=16, pen=2)
        page = np.full(shape, 255, np.uint8)
        if min(shape) > max(digit.shape):
            page[: digit.shape[0], : digit.shape[1]] = digit
        marks = classifier.read(page)
        n = len(marks.boxes)
        assert [part.shape for part in marks] == [(n, 4), (n, 16), (n, 28, 28), (n, 10)]
        assert all(part.dtype == np.float32 and np.isfinite(part).all() for part in marks)
        assert (marks.boxes >= 0).all()
        assert (marks.boxes <= np.tile(shape[::-1], 2) + 1).all()

    def test_each_mark_has_its_box_its_signs_and_its_image(self, write: Write, classifier: Classifier) -> None:
        page = write("64")
        marks = classifier.read(page)
        assert len(marks.boxes) == 2
        for (left, top, right, bottom), signs, image, probabilities in zip(*marks, strict=True):
            inside = page[round(top) : round(bottom), round(left) : round(right)]
            assert (inside < 128).mean() > 0.05
            assert 0.35 < signs.sum() < 1.001
            assert probabilities.sum() == pytest.approx(1, abs=1e-4)
            assert 0 <= image.min() < 0.1 < 0.9 < image.max() <= 1
            rows, columns = np.nonzero(image > 0.5)
            assert 15 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22
            mass = [(image.sum(axis) * np.arange(28)).sum() / image.sum() for axis in (0, 1)]
            assert mass == pytest.approx([14, 14], abs=0.75)

    @pytest.mark.parametrize("shade", [0, 128, 255])
    @pytest.mark.parametrize("shape", [(1, 1), (30, 30), (400, 300)])
    def test_blank_paper_has_no_marks(self, shape: tuple[int, int], shade: int, classifier: Classifier) -> None:
        marks = classifier.read(np.full(shape, shade, np.uint8))
        assert [part.shape for part in marks] == [(0, 4), (0, 16), (0, 28, 28), (0, 10)]

    def test_a_png_has_the_marks_of_its_page(self, write: Write, loaded: tf.Module) -> None:
        page = write("42")
        expected = loaded.signatures["read"](page=tf.constant(page))
        answer = loaded.signatures["read_png"](png=tf.constant(encode(page)))
        for name in ("boxes", "signs", "images", "probabilities"):
            np.testing.assert_allclose(answer[name], expected[name], atol=1e-4)

    @pytest.mark.parametrize("page", [np.zeros((4, 4, 3), np.uint8), np.zeros((0, 4), np.uint8), np.zeros((4, 4))])
    def test_what_is_no_grey_page_is_refused(self, page: np.ndarray, classifier: Classifier) -> None:
        for look in classifier.read, classifier.heat:
            with pytest.raises(ValueError, match=r"expected a page of shape \(h, w\) and type uint8, got"):
                look(page)


class TestHeat:
    @pytest.mark.parametrize("height", [40, 120, 400])
    def test_is_hot_in_the_middle_of_digits_and_cold_between_lines(
        self, height: int, write: Write, classifier: Classifier
    ) -> None:
        page = write("305", "17", height=height, pen=max(2, height // 12))
        heat = classifier.heat(page)
        assert heat.dtype == np.float32
        assert 0 <= heat.min() < 0.1
        assert heat.max() <= 1
        scale = np.array(page.shape[::-1]) / heat.shape[::-1]
        for left, top, right, bottom in classifier.read(page).boxes:
            column, row = (np.array([left + right, top + bottom]) / 2 / scale).astype(int)
            assert heat[row, column] > 0.25

    @pytest.mark.parametrize("shape", [(1, 1), (30, 30), (400, 301), (1500, 1100)])
    def test_blank_paper_is_cold(self, shape: tuple[int, int], classifier: Classifier) -> None:
        assert classifier.heat(np.full(shape, 255, np.uint8)).max() < 0.25

    def test_a_png_has_the_heat_of_its_page(self, write: Write, loaded: tf.Module) -> None:
        page = write("42")
        expected = loaded.signatures["heat"](page=tf.constant(page))["output_0"]
        heat = loaded.signatures["heat_png"](png=tf.constant(encode(page)))["output_0"]
        np.testing.assert_allclose(heat, expected, atol=1e-4)


def test_the_model_reads_what_a_hand_writes(classifier: Classifier, images: Images) -> None:
    assert classifier.predict(images).argmax(1).tolist() == list(range(10))


def test_the_model_is_at_most_ten_megabytes() -> None:
    assert sum(path.stat().st_size for path in MODEL_DIR.rglob("*") if path.is_file()) <= 10_000_000


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
        assert (np.abs(classifier.saliency(images, np.arange(10))).max((1, 2)) > 1e-2).all()


def test_layers_are_maps_from_fine_to_coarse(classifier: Classifier, images: Images) -> None:
    layers = classifier.layers(images)
    assert [maps.shape for maps in layers] == [(10, 28, 28, 32), (10, 14, 14, 64), (10, 7, 7, 128)]
    for maps in layers:
        assert maps.dtype == np.float32
        assert maps.min() >= 0
        assert maps.max((1, 2, 3)).min() > 0
    assert np.ptp(layers[0], axis=(1, 2)).max(1).min() > 0  # every image makes some filter respond


ASKED_AT_ONCE = """
import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from mnist_demo import Classifier
classifier, page, images = Classifier(), np.full((900, 1400), 255, np.uint8), np.zeros((2, 28, 28), np.float32)
ask = (
    lambda: classifier.read(page), lambda: classifier.heat(page), lambda: classifier.predict(images),
    lambda: classifier.layers(images), lambda: classifier.saliency(images, np.array([1, 2])),
)
with ThreadPoolExecutor(8) as pool:
    print(len(list(pool.map(lambda i: ask[i % len(ask)](), range(40)))))
"""


def test_many_may_ask_at_once_on_one_processor() -> None:
    """Whoever asks runs the operations itself; one that waited for a thread of TensorFlow's would wait for ever."""
    environment = {**os.environ, "TF_NUM_INTEROP_THREADS": "1"}
    command = [sys.executable, "-c", ASKED_AT_ONCE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert done.stdout == "40\n", done.stderr


class TestChecksums:
    @pytest.fixture
    def copy(self, tmp_path: Path) -> Path:
        return Path(shutil.copytree(MODEL_DIR, tmp_path / "1"))

    def test_a_flipped_bit_is_noticed(self, copy: Path) -> None:
        damaged = copy / "saved_model.pb"
        content = bytearray(damaged.read_bytes())
        content[len(content) // 2] ^= 1
        damaged.write_bytes(content)
        with pytest.raises(ValueError, match=r"is damaged: saved_model\.pb.* Restore the folder"):
            Classifier(copy)

    def test_a_missing_file_is_named(self, copy: Path) -> None:
        (copy / "variables" / "variables.index").unlink()
        with pytest.raises(FileNotFoundError, match=r"lacks variables/variables\.index"):
            Classifier(copy)

    def test_a_folder_without_a_list_is_no_model(self, copy: Path) -> None:
        (copy / CHECKSUMS).unlink()
        with pytest.raises(FileNotFoundError, match=r"no model at .* `make train`"):
            Classifier(copy)
