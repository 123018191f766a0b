"""What the reader's nets learn from and are put together of: drawn pages, targets, pyramid, framing, fusion."""

import multiprocessing
import queue
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.examples import FOLDER, PHOTOS
from mnist_demo.hand import write_digit
from mnist_demo.inference import SIGNS as READ
from mnist_demo.inference import Classifier
from mnist_demo.inference.integrity import golden_page
from mnist_demo.training.digits.framing import frame
from mnist_demo.training.drawing.crops import BOXES_MAX, SIDE, Crop, draw_crop, is_small, judge_visible, lay_down
from mnist_demo.training.drawing.cuts import CUT_SIDE, draw_cuts
from mnist_demo.training.drawing.hands import Hands
from mnist_demo.training.drawing.photos import LOOKS, photo
from mnist_demo.training.drawing.rows import ROW_HEIGHT, ROW_WIDTH, Row, draw_rows, find_rows
from mnist_demo.training.drawing.sheet import NO_SIGN, OTHER, SIGNS, UNKNOWN, Sheet, draw_round
from mnist_demo.training.evaluation.finding import count_page
from mnist_demo.training.evaluation.specimens import own_hands
from mnist_demo.training.export.cutting import cut_out
from mnist_demo.training.export.fusion import fuse, unite_signs
from mnist_demo.training.export.measures import measure
from mnist_demo.training.export.pyramid import LEVELS, Marks, find_marks, make_mosaic
from mnist_demo.training.export.rows import find_windows, lay_out, read_rows
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
from mnist_demo.training.networks.rescorer import COLUMNS, PARTS, Doubt, build_rescorer, rescoring_loss
from mnist_demo.training.networks.row_reader import (
    NO_MIDDLE,
    PLACES,
    STEP,
    build_row_reader,
    fits,
    lay_side_by_side,
    row_loss,
)
from mnist_demo.training.networks.weights import load_weights
from mnist_demo.training.recipe.learning import Learner, learn
from mnist_demo.training.recipe.reader import Pool
from mnist_demo.training.recipe.rescoring import kinds_of

POINT = SIGNS.index(".")
ROWS = slice(sum(PARTS[:3]), sum(PARTS[:4]))  # of what is known of a mark: what the row reader says


@pytest.fixture(scope="module")
def hands() -> Hands:
    return own_hands(3)


@pytest.fixture(scope="module")
def crops(hands: Hands) -> list[Crop]:
    return [draw_crop(hands, np.random.default_rng(seed)) for seed in range(80)]


def boxes_of(*rows: tuple[float, ...]) -> NDArray[np.float32]:
    """The boxes of a crop that holds signs: index, left, top, right, bottom, height of the line's digits."""
    boxes = np.full((BOXES_MAX, 6), -9, np.float32)
    boxes[: len(rows)] = rows or np.zeros((0, 6))
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
    cut, _ = cut_out(make_mosaic(tf.constant(page)), box)
    ink = (tf.reduce_max(cut) - cut) / (tf.reduce_max(cut) - tf.reduce_min(cut))
    image = frame(ink).numpy()[0]
    y, x = ((image.sum(1 - axis) * np.arange(28)).sum() / image.sum() for axis in (0, 1))
    assert (x, y) == pytest.approx((14, 14), abs=0.5)
    inked = image > 0.35
    assert max(inked.any(0).sum(), inked.any(1).sum()) == pytest.approx(20, abs=1.5)
    tall, wide = rows[-1] - rows[0], columns[-1] - columns[0]
    assert inked.any(0).sum() / inked.any(1).sum() == pytest.approx(wide / tall, abs=0.12)


@pytest.fixture(scope="module")
def rescorer() -> keras.Model:
    return load_weights("rescorer", build_rescorer())


