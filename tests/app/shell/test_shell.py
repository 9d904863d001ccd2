"""The bar above the photo: words where they fit, icons where they do not."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.main_window import SMALLEST_SIZE, MainWindow

Style = Qt.ToolButtonStyle


def styles(window: MainWindow) -> set[Qt.ToolButtonStyle]:
    buttons = window.shell.top_bar.findChildren(QToolButton)
    named = [button for button in buttons if button.defaultAction().text() in ("Batch", "Single")]
    assert len(named) == 2
    return {button.toolButtonStyle() for button in named}


def test_words_go_where_there_is_no_room_and_come_back(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: styles(window) == {Style.ToolButtonTextBesideIcon})
    window.resize(SMALLEST_SIZE)
    qtbot.waitUntil(lambda: styles(window) == {Style.ToolButtonIconOnly})
    bar = window.shell.top_bar
    assert bar.minimumSizeHint().width() <= bar.width()
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: styles(window) == {Style.ToolButtonTextBesideIcon})
