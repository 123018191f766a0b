"""What trains the classifier: its data, its drawings, its augmentation; and the weights that are kept."""

from itertools import cycle
from pathlib import Path

import keras
import numpy as np
import pytest
from hands import HANDS

from mnist_demo.training.data import Labelled, PenStrokes, data_dir
from mnist_demo.training.digits.outliers import make_outliers
from mnist_demo.training.digits.rendering import render, render_all
from mnist_demo.training.digits.touching import draw_groups
from mnist_demo.training.networks.classifier import build_network
from mnist_demo.training.networks.convolution import fold
from mnist_demo.training.networks.weights import keep_weights, load_weights
from mnist_demo.training.recipe.augmentation import Augmentation
from mnist_demo.training.recipe.corpus import BATCH, Corpus, redraw
from mnist_demo.training.recipe.distillation import blend, train
from mnist_demo.training.recipe.optimizer import muon


@pytest.fixture(scope="module")
def strokes() -> PenStrokes:
    """Digits as pen strokes, in the units that tablets use, by fifty writers."""
    rng = np.random.default_rng(1)
    labels = np.array([str(i % 10) for i in range(100)])
    hands = [hand for hand in HANDS.values() for _ in range(2)]
    written = [hand(label, rng) for hand, label in zip(cycle(hands), labels, strict=False)]
    signs = [[(1000 * stroke).astype(np.int16) for stroke in strokes] for strokes in written]
    return PenStrokes(signs, labels, np.array([f"writer {i // 2}" for i in range(100)]))


@pytest.fixture(scope="module")
def digits(strokes: PenStrokes) -> Labelled:
    images = render_all(strokes.signs, strokes.labels, 1, np.random.default_rng(2))
    return Labelled(images, strokes.labels.astype(np.uint8))


def test_a_writer_is_either_trained_on_or_held_out(strokes: PenStrokes) -> None:
    away = strokes.held_out()
    assert 0 < away.sum() < len(away) / 2
    assert not set(strokes.writers[away]) & set(strokes.writers[~away])
    assert len(strokes.select(away).signs) == away.sum()


def test_the_data_folder_is_the_one_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MNIST_DEMO_DATA", str(tmp_path))
    assert data_dir() == tmp_path
    assert data_dir(Path("elsewhere")) == Path("elsewhere")


def test_every_tool_leaves_ink_on_paper(strokes: PenStrokes) -> None:
    rng = np.random.default_rng(3)
    for _ in range(60):
        i = int(rng.integers(len(strokes.signs)))
        ink = render(strokes.signs[i], rng, str(strokes.labels[i]))
        assert ink.dtype == np.float32
        assert 0 <= ink.min() <= ink.max() <= 1
        assert ink.max() > 0.1


def test_drawings_vary_and_can_be_repeated(strokes: PenStrokes) -> None:
    first = render_all(strokes.signs[:1], strokes.labels[:1], 5, np.random.default_rng(4))
    again = render_all(strokes.signs[:1], strokes.labels[:1], 5, np.random.default_rng(4))
    assert first.shape == (5, 28, 28)
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(first, axis=0)) == 5


def test_outliers_are_framed_as_digits_are(strokes: PenStrokes, digits: Labelled) -> None:
    parts = [stroke for sign in strokes.signs for stroke in sign]
    outliers = make_outliers(digits, digits.images[:5], parts, 200, np.random.default_rng(5))
    assert outliers.shape == (200, 28, 28)
    assert (outliers.max((1, 2)) > 0).all()
    assert len(make_outliers(digits, digits.images[:0], [], 20, np.random.default_rng(5))) == 20
    faint = digits.images[:5] // 5
    assert len(make_outliers(digits, faint, parts, 200, np.random.default_rng(5))) == 200


def test_redrawn_images_stay_alike(digits: Labelled) -> None:
    redrawn = redraw(digits.images[:20], np.random.default_rng(6))
    same = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(digits.images[:20], redrawn, strict=True)]
    assert np.median(same) > 0.85


