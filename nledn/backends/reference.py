"""Torch's result for a made-up tile and made-up weights, kept for machines without torch.

A bundle without torch carries it (`nledn.places.torchs_rain`); `build.spec` has it made.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nledn.architecture import weight_shapes
from nledn.backends import Trained, create
from nledn.device import Choice
from nledn.pixels import Floats

SIDE_PX = 256  # four regions a side on the first level, one on the last
# With 1, rounding in float32 decides which of two equals is a window's maximum so often that right
# results are 2e-4 apart (root mean square, OpenVINO from torch); with 0.8 it is 2e-5.
GAIN = 0.8
EVERY_PX = 3  # which pixels are kept: odd, so that each corner of a pooling window is met


@dataclass(frozen=True)
class Reference:
    """A stored result.

    Attributes:
        rain: (3, h, w) float32, every third pixel of torch's result in float32.
        lost: root mean square of what torch loses, by the precision's name.
    """

    rain: Floats
    lost: dict[str, float]


def made_up() -> Trained:
    """Random weights under which values neither vanish nor grow, so that differences show."""
    rng = np.random.default_rng(0)
    arrays = {
        name: rng.standard_normal(shape, np.float32) * np.float32(_scale(shape))
        for name, shape in weight_shapes().items()
    }
    return Trained(arrays, "fixed", "")


def _scale(shape: tuple[int, ...]) -> float:
    if len(shape) == 1:
        return 0.05
    return GAIN / math.sqrt(math.prod(shape[1:]))


def tile(height: int, width: int) -> Floats:
    """(1, 3, height, width) float32 in [0, 1]."""
    return np.random.default_rng(0).random((1, 3, height, width), np.float32)


def kept_of(rain: Floats) -> Floats:
    """The pixels of (1, 3, h, w) that are compared."""
    return rain[0, :, ::EVERY_PX, ::EVERY_PX]


def rms(difference: Floats) -> float:
    """Root mean square."""
    return float(np.sqrt(np.square(difference).mean()))


def write(path: Path) -> None:
    """Compute it with torch; the reader makes weights and tile again."""
    rain = {
        precision: create(Choice("cpu", "torch", precision, 1, ()), made_up()).rain(
            tile(SIDE_PX, SIDE_PX)
        )
        for precision in ("fp32", "bf16")
    }
    lost = rms(rain["bf16"] - rain["fp32"])
    np.savez_compressed(path, rain=kept_of(rain["fp32"]), lost_bf16=np.float64(lost))


def read(path: Path) -> Reference:
    """Read the file of `write`.

    Raises:
        OSError: the file is missing.
    """
    with np.load(path) as kept:
        return Reference(kept["rain"], {"fp32": 0.0, "bf16": float(kept["lost_bf16"])})
