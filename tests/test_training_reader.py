"""What the reader's nets learn from and are put together of: drawn pages, targets, pyramid, framing, fusion."""

import multiprocessing
import queue
from collections import Counter
from collections.abc import Callable

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.examples import FOLDER, PHOTOS
from mnist_demo.hand import write_digit
from mnist_demo.training.digits.framing import frame
from mnist_demo.training.drawing.crops import BOXES_MAX, SIDE, Crop, draw_crop, is_small, judge_visible, lay_down
from mnist_demo.training.drawing.cuts import CUT_SIDE, draw_cuts
from mnist_demo.training.drawing.hands import Hands
from mnist_demo.training.drawing.photos import LOOKS, photo
from mnist_demo.training.drawing.sheet import NO_SIGN, SIGNS, UNKNOWN, Sheet, draw_round
from mnist_demo.training.evaluation.finding import count_page
from mnist_demo.training.evaluation.specimens import own_hands
from mnist_demo.training.export.cutting import cut_out
from mnist_demo.training.export.fusion import fuse
from mnist_demo.training.export.pyramid import LEVELS, find_marks, make_mosaic
from mnist_demo.training.networks.convolution import fold
from mnist_demo.training.networks.cutter import build_cutter
from mnist_demo.training.networks.detector import (
    READ_FROM,
    READ_TO,
    SIZE_UNIT,
    SMALL_FROM,
    SMALL_SIGNS,
    STRIDE,
    build_detector,
    make_targets,
)
from mnist_demo.training.recipe.reader import Pool

POINT = SIGNS.index(".")


@pytest.fixture(scope="module")
def hands() -> Hands:
    return own_hands(3)


@pytest.fixture(scope="module")
def crops(hands: Hands) -> list[Crop]:
    return [draw_crop(hands, np.random.default_rng(seed)) for seed in range(80)]


def boxes_of(*rows: tuple[float, ...]) -> NDArray[np.float32]:
    """The boxes of a crop that holds signs: index, left, top, right, bottom, height of the line's digits."""
    boxes = np.full((BOXES_MAX, 6), -9, np.float32)
    boxes[: len(rows)] = rows
    return boxes


