"""PSNR and SSIM of the Y channel, by the protocol of the paper's authors, to the bit; and change.

Their figures depend on details: the result is cut to 8 bits, not rounded; Y is Pillow's full-range
8-bit Y, not MATLAB's 16–235; SSIM is scikit-image's default. We compute SSIM from exact integer
sums, which needs neither scikit-image nor SciPy; a test compares the two.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from nledn.pixels import Bytes, Floats, Pixels, as_floats, is_float, white

Doubles = npt.NDArray[np.float64]
Sums = npt.NDArray[np.int64]

PEAK = 255  # data range of 8 bits
WINDOW_PX = 7  # side of SSIM's uniform window
STABILITY = ((0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2)  # C1, C2 of Wang et al. 2004
LumaName = Literal["pillow", "matlab"]
# MATLAB's rgb2ycbcr for 8 bits (ITU-R BT.601, 16 to 235): many papers measure on this Y.
MATLAB_LUMA = np.array([65.481, 128.553, 24.966]) / PEAK
MATLAB_OFFSET = 16
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
STRIP_ROWS = 256  # rows of SSIM computed at once, so that memory does not grow with the photo


@dataclass(frozen=True)
class Agreement:
    """Agreement of an image with the truth.

    Attributes:
        psnr_y: dB; infinite for equal Y.
        ssim_y: structural similarity, as scikit-image's default has it: the mean over all 7×7
            windows inside the image, with sample covariance; 1 for equal Y.
    """

    psnr_y: float
    ssim_y: float


@dataclass(frozen=True)
class Change:
    """The change of a photo, in levels of 255.

    Taken is the mean absolute difference of the channels, the removed rain; brightness the median
    difference of luma, the change of pixels without rain.
    """

    taken: float
    brightness: float


@dataclass(frozen=True)
class Scores:
    """PSNR (dB) and SSIM of Y against the clean photo, of the result and of the rainy photo."""

    psnr_y: float
    ssim_y: float
    input_psnr_y: float
    input_ssim_y: float


def finite(value: float | None, digits: int = 4) -> float | None:
    """Round a figure for JSON and CSV, which have no infinity: null where two images are equal."""
    return round(value, digits) if value is not None and math.isfinite(value) else None


def agreement(image: Bytes, truth: Bytes, y: LumaName = "pillow") -> Agreement:
    """Compare two images, (H, W, 3) uint8 RGB, of one size, both sides at least 7 px."""
    image_y, truth_y = luma(image, y), luma(truth, y)
    return Agreement(_psnr(image_y, truth_y), _ssim(image_y, truth_y))


def psnr_y(image: Bytes, truth: Bytes) -> float:
    """Peak signal-to-noise ratio of Y of two images, (H, W, 3) uint8 RGB.

    Returns:
        dB, with a data range of 255. Equal Y gives infinity, as defined; the caller decides how to
        print or average it.
    """
    return _psnr(luma(image), luma(truth))


def psnr_rgb(image: Bytes, truth: Bytes) -> float:
    """Peak signal-to-noise ratio of the three channels together, dB; see `psnr_y`."""
    return _psnr(image, truth)


def luma(pixels: Bytes, y: LumaName = "pillow") -> Bytes:
    """Y of YCbCr, (H, W) uint8.

    Args:
        pixels: (H, W, 3) uint8, RGB.
        y: `pillow` for JFIF's full range, cut as Pillow cuts it; `matlab` for 16 to 235, rounded.
    """
    if y == "matlab":
        return np.rint(pixels @ MATLAB_LUMA + MATLAB_OFFSET).astype(np.uint8)
    from PIL import Image  # the window opens before it is needed

    return np.asarray(Image.fromarray(pixels).convert("YCbCr").getchannel("Y"))


def to_uint8_cut(image: Floats) -> Bytes:
    """Clamp (H, W, 3) float32 to [0, 1] and cut it to 8 bits, as the authors do: no rounding."""
    return (np.clip(image, 0, 1) * np.float32(PEAK)).astype(np.uint8)


def levels_of(pixels: Pixels) -> Floats:
    """Return a photo's values as floats, in levels of 255."""
    if is_float(pixels):
        return as_floats(pixels) * np.float32(255)
    return pixels.astype(np.float32) * np.float32(255 / white(pixels.dtype))


def change_in(difference: Floats) -> Change:
    """Measure a change, (H, W, 3) after minus before, in levels of 255."""
    return Change(float(np.abs(difference).mean()), float(np.median(difference @ LUMA)))


def _psnr(image: Bytes, truth: Bytes) -> float:
    difference = image.astype(np.int32) - truth
    squares = int(np.sum(difference * difference, dtype=np.int64))
    if squares == 0:
        return math.inf
    return 10 * math.log10(PEAK**2 * image.size / squares)


def _ssim(image: Bytes, truth: Bytes) -> float:
    height, width = image.shape
    rows: int = height - WINDOW_PX + 1
    columns: int = width - WINDOW_PX + 1
    assert min(rows, columns) >= 1, "an image of less than a window"
    total = 0.0
    for top in range(0, rows, STRIP_ROWS):
        strip = slice(top, min(top + STRIP_ROWS, rows) + WINDOW_PX - 1)
        total += float(_similarity(image[strip], truth[strip]).sum())
    return total / (rows * columns)


def _similarity(image: Bytes, truth: Bytes) -> Doubles:
    """SSIM of each window of two planes, (H - 6, W - 6)."""
    x, y = image.astype(np.int64), truth.astype(np.int64)
    count = WINDOW_PX**2
    sum_x, sum_y = _window_sums(x), _window_sums(y)
    # Integers up to here, so no small variance drowns in the rounding of a large mean.
    spread_x = (count * _window_sums(x * x) - sum_x**2) / (count * (count - 1))
    spread_y = (count * _window_sums(y * y) - sum_y**2) / (count * (count - 1))
    shared = (count * _window_sums(x * y) - sum_x * sum_y) / (count * (count - 1))
    mean_x, mean_y = sum_x / count, sum_y / count
    c1, c2 = STABILITY
    above = (2 * mean_x * mean_y + c1) * (2 * shared + c2)
    below = (mean_x**2 + mean_y**2 + c1) * (spread_x + spread_y + c2)
    similarity: Doubles = above / below
    return similarity


def _window_sums(plane: Sums) -> Sums:
    """Sum of each 7×7 window of (H, W), from cumulative sums: (H - 6, W - 6)."""
    sums: Sums = np.pad(plane, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    n = WINDOW_PX
    return sums[n:, n:] - sums[:-n, n:] - sums[n:, :-n] + sums[:-n, :-n]
