"""F11 leaves the photo alone on the screen; F11 and Esc bring everything back."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.state import PhotoState
from tests.app.conftest import StandIn
from tests.app.window import open_photo, said, state


def around(window: MainWindow) -> list[bool]:
    shell = window.shell
    parts = (window.menuBar(), shell.top_bar, window.photo.panel, shell.status_line)
    return [part.isVisible() for part in parts]


@pytest.mark.parametrize("back", [Qt.Key.Key_F11, Qt.Key.Key_Escape])
def test_the_photo_is_alone_until_a_key_brings_everything_back(
    qtbot: QtBot, window: MainWindow, picture_file: Path, back: Qt.Key
) -> None:
    open_photo(qtbot, window, picture_file)
    window.photo.panel.strength.number.setFocus()
    QTest.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen)
    assert around(window) == [False] * 4
    assert window.view.hasFocus(), "no hidden control has the keys"
    assert "Esc" in said(window)
    assert window.view.width() == window.width()
    QTest.keyClick(window.view, back)
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert around(window) == [True] * 4
    assert not window.named_actions["full_screen"].isChecked()


def test_esc_leaves_full_screen_before_it_cancels(
    qtbot: QtBot, window: MainWindow, picture_file: Path, backend: StandIn
) -> None:
    open_photo(qtbot, window, picture_file)
    backend.hold()
    window.controller.derain()
    QTest.keyClick(window, Qt.Key.Key_F11)
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert state(window) is PhotoState.DERAINING
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    assert state(window) is PhotoState.STOPPING


def test_the_desktop_may_end_full_screen_too(qtbot: QtBot, window: MainWindow) -> None:
    window.named_actions["full_screen"].trigger()
    qtbot.waitUntil(window.isFullScreen)
    window.showNormal()
    qtbot.waitUntil(lambda: all(around(window)))
    assert not window.named_actions["full_screen"].isChecked()
