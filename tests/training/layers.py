"""A layer of rain for the tests to vary."""

from nledn.training.streaks import Streaks

PLAIN = Streaks(
    angle_deg=0, spread_deg=0, length_px=20, width_px=0.8, density=1e-3, peak=0.6, beading=0
)