class TestMeasures:
    """A stroke in the middle of a cut-out, whose box is 4 pixels wide and 28 high, and what is beyond that."""

    @staticmethod
    def measured(*boxes: tuple[int, int, int, int], dark: float = 2.0) -> list[float]:
        cut, ink = np.zeros((CUT_SIDE, CUT_SIDE), np.float32), np.zeros((CUT_SIDE, CUT_SIDE), np.float32)
        for left, top, right, bottom in ((18, 6, 22, 34), *boxes):
            cut[top:bottom, left:right] = dark
        ink[6:34, 18:22] = 1
        box = tf.constant([[100.0, 100.0, 108.0, 156.0]])
        return measure(tf.constant(cut[None]), tf.constant([[0.5]]), tf.constant(ink[None]), box)[0].numpy().tolist()

    def test_a_stroke_by_itself_has_its_breadth_and_nothing_beyond(self) -> None:
        contrast, broad, *beyond = self.measured()
        assert contrast == pytest.approx(1.0, abs=0.1)
        assert broad == pytest.approx(4 / 28, rel=0.25)
        assert max(beyond) < 0.05

    def test_light_ink_on_dark_paper_is_told_by_its_sign_alone(self) -> None:
        contrast, *others = self.measured()
        assert self.measured(dark=-2.0) == pytest.approx([-contrast, *others])

    @pytest.mark.parametrize(
        ("more", "where"),
        [((0, 10, 18, 12), 0), ((18, 0, 22, 6), 1), ((22, 10, 40, 12), 2), ((18, 34, 22, 40), 3)],
    )
    def test_where_ink_goes_on_is_told(self, more: tuple[int, int, int, int], where: int) -> None:
        beyond = self.measured(more)[2:]
        assert beyond.pop(where) > 0.7
        assert max(beyond) < 0.05


class TestFusion:
    BESIDE = (0, 0, 20, 30), (24, 0, 44, 30), (48, 0, 68, 30)

    @staticmethod
    def said(*boxes: tuple[float, ...], digit: int = 7, scores: tuple[float, ...] = (0.95, 0.3, 0.95)) -> tf.Tensor:
        """Marks (n, 53) that detector and classifier take for a digit, the one more than the other; the row reader says
        nothing of them."""
        marks = np.full((len(boxes), COLUMNS), 0.01, np.float32)
        marks[:, digit] = scores[: len(boxes)]
        marks[:, len(SIGNS) + digit] = 0.91
        marks[:, ROWS] = 0
        marks[:, -4:] = boxes
        return tf.constant(marks)

    def test_opinions_joined_are_probabilities(self, rescorer: keras.Model) -> None:
        rng = np.random.default_rng(1)
        scores = np.concatenate([rng.uniform(0, 1, (50, 16)), np.eye(16)[:3]])
        low = rng.uniform(0, 90, (53, 2))
        parts = (
            scores,
            rng.dirichlet(np.full(10, 0.3), 53),
            rng.uniform(0, 1, (53, 6)),
            rng.uniform(0, 1, (53, 16)),
            rng.integers(0, 2, (53, 1)),
            low,
            low + rng.uniform(0, 40, (53, 2)),
        )
        marks = np.concatenate(parts, 1)
        signs, digits = (each.numpy() for each in fuse(tf.constant(marks, tf.float32), rescorer))
        assert min(signs.min(), digits.min()) >= 0
        assert signs.sum(1).max() <= 1 + 1e-5
        np.testing.assert_allclose(digits.sum(1), 1, atol=1e-5)

    def test_where_no_marks_are_there_is_nothing_to_join(self, rescorer: keras.Model) -> None:
        signs, digits = fuse(tf.zeros((0, COLUMNS)), rescorer)
        assert (signs.shape, digits.shape) == ((0, len(SIGNS)), (0, 10))

    def test_a_digit_that_all_see_is_that_digit(self, rescorer: keras.Model) -> None:
        signs, digits = fuse(self.said(self.BESIDE[0]), rescorer)
        assert (int(tf.argmax(signs[0])), int(tf.argmax(digits[0]))) == (7, 7)
        assert float(digits[0, 7]) > 0.8

    def test_a_colon_or_point_that_is_found_twice_is_one_and_a_colons_points_are_none(self) -> None:
        found = {
            (60, 0, 100, 90): (":", 0.4),
            (62, 5, 104, 80): (":", 0.35),
            (76, 78, 84, 86): (".", 0.6),
            (170, 78, 178, 86): (".", 0.6),
            (0, 0, 50, 90): ("7", 0.8),
            (62, 10, 98, 80): ("1", 0.3),
            (260, 0, 300, 90): (":", 0.2),
            (276, 78, 284, 86): (".", 0.6),
            (376, 78, 388, 90): (".", 0.7),
            (371, 63, 394, 86): (",", 0.3),
        }
        signs = np.array([[likely * (each == sign) for each in SIGNS] for sign, likely in found.values()], np.float32)
        one = unite_signs(tf.constant(signs), tf.constant(list(found), tf.float32)).numpy()
        assert one.sum(1) == pytest.approx([1 - 0.6 * 0.65, 0, 0, 0.6, 0.8, 0.3, 0.2, 0.6, 0.7, 0])
        assert (one.argmax(1) == signs.argmax(1))[one.any(1)].all()

    def test_a_mark_between_digits_is_likelier_one_than_alone_or_as_a_part_of_a_digit(
        self, rescorer: keras.Model
    ) -> None:
        def likely(marks: tf.Tensor, i: int = 1) -> float:
            return float(tf.reduce_sum(fuse(marks, rescorer)[0][i, :10]))

        between = likely(self.said(*self.BESIDE))
        assert between > 1.1 * likely(self.said(self.BESIDE[1], scores=(0.3,)), 0)
        first, last = self.BESIDE[0], self.BESIDE[2]
        assert between > 1.1 * likely(self.said(first, (5, 5, 15, 25), last))


