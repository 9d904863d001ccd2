"""One layer of streaks: each parameter does what its docstring says."""

from dataclasses import replace

import numpy as np
import pytest

from nledn.training.streaks import Oscillation, Streaks, draw, streak_kernel
from tests.training.layers import PLAIN, rng


def changed(streaks: Streaks) -> float:
    return float((draw(streaks, (200, 200), rng()) > 0.01).mean())


def test_streaks_are_as_long_as_said_along_their_angle() -> None:
    for angle_deg, axis in ((0, 0), (90, 1)):
        kernel = streak_kernel(angle_deg, 30, 0.7)
        extent = (kernel.max(axis=1 - axis) > 0.5).sum()
        across = (kernel.max(axis=axis) > 0.5).sum()
        assert 28 <= extent <= 32
        assert across <= 3


def test_a_positive_angle_falls_to_the_right() -> None:
    kernel = streak_kernel(45, 20, 0.7)
    reach = kernel.shape[0] // 2
    assert kernel[reach + 5, reach + 5] > 0.5 > kernel[reach + 5, reach - 5]


def test_no_streak_is_brighter_than_the_peak_where_they_do_not_overlap() -> None:
    sparse = Streaks(0, 0, 10, 0.8, 1e-4, 0.6, 0)
    layer = draw(sparse, (200, 200), rng())
    assert 0.1 < layer.max() <= 0.6 + 1e-6


@pytest.mark.parametrize(
    ("more", "values"),
    [
        ("density", {"density": 4e-3}),
        ("length", {"length_px": 60}),
        ("width", {"width_px": 2.0}),
    ],
)
def test_denser_longer_and_wider_streaks_cover_more(more: str, values: dict[str, float]) -> None:
    base = vars(PLAIN)
    assert changed(Streaks(**{**base, **values})) > 1.5 * changed(PLAIN), more


def test_beading_breaks_a_streak_up() -> None:
    smooth = draw(PLAIN, (200, 200), rng())
    beaded = draw(Streaks(**{**vars(PLAIN), "beading": 0.8}), (200, 200), rng())
    assert beaded.mean() < 0.8 * smooth.mean()


def test_drops_of_a_varied_layer_differ_in_length() -> None:
    def rows_touched(variety: float) -> float:
        lengths = []
        for seed in range(40):
            one_drop = replace(PLAIN, density=2e-5, variety=variety)
            rows = np.flatnonzero(draw(one_drop, (160, 160), rng(seed)).max(axis=1) > 0.05)
            lengths.append(len(rows))
        return float(np.std([length for length in lengths if length]))

    assert rows_touched(0.8) > 1.3 * rows_touched(0.0)


def test_highlights_swing_and_leave_the_middle_darker() -> None:
    still = streak_kernel(0, 60, 4)
    swinging = streak_kernel(0, 60, 4, Oscillation(swing_px=6, period_px=40, phase=0))
    middle = still.shape[0] // 2
    assert still[middle - 20 : middle + 20, middle].min() == pytest.approx(1)
    assert swinging[middle - 20 : middle + 20, middle].min() < 0.6
    assert swinging.max() <= 1
    assert (swinging[:, : middle - 5] > 0.3).sum() > (still[:, : middle - 5] > 0.3).sum()


def test_uneven_rain_is_thinner_in_places() -> None:
    dense = replace(PLAIN, density=0.05)
    even = draw(dense, (240, 240), rng())
    uneven = draw(replace(dense, unevenness=0.9), (240, 240), rng())
    share = (uneven.reshape(6, 40, 6, 40).mean((1, 3))) / even.reshape(6, 40, 6, 40).mean((1, 3))
    assert share.min() < 0.5
    assert share.max() - share.min() > 0.2
    assert np.all(uneven <= even)
