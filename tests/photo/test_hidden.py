"""Colours under transparent pixels change nothing that shows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nledn import pipeline
from nledn.photo import Photo
from nledn.pixels import without_hidden
from tests.photo import files
from tests.test_engine import TILED, Brightest, derainer_of


class Blurred(Brightest):
    """A backend that sees the pixels around each."""

    def rain(self, rainy: Any) -> Any:
        rolled = [np.roll(rainy, shift, axis) for shift in (-2, 2) for axis in (2, 3)]
        return np.mean(rolled, axis=0, dtype=np.float32) / 4


@pytest.mark.parametrize("keep_brightness", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_shows_is_the_same_whatever_is_hidden(dtype: Any, *, keep_brightness: bool) -> None:
    alpha = np.full((80, 70), np.iinfo(dtype).max, dtype)
    alpha[20:40, 10:60] = 0
    seen = Photo(files.colours(80, 70, dtype=dtype), alpha)
    other_pixels = seen.pixels.copy()
    other_pixels[20:40, 10:60] = np.iinfo(dtype).max
    engine = derainer_of(Blurred(), TILED)
    results = [
        pipeline.derain(each, engine, keep_brightness=keep_brightness).clean(record=False).pixels
        for each in (seen, replace(seen, pixels=other_pixels))
    ]
    np.testing.assert_array_equal(results[0][alpha > 0], results[1][alpha > 0])


def test_each_hidden_pixel_gets_the_nearest_colour_that_shows() -> None:
    rng = np.random.default_rng(5)
    alpha = (rng.random((30, 40)) > 0.7).astype(np.uint8) * 255
    pixels = files.colours(30, 40)
    filled = without_hidden(pixels, alpha)
    shown_y, shown_x = np.nonzero(alpha)
    for y, x in zip(*np.nonzero(alpha == 0), strict=True):
        distances = (shown_y - y) ** 2 + (shown_x - x) ** 2
        near = distances <= (np.sqrt(distances.min()) + 1) ** 2
        assert (pixels[shown_y[near], shown_x[near]] == filled[y, x]).all(axis=1).any()
    np.testing.assert_array_equal(filled[alpha > 0], pixels[alpha > 0])


@pytest.mark.parametrize("value", [0, 255])
def test_a_photo_that_hides_nothing_or_all_stays_as_it_is(value: int) -> None:
    pixels = files.colours(8, 9)
    assert without_hidden(pixels, np.full((8, 9), value, np.uint8)) is pixels