class TestRescorer:
    def test_marks_that_are_none_change_nothing_nor_does_the_order(self, rescorer: keras.Model) -> None:
        marks = TestFusion.said(*TestFusion.BESIDE)
        logits = rescorer(marks[None])[0].numpy()
        more = rescorer(tf.pad(marks, [[0, 4], [0, 0]])[None])[0, :3]
        backwards = rescorer(marks[None, ::-1])[0, ::-1]
        for other in (more, backwards):
            np.testing.assert_allclose(other, logits, atol=1e-4)

    def test_what_is_not_known_counts_for_nothing(self) -> None:
        logits, kinds = np.random.default_rng(0).normal(size=(2, 5, 17)).astype(np.float32), np.zeros((2, 5, 17))
        kinds[:, :2, 7] = 1
        loss = float(rescoring_loss(logits, kinds))
        logits[:, 2:] *= -3
        assert float(rescoring_loss(logits, kinds)) == pytest.approx(loss)
        logits[:, :2, 7] += 5
        assert float(rescoring_loss(logits, kinds)) < loss

    def test_doubt_leaves_marks_what_they_are(self) -> None:
        marks = TestFusion.said(*TestFusion.BESIDE).numpy()[None]
        marks[:, :2, ROWS] = 0.01
        marks[:, :2, ROWS][..., [7, -1]] = 1
        doubted = Doubt(0)(marks).numpy()
        assert doubted.shape == marks.shape
        assert not np.allclose(doubted, marks, atol=0.01)
        scores, probabilities, _, rows, boxes = np.split(doubted[0], np.cumsum(PARTS[:-1]), 1)
        assert ((scores > 0) & (scores < 1)).all()
        assert (rows[:2, :-1].argmax(1) == 7).all()
        assert (rows[:2, -1] == 1).all()
        assert not rows[2].any()
        np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-5)
        assert (probabilities.argmax(1) == 7).all()
        widths = boxes[:, 2] - boxes[:, 0]
        np.testing.assert_allclose(widths, widths[0])

    @pytest.mark.parametrize(
        ("drawn", "found", "kinds"),
        [
            ((7, 40, 60, 70, 100, 40), (41, 58, 70, 101), [7]),
            ((7, 40, 60, 70, 100, 40), (10, 10, 30, 40), [OTHER, len(SIGNS)]),
            ((7, 40, 60, 70, 100, 40), (40, 60, 70, 79), []),  # a part
            ((7, 40, 60, 45, 67, 7), (40, 60, 45, 67), []),  # too small
            ((POINT, 40, 60, 44, 64, 40), (38, 60, 44, 66), [POINT]),
            ((OTHER, 40, 60, 70, 100, 40), (41, 58, 70, 101), [OTHER, len(SIGNS)]),
            ((UNKNOWN, 40, 60, 70, 100, 40), (41, 58, 70, 101), []),
            ((NO_SIGN, 40, 60, 70, 100, 0), (41, 58, 70, 101), [OTHER, len(SIGNS)]),
        ],
    )
    def test_what_was_found_is_what_was_drawn_there(
        self, drawn: tuple[float, ...], found: tuple[float, ...], kinds: list[int]
    ) -> None:
        allowed = kinds_of(TestFusion.said(found).numpy(), boxes_of(drawn))
        assert np.flatnonzero(allowed[0]).tolist() == kinds

    def test_of_marks_that_are_the_same_digit_the_likeliest_is_it(self) -> None:
        marks = TestFusion.said((41, 58, 70, 101), (40, 60, 72, 99), scores=(0.3, 0.8)).numpy()
        allowed = kinds_of(marks, boxes_of((7, 40, 60, 70, 100, 40)))
        assert [np.flatnonzero(kinds).tolist() for kinds in allowed] == [[OTHER, len(SIGNS)], [7]]

    def test_on_an_empty_page_everything_is_nothing(self) -> None:
        assert kinds_of(TestFusion.said((1, 1, 9, 9)).numpy(), boxes_of())[0, -1]


