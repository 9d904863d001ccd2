from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.views.photo_view import PhotoView
from app.views.picture import Picture
from app.views.viewport import Viewport
from nledn.photo import Photo
from nledn.rain import RainLayer, Record
from nledn.tiling import balanced
from tests.app.views.desk import HEIGHT, WIDTH, Desk, PixelsOf

RECORD = Record("some", "0" * 64, "cpu", "torch", "fp32", "96×96", 16, "1")
MakePhoto: TypeAlias = Callable[..., Photo]
MakeLayer: TypeAlias = Callable[..., RainLayer]


@pytest.fixture
def make_photo() -> MakePhoto:
    """Photos of noise."""

    def make(width: int, height: int, depth: str = "uint8", **more: object) -> Photo:
        rng = np.random.default_rng(width * height)
        pixels = rng.integers(0, np.iinfo(depth).max, (height, width, 3), depth, endpoint=True)
        return Photo(pixels, **more)  # type: ignore[arg-type]  # whatever fields a test needs

    return make


@pytest.fixture
def make_layer() -> MakeLayer:
    """Rain for a photo, in tiles; complete unless said otherwise."""

    def make(photo: Photo, *, tiles: int | None = None, linear: bool = False) -> RainLayer:
        width, height = photo.size
        layer = RainLayer(balanced(height, width, 96, 16), RECORD, linear=linear)
        for tile in layer.tiling.tiles[:tiles]:
            rng = np.random.default_rng(tile.index)
            size = (tile.rect.height, tile.rect.width, 3)
            layer.add(tile, rng.uniform(-0.2, 0.4, size).astype(np.float32))
        return layer

    return make


@pytest.fixture
def pixels_of() -> Callable[[QImage], npt.NDArray[np.uint8]]:
    """The (H, W, 3) RGB pixels of an image, whatever its format."""

    def pixels(image: QImage) -> npt.NDArray[np.uint8]:
        plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
        values = np.frombuffer(plain.constBits(), np.uint8)
        return values.reshape(plain.height(), plain.width(), 4)[:, :, :3].copy()

    return pixels


@pytest.fixture
def desk(qtbot: QtBot, make_photo: MakePhoto, make_layer: MakeLayer, pixels_of: PixelsOf) -> Desk:
    picture, viewport = Picture(), Viewport()
    view = PhotoView(picture, viewport)
    qtbot.addWidget(view)
    view.resize(WIDTH, HEIGHT)
    picture.set_photo(make_photo(700, 600))
    picture.set_layer(make_layer(picture.photo))
    view.setFocus()  # not by keyboard
    view.show()
    viewport.set_zoom(1)
    return Desk(picture, viewport, view, pixels_of)
