"""The light that goes with the rain is given back: where it is slow, and nothing of the streaks."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nledn.brightness import CELLS, SlowLight
from nledn.rain import RainLayer, Record
from nledn.tiling import Rect, balanced, whole

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
RECORD = Record("some", "0" * 64, "cpu", "torch", "fp32", "whole", 0, "1")


def layer_of(rain: Floats, *, linear: bool = False) -> RainLayer:
    layer = RainLayer(whole(rain.shape[0], rain.shape[1]), RECORD, linear=linear)
    layer.add(layer.tiling.tiles[0], rain)
    return layer


def scene(height: int = 240, width: int = 320) -> Pixels:
    """A bright sky over dark ground, with some texture."""
    values = np.random.default_rng(3).normal(0, 4, (height, width, 3))
    values += np.where(np.arange(height) < height // 2, 190, 60)[:, None, None]
    return np.clip(values, 0, 255).astype(np.uint8)


def streaks(height: int = 240, width: int = 320) -> Floats:
    """Thin bright lines on a tenth of the columns."""
    columns = np.random.default_rng(4).random(width) < 0.1
    line: Floats = np.where(columns, 0.25, 0.0).astype(np.float32)
    return line[None, :, None].repeat(height, axis=0).repeat(3, axis=2)


def rainy_of(clean: Pixels, rain: Floats) -> Pixels:
    rainy: Pixels = np.clip(np.rint(clean + 255 * rain), 0, 255).astype(np.uint8)
    return rainy


def test_a_veil_over_everything_costs_no_brightness() -> None:
    clean = scene()
    rainy = rainy_of(clean, np.full(clean.shape, 12 / 255, np.float32))
    layer = layer_of(np.full(clean.shape, 12 / 255, np.float32))
    darker = layer.apply(rainy).astype(int)
    kept = layer.apply(rainy, light=SlowLight(rainy, layer)).astype(int)
    assert np.median(darker - rainy) == -12
    assert np.abs(kept - rainy).max() <= 1


def test_streaks_go_and_their_mean_light_stays() -> None:
    clean, rain = scene(), streaks()
    rainy, layer = rainy_of(clean, rain), layer_of(rain)
    kept = layer.apply(rainy, light=SlowLight(rainy, layer)).astype(float)
    assert abs(kept.mean() - rainy.mean()) < 0.5
    assert abs(layer.apply(rainy).mean() - rainy.mean()) > 2
    given = kept - clean
    assert np.abs(np.diff(given.mean(axis=(0, 2)))).max() < 1.5, "no streak is left in it"


def test_light_ends_at_an_edge_of_the_scene() -> None:
    """Rain before the dark ground alone brightens no sky."""
    clean = scene()
    rain = np.zeros(clean.shape, np.float32)
    rain[120:] = 20 / 255
    rainy, layer = rainy_of(clean, rain), layer_of(rain)
    given = layer.apply(rainy, light=SlowLight(rainy, layer)).astype(float) - clean
    assert given[100:118].mean() < 3
    assert given[122:140].mean() > 17


def test_grey_stays_grey() -> None:
    grey = scene()[:, :, :1].repeat(3, axis=2)
    rain = streaks()
    rainy, layer = rainy_of(grey, rain), layer_of(rain)
    kept = layer.apply(rainy, light=SlowLight(rainy, layer))
    assert np.array_equal(kept[:, :, 0], kept[:, :, 1])
    assert np.array_equal(kept[:, :, 0], kept[:, :, 2])


def test_it_scales_with_strength_and_stays_out_of_the_kept_area() -> None:
    clean, rain = scene(), streaks()
    rainy, layer = rainy_of(clean, rain), layer_of(rain)
    light = SlowLight(rainy, layer)
    assert np.array_equal(layer.apply(rainy, strength=0, light=light), rainy)
    mask = np.zeros(clean.shape[:2], np.float32)
    mask[:, 160:] = 1
    assert np.array_equal(layer.apply(rainy, mask=mask, light=light)[:, 160:], rainy[:, 160:])


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize("linear", [False, True])
def test_any_depth_and_linear_light_keep_their_brightness(depth: str, linear: bool) -> None:
    top = np.iinfo(depth).max
    rng = np.random.default_rng(5)
    rainy = rng.integers(top // 4, top // 2, (90, 120, 3)).astype(depth)
    rain = np.full(rainy.shape, 0.05, np.float32)
    layer = layer_of(rain, linear=linear)
    kept = layer.apply(rainy, light=SlowLight(rainy, layer))
    assert kept.dtype == depth
    assert abs(kept.mean() - rainy.mean()) < 0.004 * top


SIZES = st.integers(1, 3 * CELLS)


@settings(max_examples=25)
@given(height=SIZES, width=SIZES, seed=st.integers(0, 9), data=st.data())
def test_neither_the_order_of_tiles_nor_the_part_that_is_asked_for_matters(
    height: int, width: int, seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 255, (height, width, 3), np.uint8)
    layer = RainLayer(balanced(height, width, 256, 16), RECORD)
    light = SlowLight(pixels, layer)
    for index in rng.permutation(len(layer.tiling.tiles))[: data.draw(st.integers(0, 20))]:
        tile = layer.tiling.tiles[index]
        size = (tile.rect.height, tile.rect.width, 3)
        reached = light.refresh(layer.add(tile, rng.uniform(0, 0.2, size).astype(np.float32)))
        assert reached.shared(layer.tiling.inside(tile)) == layer.tiling.inside(tile)
    all_of_it = Rect(0, 0, width, height)
    found = light.at(pixels, layer.rain(), all_of_it)
    again = SlowLight(pixels, layer).at(pixels, layer.rain(), all_of_it)
    np.testing.assert_array_equal(found, again)
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    part = Rect(left, top, min(left + 40, width), min(top + 30, height))
    seen = light.at(pixels[part.slices], layer.rain(part), part)
    np.testing.assert_array_equal(seen, found[part.slices])


def test_what_is_not_computed_yet_is_left_alone() -> None:
    pixels = scene(512, 512)
    layer = RainLayer(balanced(512, 512, 256, 16), RECORD)
    first = layer.tiling.tiles[0]
    layer.add(first, np.full((first.rect.height, first.rect.width, 3), 0.05, np.float32))
    kept = layer.apply(pixels, light=SlowLight(pixels, layer)).astype(int)
    inside = layer.tiling.inside(first)
    beyond = np.ones((512, 512), bool)
    beyond[inside.slices] = False
    assert np.array_equal(kept[beyond], pixels[beyond])
    assert np.abs(kept - pixels).max() <= 2


def test_only_the_part_that_is_told_changes_when_a_tile_comes() -> None:
    pixels = scene(900, 900)
    layer = RainLayer(balanced(900, 900, 128, 16), RECORD)
    light = SlowLight(pixels, layer)
    for tile in layer.tiling.tiles[:-1]:
        layer.add(tile, np.full((tile.rect.height, tile.rect.width, 3), 0.1, np.float32))
    light.refresh(Rect(0, 0, 900, 900))
    before = layer.apply(pixels, light=light)
    last = layer.tiling.tiles[-1]
    told = light.refresh(
        layer.add(last, np.full((last.rect.height, last.rect.width, 3), 0.4, np.float32))
    )
    changed = (layer.apply(pixels, light=light) != before).any(axis=2)
    assert changed[told.slices].any()
    changed[told.slices] = False
    assert not changed.any()