class TestRows:
    def test_drawn_rows_hold_every_sign_from_left_to_right(self, hands: Hands) -> None:
        rows = [row for seed in range(600) for row in draw_rows(hands, np.random.default_rng(seed))]
        assert set(range(len(SIGNS))) == {sign for row in rows for sign in row.signs.tolist()}
        assert any(not len(row.signs) for row in rows)
        for row in rows:
            height, width = row.picture.shape
            assert height == ROW_HEIGHT
            assert 0 < width <= ROW_WIDTH
            assert (np.diff(row.middles) >= 0).all()
            assert ((row.middles >= 0) & (row.middles <= width)).all()

    @pytest.mark.parametrize(
        ("boxes", "rows"),
        [
            ([(0, 0, 20, 30), (24, 2, 44, 32), (48, 4, 68, 34)], 1),
            ([(0, 0, 20, 30), (90, 0, 110, 30)], 2),
            ([(0, 0, 20, 30), (0, 40, 20, 70)], 2),
            ([(0, 0, 20, 30), (24, 10, 30, 20)], 2),
            ([(90, 0, 110, 30), (0, 0, 20, 30), (40, 0, 60, 30), (66, 0, 86, 30)], 1),
            ([], 0),
        ],
        ids=["beside each other", "far apart", "below each other", "large and small", "in any order", "none"],
    )
    def test_digits_of_a_row_stand_beside_each_other(self, boxes: list[tuple[float, ...]], rows: int) -> None:
        digits = np.array(boxes, np.float32).reshape(-1, 4)
        assert len(set(find_rows(digits).tolist())) == rows
        point = np.array([[22, 26, 25, 29]], np.float32)
        signs = np.eye(len(SIGNS), dtype=np.float32)[[*([7] * len(boxes)), POINT]]
        marks = Marks(tf.constant(np.concatenate([digits, point])), tf.constant(signs))
        windows, belongs = find_windows(marks, make_mosaic(tf.fill((120, 120), tf.constant(255, tf.uint8))))
        assert len(windows) == rows + 1
        assert belongs.numpy().max(0).tolist() == [2] * len(boxes) + [1 if len(boxes) > 1 else 0]

    def test_rows_side_by_side_say_at_each_place_what_has_its_middle_there(self) -> None:
        grey = np.tile(np.arange(102, dtype=np.uint8), (ROW_HEIGHT, 1))
        row = Row(grey, np.array([7, POINT], np.int8), np.array([30, 90], np.float32))
        assert fits([row] * 3)
        assert not fits([row] * 4)
        strip, said = lay_side_by_side([row, row])
        assert (strip.shape, said.shape) == ((ROW_HEIGHT, ROW_WIDTH), (PLACES,))
        second = int(np.flatnonzero(strip[0, 102:])[0]) + 102
        assert second % STEP == 0
        for start in (0, second // STEP):
            assert (said[start + 7], said[start + 22]) == (7, POINT)
            assert (said[start + 6], said[start + 8]) == (UNKNOWN, UNKNOWN)
            assert said[start + 15] == NO_MIDDLE
        assert (said[second // STEP + 30 :] == UNKNOWN).all()

    def test_rows_of_a_page_are_laid_out_as_the_row_reader_learned_them(self, crops: list[Crop]) -> None:
        alike = []
        for crop in crops[:20]:
            height, width = crop.picture.shape
            windows = [(0, 0, width, height), (width // 4, height // 4, width // 2, height // 2)]
            strip, starts, widths = lay_out(make_mosaic(tf.constant(crop.picture)), tf.constant(windows, tf.float32))
            for (left, top, right, bottom), start, wide in zip(windows, starts.numpy(), widths.numpy(), strict=True):
                smooth = cv2.INTER_AREA if bottom - top > ROW_HEIGHT else cv2.INTER_LINEAR
                row = cv2.resize(crop.picture[top:bottom, left:right], (wide, ROW_HEIGHT), interpolation=smooth)
                if row.std() > 5:
                    alike.append(np.corrcoef(strip.numpy()[:, start : start + wide].ravel(), row.ravel())[0, 1])
            assert not strip.numpy()[:, widths[0] : starts[1]].any()
        assert len(alike) > 20
        assert np.median(alike) > 0.98

    def test_each_mark_of_a_row_gets_what_is_said_of_its_middle(self, classifier: Classifier) -> None:
        page = np.pad(golden_page(), ((0, 90), (0, 0)), constant_values=255)
        found = classifier.read(golden_page())
        dash = np.eye(len(SIGNS), dtype=np.float32)[None, SIGNS.index("-")]
        boxes = np.concatenate([found.boxes[:3], [[30, 100, 60, 104]]]).astype(np.float32)
        marks = Marks(tf.constant(boxes), tf.constant(np.concatenate([found.signs[:3], dash])))
        row_reader = load_weights("row_reader", build_row_reader())
        said = read_rows(partial(row_reader, training=False), make_mosaic(tf.constant(page)), marks).numpy()
        assert said[:3, :-1].argmax(1).tolist() == found.signs[:3].argmax(1).tolist()
        assert said[:3, :-1].max(1).min() > 0.5
        assert said[:, -1].tolist() == [1, 1, 1, 0]
        assert not said[3].any()

    def test_what_is_not_known_of_a_row_counts_for_nothing(self) -> None:
        said = np.full((1, PLACES), UNKNOWN, np.int8)
        said[0, :3] = 7, NO_MIDDLE, NO_MIDDLE
        logits = np.random.default_rng(0).normal(size=(1, PLACES, 17)).astype(np.float32)
        loss = float(row_loss(logits, said))
        logits[:, 3:] *= -3
        assert float(row_loss(logits, said)) == pytest.approx(loss)
        logits[:, 0, 7] += 5
        assert float(row_loss(logits, said)) < loss


def test_a_training_whose_pictures_are_no_longer_drawn_ends() -> None:
    painter = multiprocessing.get_context("spawn").Process(target=print)
    painter.start()
    painter.join()
    with pytest.raises(RuntimeError, match="draws has ended"):
        Pool(queue.Queue(), [painter]).fill()


def test_a_large_batch_waits_for_as_many_pictures() -> None:
    drawn: queue.Queue[list[tuple[np.ndarray]]] = queue.Queue()
    for _ in range(3):
        drawn.put([(np.zeros((2, 2)),)] * 400)
    pictures, _ = next(Pool(drawn, [multiprocessing.current_process()]).batches(1024, np.random.default_rng(0)))
    assert pictures.shape == (1024, 2, 2, 1)


def test_steps_that_checkpoints_do_not_divide_are_refused(tmp_path: Path) -> None:
    network = build_row_reader()
    learner = Learner(network, keras.layers.Identity(), row_loss)
    with pytest.raises(ValueError, match="Cannot train for 750 steps"):
        learn(learner, iter(()), keras.optimizers.AdamW(), 750, tmp_path / "net")


def test_the_reader_and_its_training_know_the_same_signs() -> None:
    assert [*SIGNS[:-1], None] == list(READ)


@pytest.mark.parametrize(
    ("build", "side"), [(build_detector, 64), (build_cutter, CUT_SIDE), (build_row_reader, ROW_HEIGHT)]
)
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
