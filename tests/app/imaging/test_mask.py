"""Strokes of the brush on a mask."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imaging.mask import Brush, Point, Stroke, areas, put, rounded
from nledn.pixels import Mask
from nledn.tiling import Rect

POINTS = st.lists(st.tuples(st.floats(-50, 350), st.floats(-50, 250)), min_size=1, max_size=4)


def empty() -> Mask:
    return np.zeros((200, 300), np.float32)


def test_a_dab_is_a_disc() -> None:
    mask = empty()
    Stroke(mask, Brush(30, feather=0)).paint([(150, 100)])
    y, x = np.mgrid[:200, :300] + 0.5
    distance = np.hypot(x - 150, y - 100)
    assert mask[distance < 29].min() == 1
    assert mask[distance > 31].max() == 0


def test_a_feather_softens_the_edge_inwards() -> None:
    mask = empty()
    Stroke(mask, Brush(40, feather=0.5)).paint([(150, 100)])
    across = mask[100, 150:]
    assert across[:19].min() == 1
    assert 0.4 < across[30] < 0.6
    assert across[42:].max() == 0
    assert (np.diff(across) <= 0).all()


def test_a_line_has_no_gaps() -> None:
    mask = empty()
    stroke = Stroke(mask, Brush(8, feather=0))
    stroke.paint([(20, 20)])
    stroke.paint([(280, 180)])
    steps = np.linspace(0, 1, 500)
    xs, ys = 20 + 260 * steps, 20 + 160 * steps
    assert mask[ys.astype(int), xs.astype(int)].min() == 1


def test_a_place_passed_twice_is_covered_once() -> None:
    slow, fast = empty(), empty()
    brush = Brush(20, feather=1.0, value=0.5)
    Stroke(slow, brush).paint([(50, 50), (100, 50), (50, 50), (100, 50)])
    Stroke(fast, brush).paint([(50, 50), (100, 50)])
    np.testing.assert_array_equal(slow, fast)
    assert slow.max() == pytest.approx(0.5, abs=1 / 255)


def test_an_eraser_takes_away() -> None:
    mask = np.ones((200, 300), np.float32)
    Stroke(mask, Brush(30, value=0)).paint([(150, 100)])
    assert mask[100, 150] == 0
    assert mask[0, 0] == 1


@given(POINTS, st.floats(0.5, 90), st.floats(0, 1), st.floats(0, 1))
def test_nothing_changes_outside_what_is_told(
    points: list[Point], radius: float, feather: float, value: float
) -> None:
    mask = rounded(np.random.default_rng(1).random((200, 300), np.float32))
    before = mask.copy()
    stroke = Stroke(mask, Brush(radius, feather, value))
    told = np.zeros(mask.shape, bool)
    for point in points:
        told[stroke.paint([point]).slices] = True
    np.testing.assert_array_equal(mask[~told], before[~told])


@given(POINTS, st.floats(0.5, 90), st.floats(0, 1))
def test_a_stroke_is_undone_and_done_again_exactly(
    points: list[Point], radius: float, value: float
) -> None:
    mask = rounded(np.random.default_rng(2).random((200, 300), np.float32))
    before = mask.copy()
    stroke = Stroke(mask, Brush(radius, value=value))
    stroke.paint(points)
    after, patch = mask.copy(), stroke.patch()
    put(mask, patch.before)
    np.testing.assert_array_equal(mask, before)
    put(mask, patch.after)
    np.testing.assert_array_equal(mask, after)
    outside = np.ones(mask.shape, bool)
    outside[patch.rect.slices] = False
    np.testing.assert_array_equal(after[outside], before[outside])


def test_a_stroke_remembers_only_what_it_touched() -> None:
    mask = np.zeros((2000, 2000), np.float32)
    stroke = Stroke(mask, Brush(20))
    stroke.paint([(100, 100), (1900, 1900)])
    remembered = sum(tile.size for tile in stroke.patch().before.values())
    assert remembered < mask.size / 4


def test_a_stroke_beside_the_photo_changes_nothing() -> None:
    stroke = Stroke(empty(), Brush(20))
    rect = stroke.paint([(-100, -100)])
    assert rect.width * rect.height == 0
    patch = stroke.patch()
    assert not patch.before
    assert patch.rect == Rect(0, 0, 0, 0)


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (5, 1), (2, 2)])
def test_areas_are_counted_in_photos_of_any_size(size: tuple[int, int]) -> None:
    mask = np.zeros(size, np.float32)
    assert areas(mask) == 0
    mask[0, 0] = mask[-1, -1] = 1
    assert areas(mask) == (1 if size == (1, 1) else 2)
