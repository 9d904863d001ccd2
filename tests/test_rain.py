"""The rain plane and the arithmetic on it."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nledn.pixels import as_floats
from nledn.rain import (
    STEPS,
    RainLayer,
    Record,
    difference,
    srgb_decoded,
    srgb_encoded,
    subtract,
    with_neutral_kept,
)
from nledn.tiling import Rect, balanced, whole

RECORD = Record("some", "0" * 64, "cpu", "torch", "fp32", "whole", 0, "1")


def layer_of(rain: npt.NDArray[np.float32], *, linear: bool = False) -> RainLayer:
    layer = RainLayer(whole(rain.shape[0], rain.shape[1]), RECORD, linear=linear)
    layer.add(layer.tiling.tiles[0], rain)
    return layer


def noise(seed: int, height: int, width: int) -> npt.NDArray[np.uint16]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 65535, (height, width, 3), np.uint16, endpoint=True)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize("linear", [False, True])
def test_strength_zero_gives_back_every_value(depth: str, linear: bool) -> None:
    top = np.iinfo(depth).max
    every = np.arange(top + 1, dtype=depth).reshape(-1, 16, 1).repeat(3, axis=2)
    rain = np.random.default_rng(0).uniform(-1, 1, every.shape).astype(np.float32)
    clean = layer_of(rain, linear=linear).apply(every, strength=0)
    assert clean.dtype == every.dtype
    np.testing.assert_array_equal(clean, every)


def test_the_rain_is_taken_and_the_result_rounded_once() -> None:
    pixels = np.full((1, 1, 3), 100, np.uint8)
    rain = np.full((1, 1, 3), 10.3 / 255, np.float32)
    assert layer_of(rain).apply(pixels).flat[0] == 90  # 89.7
    assert layer_of(rain).apply(pixels, strength=1.5).flat[0] == 85  # 84.55
    assert layer_of(-rain).apply(pixels).flat[0] == 110  # 110.3
    assert layer_of(rain * 20).apply(pixels).flat[0] == 0


def test_a_mask_keeps_the_photo_as_far_as_it_says() -> None:
    pixels = np.full((1, 3, 3), 200, np.uint8)
    rain = np.full((1, 3, 3), 100 / 255, np.float32)
    mask = np.array([[0.0, 0.5, 1.0]], np.float32)
    clean = layer_of(rain).apply(pixels, mask=mask)
    assert clean[0, :, 0].tolist() == [100, 150, 200]


@given(st.integers(0, 2**32 - 1), st.integers(1, 700), st.integers(1, 40))
def test_strips_do_not_show(seed: int, height: int, width: int) -> None:
    pixels = noise(seed, height, width)
    rain = np.random.default_rng(seed).uniform(-0.5, 0.5, pixels.shape).astype(np.float32)
    layer = layer_of(rain)
    np.testing.assert_array_equal(
        layer.apply(pixels, 0.7), subtract(pixels, layer.rain() * np.float32(0.7))
    )


@given(st.permutations(range(6)), st.integers(0, 2**32 - 1))
def test_the_order_of_tiles_does_not_show(order: list[int], seed: int) -> None:
    tiling = balanced(150, 200, 96, 24)
    tiles = tiling.tiles
    rng = np.random.default_rng(seed)
    rains = [
        rng.uniform(-1, 1, (tile.rect.height, tile.rect.width, 3)).astype(np.float32)
        for tile in tiles
    ]
    by_rows, shuffled = (RainLayer(tiling, RECORD) for _ in range(2))
    for tile in tiles:
        by_rows.add(tile, rains[tile.index])
    for index in order:
        shuffled.add(tiles[index], rains[index])
    assert len(tiles) == len(order)
    np.testing.assert_array_equal(by_rows.plane, shuffled.plane)
    assert shuffled.is_complete


@pytest.mark.parametrize("layout", ["pixels", "channels"])
@pytest.mark.parametrize("tile_px", [96, 448])
def test_blending_gives_the_bytes_of_its_formula(layout: str, tile_px: int) -> None:
    tiling = balanced(700, 810, tile_px, 24)
    layer, expected = RainLayer(tiling, RECORD), np.zeros((700, 810, 3), np.int16)
    rng = np.random.default_rng(7)
    for tile in tiling.tiles:
        rain = rng.uniform(-1, 1, (3, tile.rect.height, tile.rect.width)).astype(np.float32)
        rain = rain.transpose(1, 2, 0)
        layer.add(tile, np.ascontiguousarray(rain) if layout == "pixels" else rain)
        inside = tiling.inside(tile)
        share = rain[: inside.height, : inside.width] * tiling.weights(tile)
        expected[inside.slices] += np.rint(share * STEPS).astype(np.int16)
    np.testing.assert_array_equal(layer.plane, expected)


def test_the_plane_is_within_a_step_for_each_contribution() -> None:
    tiling = balanced(150, 200, 96, 24)
    rain = np.random.default_rng(5).uniform(-1, 1, (160, 208, 3)).astype(np.float32)
    layer = RainLayer(tiling, RECORD)
    for tile in tiling.tiles:
        layer.add(tile, rain[tile.rect.slices])
    np.testing.assert_allclose(layer.rain(), rain[:150, :200], rtol=0, atol=4 * 0.5 / STEPS + 1e-6)


def test_the_extremes_of_the_network_fit() -> None:
    rain = np.array([[[1.0, -1.0, 0.5]]], np.float32)
    np.testing.assert_allclose(layer_of(rain).rain(), rain, atol=1e-6)


def test_a_partial_layer_knows_what_is_missing() -> None:
    tiling = balanced(100, 200, 96, 16)
    layer = RainLayer(tiling, RECORD)
    last = tiling.tiles[-1]
    changed = layer.add(last, np.ones((last.rect.height, last.rect.width, 3), np.float32))
    assert changed == tiling.inside(last)
    assert not layer.is_complete
    assert last not in layer.missing
    assert len(layer.missing) == len(tiling.tiles) - 1
    assert not layer.rain(Rect(0, 0, 8, 8)).any()


def test_notes_are_kept_once() -> None:
    layer = layer_of(np.zeros((1, 1, 3), np.float32))
    layer.note("one")
    layer.note("one")
    assert layer.record.notes == ("one",)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_linear_light_goes_through_the_srgb_curve_and_back(depth: str) -> None:
    top = np.iinfo(depth).max
    encoded = np.array([0.2, 0.5, 0.9], np.float32)
    pixels = np.rint(srgb_decoded(encoded) * top).astype(depth).reshape(1, 1, 3)
    clean = layer_of(np.full((1, 1, 3), 0.1, np.float32), linear=True).apply(pixels)
    found = srgb_encoded(as_floats(clean)).ravel()
    np.testing.assert_allclose(found, encoded - 0.1, atol=0.02 if depth == "uint8" else 2e-4)


def test_the_srgb_curve_is_undone_by_its_inverse() -> None:
    light = np.linspace(0, 1, 4096, dtype=np.float32)
    np.testing.assert_allclose(srgb_decoded(srgb_encoded(light)), light, atol=1e-6)
    assert srgb_encoded(np.array([0.5], np.float32))[0] == pytest.approx(0.7354, abs=1e-4)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("strength", [1.0, 0.3, 1.5])
def test_photo_and_result_give_the_rain_that_was_taken(
    depth: str, linear: bool, strength: float
) -> None:
    before = (noise(1, 300, 7) >> (8 if depth == "uint8" else 0)).astype(depth)
    rain = np.random.default_rng(2).uniform(-1, 1, before.shape).astype(np.float32)
    after = layer_of(rain, linear=linear).apply(before, strength)
    layer = difference(before, after, RECORD, strength, linear=linear)
    assert layer.is_complete
    again = layer.apply(before, strength)
    # A step of 1/32000 is less than half a level of 8 bits, and two of 16.
    far = np.abs(again.astype(np.int64) - after).max()
    assert far <= (0 if depth == "uint8" else 4)


def test_a_strength_of_zero_tells_of_no_rain() -> None:
    pixels = noise(1, 5, 5)
    assert not difference(pixels, pixels, RECORD, 0.0).plane.any()


def test_a_neutral_area_loses_the_same_from_each_channel() -> None:
    rng = np.random.default_rng(2)
    rain = rng.random((20, 30, 3), np.float32) * np.float32(0.25)
    rainy = rng.random((20, 30, 3), np.float32)
    rainy[:, :15] = rainy[:, :15, :1]
    rainy[:, :15, 2] += np.float32(1 / 255)  # a level, as JPEGs have it
    kept = with_neutral_kept(rain, rainy)
    assert np.ptp(kept[:, :13], axis=2).max() < 1e-6
    np.testing.assert_allclose(kept[:, :13, 0], rain[:, :13].mean(axis=2), atol=1e-6)
    np.testing.assert_array_equal(kept[:, 15:], rain[:, 15:])


def test_a_lone_grey_pixel_among_colours_is_one_of_them() -> None:
    rng = np.random.default_rng(3)
    rain, rainy = (rng.random((9, 9, 3), np.float32) for _ in range(2))
    rainy[4, 4] = 0.5
    np.testing.assert_array_equal(with_neutral_kept(rain, rainy), rain)


def test_rain_that_clips_is_no_neutral_area() -> None:
    rng = np.random.default_rng(4)
    rain, rainy = (rng.random((40, 40, 3), np.float32) for _ in range(2))
    rainy[10:30, 10:30] = 1
    np.testing.assert_array_equal(with_neutral_kept(rain, rainy), rain)


def test_clipped_parts_of_a_neutral_area_are_neutral() -> None:
    rng = np.random.default_rng(5)
    rain = rng.random((40, 40, 3), np.float32)
    rainy = np.minimum(rng.random((40, 40, 1), np.float32) * 2, 1).repeat(3, axis=2)
    kept = with_neutral_kept(rain, rainy)
    np.testing.assert_allclose(kept, rain.mean(axis=2, keepdims=True).repeat(3, axis=2), atol=1e-6)
