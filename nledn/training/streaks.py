"""One layer of rain: the streaks of drops at one depth, or blurred noise.

A falling drop moves some centimetres during one exposure, so that the camera records a streak:
as long as the drop's path in the picture, as wide as the drop and its blur, brighter than what is
behind it because a drop gathers light from most of the sky (Garg & Nayar, "Vision and rain", 2007).
A drop oscillates as it falls: its highlights grow and shrink and swing from side to side, so that
a streak seen from near is speckled and holds several wavy lines (Garg & Nayar, "Photorealistic
rendering of rain streaks", 2006).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]

# Rain of blurred noise, as from picture editors and in the DDN-Data set. Of genuine pairs of that
# set: the layer is grey and screened, covers more than 0.04 of white on 31 to 76 % of the pixels,
# and adds 0.03 to 0.085 on average; its autocorrelation falls to half after 10 to 12 px along the
# streaks and 2 px across. These numbers give such layers.
NOISE_SIGMA = 0.25
WHITE_SIGMAS = 9.0  # so far above its mean the blurred noise is white
REDUCTION = (1.4, 3.5)  # the noise is drawn at this fraction of the size
STREAK_PX = (12.0, 50.0)
FALL_DEG = (-32.0, 22.0)  # from the vertical

LARGEST_FACTOR = 2.0  # largest ratio of a drop's size to its layer's


@dataclass(frozen=True)
class Streaks:
    """The drops at one depth.

    Attributes:
        angle_deg: direction of fall from the vertical, positive to the right.
        spread_deg: deviation of single drops from it (turbulence).
        length_px: path of a drop during the exposure, seen from the camera.
        width_px: image of the drop, blur of a lens focused elsewhere included (standard
            deviation of its profile).
        density: streaks that begin on each pixel; coverage is about density·length·width.
        peak: brightness of the brightest streaks, as a share of white.
        beading: variation of the brightness along a streak, as from an oscillating drop. 0 none,
            1 down to black.
        variety: variation of the drops' sizes (standard deviation of the length's logarithm, of
            the width's 0.6 times it). 0: hardly.
        swing: sideways swing of the highlights in a streak, in widths. 0: one highlight that does
            not move.
        unevenness: lack of rain in some places of the picture, behind objects or in a gust. 0: the
        same everywhere, 1: down to none.
        hard: a streak's edges are hard, as a small lens in focus records them, and its profile
            flat, not Gaussian.
    """

    angle_deg: float
    spread_deg: float
    length_px: float
    width_px: float
    density: float
    peak: float
    beading: float
    variety: float = 0.0
    swing: float = 0.0
    unevenness: float = 0.0
    hard: bool = False


@dataclass(frozen=True)
class Oscillation:
    """The motion of a drop's two highlights while it falls (Garg & Nayar, 2006)."""

    swing_px: float
    period_px: float
    phase: float


def draw(streaks: Streaks, size: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Draw one layer of `size`, height and width in px: (H, W) float32 in [0, 1]."""
    longest = streaks.length_px * (LARGEST_FACTOR if streaks.variety else 1)
    reach = int(longest / 2 + 3 * streaks.width_px) + 2
    height, width = size[0] + 2 * reach, size[1] + 2 * reach
    rain = np.zeros((height, width), np.float32)
    bunches = 5 if streaks.variety else 3 if streaks.spread_deg > 1 else 1  # kinds of drops
    for _ in range(bunches):
        drops = np.zeros((height, width), np.float32)
        count = rng.poisson(streaks.density / bunches * height * width)
        # Squared uniform: few bright streaks, many faint ones.
        drops[rng.integers(0, height, count), rng.integers(0, width, count)] = (
            0.25 + 0.75 * rng.random(count, np.float32) ** 2
        )
        rain += cv2.filter2D(drops, -1, _kernel(streaks, rng), borderType=cv2.BORDER_CONSTANT)
    rain = rain[reach:-reach, reach:-reach]
    if streaks.beading > 0:
        places = (max(size[0] // 5, 1), max(size[1] // 5, 1))
        rain = rain * _uneven(size, places, streaks.beading, cv2.INTER_CUBIC, rng)
    if streaks.unevenness > 0:
        rain = rain * _uneven(size, (3, 3), streaks.unevenness, cv2.INTER_LINEAR, rng)
    return np.asarray(np.clip(rain * streaks.peak, 0, 1), np.float32)


def _kernel(streaks: Streaks, rng: np.random.Generator) -> Plane:
    """The image of one kind of drop."""
    angle_deg = streaks.angle_deg + rng.normal(0, streaks.spread_deg)
    length_px = streaks.length_px * rng.uniform(0.75, 1.25)
    width_px = streaks.width_px * rng.uniform(0.85, 1.15)
    if streaks.variety:
        length_px *= min(np.exp(rng.normal(0, streaks.variety)), LARGEST_FACTOR)
        width_px *= min(np.exp(rng.normal(0, 0.6 * streaks.variety)), LARGEST_FACTOR)
    oscillation = None
    if streaks.swing:
        oscillation = Oscillation(
            swing_px=streaks.swing * width_px * rng.uniform(0.3, 1),
            period_px=length_px * rng.uniform(0.3, 1.5),
            phase=rng.uniform(0, 2 * np.pi),
        )
    return streak_kernel(angle_deg, length_px, width_px, oscillation, hard=streaks.hard)


def streak_kernel(
    angle_deg: float,
    length_px: float,
    width_px: float,
    oscillation: Oscillation | None = None,
    *,
    hard: bool = False,
) -> Plane:
    """The image of one drop, at most 1: Gaussian across, soft at both ends.

    A hard one is flat across and along, with anti-aliased edges; its width is that of a Gaussian
    of the same area.

    With an oscillation, the glow of the drop is dimmer than two highlights, each half as wide,
    that swing against each other.
    """
    reach = int(length_px / 2 + 3 * width_px) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    angle = np.deg2rad(angle_deg)
    along = y * np.cos(angle) + x * np.sin(angle)
    across = x * np.cos(angle) - y * np.sin(angle)
    if hard:
        half_px = width_px * np.sqrt(np.pi / 2)
        edges = (half_px - np.abs(across), length_px / 2 - np.abs(along))
        return np.asarray(np.prod([np.clip(edge + 0.5, 0, 1) for edge in edges], 0), np.float32)
    profile = np.exp(-0.5 * (across / width_px) ** 2)
    if oscillation is not None:
        way = 2 * np.pi * along / oscillation.period_px + oscillation.phase
        swung = oscillation.swing_px * np.sin(way)
        lines = [np.exp(-0.5 * ((across + side * swung) / (width_px / 2)) ** 2) for side in (-1, 1)]
        profile = 0.4 * profile + 0.6 * np.maximum(*lines)
    ends = np.clip((length_px / 2 - np.abs(along)) / max(0.15 * length_px, 1) + 0.5, 0, 1)
    return np.asarray(profile * ends, np.float32)


def _uneven(
    size: tuple[int, int], places: tuple[int, int], depth: float, how: int, rng: np.random.Generator
) -> Plane:
    """Factors from 1 - `depth` to 1, drawn at `places` down and across and enlarged between."""
    coarse = rng.random(places, np.float32)
    return 1 - depth * cv2.resize(coarse, (size[1], size[0]), interpolation=how)


def grain_rain(size: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Draw one to three layers of blurred noise, screened together: (H, W) float32 in [0, 1].

    They are to be screened over a photo of `size`, height and width in px.
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
