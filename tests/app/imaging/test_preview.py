"""The rain of a reduced copy, shown until the tiles are there."""

import numpy as np
import pytest

from app.imaging.picture import Picture
from app.imaging.preview import InSight, Preview
from nledn.photo import Photo
from nledn.rain import RainLayer
from nledn.tiling import Rect, balanced, whole
from tests.app.conftest import RECORD, MakeLayer, MakePhoto

WHOLE = Rect(0, 0, 700, 600)


def preview_of(value: float, rect: Rect = WHOLE) -> Preview:
    """One that has found the same rain everywhere, at a quarter of the size."""
    layer = RainLayer(whole(rect.height // 4, rect.width // 4), RECORD)
    layer.add(layer.tiling.tiles[0], np.full((*layer.tiling.size, 3), value, np.float32))
    pixels = np.full((*layer.tiling.size, 3), 200, np.uint8)
    return Preview(rect, pixels, layer)


@pytest.fixture
def picture() -> Picture:
    made = Picture()
    made.set_photo(Photo(np.full((600, 700, 3), 200, np.uint8)))
    made.set_layer(RainLayer(balanced(600, 700, 96, 16), RECORD))
    return made


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_rain_that_is_missing_is_taken_from_the_preview(picture: Picture, level: int) -> None:
    preview = preview_of(0.2)
    picture.preview_added(preview, Rect(0, 0, 175, 150))
    seen = Rect(0, 0, *picture.level_size(level))
    assert np.unique(picture.pixels("after", level, seen)).tolist() == [149]


@pytest.mark.parametrize("level", [0, 2])
def test_a_preview_keeps_the_brightness_too(picture: Picture, level: int) -> None:
    picture.change_look(keep_brightness=True)
    picture.preview_added(preview_of(0.2), Rect(0, 0, 175, 150))
    seen = Rect(0, 0, *picture.level_size(level))
    after = picture.pixels("after", level, seen).astype(int)
    assert np.abs(after - 200).max() <= 1, "even light is all slow"


@pytest.mark.parametrize("level", [0, 1, 2])
def test_tiles_take_the_place_of_the_preview_without_a_seam(picture: Picture, level: int) -> None:
    layer = picture.layer
    assert layer is not None
    picture.preview_added(preview_of(0.2), Rect(0, 0, 175, 150))
    seen = Rect(0, 0, *picture.level_size(level))
    for tile in layer.tiling.tiles:
        rain = np.full((tile.rect.height, tile.rect.width, 3), 0.2, np.float32)
        picture.rain_added(layer.add(tile, rain))
        after = picture.pixels("after", level, seen).astype(int)
        assert after.max() - after.min() <= 1
    assert picture.preview is None


def test_a_complete_result_owes_nothing_to_the_preview(
    picture: Picture, make_layer: MakeLayer
) -> None:
    layer, complete = picture.layer, make_layer(Photo(np.zeros((600, 700, 3), np.uint8)))
    assert layer is not None and picture.photo is not None
    picture.preview_added(preview_of(0.2), Rect(0, 0, 175, 150))
    layer.plane[:], layer.done[:] = complete.plane, True
    picture.rain_added(WHOLE)
    expected = complete.apply(picture.photo.pixels)
    assert np.array_equal(picture.pixels("after", 0, WHOLE), expected)


def test_beyond_what_was_in_sight_there_is_no_preview(picture: Picture) -> None:
    seen = Rect(200, 100, 400, 300)
    picture.preview_added(preview_of(0.2, seen), Rect(0, 0, 50, 50))
    after = picture.pixels("after", 0, WHOLE)
    assert np.unique(after[seen.slices]).tolist() == [149]
    after[seen.slices] = 200
    assert np.unique(after).tolist() == [200]


def test_a_preview_that_is_dropped_leaves_the_photo(picture: Picture) -> None:
    picture.preview_added(preview_of(0.2), Rect(0, 0, 175, 150))
    picture.drop_preview()
    assert np.unique(picture.pixels("after", 0, WHOLE)).tolist() == [200]


def test_a_part_of_the_copy_stands_for_a_part_of_the_photo() -> None:
    preview = preview_of(0.2, Rect(200, 100, 400, 300))
    assert preview.on_photo(Rect(0, 0, 50, 50)) == Rect(200, 100, 400, 300)
    part = preview.on_photo(Rect(10, 20, 20, 30))
    assert Rect(240, 180, 280, 220).shared(part) == Rect(240, 180, 280, 220)


def test_the_copy_keeps_to_its_pixels_and_says_where_to_begin() -> None:
    seen = InSight(Rect(0, 0, 800, 600), np.zeros((600, 800, 3), np.uint16), Rect(400, 0, 800, 600))
    assert seen.size_of(12_000) == (126, 94)
    copy = seen.copy((126, 94))
    assert copy.dtype == np.uint8
    assert copy.shape == (94, 126, 3)
    assert seen.after_in(126, 94) == Rect(63, 0, 126, 94)
    assert seen.size_of(10**6) == (800, 600)


def test_what_is_in_sight_is_copied_at_a_level_of_some_megapixels(
    make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.imaging.preview.IN_SIGHT_PX", 30_000)
    picture = Picture()
    photo = make_photo(701, 599)
    picture.set_photo(photo)
    seen = picture.in_sight(Rect(1, 0, 701, 599), Rect(300, 0, 701, 599))
    assert seen.rect == Rect(0, 0, 701, 599)
    assert seen.pixels.shape == (150, 176, 3)
    near = picture.in_sight(Rect(10, 20, 110, 120), Rect(10, 20, 110, 120))
    assert near.rect == Rect(10, 20, 110, 120)
    assert np.array_equal(near.pixels, photo.pixels[20:120, 10:110])