class TestDrawnPages:
    def test_they_are_well_formed(self, crops: list[Crop]) -> None:
        for crop in crops:
            height, width = crop.picture.shape
            assert crop.picture.dtype == np.uint8
            assert max(height, width) <= SIDE
            rows = crop.boxes[crop.boxes[:, 0] > -9]
            assert set(rows[:, 0]) <= set(range(NO_SIGN, len(SIGNS)))
            assert rows[:, 1:5].min(initial=0) >= 0
            assert rows[:, [1, 3]].max(initial=0) <= width
            assert rows[:, [2, 4]].max(initial=0) <= height
            assert (rows[:, 1:3] <= rows[:, 3:5]).all()

    def test_four_small_ones_are_seen_at_once_each_in_its_quarter(self, crops: list[Crop]) -> None:
        small = [crop for crop in crops if is_small(crop) and np.ptp(crop.picture)][:4]  # no blank ones
        picture, boxes = lay_down(small, np.random.default_rng(2))
        assert len(small) == 4
        assert len(boxes) == 4 * BOXES_MAX
        half = SIDE // 2
        for quarter in (picture[:half, :half], picture[:half, half:], picture[half:, :half], picture[half:, half:]):
            assert quarter.any()
        for i, (down, right) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
            rows = boxes[i * BOXES_MAX : (i + 1) * BOXES_MAX]
            rows = rows[rows[:, 0] > -9]
            assert ((rows[:, 1:5] >= np.tile([right, down], 2) * half) & (rows[:, 1:5] <= half * 2)).all()

    def test_a_mark_that_drowns_in_its_papers_grain_does_not_stand_out(self) -> None:
        sheet = Sheet(SIDE, np.eye(2, 3, dtype=np.float32))
        line = np.array([(60, 50), (60, 90)], np.float32)
        sheet.write(1, [line], 6, 40, draw_round)
        ink = sheet.pen[::2, ::2] > 0
        clear = np.where(ink, 100, 200).astype(np.uint8)
        grain = np.random.default_rng(3).integers(0, 200, (SIDE // 8, SIDE // 8)).repeat(8, 0).repeat(8, 1)
        drowned = (grain + 20 * ~ink).astype(np.uint8)
        assert judge_visible(sheet, clear)(sheet.marks[0])
        assert not judge_visible(sheet, drowned)(sheet.marks[0])
        assert not judge_visible(sheet, np.where(ink, 198, 200).astype(np.uint8))(sheet.marks[0])

    def test_they_are_laid_down_as_a_level_of_the_pyramid_is(self, crops: list[Crop]) -> None:
        for crop in crops:
            picture, boxes = lay_down([crop], np.random.default_rng(1))
            assert picture.shape == (SIDE, SIDE)
            left, top = np.rint((boxes - crop.boxes)[0, 1:3]).astype(int)
            height, width = crop.picture.shape
            part = picture[top : top + height, left : left + width].astype(float)
            assert abs(part.mean()) < 0.02
            assert part.std() < 1.01
            picture[top : top + height, left : left + width] = 0
            assert not picture.any()

    def test_they_hold_all_digits_and_every_sign_of_numbers(self, crops: list[Crop]) -> None:
        known = {SIGNS[int(sign)] for crop in crops for sign in crop.boxes[:, 0] if sign >= 0}
        assert known >= set(SIGNS) - {"other"}

    def test_the_same_seed_draws_the_same(self, hands: Hands, crops: list[Crop]) -> None:
        for seed in (0, 7):
            again = draw_crop(hands, np.random.default_rng(seed))
            np.testing.assert_array_equal(again.picture, crops[seed].picture)
            np.testing.assert_array_equal(again.boxes, crops[seed].boxes)
        assert not np.array_equal(crops[0].picture, crops[7].picture)

    def test_cuts_show_a_mark_and_its_ink(self, hands: Hands) -> None:
        cuts = [cut for seed in range(6) for cut in draw_cuts(hands, np.random.default_rng(seed))]
        assert cuts
        for cut in cuts:
            assert cut.picture.shape == cut.ink.shape == (CUT_SIDE, CUT_SIDE)
            assert cut.ink.max() > 128


class TestTargets:
    def test_a_sign_has_a_peak_at_its_middle(self) -> None:
        heat, box, mask = make_targets(boxes_of((7, 40, 60, 70, 100, 40)))
        assert np.argwhere(heat == 255).tolist() == [[80 // STRIDE, 55 // STRIDE, 7]]
        assert not heat[..., :7].any()
        assert not mask.any()
        x, y, *size = box[80 // STRIDE, 55 // STRIDE].astype(float).tolist()
        assert (x, y) == (55 / STRIDE - 55 // STRIDE, 0)
        np.testing.assert_allclose(16 * np.exp(size), (30, 40), rtol=0.01)

    def test_every_sign_of_drawn_pages_that_is_to_be_read_has_one(self, crops: list[Crop]) -> None:
        for crop in crops:
            heat = make_targets(crop.boxes)[0]
            for sign, left, top, right, bottom, height in crop.boxes.tolist():
                read_from = SMALL_FROM if sign in SMALL_SIGNS else READ_FROM
                if sign >= 0 and read_from <= height <= READ_TO:
                    middle = (top + bottom) / 2, (left + right) / 2
                    row, column = (min(int(each / STRIDE), len(heat) - 1) for each in middle)
                    assert heat[row, column, int(sign)] == 255

    def test_what_is_unknown_counts_for_nothing(self) -> None:
        heat, box, mask = make_targets(boxes_of((UNKNOWN, 40, 60, 70, 100, 40)))
        assert not heat.any()
        assert np.isnan(box).all()
        assert mask[80 // STRIDE, 55 // STRIDE]


class TestMosaic:
    @pytest.mark.parametrize("shape", [(300, 420), (28, 28), (900, 1200), (31, 700)])
    def test_it_keeps_levels_apart(self, shape: tuple[int, int]) -> None:
        page = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
        mosaic = make_mosaic(tf.constant(page))
        picture, places = mosaic.picture.numpy(), mosaic.places.numpy()
        assert len(places) == LEVELS
        covered = np.zeros(picture.shape, int)
        for left, top, width, height in places:
            assert top + height <= picture.shape[0]
            assert left + width <= picture.shape[1]
            covered[top : top + height, left : left + width] += 1
        assert covered.max() == 1
        assert not picture[covered == 0].any()
        assert [side % 16 for side in picture.shape] == [0, 0]
        alone = [cv2.dilate(_mask(place, covered.shape), np.ones((15, 15))) for place in places]
        assert np.sum(alone, 0).max() == 1

    def test_a_small_picture_is_enlarged_threefold(self) -> None:
        mosaic = make_mosaic(tf.zeros((28, 28), tf.uint8))
        assert mosaic.places[0, 2:].numpy().tolist() == [84, 84]
        assert float(mosaic.scale) == pytest.approx(1 / 3)


def test_a_point_that_is_seen_at_two_scales_is_one_and_likelier_than_at_either() -> None:
    mosaic = make_mosaic(tf.zeros((256, 256), tf.uint8))
    places = mosaic.places.numpy()
    rows, columns = (side // STRIDE for side in mosaic.picture.shape)
    answers = np.full((1, rows, columns, len(SIGNS) + 4), -10, np.float32)
    for level, x, y in ((1, 104, 104), (2, 100, 108)):  # pixels of the page
        left, top = places[level, :2]
        column, row = (left + x // 2**level) // STRIDE, (top + y // 2**level) // STRIDE
        answers[0, row, column, POINT] = 0.4
        answers[0, row, column, -4:] = (0.5, 0.5, np.log(3 / SIZE_UNIT), np.log(3 / SIZE_UNIT))
    marks = find_marks(lambda _: tf.constant(answers), mosaic)
    assert len(marks.boxes) == 1
    assert float(marks.scores[0, POINT]) > 0.65 > tf.sigmoid(0.4)


def _mask(place: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    left, top, width, height = place
    mask = np.zeros(shape, np.uint8)
    mask[top : top + height, left : left + width] = 1
    return mask


@pytest.mark.parametrize("label", ["1", "4", "8"])
@pytest.mark.parametrize("height", [18, 60, 300])
def test_cutting_out_and_framing_keep_a_digits_shape(label: str, height: int) -> None:
    page = np.full((2 * height, 2 * height), 255, np.uint8)
    strokes = write_digit(label, np.random.default_rng(3))
    lines = [np.round((stroke + 0.5) * height * 16).astype(np.int32)[:, None] for stroke in strokes]
    cv2.polylines(page, lines, False, 0, max(2, height // 10), cv2.LINE_AA, 4)
    rows, columns = np.flatnonzero(page.min(1) < 128), np.flatnonzero(page.min(0) < 128)
    box = tf.constant([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], tf.float32)
    cut = cut_out(make_mosaic(tf.constant(page)), box)
    ink = (tf.reduce_max(cut) - cut) / (tf.reduce_max(cut) - tf.reduce_min(cut))
    image = frame(ink).numpy()[0]
    y, x = ((image.sum(1 - axis) * np.arange(28)).sum() / image.sum() for axis in (0, 1))
    assert (x, y) == pytest.approx((14, 14), abs=0.5)
    inked = image > 0.35
    assert max(inked.any(0).sum(), inked.any(1).sum()) == pytest.approx(20, abs=1.5)
    tall, wide = rows[-1] - rows[0], columns[-1] - columns[0]
    assert inked.any(0).sum() / inked.any(1).sum() == pytest.approx(wide / tall, abs=0.12)


def side_by_side(count: int) -> tf.Tensor:
    """Boxes (count, 4) of marks of 20x30 pixels beside each other."""
    left = 24.0 * tf.range(count, dtype=tf.float32)
    return tf.stack([left, tf.zeros(count), left + 20, tf.fill([count], 30.0)], 1)


def test_two_opinions_joined_are_probabilities() -> None:
    rng = np.random.default_rng(1)
    scores = np.concatenate([rng.uniform(0, 1, (50, 16)), np.eye(16)[:3]]).astype(np.float32)
    judged = rng.dirichlet(np.full(10, 0.3), len(scores)).astype(np.float32)
    signs, digits = (each.numpy() for each in fuse(tf.constant(scores), tf.constant(judged), side_by_side(len(scores))))
    assert min(signs.min(), digits.min()) >= 0
    assert signs.sum(1).max() <= 1 + 1e-5
    np.testing.assert_allclose(digits.sum(1), 1, atol=1e-5)


def test_a_digit_that_both_see_is_that_digit() -> None:
    scores, judged = np.full((1, 16), 0.01, np.float32), np.full((1, 10), 0.01, np.float32)
    scores[0, 7], judged[0, 7] = 0.9, 0.91
    signs, digits = fuse(tf.constant(scores), tf.constant(judged), side_by_side(1))
    assert (int(tf.argmax(signs[0])), int(tf.argmax(digits[0]))) == (7, 7)
    assert float(digits[0, 7]) > 0.8


def test_a_mark_between_digits_is_likelier_one_than_alone_or_as_a_part_of_a_digit() -> None:
    scores, judged = np.full((3, 16), 0.01, np.float32), np.full((3, 10), 0.01, np.float32)
    scores[:, 7], judged[:, 7] = (0.95, 0.3, 0.95), 0.91
    between = fuse(tf.constant(scores), tf.constant(judged), side_by_side(3))[0][1, :10]
    alone = fuse(tf.constant(scores[1:2]), tf.constant(judged[1:2]), side_by_side(1))[0][0, :10]
    boxes = tf.constant([[0, 0, 20, 30], [5, 5, 15, 25], [24, 0, 44, 30]], tf.float32)
    part = fuse(tf.constant(scores), tf.constant(judged), boxes)[0][1, :10]
    below = tf.constant([[0, 0, 20, 30], [0, 60, 20, 90], [0, 120, 20, 150]], tf.float32)
    apart = fuse(tf.constant(scores), tf.constant(judged), below)[0][1, :10]
    assert tf.reduce_sum(between) > 1.3 * tf.reduce_sum(alone)
    for other in (part, apart):
        np.testing.assert_allclose(other, alone, rtol=1e-5)


def test_a_training_whose_pictures_are_no_longer_drawn_ends() -> None:
    painter = multiprocessing.get_context("spawn").Process(target=print)
    painter.start()
    painter.join()
    with pytest.raises(RuntimeError, match="draws has ended"):
        Pool(queue.Queue(), [painter]).fill(wait=False)


@pytest.mark.parametrize(("build", "side"), [(build_detector, 64), (build_cutter, CUT_SIDE)])
def test_folding_changes_nothing(build: Callable[..., keras.Model], side: int) -> None:
    network, rng = build(), np.random.default_rng(9)
    for layer in network.layers:  # as training leaves it: nothing 0 or 1
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.7, 1.4, weight.shape) for weight in layer.get_weights()])
    pictures = rng.normal(size=(2, side, side, 1)).astype(np.float32)
    answers = network(pictures, training=False).numpy()
    np.testing.assert_allclose(fold(network, build(False))(pictures), answers, rtol=1e-3, atol=1e-3 * answers.std())


class TestCounting:
    """A page with a 7, a point, and a 3 that is cut off."""

    PAGE = Crop(
        np.full((SIDE, SIDE), 255, np.uint8),
        boxes_of((7, 40, 60, 70, 100, 40), (POINT, 80, 94, 86, 100, 40), (UNKNOWN, 170, 60, 192, 100, 40)),
    )
    SEVEN, DOT, EDGE = (41, 62, 70, 99), (80, 94, 86, 100), (172, 60, 192, 100)

    @pytest.mark.parametrize(
        ("marks", "found", "right"),
        [
            ({"7": SEVEN, ".": DOT}, {"digit": 1, ".": 1}, {"digit": 1, ".": 1}),
            ({".": (82, 97, 84, 99)}, {".": 1}, {".": 1}),
            ({".": (86, 86, 92, 92)}, {".": 1}, {}),
            ({"1": SEVEN}, {"digit": 1}, {}),
            ({"7": (41, 62, 70, 75)}, {"digit": 1}, {}),
            ({"3": EDGE}, {}, {}),
            ({}, {}, {}),
        ],
        ids=[
            "both right",
            "a point of another size",
            "a point elsewhere",
            "another digit",
            "half of it",
            "what is cut off",
            "nothing",
        ],
    )
    def test_a_mark_is_right_where_box_and_label_are(
        self, marks: dict[str, tuple[int, ...]], found: dict[str, int], right: dict[str, int]
    ) -> None:
        counts = Counter[str](), Counter[str](), Counter[str]()
        count_page(self.PAGE, np.array([*marks.values()], np.float32).reshape(-1, 4), list(marks), *counts)
        assert counts == ({"digit": 1, ".": 1}, found, right)


@pytest.mark.parametrize("name", PHOTOS)
def test_the_example_photos_are_drawn_as_training_draws(name: str) -> None:
    with Image.open(FOLDER / name) as kept:
        difference = np.asarray(kept.convert("RGB")).astype(int) - photo(PHOTOS[name], LOOKS[name])
    assert np.abs(difference).mean() < 4  # grey levels, which WebP costs
