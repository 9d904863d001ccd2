"""Grain has the figures that were measured on genuine pairs of DDN-Data."""

import numpy as np
import pytest

from nledn.training.streaks import Plane, grain_rain

LAYERS = 24


@pytest.fixture(scope="module")
def layers() -> list[Plane]:
    return [grain_rain((192, 192), np.random.default_rng(seed)) for seed in range(LAYERS)]


def test_it_covers_and_adds_as_much_as_in_the_set(layers: list[Plane]) -> None:
    covered = np.median([(layer > 0.04).mean() for layer in layers])
    added = np.median([layer.mean() for layer in layers])
    assert 0.31 <= covered <= 0.76
    assert 0.03 <= added <= 0.085


def test_it_runs_along_its_fall(layers: list[Plane]) -> None:
    down, across = (np.median([correlation(layer, axis) for layer in layers]) for axis in (0, 1))
    assert down > 2 * across


def correlation(layer: Plane, axis: int) -> float:
    """Of each pixel with the one 5 px on."""
    moved = np.roll(layer, 5, axis)
    return float(np.corrcoef(layer.ravel(), moved.ravel())[0, 1])


def test_a_seed_gives_the_same_grain_again(layers: list[Plane]) -> None:
    np.testing.assert_array_equal(grain_rain((192, 192), np.random.default_rng(0)), layers[0])
