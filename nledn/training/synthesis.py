"""Rain on a clean photo, as light makes it.

A falling drop moves some centimetres during one exposure, so that the camera records a streak:
as long as the drop's path in the picture, as wide as the drop and its blur, brighter than what is
behind it because a drop gathers light from most of the sky (Garg & Nayar, "Vision and rain", 2007).
Near drops give few, long, wide streaks; far ones many, short, thin and faint; the farthest run
together into a veil. We draw each depth as a layer of its own and put the layers over the photo.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]
FloatImage = npt.NDArray[np.float32]


@dataclass(frozen=True)
class RainMix:
    """How often each kind of weather falls on a training patch; the five add up to 1.

    Attributes:
        dry: no rain at all. Without such patches a network learns to take away thin bright
            lines everywhere, and harms photos that have no rain in them.
        light: one direction, streaks far apart; a drizzle that is close to the camera.
        steady: near and far layers of one direction.
        heavy: dense and long, one to five directions at once, as wind gusts and splashes give.
        faint: rain out of focus or far away: wide or long, translucent, one over the other, with
            a veil between. Most photos that people take in the rain are like this.
    """

    dry: float = 0.15
    light: float = 0.3
    steady: float = 0.2
    heavy: float = 0.35
    faint: float = 0.0


@dataclass(frozen=True)
class Streaks:
    """One layer: the drops at one depth.

    Attributes:
        angle_deg: direction of fall from the vertical, positive to the right.
        spread_deg: how much single drops differ from it (turbulence).
        length_px: path of a drop during the exposure, seen from the camera.
        width_px: image of the drop, blur of a lens focused elsewhere included (standard
            deviation of its profile).
        density: streaks that begin on each pixel; coverage is about density·length·width.
        peak: brightness of the brightest streaks, as a share of white.
        beading: how much the brightness varies along a streak: a drop that falls oscillates,
            and its streak is speckled (Garg & Nayar, 2006). 0 none, 1 down to black.
    """

    angle_deg: float
    spread_deg: float
    length_px: float
    width_px: float
    density: float
    peak: float
    beading: float


BLENDS = ("additive", "screen", "opaque")
BLEND_SHARES = (0.7, 0.2, 0.1)


def rain_on(clean: FloatImage, mix: RainMix, rng: np.random.Generator) -> FloatImage:
    """Let it rain, or not, on a clean photo.

    Args:
        clean: (H, W, 3) float32 in [0, 1], RGB, in the photo's own encoding.
        mix: how often each weather comes.
        rng: decides everything.

    Returns:
        (H, W, 3) float32 in [0, 1]; `clean` itself when it stays dry.
    """
    weather = rng.choice(5, p=(mix.dry, mix.light, mix.steady, mix.heavy, mix.faint))
    if weather == 0:
        return clean
    layers = (light_rain, steady_rain, heavy_rain, faint_rain)[weather - 1](rng)
    size = (clean.shape[0], clean.shape[1])
    rain = np.zeros(size, np.float32)
    for layer in layers:
        # Two streaks of different depth seldom add up to more than white: the nearer hides.
        rain = 1 - (1 - rain) * (1 - draw(layer, size, rng))
    if rng.random() < 0.3:
        rain = veiled(rain, rng.uniform(0.1, 0.5))
    return composite(clean, rain, rng.choice(BLENDS, p=BLEND_SHARES), rng)


def light_rain(rng: np.random.Generator) -> list[Streaks]:
    """A single layer of streaks far apart, some with a faint one behind."""
    angle = _fall(rng)
    near = Streaks(
        angle_deg=angle,
        spread_deg=rng.uniform(0, 4),
        length_px=rng.uniform(8, 60),
        width_px=rng.uniform(0.5, 1.6),
        density=10 ** rng.uniform(-3.6, -2.5),
        peak=rng.uniform(0.15, 0.9),
        beading=rng.uniform(0, 0.7),
    )
    return [near, _behind(near, rng)] if rng.random() < 0.5 else [near]


def steady_rain(rng: np.random.Generator) -> list[Streaks]:
    """Two or three depths of one direction, the far ones shorter, thinner and more."""
    near = Streaks(
        angle_deg=_fall(rng),
        spread_deg=rng.uniform(0, 5),
        length_px=rng.uniform(15, 70),
        width_px=rng.uniform(0.6, 2.2),
        density=10 ** rng.uniform(-3.2, -2.2),
        peak=rng.uniform(0.2, 0.9),
        beading=rng.uniform(0, 0.7),
    )
    middle = _behind(near, rng)
    return [near, middle] if rng.random() < 0.5 else [near, middle, _behind(middle, rng)]


def heavy_rain(rng: np.random.Generator) -> list[Streaks]:
    """A dense curtain of one to five directions."""
    directions = int(rng.integers(1, 6))
    main = _fall(rng)
    return [
        Streaks(
            angle_deg=main if i == 0 else _fall(rng),
            spread_deg=rng.uniform(0, 3),
            length_px=rng.uniform(15, 80),
            width_px=rng.uniform(0.5, 1.8),
            density=10 ** rng.uniform(-2.9, -2.0) / np.sqrt(directions),
            peak=rng.uniform(0.25, 0.95),
            beading=rng.uniform(0, 0.5),
        )
        for i in range(directions)
    ]


def faint_rain(rng: np.random.Generator) -> list[Streaks]:
    """One to four translucent layers, from sharp and far to wide and out of focus."""
    angle = _fall(rng)
    return [
        Streaks(
            angle_deg=angle + rng.normal(0, 3),
            spread_deg=rng.uniform(0, 6),
            length_px=10 ** rng.uniform(1.0, 2.1),
            width_px=10 ** rng.uniform(-0.3, 0.6),
            density=10 ** rng.uniform(-3.6, -2.2),
            peak=10 ** rng.uniform(-1.3, -0.25),
            beading=rng.uniform(0, 0.9),
        )
        for _ in range(int(rng.integers(1, 5)))
    ]


def _fall(rng: np.random.Generator) -> float:
    # Mostly near the vertical; wind and a tilted camera give the rest.
    return float(np.clip(rng.normal(0, 22), -75, 75))


def _behind(near: Streaks, rng: np.random.Generator) -> Streaks:
    farther = rng.uniform(1.5, 3)
    return Streaks(
        angle_deg=near.angle_deg + rng.normal(0, 2),
        spread_deg=near.spread_deg,
        length_px=max(near.length_px / farther, 4),
        width_px=max(near.width_px / farther, 0.4),
        density=min(near.density * farther**2, 0.03),
        peak=near.peak * rng.uniform(0.3, 0.8),
        beading=near.beading,
    )


def draw(streaks: Streaks, size: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Draw one layer.

    Args:
        streaks: the layer.
        size: height and width, px.
        rng: decides where the drops are.

    Returns:
        (H, W) float32 in [0, 1].
    """
    reach = int(streaks.length_px / 2 + 3 * streaks.width_px) + 2
    height, width = size[0] + 2 * reach, size[1] + 2 * reach
    rain = np.zeros((height, width), np.float32)
    bunches = 3 if streaks.spread_deg > 1 else 1
    for _ in range(bunches):
        drops = np.zeros((height, width), np.float32)
        count = rng.poisson(streaks.density / bunches * height * width)
        # Squared uniform: few bright streaks, many faint ones.
        drops[rng.integers(0, height, count), rng.integers(0, width, count)] = (
            0.25 + 0.75 * rng.random(count, np.float32) ** 2
        )
        kernel = streak_kernel(
            streaks.angle_deg + rng.normal(0, streaks.spread_deg),
            streaks.length_px * rng.uniform(0.75, 1.25),
            streaks.width_px * rng.uniform(0.85, 1.15),
        )
        rain += cv2.filter2D(drops, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    rain = rain[reach:-reach, reach:-reach]
    if streaks.beading > 0:
        rain = rain * _beads(size, streaks.beading, rng)
    return np.asarray(np.clip(rain * streaks.peak, 0, 1), np.float32)


def streak_kernel(angle_deg: float, length_px: float, width_px: float) -> Plane:
    """The image of one drop: 1 at its centre line, Gaussian across, soft at both ends."""
    reach = int(length_px / 2 + 3 * width_px) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    angle = np.deg2rad(angle_deg)
    along = y * np.cos(angle) + x * np.sin(angle)
    across = x * np.cos(angle) - y * np.sin(angle)
    profile = np.exp(-0.5 * (across / width_px) ** 2)
    ends = np.clip((length_px / 2 - np.abs(along)) / max(0.15 * length_px, 1) + 0.5, 0, 1)
    return np.asarray(profile * ends, np.float32)


def _beads(size: tuple[int, int], depth: float, rng: np.random.Generator) -> Plane:
    coarse = rng.random((max(size[0] // 5, 1), max(size[1] // 5, 1)), np.float32)
    return 1 - depth * cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)


def veiled(rain: Plane, share: float) -> Plane:
    """Add the veil of drops too far to be seen singly: the layer itself, blurred and dimmed."""
    veil = cv2.GaussianBlur(rain, (0, 0), max(rain.shape) / 8)
    return np.clip(rain + share * veil, 0, 1).astype(np.float32)


def composite(clean: FloatImage, rain: Plane, blend: Any, rng: np.random.Generator) -> FloatImage:
    """Put a rain layer over a photo.

    Args:
        clean: (H, W, 3) float32 in [0, 1].
        rain: (H, W) float32 in [0, 1].
        blend: `additive`: the drop's light is added to the background's, as the published sets
            have it, O = B + R. `screen`: the brighter the background, the less a drop adds,
            O = B + R - B·R. `opaque`: a drop out of focus hides what is behind it and shows the
            sky instead, O = (1 - R)·B + R·sky.
        rng: decides the sky's brightness.

    Returns:
        (H, W, 3) float32 in [0, 1], clipped as a sensor clips.
    """
    layer = rain[:, :, None]
    if blend == "additive":
        rainy = clean + layer
    elif blend == "screen":
        rainy = clean + layer - clean * layer
    else:
        sky = rng.uniform(0.6, 1.0) * (1 + rng.normal(0, 0.02, 3)).astype(np.float32)
        rainy = (1 - layer) * clean + layer * sky
    return np.asarray(np.clip(rainy, 0, 1), np.float32)
