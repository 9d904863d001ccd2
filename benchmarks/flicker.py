"""The flicker of a film derained frame by frame.

    .venv/bin/python -m benchmarks.flicker [--frames 12] [-- OPTION…]

A still scene, so that every difference between two frames is rain or its traces: the shipped
meadow scaled down to 1280×720, with new rain for each frame by the training's synthesis,
the same weather throughout. In levels of 255 of the luma: how much a pixel varies over time
(standard deviation, mean of all pixels), its difference from the next frame (mean), the share of
pixels that differ by more than 5, and how much the mean of a frame varies. Without rain all are 0.
"""

import argparse
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from nledn import Derainer, Options, photo, places
from nledn.training.sample import SAMPLES
from nledn.training.synthesis import Streaks, composite, draw

SIZE_PX = (720, 1280)  # height and width
SEEN_LEVELS = 5  # a change of a pixel that is seen in a still scene
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
MODERATE = SAMPLES[0].layers
WEATHER = {
    "light": MODERATE[:2],
    "moderate": MODERATE,
    "heavy": tuple(
        replace(layer, density=4 * layer.density, peak=min(1.3 * layer.peak, 0.95))
        for layer in MODERATE
    ),
}

Frame = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Flicker:
    """See the module."""

    over_time: float
    to_next: float
    share_seen: float
    of_mean: float


def scene() -> npt.NDArray[np.float32]:
    """The still scene, (H, W, 3) float32 in [0, 1]."""
    pixels = photo.read(places.resources() / "samples" / "meadow-rain.jpg").pixels
    small = cv2.resize(pixels, SIZE_PX[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / 255


def rainy(still: npt.NDArray[np.float32], layers: tuple[Streaks, ...], seed: int) -> Frame:
    """A frame: the scene in this weather, its drops where the seed puts them."""
    rng = np.random.default_rng(seed)
    rain = np.zeros(SIZE_PX, np.float32)
    for layer in layers:
        rain = 1 - (1 - rain) * (1 - draw(layer, SIZE_PX, rng))
    return np.rint(composite(still, rain, "screen", rng) * 255).astype(np.uint8)


def flicker_of(frames: list[Frame]) -> Flicker:
    """The figures of a sequence."""
    luma = np.stack([frame.astype(np.float32) @ LUMA for frame in frames])
    steps = np.abs(np.diff(luma, axis=0))
    return Flicker(
        over_time=float(luma.std(axis=0).mean()),
        to_next=float(steps.mean()),
        share_seen=float((steps > SEEN_LEVELS).mean()),
        of_mean=float(luma.mean(axis=(1, 2)).std()),
    )


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    derainer = Derainer.load(Options(threads=arguments.threads))
    still = scene()
    print(f"{derainer.card.id}, {derainer.choice.precision}, {arguments.frames} frames a weather\n")
    print("| rain | | over time | to the next frame | pixels seen to change | of a frame's mean |")
    print("|---|---|---|---|---|---|")
    for name, layers in WEATHER.items():
        before = [rainy(still, layers, seed) for seed in range(arguments.frames)]
        after = [derainer.derain(frame).apply(frame) for frame in before]
        for when, frames in (("rainy", before), ("derained", after)):
            found = flicker_of(frames)
            print(
                f"| {name} | {when} | {found.over_time:.2f} | {found.to_next:.2f} "
                f"| {found.share_seen:.1%} | {found.of_mean:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
