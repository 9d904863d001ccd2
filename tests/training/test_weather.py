"""Kinds of rain: each is what its name says."""

from collections.abc import Callable

import numpy as np
import pytest

from nledn.training.streaks import Streaks, draw
from nledn.training.weather import WEATHERS, curtain_rain, drop_rain, faint_rain, steady_rain
from tests.training.layers import rng

Weather = Callable[[np.random.Generator], list[Streaks]]


def test_faint_rain_is_fainter_than_steady_rain() -> None:
    peaks = [
        np.median([streaks.peak for seed in range(60) for streaks in weather(rng(seed))])
        for weather in (faint_rain, steady_rain)
    ]
    assert peaks[0] < 0.6 * peaks[1]


@pytest.mark.parametrize("weather", WEATHERS.values(), ids=WEATHERS)
def test_layers_can_be_drawn(weather: Weather) -> None:
    for seed in range(30):
        for streaks in weather(rng(seed)):
            assert streaks.length_px >= 4
            assert 0 < streaks.peak <= 1
            draw(streaks, (32, 48), rng(seed))


def test_far_layers_are_shorter_thinner_and_fainter() -> None:
    for seed in range(20):
        near, far = steady_rain(rng(seed))[:2]
        assert far.length_px < near.length_px
        assert far.peak < near.peak
        assert far.density > near.density


def test_drops_are_hardly_longer_than_wide() -> None:
    for seed in range(20):
        near = drop_rain(rng(seed))[0]
        # The width is a standard deviation: a drop looks about 2.4 times as wide.
        assert near.length_px <= 4 * 2.4 * near.width_px or near.length_px == 4


def test_a_curtain_leaves_hardly_a_place_dry_and_is_translucent() -> None:
    touched, levels = [], []
    for seed in range(40):
        rain = sum(draw(layer, (64, 64), rng(seed)) for layer in curtain_rain(rng(seed)))
        touched.append(np.mean(rain > 0.004))
        levels.append(np.median(rain))
    assert np.median(touched) > 0.7
    assert np.median(levels) < 0.35
