"""Tiles: pure geometry, held by properties rather than by examples."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nledn.engine import Focus
from nledn.regions import pools_evenly
from nledn.tiling import EDGE_PX, STEP_PX, Rect, Tiling, balanced, static, whole

SIDES = st.integers(1, 1500)
TILES = st.integers(8, 64).map(lambda eighths: eighths * STEP_PX)
Divide = Callable[[int, int, int, int], Tiling]
both_ways = pytest.mark.parametrize("divide", [balanced, static])


def overlaps(tile_px: int) -> st.SearchStrategy[int]:
    return st.integers(0, tile_px // 4)


@both_ways
@given(height=SIDES, width=SIDES, data=st.data())
def test_weights_sum_to_one_at_every_pixel(
    divide: Divide, height: int, width: int, data: st.DataObject
) -> None:
    tile_px = data.draw(TILES)
    tiling = divide(height, width, tile_px, data.draw(overlaps(tile_px)))
    total = np.zeros((height, width, 1))
    for tile in tiling.tiles:
        total[tiling.inside(tile).slices] += tiling.weights(tile)
    np.testing.assert_allclose(total, 1, rtol=0, atol=1e-6)


@both_ways
@given(height=SIDES, width=SIDES, data=st.data())
def test_tiles_are_equal_pool_as_the_photo_and_overlap_as_asked(
    divide: Divide, height: int, width: int, data: st.DataObject
) -> None:
    tile_px = data.draw(TILES)
    overlap_px = data.draw(overlaps(tile_px))
    tiling = divide(height, width, tile_px, overlap_px)
    for axis, side in ((tiling.vertical, height), (tiling.horizontal, width)):
        assert axis.tile_px <= tile_px
        assert axis.tile_px % STEP_PX == 0
        assert all(start % STEP_PX == 0 for start in axis.starts)
        assert axis.starts[0] == 0
        assert axis.starts[-1] + axis.tile_px >= side
        for one, next_one in zip(axis.starts, axis.starts[1:], strict=False):
            assert one + axis.tile_px - next_one >= overlap_px


@given(side=st.integers(513, 20_000))
def test_balanced_tiles_waste_little_and_pool_evenly(side: int) -> None:
    axis = balanced(side, 64, 512, 16).vertical
    shared = (len(axis.starts) - 1) * 16
    # Up to 24 px a tile until all of its regions have even sides.
    assert len(axis.starts) * axis.tile_px - shared - side < 32 * len(axis.starts)
    assert pools_evenly(axis.tile_px)


@pytest.mark.parametrize(("side", "evenly"), [(512, True), (368, True), (352, False), (360, False)])
def test_lengths_that_pool_evenly(side: int, evenly: bool) -> None:
    assert pools_evenly(side) == evenly


def test_a_side_below_the_tile_keeps_its_length_rounded_up_to_eight() -> None:
    tiling = balanced(300, 2000, 512, 16)
    assert tiling.vertical.tile_px == 304
    assert len(tiling.vertical.starts) == 1
    assert tiling.horizontal.tile_px == 512


def test_static_tiles_keep_their_shape_whatever_the_photo() -> None:
    tiling = static(300, 700, 512, 16)
    assert (tiling.vertical.tile_px, tiling.horizontal.tile_px) == (512, 512)
    assert tiling.horizontal.starts == (0, 192)


def test_whole_is_one_tile_that_is_not_extended() -> None:
    tiling = whole(61, 83)
    assert tiling.is_whole
    assert [tile.rect for tile in tiling.tiles] == [Rect(0, 0, 83, 61)]
    assert not balanced(61, 83, 512, 16).is_whole


def test_inner_edges_have_no_weight_and_the_border_keeps_its_own() -> None:
    axis = balanced(1000, 64, 512, 32).vertical
    first, second = axis.weights[:2]
    assert first[0] == 1
    assert axis.weights[-1][-1] == 1
    assert not first[-EDGE_PX:].any()
    assert not second[:EDGE_PX].any()


@given(st.integers(1, 900), st.integers(1, 900))
def test_tiles_are_numbered_in_their_order(height: int, width: int) -> None:
    tiles = balanced(height, width, 256, 16).tiles
    assert [tile.index for tile in tiles] == list(range(len(tiles)))


@given(st.integers(1, 700), st.integers(1, 700), st.tuples(*[st.integers(-100, 800)] * 4))
def test_every_focus_orders_all_tiles(
    height: int, width: int, looked_at: tuple[int, int, int, int]
) -> None:
    tiles, focus = list(balanced(height, width, 128, 16).tiles), Focus(Rect(*looked_at))
    left, order = list(tiles), []
    while left:
        order.append(focus.nearest(left))
        left.remove(order[-1])
    assert sorted(tile.index for tile in order) == [tile.index for tile in tiles]
    distances = [tile.rect.distance(Rect(*looked_at)) for tile in order]
    assert distances == sorted(distances)


def test_waste_counts_what_is_computed_twice() -> None:
    assert whole(100, 100).waste == 0
    assert static(512, 512, 256, 0).waste == 0
    assert static(500, 512, 512, 0).waste == pytest.approx(512 / 500 - 1)


@pytest.mark.parametrize(
    ("other", "distance"),
    [(Rect(5, 5, 9, 9), 0), (Rect(13, 0, 20, 10), 3), (Rect(13, 14, 20, 20), 5)],
)
def test_distance_is_between_the_nearest_pixels(other: Rect, distance: float) -> None:
    assert Rect(0, 0, 10, 10).distance(other) == distance


@given(st.tuples(*[st.integers(-50, 150)] * 4), st.integers(1, 100), st.integers(1, 100))
def test_a_clipped_rectangle_lies_in_the_picture(
    edges: tuple[int, int, int, int], width: int, height: int
) -> None:
    clipped = Rect(*edges).clipped(width, height)
    assert 0 <= clipped.left <= clipped.right <= width
    assert 0 <= clipped.top <= clipped.bottom <= height


@given(side=SIDES, tile_px=TILES, cell_px=st.integers(1, 32))
def test_shares_are_the_mean_weights_in_cells_and_sum_to_one(
    side: int, tile_px: int, cell_px: int
) -> None:
    axis = balanced(side, 8, tile_px, tile_px // 4).vertical
    cells = -(-side // cell_px)
    shares = axis.shares(0, cells, cell_px)
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=0, atol=1e-6)
    some = slice(cells // 3, cells // 3 + 1)
    np.testing.assert_array_equal(axis.shares(some.start, some.stop, cell_px), shares[:, some])
    each = axis.shares(0, side)
    whole_cells = side // cell_px
    means = each[:, : whole_cells * cell_px].reshape(len(each), whole_cells, cell_px).mean(axis=2)
    np.testing.assert_allclose(means, shares[:, :whole_cells], rtol=0, atol=1e-12)
