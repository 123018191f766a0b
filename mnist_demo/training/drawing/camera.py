"""Paper, ink, light and lens: from a sheet's layers to the grey picture that a camera, a scanner or a screen gives."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_demo.training.drawing.hands import Grey, Hands
from mnist_demo.training.drawing.scenes import draw_sheet
from mnist_demo.training.drawing.sheet import Layer, Sheet

Rng = np.random.Generator
Tones = NDArray[Any]  # (height, width) float32, 0 is black and 1 white

BLUR = 0.07  # of the digits' height: the standard deviation of the lens, at most
LEAST_HEIGHT = 11  # pixels that digits keep where there are few
CLEAN = 0.25  # the share of screen drawings and scans: one tone of paper, no camera
LIGHT_ON_DARK = 0.15  # the share of pictures whose tones are inverted
THIN, SHOWS = 0.16, (0.05, 0.4)  # the share of camera's pictures whose paper is thin; of the pen's contrast, the back's
COPIED = 0.07  # the share of photocopies, faxes and scans of two tones, smoothed again or not


def take_picture(sheet: Sheet, hands: Hands, rng: Rng) -> Grey:
    """Return a sheet as a grey picture (side, side) uint8."""
    clean = rng.random() < CLEAN
    heights = [mark.height for mark in sheet.marks if mark.sign >= 0]
    height = float(np.median(heights)) if heights else 30.0
    paper, contrast = _choose_tones(clean, rng)
    tones = np.full((sheet.side, sheet.side), paper, np.float32) if clean else make_paper(sheet, paper, hands, rng)
    if not clean and rng.random() < THIN:
        tones = _show_through(tones, sheet, contrast, hands, rng)
    tones = lay_ink(tones, sheet.rules, contrast * rng.uniform(0.15, 1.1), rng, clean)
    tones = lay_ink(tones, sheet.print, contrast * rng.uniform(0.5, 1.2), rng, clean)
    tones = lay_ink(tones, sheet.pen, contrast, rng, clean)
    if not clean:
        tones = photograph(tones, contrast, height, rng)
    elif rng.random() < 0.3:
        tones = _resample(tones, height, rng)
    if rng.random() < (0.4 if clean else LIGHT_ON_DARK):
        tones = 1 - tones
    grey = np.clip(tones * 255 + (0 if clean else rng.normal(0, 0.5)), 0, 255).astype(np.uint8)
    if not clean and rng.random() < COPIED:
        grey = _copy(grey, rng)
    if not clean and rng.random() < 0.4:
        quality = int(rng.integers(15, 95))
        grey = cv2.imdecode(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
    return grey


def _choose_tones(clean: bool, rng: Rng) -> tuple[float, float]:
    """The paper's tone, and the pen's contrast to it as a share of it: pencil has a few grey levels only."""
    if clean:
        return (1.0 if rng.random() < 0.7 else rng.uniform(0.6, 1)), (
            1.0 if rng.random() < 0.6 else rng.uniform(0.3, 1)
        )
    paper = float(rng.uniform(0.55, 1.0) if rng.random() < 0.8 else rng.uniform(0.2, 0.6))
    faint = rng.random() < 0.3
    return paper, float(np.exp(rng.uniform(np.log(0.06), np.log(0.3))) if faint else rng.uniform(0.3, 0.95))


def lay_ink(tones: Tones, layer: Layer, contrast: float, rng: Rng, clean: bool) -> Tones:
    """Darken the tones where a layer has ink, evenly or as a rough pencil does."""
    if not layer.any():
        return tones
    ink = cv2.resize(layer, tones.shape, interpolation=cv2.INTER_AREA).astype(np.float32) * np.float32(1 / 255)
    if not clean and rng.random() < 0.2:
        grain = cv2.resize(rng.random((tones.shape[0] // 2, tones.shape[1] // 2), np.float32), tones.shape)
        ink *= np.clip(grain * 1.6 + rng.uniform(-0.2, 0.4), 0, 1)
    if not clean and rng.random() < 0.15:  # pressure comes and goes over the sheet
        ink *= _clouds(tones.shape[0], rng, 0.35)
    return tones * (1 - np.float32(min(contrast, 1)) * ink)


def _clouds(side: int, rng: Rng, low: float, knots: int = 4) -> Tones:
    return cv2.resize(
        rng.uniform(low, 1, (knots, knots)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC
    )


def make_paper(sheet: Sheet, paper: float, hands: Hands, rng: Rng) -> Tones:
    """Paper with grain, stains, patterns, pictures and an end."""
    side, chance = sheet.side, rng.random()
    tones = np.full((side, side), paper, np.float32)
    if hands.scenes and (chance < 0.12 or not (sheet.marks or sheet.rules.any())):
        tones *= 1 - rng.uniform(0.2, 1) * (1 - _piece(hands.scenes, side, rng))
    elif chance < 0.27:
        tones *= _pattern(side, rng)
    elif chance < 0.4:
        grain = rng.random((side // int(rng.integers(1, 5)),) * 2, np.float32)
        tones *= 1 - rng.uniform(0.02, 0.25) * cv2.resize(grain, (side, side))
    elif chance < 0.5:
        tones *= _clouds(side, rng, rng.uniform(0.7, 1), int(rng.integers(3, 30)))
    elif chance < 0.58:
        tones *= _fibres(side, rng)
    if rng.random() < 0.08:  # the paper ends, or a darker sheet begins
        y, x = np.mgrid[:side, :side].astype(np.float32)
        angle = rng.choice([0, 1, 2, 3]) * np.pi / 2 + rng.normal(0, 0.05)
        beyond = (x - side / 2) * np.cos(angle) + (y - side / 2) * np.sin(angle) > side * rng.uniform(0.2, 0.5)
        tones = np.where(beyond & (cv2.resize(sheet.pen, (side, side)) < 30), rng.uniform(0, 1), tones)
    return tones.astype(np.float32)


def _piece(scenes: list[Grey], side: int, rng: Rng) -> Tones:
    scene = scenes[rng.integers(len(scenes))]
    scene = np.rot90(scene, int(rng.integers(4)))[:, :: int(rng.choice([1, -1]))]
    size = int(min(scene.shape) * rng.uniform(0.15, 1))
    y, x = (int(rng.integers(0, n - size + 1)) for n in scene.shape)
    return (
        cv2.resize(scene[y : y + size, x : x + size], (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
        / 255
    )


def _pattern(side: int, rng: Rng) -> Tones:
    """Fine waves, as on cheques and tickets, or stripes and dots."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    shade = np.zeros((side, side), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        angle, period = rng.uniform(0, np.pi), rng.uniform(3, 16)
        along = x * np.cos(angle) + y * np.sin(angle)
        across = y * np.cos(angle) - x * np.sin(angle)
        phase = along + rng.uniform(0, 8) * np.sin(across * 2 * np.pi / rng.uniform(15, 90) + rng.uniform(0, 6))
        wave = np.sin(phase * np.float32(2 * np.pi / period))
        shade = np.maximum(shade, np.clip((wave - rng.uniform(-0.2, 0.8)) * 3, 0, 1))
    return 1 - np.float32(rng.uniform(0.04, 0.35)) * shade