def test_augmentation_keeps_shape_and_range_and_changes_every_image(digits: Labelled) -> None:
    images = digits.images[..., None]
    changed = Augmentation(seed=0)(images).numpy()
    assert changed.shape == images.shape
    assert changed.dtype == np.float32
    assert 0 <= changed.min() <= changed.max() <= 1
    assert (np.abs(changed - images / np.float32(255)).max((1, 2)) > 0.05).all()


def test_folding_the_normalisation_changes_no_answer(digits: Labelled) -> None:
    network = build_network(width=4)
    rng = np.random.default_rng(9)
    for layer in network.layers:  # as training leaves it: nothing 0 or 1
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 2, weight.shape) for weight in layer.get_weights()])
    images = digits.images[:20].astype(np.float32)[..., None] / 255
    folded = fold(network, build_network(width=4, normalised=False))
    np.testing.assert_allclose(folded(images), network(images, training=False), rtol=1e-3, atol=1e-4)


def test_groups_of_digits_are_framed_as_one_mark(strokes: PenStrokes) -> None:
    groups = draw_groups(strokes, 40, np.random.default_rng(12))
    assert groups.shape == (40, 28, 28)
    columns = (groups > 128).any(1).sum(1)
    rows = (groups > 128).any(2).sum(1)
    assert (rows <= 20).all()
    assert np.median(columns / rows) > 0.9


def test_the_optimizer_moves_a_convolution_in_all_directions_alike() -> None:
    kernel = keras.Variable(np.zeros((3, 3, 8, 16), np.float32))
    rng = np.random.default_rng(13)
    gradient = rng.normal(size=(72, 16)) * np.geomspace(0.03, 1, 16)
    optimizer = muon(steps=1000)
    optimizer.apply([gradient.reshape(kernel.shape).astype(np.float32)], [kernel])
    strengths = np.linalg.svd(kernel.numpy().reshape(72, 16), compute_uv=False)
    assert strengths.max() / strengths.min() < 3


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras' own, when it saves
def test_a_later_training_starts_from_the_weights_that_were_kept(tmp_path: Path) -> None:
    network, later = build_network(width=2), build_network(width=2)
    keep_weights(tmp_path / "weights", network=network)
    load_weights("network", later, tmp_path / "weights")
    for kept, loaded in zip(network.get_weights(), later.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, loaded)


def test_a_student_learns_its_labels_and_half_of_what_teachers_say_rightly() -> None:
    labels = np.eye(10, dtype=np.float32)[[3, 3]]
    labels = np.concatenate([labels, np.full((1, 10), 0.1, np.float32)])
    logits = np.zeros((3, 10), np.float32)
    logits[0, 3] = logits[1, 5] = logits[2, 5] = 4.0
    targets = np.asarray(blend(labels, logits))
    np.testing.assert_allclose(targets[1:], labels[1:])  # the teachers are wrong, and see a digit in none
    said = np.exp(logits[0]) / np.exp(logits[0]).sum()
    np.testing.assert_allclose(targets[0], (labels[0] + said) / 2, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras' own, when it saves
def test_a_distilled_net_goes_on_where_it_was_stopped(tmp_path: Path, digits: Labelled) -> None:
    teacher = build_network(width=4, normalised=False)
    source = BATCH // 2, digits.images, digits.labels.astype(np.int32)
    corpus = Corpus([source, source], {"digits": digits}, {"the same": digits.images})
    first = train(build_network(width=4), corpus, 3, 0, tmp_path / "net", [teacher])
    again = train(build_network(width=4), corpus, 3, 1, tmp_path / "net", [teacher])
    untrained = build_network(width=4)
    for weight, same in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, same)
    assert any((weight != old).any() for weight, old in zip(first.get_weights(), untrained.get_weights(), strict=True))
