"""Depths: rounded to 8 bits in one way, wherever it is needed."""

import numpy as np
import pytest

from app.imaging.qimage import ScreenColour
from nledn.compare import accuracy_of
from nledn.pixels import in_depth, to_8_bits

EVERY = np.arange(65536, dtype=np.uint16).reshape(256, 256)
ROUNDED = np.rint(EVERY / 257).astype(np.uint8)


def test_16_bits_are_rounded() -> None:
    np.testing.assert_array_equal(to_8_bits(EVERY), ROUNDED)


def test_8_bits_stay_and_come_back_from_16() -> None:
    shallow = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(to_8_bits(shallow), shallow)
    deep = in_depth(shallow, EVERY.dtype)
    assert deep.dtype == np.uint16
    np.testing.assert_array_equal(in_depth(deep, shallow.dtype), shallow)


def test_the_screen_shows_the_levels_that_are_written() -> None:
    """Once 128 of the 65,536 values were shown a level brighter than they were saved."""
    image = ScreenColour(None).image(np.stack([EVERY] * 3, axis=2))
    shown = np.frombuffer(image.constBits(), np.uint8).reshape(256, 256, 4)
    np.testing.assert_array_equal(shown[:, :, 0], ROUNDED)


@pytest.mark.parametrize("value", [128, 129, 385, 386])
def test_figures_are_of_the_rounded_pixels(value: int) -> None:
    image = np.full((8, 8, 3), value, np.uint16)
    truth = np.full((8, 8, 3), round(value / 257), np.uint8)
    assert accuracy_of(image, truth).psnr_y == np.inf
