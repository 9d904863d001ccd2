"""Reduced copies: means of blocks, made where they are looked at."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imaging.pyramid import Pyramid, level_for
from nledn.tiling import Rect


def noise(height: int, width: int, kind: str = "uint8") -> npt.NDArray[np.float32]:
    values = np.random.default_rng(height * width).uniform(0, 200, (height, width, 3))
    return values.astype(kind)


def whole(pyramid: Pyramid, level: int) -> npt.NDArray[np.float32]:
    width, height = pyramid.size(level)
    return pyramid.read(level, Rect(0, 0, width, height)).copy()


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_pixel_is_the_mean_of_its_block(kind: str, level: int) -> None:
    source = noise(96, 160, kind)
    side = 2**level
    blocks = source.astype(np.float64).reshape(96 // side, side, 160 // side, side, 3)
    found = whole(Pyramid(source), level)
    assert found.dtype == source.dtype
    np.testing.assert_allclose(found, blocks.mean(axis=(1, 3)), atol=0.51)


def test_level_0_is_the_array_itself() -> None:
    source = noise(70, 90)
    assert np.shares_memory(Pyramid(source).read(0, Rect(3, 4, 50, 60)), source)


def test_the_last_row_and_column_go_on_to_the_end_of_their_blocks() -> None:
    source = np.zeros((65, 67, 3), np.uint8)
    source[64], source[:, 66] = 200, 200
    found = whole(Pyramid(source), 1)
    assert found.shape == (33, 34, 3)
    assert found[32].min() == found[:, 33].min() == 200


@given(st.integers(1, 700), st.integers(1, 700), st.integers(1, 4), st.data())
def test_a_part_that_changed_fits_a_copy_made_anew(
    height: int, width: int, level: int, data: st.DataObject
) -> None:
    source = noise(height, width)
    pyramid = Pyramid(source)
    if data.draw(st.booleans()):  # some parts are looked at before, some only afterwards
        pyramid.read(level, Rect(0, 0, 1, 1))
    else:
        pyramid.fill(level)
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    right = data.draw(st.integers(left + 1, width))
    rect = Rect(left, top, right, data.draw(st.integers(top + 1, height)))
    source[rect.slices] = 255 - source[rect.slices]
    pyramid.refresh(rect)
    np.testing.assert_array_equal(whole(pyramid, level), whole(Pyramid(source), level))


def test_what_nobody_looks_at_is_not_made() -> None:
    source = noise(2000, 3000)
    pyramid = Pyramid(source)
    pyramid.read(1, Rect(0, 0, 10, 10))
    source[:] = 0  # without `refresh`, finished parts show the old values
    made = whole(pyramid, 1)
    assert made[0, 0].any()
    assert not made[600:].any()
    assert not made[:, 600:].any()


@pytest.mark.parametrize(
    ("zoom", "level"),
    [(32.0, 0), (1.0, 0), (0.51, 0), (0.5, 1), (0.26, 1), (0.25, 2), (0.001, 6)],
)
def test_a_level_has_a_pixel_for_each_one_of_the_screen(zoom: float, level: int) -> None:
    assert level_for(zoom, top=6) == level


def test_the_top_level_is_still_worth_a_look() -> None:
    pyramid = Pyramid(noise(400, 600))
    assert max(pyramid.size(pyramid.top)) >= 64
    assert Pyramid(noise(1, 1)).top == 0
