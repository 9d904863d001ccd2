"""Keys go to the photo when the control that had them can no longer take any."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.state import PhotoState
from tests.app.conftest import StandIn
from tests.app.window import open_photo, state

Left = Qt.MouseButton.LeftButton


def test_space_shows_the_original_after_derain(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    QTest.mouseClick(window.photo.panel.derain, Left)
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)
    assert window.focusWidget() is window.view
    QTest.keyPress(window.focusWidget(), Qt.Key.Key_Space)
    assert window.view.arrangement.is_flipped


def test_the_photo_has_the_keys_after_cancel(
    qtbot: QtBot, window: MainWindow, picture_file: Path, backend: StandIn
) -> None:
    backend.hold()
    open_photo(qtbot, window, picture_file)
    derain = window.photo.panel.derain
    QTest.mouseClick(derain, Left)
    backend.let(1)  # so that there is a part when it is cancelled
    qtbot.waitUntil(lambda: window.document.status.done == 1)
    QTest.mouseClick(derain, Left)
    backend.free()
    qtbot.waitUntil(lambda: state(window) is PhotoState.PARTIAL)
    assert window.focusWidget() is window.view


def test_a_control_that_is_hidden_gives_the_keys_to_the_page(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    QTest.keyClick(window, Qt.Key.Key_B)
    area = window.photo.panel.keep_area
    area.feather.setFocus()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not area.feather.isVisible()
    assert window.focusWidget() is window.view


def test_another_control_keeps_the_keys(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    strength = window.photo.panel.strength.slider
    strength.setFocus()
    window.controller.derain()
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)
    assert window.focusWidget() is strength
