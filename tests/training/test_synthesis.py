"""Rain that is drawn: what each parameter is said to mean, it does."""

import numpy as np
import numpy.typing as npt
import pytest

from nledn.training.synthesis import (
    BLENDS,
    RainMix,
    Streaks,
    composite,
    draw,
    faint_rain,
    heavy_rain,
    light_rain,
    rain_on,
    steady_rain,
    streak_kernel,
    veiled,
)

PLAIN = Streaks(
    angle_deg=0, spread_deg=0, length_px=20, width_px=0.8, density=1e-3, peak=0.6, beading=0
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def grey(value: float = 0.3) -> npt.NDArray[np.float32]:
    return np.full((64, 64, 3), value, np.float32)


def changed(streaks: Streaks) -> float:
    return float((draw(streaks, (200, 200), rng()) > 0.01).mean())


def test_dry_weather_gives_the_photo_itself() -> None:
    clean = grey()
    assert rain_on(clean, RainMix(1, 0, 0, 0), rng()) is clean


@pytest.mark.parametrize("mix", [RainMix(0, *shares) for shares in np.eye(4)])
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


def test_faint_rain_is_fainter_than_steady_rain() -> None:
    peaks = [
        np.median([streaks.peak for seed in range(60) for streaks in weather(rng(seed))])
        for weather in (faint_rain, steady_rain)
    ]
    assert peaks[0] < 0.6 * peaks[1]


def test_the_same_seed_gives_the_same_rain() -> None:
    one, other = (rain_on(grey(), RainMix(), rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


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


@pytest.mark.parametrize("weather", [light_rain, steady_rain, heavy_rain, faint_rain])
def test_layers_can_be_drawn(weather: type[list[Streaks]]) -> None:
    for seed in range(30):
        for streaks in weather(rng(seed)):  # type: ignore[call-overload]  # a function of a generator
            assert streaks.length_px >= 4
            assert 0 < streaks.peak <= 1
            draw(streaks, (32, 48), rng(seed))


def test_far_layers_are_shorter_thinner_and_fainter() -> None:
    for seed in range(20):
        near, far = steady_rain(rng(seed))[:2]
        assert far.length_px < near.length_px
        assert far.peak < near.peak
        assert far.density > near.density


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
