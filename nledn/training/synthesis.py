"""Rain on a clean photo, by the physics of light.

Near drops give few, long, wide streaks; far ones many, short, thin and faint; the farthest run
together into a veil. Each depth is drawn as a layer (`nledn.training.streaks`), and the layers are
put over the photo.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from nledn.training.camera import FloatImage
from nledn.training.streaks import Plane, Streaks, draw, grain_rain
from nledn.training.weather import WEATHERS


@dataclass(frozen=True)
class RainMix:
    """The rates of each kind of weather on a training patch.

    The shares up to `grain` add up to 1.

    Attributes:
        dry: no rain. Without such patches a network learns to remove thin bright lines everywhere,
            and damages photos without rain.
        light: one direction, streaks far apart; a drizzle close to the camera.
        steady: near and far layers of one direction.
        heavy: dense and long, one to five directions at once, as from wind gusts and splashes.
        faint: rain out of focus or far away: wide or long, translucent, one over the other, with
            a veil between. Most photos in the rain look like this.
        close: few drops near the lens among far ones: long or wide streaks in which several
            highlights waver.
        curtain: a downpour that a long exposure smears to a directed grain: translucent layers of
            varying thickness, so dense that single streaks are lost in them.
        drops: a short exposure, or a flash: drops that are hardly longer than wide, bright.
        fine: far rain that a sharp photo shows singly: short, thin streaks close together.
        hard: sparse, short, opaque drops with hard edges: light rain in a phone's
        video. Measured on film of real rain: 7 to 18 px long, 1 to 3.6 px wide, 28
            to 101 levels bright, on 0.75 % of the pixels.
        grain: rain of blurred noise, as from a picture editor, screened over the photo
            (`nledn.training.streaks`): the look of the set whose model is the best published one on
            photos of real rain.
        variety: variation of the drops of a layer (`Streaks.variety`), in every weather.
        linear: share of the additive rain that is added in linear light, as in a sensor, not in
            the photo's own encoding, as in the published sets.
        veiled: share of the rainy patches with a veil of drops too far to be seen singly. A
            network that learns to remove it makes photos darker.
        screen: share of the rain that is screened over the photo, as glow adds up.
        opaque: share of the rain that hides the background, as large drops do.
    """

    dry: float = 0.15
    light: float = 0.3
    steady: float = 0.2
    heavy: float = 0.35
    faint: float = 0.0
    close: float = 0.0
    curtain: float = 0.0
    drops: float = 0.0
    fine: float = 0.0
    hard: float = 0.0
    grain: float = 0.0
    variety: float = 0.0
    linear: float = 0.0
    veiled: float = 0.3
    screen: float = 0.2
    opaque: float = 0.1


BLENDS = ("additive", "screen", "opaque")
KINDS = ("dry", *WEATHERS, "grain")  # the fields of a mix whose shares add up to 1
GAMMA = 2.2  # near enough to sRGB's curve for drawn rain


def rain_on(clean: FloatImage, mix: RainMix, rng: np.random.Generator) -> FloatImage:
    """Add random rain to a clean photo, (H, W, 3) float32 in [0, 1] in its own encoding.

    When it stays dry, `clean` itself is returned.
    """
    kind = KINDS[rng.choice(len(KINDS), p=[getattr(mix, name) for name in KINDS])]
    if kind == "dry":
        return clean
    size = (clean.shape[0], clean.shape[1])
    if kind == "grain":
        return composite(clean, grain_rain(size, rng), "screen", rng)
    rain = _fallen(WEATHERS[kind](rng), mix, size, rng)
    if rng.random() < mix.veiled:
        rain = veiled(rain, rng.uniform(0.1, 0.5))
    shares = (1 - mix.screen - mix.opaque, mix.screen, mix.opaque)
    blend = rng.choice(BLENDS, p=shares)
    if mix.linear and blend == "additive" and rng.random() < mix.linear:
        return added_in_linear_light(clean, rain)
    return composite(clean, rain, blend, rng)


def _fallen(
    layers: Sequence[Streaks], mix: RainMix, size: tuple[int, int], rng: np.random.Generator
) -> Plane:
    rain = np.zeros(size, np.float32)
    for layer in layers:
        # Two streaks of different depth seldom add up to more than white: one hides the other.
        rain = 1 - (1 - rain) * (1 - draw(replace(layer, variety=mix.variety), size, rng))
    return rain


def veiled(rain: Plane, share: float) -> Plane:
    """Add the veil of drops too far to be seen singly: the layer itself, blurred and dimmed."""
    veil = cv2.GaussianBlur(rain, (0, 0), max(rain.shape) / 8)
    return np.clip(rain + share * veil, 0, 1).astype(np.float32)


def composite(clean: FloatImage, rain: Plane, blend: Any, rng: np.random.Generator) -> FloatImage:
    """Put a rain layer over a photo.

    Args:
        clean: (H, W, 3) float32 in [0, 1].
        rain: (H, W) float32 in [0, 1].
        blend: `additive`: the drop's light is added to the background's, as in the published sets,
            O = B + R. `screen`: the brighter the background, the less a drop adds,
            O = B + R - B·R. `opaque`: a drop out of focus hides the background and shows the sky
            instead, O = (1 - R)·B + R·sky.
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


def added_in_linear_light(clean: FloatImage, rain: Plane) -> FloatImage:
    """Add a rain layer in linear light: the brighter the background, the less it shows.

    Photo (H, W, 3) and rain (H, W), as it is in front of black, are float32 in [0, 1].
    """
    light = clean**GAMMA + rain[:, :, None] ** GAMMA
    return np.asarray(np.clip(light, 0, 1) ** (1 / GAMMA), np.float32)
