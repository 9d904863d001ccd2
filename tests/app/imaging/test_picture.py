"""Shown pixels: equal to saved ones, and up to date."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColorSpace, QImage
from pytestqt.qtbot import QtBot

from app.imaging.mask import Brush
from app.imaging.picture import Picture
from app.imaging.pyramid import FIRST_VIEW_PX, first_copies
from app.imaging.tiles import Kind
from nledn import Result
from nledn.brightness import SlowLight
from nledn.tiling import Rect
from tests.app.conftest import MakeLayer, MakePhoto

PixelsOf = Callable[[QImage], npt.NDArray[np.uint8]]
WHOLE = Rect(0, 0, 300, 280)  # more than one tile of the cache, and of the rain
PART = Rect(33, 250, 290, 271)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("strength", [0.0, 0.65, 1.5])
@pytest.mark.parametrize(("keep_brightness", "tiles"), [(False, None), (True, None), (True, 7)])
def test_the_preview_is_what_is_saved(
    make_photo: MakePhoto,
    make_layer: MakeLayer,
    *,
    depth: str,
    linear: bool,
    strength: float,
    keep_brightness: bool,
    tiles: int | None,
) -> None:
    photo = make_photo(300, 280, depth, linear=linear)
    layer = make_layer(photo, linear=linear, tiles=tiles)
    picture = Picture()
    picture.set_photo(photo)
    picture.set_layer(layer)
    picture.change_look(strength=strength)
    picture.change_look(keep_brightness=keep_brightness)
    picture.begin_stroke(Brush(80, feather=1, value=0.8))
    picture.paint([(20, 30), (250, 260)])
    picture.end_stroke()
    light = SlowLight(photo.pixels, layer) if keep_brightness else None
    saved = layer.apply(photo.pixels, strength, picture.mask, light)
    np.testing.assert_array_equal(picture.pixels("after", 0, WHOLE), saved)
    np.testing.assert_array_equal(picture.pixels("after", 0, PART), saved[PART.slices])


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("kind", ["before", "after", "rain"])
def test_an_image_shows_these_pixels(
    make_photo: MakePhoto, make_layer: MakeLayer, pixels_of: PixelsOf, kind: Kind, keep: bool
) -> None:
    picture = Picture()
    picture.set_photo(make_photo(300, 280))
    picture.set_layer(make_layer(picture.photo))
    for level, rect in ((0, WHOLE), (0, PART), (1, Rect(3, 100, 150, 140))):
        image = picture.image(kind, level, rect, keep=keep)
        assert image.format() == QImage.Format.Format_RGB32
        np.testing.assert_array_equal(pixels_of(image), picture.pixels(kind, level, rect))


def test_the_screen_copy_alone_is_converted(make_photo: MakePhoto, pixels_of: PixelsOf) -> None:
    red, green, blue = QPointF(0.64, 0.33), QPointF(0.30, 0.60), QPointF(0.15, 0.06)
    curve = QColorSpace.TransferFunction.SRgb
    swapped = QColorSpace(QPointF(0.3127, 0.3290), blue, green, red, curve)
    icc = bytes(swapped.iccProfile().data())
    photo = make_photo(30, 20, icc=icc)
    picture = Picture()
    picture.set_photo(photo)
    rect = Rect(0, 0, 30, 20)
    found = pixels_of(picture.image("after", 0, rect)).astype(int)
    np.testing.assert_allclose(found, photo.pixels[:, :, ::-1], atol=2)
    np.testing.assert_array_equal(picture.pixels("after", 0, rect), photo.pixels)
    picture.set_screen_profile(icc)
    np.testing.assert_array_equal(pixels_of(picture.image("after", 0, rect)), photo.pixels)


def change_strength(picture: Picture) -> None:
    picture.change_look(strength=0.3)


def change_brightness(picture: Picture) -> None:
    picture.change_look(keep_brightness=True)


def change_layer(picture: Picture) -> None:
    picture.set_layer(None)


def change_mask(picture: Picture) -> None:
    picture.set_mask(np.full((280, 300), 0.4, np.float32))


def paint(picture: Picture) -> None:
    picture.begin_stroke(Brush(50))
    picture.paint([(150, 140)])


def undo(picture: Picture) -> None:
    picture.begin_stroke(Brush(60))
    picture.paint([(150, 140)])
    patch = picture.end_stroke()
    assert patch is not None
    picture.image("after", 0, WHOLE)
    picture.put_patch(patch, undo=True)


def add_rain(picture: Picture) -> None:
    layer = picture.layer
    assert layer is not None
    tile = layer.missing[0]
    rain = np.full((tile.rect.height, tile.rect.width, 3), 0.3, np.float32)
    picture.rain_added(layer.add(tile, rain))


def add_rain_in_kept_brightness(picture: Picture) -> None:
    picture.change_look(keep_brightness=True)
    picture.image("after", 0, WHOLE)
    add_rain(picture)


@pytest.mark.parametrize(
    "change",
    [
        change_strength,
        change_brightness,
        change_layer,
        change_mask,
        paint,
        undo,
        add_rain,
        add_rain_in_kept_brightness,
    ],
)
@pytest.mark.parametrize(("kind", "level"), [("after", 0), ("after", 2), ("rain", 1), ("mask", 1)])
def test_no_image_outlives_what_it_shows(
    make_photo: MakePhoto,
    make_layer: MakeLayer,
    pixels_of: PixelsOf,
    change: Callable[[Picture], None],
    kind: Kind,
    level: int,
) -> None:
    picture = Picture()
    picture.set_photo(make_photo(300, 280))
    picture.set_layer(make_layer(picture.photo, tiles=12))
    rect = Rect(0, 0, 300 >> level, 280 >> level)
    picture.image(kind, level, rect)
    change(picture)
    assert picture.photo is not None
    fresh = Picture()
    fresh.set_photo(picture.photo)
    fresh.set_layer(picture.layer)
    fresh.change_look(strength=picture.look.strength)
    fresh.change_look(keep_brightness=picture.look.keep_brightness)
    fresh.set_mask(picture.mask)
    expected = pixels_of(fresh.image(kind, level, rect))
    np.testing.assert_array_equal(pixels_of(picture.image(kind, level, rect)), expected)


def test_who_listens_hears_where(
    qtbot: QtBot, make_photo: MakePhoto, make_layer: MakeLayer
) -> None:
    picture = Picture()
    with qtbot.waitSignal(picture.photo_changed):
        picture.set_photo(make_photo(300, 280))
    with qtbot.waitSignal(picture.appearance_changed):
        picture.set_layer(make_layer(picture.photo))
    with qtbot.waitSignal(picture.region_changed) as rained:
        picture.rain_added(Rect(10, 20, 40, 60))
    assert rained.args == [Rect(10, 20, 40, 60)]
    picture.begin_stroke(Brush(10))
    with qtbot.waitSignal(picture.region_changed) as painted:
        rect = picture.paint([(100, 100)])
    assert painted.args == [rect]
    with qtbot.assertNotEmitted(picture.appearance_changed):
        picture.change_look(strength=picture.look.strength)


def test_the_strength_stays_in_its_range() -> None:
    picture = Picture()
    picture.change_look(strength=7)
    assert picture.look.strength == 1.5
    picture.change_look(strength=-1)
    assert picture.look.strength == 0


def test_rain_is_grey_and_signed(make_photo: MakePhoto, make_layer: MakeLayer) -> None:
    picture = Picture()
    picture.set_photo(make_photo(64, 64))
    layer = make_layer(picture.photo, tiles=0)
    layer.plane[0, :3, 0] = (8000, -8000, 32000)
    picture.set_layer(layer)
    picture.change_look(rain_gain=2.0)
    row = picture.pixels("rain", 0, Rect(0, 0, 4, 1))[0, :, 0]
    assert row.tolist() == [191, 64, 255, 128]


def test_what_is_kept_is_tinted(make_photo: MakePhoto) -> None:
    picture = Picture()
    picture.set_photo(make_photo(64, 64))
    mask = np.zeros((64, 64), np.float32)
    mask[0, 0] = 1
    picture.set_mask(mask)
    image = picture.image("mask", 0, Rect(0, 0, 2, 1))
    assert image.pixelColor(0, 0).alpha() == 115
    assert image.pixelColor(1, 0).alpha() == 0


def test_a_stroke_that_missed_the_photo_is_none(make_photo: MakePhoto) -> None:
    picture = Picture()
    picture.set_photo(make_photo(64, 64))
    picture.begin_stroke(Brush(5))
    picture.paint([(-50, -50)])
    assert picture.end_stroke() is None


def test_another_photo_ends_the_stroke(make_photo: MakePhoto) -> None:
    picture = Picture()
    picture.set_photo(make_photo(64, 64))
    picture.begin_stroke(Brush(5))
    picture.set_photo(make_photo(32, 32))
    assert picture.paint([(5, 5)]).width == 0
    assert picture.end_stroke() is None
    assert picture.mask is None


def test_what_is_transparent_stays_so(make_photo: MakePhoto) -> None:
    alpha = np.zeros((20, 30), np.uint8)
    alpha[0, 0] = 255
    picture = Picture()
    picture.set_photo(replace(make_photo(30, 20), alpha=alpha))
    assert not picture.is_opaque
    image = picture.image("before", 0, Rect(0, 0, 30, 20))
    assert image.pixelColor(0, 0).alpha() == 255
    assert image.pixelColor(5, 5).alpha() == 0


def test_what_is_transparent_takes_no_part_in_kept_brightness(
    make_photo: MakePhoto, make_layer: MakeLayer
) -> None:
    photo = make_photo(300, 280)
    alpha = np.full((280, 300), 255, np.uint8)
    alpha[:, 150:] = 0
    photo.pixels[:, 150:] = 255
    photo = replace(photo, alpha=alpha)
    layer = make_layer(photo)
    picture = Picture()
    picture.set_photo(photo)
    picture.set_layer(layer)
    picture.change_look(keep_brightness=True)
    saved = Result(photo, layer, keep_brightness=True).clean().pixels
    np.testing.assert_array_equal(picture.pixels("after", 0, WHOLE), saved)


def test_without_a_photo_there_is_nothing() -> None:
    picture = Picture()
    picture.set_photo(None)
    picture.set_layer(None)
    picture.rain_added(Rect(0, 0, 8, 8))
    assert (picture.photo, picture.layer, picture.mask) == (None, None, None)
    assert picture.level_size(0) == (0, 0)


def test_first_copies_are_those_of_a_fitted_view(
    make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FIRST_VIEW_PX >= 3840  # a 4K screen
    monkeypatch.setattr("app.imaging.pyramid.FIRST_VIEW_PX", 256)
    photo = make_photo(600, 400)
    copies = first_copies(photo)
    expected: list[Any] = [copies.read(level, Rect(0, 0, 90, 60)).copy() for level in (2, 3)]
    photo.pixels[:] = 0  # nothing is made from it any longer
    for level, values in zip((2, 3), expected, strict=True):
        np.testing.assert_array_equal(copies.read(level, Rect(0, 0, 90, 60)), values)
        assert values.any()
