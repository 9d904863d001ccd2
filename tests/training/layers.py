"""A layer of rain for the tests to vary, and chance that is the same each time."""

import numpy as np

from nledn.training.streaks import Streaks

PLAIN = Streaks(
    angle_deg=0, spread_deg=0, length_px=20, width_px=0.8, density=1e-3, peak=0.6, beading=0
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)
