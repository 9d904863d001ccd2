"""A region whole and in tiles."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nledn import Cancelled, CancelToken, Options
from nledn.compare import check_tiling
from nledn.models import LoadedModels
from nledn.photo import Photo
from nledn.tiling import Rect
from tests.compare.conftest import TILED, scene


def test_tiles_of_a_real_network_differ_a_little() -> None:
    photo = Photo(scene(150, 200))
    options = replace(TILED, weights="afterrain")
    found = check_tiling(photo, Rect(20, 10, 180, 140), options, LoadedModels())
    assert found.rect == Rect(20, 10, 180, 140)
    assert found.tiles > 1
    assert found.tile == "64×64"
    assert 30 < found.psnr_y < 80
    assert 0 < found.largest < 120
    assert found.difference.shape == (130, 160, 3)


def test_a_region_that_is_one_tile_does_not_differ(weights: Callable[[float], Path]) -> None:
    options = Options(weights=str(weights(5)), precision="fp32", threads=1)
    found = check_tiling(Photo(scene()), Rect(-5, 0, 9999, 80), options, LoadedModels())
    assert (found.tiles, found.psnr_y, found.largest) == (1, math.inf, 0)
    assert found.rect == Rect(0, 0, 144, 80)
    assert found.difference.max() <= 4


def test_at_most_a_megapixel_around_the_middle(weights: Callable[[float], Path]) -> None:
    # Nothing is computed: the check is cancelled before its first tile.
    token = CancelToken()
    token.cancel()
    options = replace(TILED, weights=str(weights(5)))
    with pytest.raises(Cancelled):
        check_tiling(
            Photo(np.zeros((9, 9, 3), np.uint8)), Rect(0, 0, 9, 9), options, LoadedModels(), token
        )
    from nledn.compare.tiling_check import LARGEST_PX, middle_of

    middle = middle_of(Rect(100, 200, 6100, 4200))
    assert 0.99 * LARGEST_PX < middle.width * middle.height <= LARGEST_PX
    assert middle.width / middle.height == pytest.approx(1.5, abs=0.01)
    assert (middle.left + middle.right) // 2 == pytest.approx(3100, abs=1)
