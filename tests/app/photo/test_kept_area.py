"""The panel says how many areas are kept, and offers to clear only what is there."""

import shutil
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from tests.app.window import open_photo


def test_clear_is_there_only_while_an_area_is_kept(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    window.view.arrange(mode="single")
    open_photo(qtbot, window, picture_file)
    area, clear = window.photo.panel.keep_area, window.named_actions["clear"]
    assert not area.clear.isVisible()
    assert not clear.isEnabled()
    QTest.keyClick(window, Qt.Key.Key_B)
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton)
    assert area.clear.isVisible()
    assert clear.isEnabled()
    assert area.hint.text() == "1 area kept"
    window.photo.panel.keep_area.diameter.setValue(0)
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=QPoint(500, 300))
    assert area.hint.text() == "2 areas kept"
    window.named_actions["undo"].trigger()
    assert area.hint.text() == "1 area kept"
    window.named_actions["undo"].trigger()
    assert not area.clear.isVisible()
    window.named_actions["redo"].trigger()
    assert area.clear.isVisible()
    area.clear.click()
    assert not area.clear.isVisible()
    window.named_actions["undo"].trigger()
    assert area.clear.isVisible()
    other = picture_file.with_name("other.png")
    shutil.copy(picture_file, other)
    open_photo(qtbot, window, other)
    assert not area.clear.isVisible(), "another photo"
    assert not clear.isEnabled()
    open_photo(qtbot, window, picture_file)
    assert area.clear.isVisible(), "what is kept stays with its photo"
