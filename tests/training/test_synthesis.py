"""Drawn rain: each parameter does what its docstring says."""

import numpy as np
import numpy.typing as npt
import pytest

from nledn.training.streaks import draw
from nledn.training.synthesis import (
    BLENDS,
    RainMix,
    added_in_linear_light,
    composite,
    rain_on,
    veiled,
)
from nledn.training.weather import WEATHERS
from tests.training.layers import PLAIN, rng


def grey(value: float = 0.3) -> npt.NDArray[np.float32]:
    return np.full((64, 64, 3), value, np.float32)


def test_dry_weather_gives_the_photo_itself() -> None:
    clean = grey()
    assert rain_on(clean, RainMix(1, 0, 0, 0), rng()) is clean


@pytest.mark.parametrize("mix", [RainMix(0, *shares) for shares in np.eye(len(WEATHERS))])
def test_every_weather_stays_a_photo(mix: RainMix) -> None:
    for seed in range(20):
        rainy = rain_on(grey(), mix, rng(seed))
        assert rainy.shape == (64, 64, 3)
        assert rainy.dtype == np.float32
        assert rainy.min() >= 0
        assert rainy.max() <= 1


def test_heavy_rain_covers_more_than_light() -> None:
    means = [
        np.mean([rain_on(grey(), mix, rng(seed)).mean() for seed in range(40)])
        for mix in (RainMix(0, 1, 0, 0), RainMix(0, 0, 0, 1))
    ]
    assert means[1] - 0.3 > 3 * (means[0] - 0.3) > 0


def test_the_same_seed_gives_the_same_rain() -> None:
    one, other = (rain_on(grey(), RainMix(), rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_additive_rain_adds_screen_adds_less_opaque_hides() -> None:
    rain = np.full((64, 64), 0.4, np.float32)
    bright = {blend: composite(grey(0.8), rain, blend, rng()).mean() for blend in BLENDS}
    assert bright["additive"] == pytest.approx(1.0)
    assert bright["screen"] == pytest.approx(0.88)
    assert 0.7 < bright["opaque"] < 0.9
    dark = {blend: composite(grey(0.0), rain, blend, rng()).mean() for blend in BLENDS}
    assert dark["additive"] == pytest.approx(0.4)
    assert dark["opaque"] < 0.4


def test_a_veil_brightens_between_the_streaks() -> None:
    layer = draw(PLAIN, (64, 64), rng())
    veil = veiled(layer, 0.5)
    assert veil.min() > layer.min()
    assert veil.max() <= 1


def test_in_linear_light_rain_shows_less_in_front_of_a_bright_background() -> None:
    rain = np.full((64, 64), 0.4, np.float32)
    assert added_in_linear_light(grey(0.0), rain).mean() == pytest.approx(0.4, abs=1e-5)
    gained = added_in_linear_light(grey(0.8), rain).mean() - 0.8
    assert 0.0 < gained < 0.2


def test_all_additive_rain_can_fall_in_linear_light() -> None:
    encoded, linear = (RainMix(0, 1, 0, 0, linear=share) for share in (0.0, 1.0))
    bright = grey(0.7)
    sums = [
        np.mean([rain_on(bright, mix, rng(seed)).mean() for seed in range(30)])
        for mix in (encoded, linear)
    ]
    assert 0 < sums[1] - 0.7 < 0.8 * (sums[0] - 0.7)