def _fibres(side: int, rng: Rng) -> Tones:
    """Specks and fibres of paper that is seen from near, or of a bad copy."""
    shade = np.zeros((side, side), np.uint8)
    for x, y in rng.integers(0, side, (int(rng.integers(5, 120)), 2)).tolist():
        reach = rng.normal(0, 1.5, 2) if rng.random() < 0.8 else rng.normal(0, 6, 2)
        end = round(x + reach[0]), round(y + reach[1])
        cv2.line(shade, (x, y), end, int(rng.integers(30, 256)), int(rng.choice([1, 1, 2])), cv2.LINE_AA)
    soft = cv2.GaussianBlur(shade, (0, 0), rng.uniform(0.3, 1.5)).astype(np.float32) / 255
    return 1 - np.float32(np.exp(rng.uniform(np.log(0.03), np.log(0.4)))) * soft


def _show_through(tones: Tones, sheet: Sheet, contrast: float, hands: Hands, rng: Rng) -> Tones:
    """What is written on the sheet's back, mirrored and faint: by the same hand, or anything else."""
    if rng.random() < 0.5:
        back = np.roll(sheet.pen[:, ::-1], rng.integers(-100, 100, 2), (0, 1))
    else:
        back = draw_sheet(sheet.side, hands, rng).pen[:, ::-1]
    soft = cv2.GaussianBlur(cv2.resize(back, tones.shape, interpolation=cv2.INTER_AREA), (0, 0), rng.uniform(0.8, 2))
    return tones * (1 - np.float32(contrast * rng.uniform(*SHOWS) / 255) * soft)


