import pytest
from pytestqt.qtbot import QtBot

from app.imaging.picture import Picture
from app.views.photo_view import PhotoView
from app.views.viewport import Viewport
from tests.app.conftest import MakeLayer, MakePhoto
from tests.app.views.desk import HEIGHT, WIDTH, Desk, PixelsOf


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
