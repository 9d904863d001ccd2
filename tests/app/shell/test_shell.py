"""The bar above the photo: words where they fit, icons where they do not."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.main_window import SMALLEST_SIZE, MainWindow
from app.shell.shell import StatusLine

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


def test_the_name_of_a_photo_gives_way_in_the_status_line(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.photo.setText("long-" * 60 + ".jpg · 6000 × 4000 · 8-bit JPEG")
    line.work.setText("Model: Light (no rain found) · Processor · 46 of 92 tiles · 0:31")
    assert line.minimumSizeHint().width() < SMALLEST_SIZE.width()
    line.resize(SMALLEST_SIZE.width(), line.sizeHint().height())
    line.show()
    assert line.work.width() >= line.work.sizeHint().width()