def photograph(tones: Tones, contrast: float, height: float, rng: Rng) -> Tones:
    """Light, lens and sensor; the larger the writing, the more blur can it bear."""
    side = tones.shape[0]
    if rng.random() < 0.5:
        y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
        angle = rng.uniform(0, 2 * np.pi)
        slope = x * np.cos(angle) + y * np.sin(angle)
        if rng.random() < 0.3:  # a shadow's edge
            slope = 1 / (1 + np.exp(-(slope - rng.uniform(-0.4, 0.4)) * rng.uniform(4, 80)))
        tones = tones * (1 - rng.uniform(0, 0.55) * (slope + 0.5 * (slope.min() < -0.1)).astype(np.float32))
    if rng.random() < 0.06:  # glare
        y, x = np.mgrid[:side, :side].astype(np.float32) / side
        far = np.hypot(x - rng.random(), y - rng.random()) / rng.uniform(0.15, 0.6)
        tones = tones + (1.1 - tones) * (np.exp(-(far**2)) * rng.uniform(0.4, 0.95)).astype(np.float32)
    chance = rng.random()
    if chance < 0.45:
        tones = cv2.GaussianBlur(
            tones, (0, 0), float(np.exp(rng.uniform(np.log(0.3), np.log(max(1.5, BLUR * height)))))
        )
    elif chance < 0.5:
        tones = _shake(tones, rng)
    if rng.random() < 0.3:
        tones = _resample(tones, height, rng)
    if rng.random() < 0.5:
        tones = tones + rng.standard_normal(tones.shape, np.float32) * np.float32(
            np.exp(rng.uniform(np.log(0.004), np.log(0.06)))
        )
    if rng.random() < 0.4:
        tones = np.clip(tones, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.35)))
    if rng.random() < 0.12 and contrast > 0.35:  # a scanner's few tones, or two
        steps = rng.choice([1, 3, 7, 15] if contrast > 0.6 else [7, 15])
        tones = np.round(np.clip(tones, 0, 1) * steps) / np.float32(steps)
    return tones


def _copy(grey: Grey, rng: Rng) -> Grey:
    """Part a picture's tones into two, at the level that parts them best (Otsu, 1979), with edges as hard as may be."""
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)
    contrast = rng.uniform(2, 20) * (grey.astype(np.float32) - level + rng.normal(0, 8)) + 128
    return cv2.GaussianBlur(np.clip(contrast, 0, 255).astype(np.uint8), (0, 0), rng.uniform(0.3, 1.2))


def _shake(tones: Tones, rng: Rng) -> Tones:
    size = int(rng.integers(3, 10))
    kernel = np.zeros((size, size), np.float32)
    half, angle = (size - 1) / 2, rng.uniform(0, np.pi)
    reach = half * np.array([np.cos(angle), np.sin(angle)])
    ends = np.round([half - reach, half + reach]).astype(np.int32)
    cv2.polylines(kernel, [ends], False, 1)
    return cv2.filter2D(tones, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def _resample(tones: Tones, height: float, rng: Rng) -> Tones:
    """Few pixels, enlarged again, as a small picture is."""
    side = tones.shape[0]
    small = cv2.resize(
        tones,
        (int(side / rng.uniform(1.2, np.clip(height / LEAST_HEIGHT, 1.5, 6))),) * 2,
        interpolation=rng.choice([cv2.INTER_AREA, cv2.INTER_LINEAR]),
    )
    return cv2.resize(
        small,
        (side, side),
        interpolation=rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST], p=(0.6, 0.25, 0.15)),
    )
