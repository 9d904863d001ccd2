"""Rain of blurred noise, as from picture editors and in the DDN-Data set.

Of genuine pairs of that set: the layer is grey and screened, covers more than 0.04 of white on 31
to 76 % of the pixels, and adds 0.03 to 0.085 on average; its autocorrelation falls to half after 10
to 12 px along the streaks and 2 px across. These numbers give such layers.
"""

import cv2
import numpy as np

from nledn.training.streaks import Plane

NOISE_SIGMA = 0.25
WHITE_SIGMAS = 9.0  # so far above its mean the blurred noise is white
REDUCTION = (1.4, 3.5)  # the noise is drawn at this fraction of the size
STREAK_PX = (12.0, 50.0)
FALL_DEG = (-32.0, 22.0)  # from the vertical


def grain_rain(size: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Draw one to three layers of grain, screened together.

    Args:
        size: height and width, px.
        rng: decides everything.

    Returns:
        (H, W) float32 in [0, 1], to be screened over a photo.
    """
    fall_deg, length_px = rng.uniform(*FALL_DEG), rng.uniform(*STREAK_PX)
    black_sigmas = -1.5 * rng.random() ** 3  # mostly light; at -1.5 the grain is a haze
    left = np.ones(size, np.float32)
    for _ in range(int(rng.choice((1, 2, 3), p=(0.6, 0.3, 0.1)))):
        blurred = cv2.filter2D(
            _noise(size, rng), -1, _line(fall_deg + rng.uniform(-5, 5), length_px)
        )
        mean, sigma = float(blurred.mean()), float(blurred.std()) + 1e-6
        black = mean + black_sigmas * sigma
        layer = (blurred - black) / ((WHITE_SIGMAS - black_sigmas) * sigma)
        left *= 1 - np.clip(layer, 0, 1)
    return np.asarray(1 - left, np.float32)


def _noise(size: tuple[int, int], rng: np.random.Generator) -> Plane:
    reduction = rng.uniform(*REDUCTION)
    height, width = (max(round(side / reduction), 1) for side in size)
    noise = np.maximum(rng.normal(0, NOISE_SIGMA, (height, width)), 0).astype(np.float32)
    enlarged = cv2.resize(noise, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged, np.float32)


def _line(fall_deg: float, length_px: float) -> Plane:
    """A kernel that smears along a line; its edges are anti-aliased, its sum is 1."""
    reach = int(length_px / 2) + 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    fall = np.deg2rad(fall_deg)
    along = np.abs(y * np.cos(fall) + x * np.sin(fall))
    across = np.abs(x * np.cos(fall) - y * np.sin(fall))
    line = np.clip(length_px / 2 - along + 0.5, 0, 1) * np.clip(1 - across, 0, 1)
    return np.asarray(line / line.sum(), np.float32)
