"""Accuracy, and the removed rain."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nledn.compare import accuracy_of, error_map, paired_difference, removal_of
from nledn.compare.figures import directions_of, main_direction, most_different
from nledn.metrics import luma, psnr_y
from tests.compare.conftest import scene


def test_accuracy_against_its_definition() -> None:
    truth = scene()
    image = truth + np.uint8(10)
    found = accuracy_of(image, truth)
    assert found.psnr_rgb == pytest.approx(10 * math.log10(255**2 / 100))
    assert found.psnr_y == pytest.approx(psnr_y(image, truth))
    assert accuracy_of(truth, truth).psnr_y == math.inf
    deep = accuracy_of(image.astype(np.uint16) * 257, truth.astype(np.uint16) * 257)
    assert deep == found


def test_the_luma_of_matlab() -> None:
    # rgb2ycbcr(uint8([0 0 0; 255 255 255; 255 0 0; 0 255 0; 10 200 30])) by its documentation.
    colours = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0]]], np.uint8)
    assert luma(colours, "matlab").tolist() == [[16, 235, 81, 145]]
    assert luma(colours).tolist() == [[0, 255, 76, 149]]  # JFIF, cut
    narrow, full = (accuracy_of(scene() + np.uint8(9), scene(), y) for y in ("matlab", "pillow"))
    assert narrow.psnr_y > full.psnr_y + 1  # 219 levels instead of 255 make errors smaller
    assert narrow.psnr_rgb == full.psnr_rgb


def test_removal_is_in_levels_of_255() -> None:
    before = np.full((60, 80, 3), 120, np.uint8)
    after = before.copy()
    after[:, :20] -= 40
    found = removal_of(before, after)
    assert found.taken == pytest.approx(10)
    assert found.share == pytest.approx(0.25)
    assert found.brightness == 0
    deep = removal_of(before.astype(np.uint16) * 257, after.astype(np.uint16) * 257)
    assert deep.taken == pytest.approx(10, abs=0.01)
    assert removal_of(before, before - np.uint8(6)).brightness == pytest.approx(-6)


@given(degrees=st.integers(-8, 9).map(lambda step: step * 10))
def test_streaks_are_found_by_their_direction(degrees: int) -> None:
    rows, columns = np.mgrid[0:120, 0:120].astype(np.float32)
    angle = math.radians(degrees)
    across = columns * math.cos(angle) + rows * math.sin(angle)  # right at the top is positive
    rain = (60 * np.exp(-(((across % 40) - 20) ** 2) / 6)).astype(np.float32)
    found = directions_of(rain)
    assert main_direction(found) == degrees
    assert sum(found) == pytest.approx(1)
    assert max(found) > 0.6


def test_without_rain_there_is_no_direction() -> None:
    found = directions_of(np.zeros((20, 20), np.float32))
    assert found == (0.0,) * 18
    assert main_direction(found) is None


def test_an_error_map_is_black_where_nothing_is_wrong() -> None:
    truth = scene()
    image = truth.copy()
    image[:10] = np.minimum(truth[:10].astype(int) + 50, 255)
    shown = error_map(image, truth)
    assert shown[50:].max() <= 4
    assert shown[:10].min(axis=(0, 1))[0] > 200


def test_the_place_where_results_differ_most() -> None:
    one = scene()
    other = one.copy()
    other[70:80, 100:115] ^= 0x30
    found = most_different([one, other], 40, 30)
    assert (found.width, found.height) == (40, 30)
    assert found.left <= 100
    assert found.right >= 115
    assert found.top <= 70
    assert found.bottom >= 80


def test_a_paired_difference_has_an_interval_that_holds_it() -> None:
    rng = np.random.default_rng(0)
    ones = list(rng.normal(30, 3, 40))
    better = [value + shift for value, shift in zip(ones, rng.normal(0.5, 0.2, 40), strict=True)]
    found = paired_difference(better, ones)
    assert found is not None
    assert found.low < found.mean < found.high
    assert found.low > 0
    assert found.mean == pytest.approx(0.5, abs=0.1)
    # The half width of a bootstrap is close to that of the normal distribution.
    half = 1.96 * np.std(np.subtract(better, ones)) / math.sqrt(40)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.15)
    assert paired_difference(better, ones) == found


def test_a_difference_by_chance_is_not_clear() -> None:
    found = paired_difference([30.0, 31.0, 29.0, 30.5], [30.5, 30.0, 30.0, 30.0])
    assert found is not None
    assert found.low <= 0 <= found.high


def test_infinite_figures_and_single_photos_have_no_interval() -> None:
    assert paired_difference([30.0], [29.0]) is None
    found = paired_difference([30.0, math.inf, 31.0], [29.0, 30.0, 30.0])
    assert found is not None
    assert (found.count, found.mean) == (2, 1.0)
