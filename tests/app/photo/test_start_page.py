"""The second start: the photos that were opened last, as a grid; else what a first start needs."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.start_page import PICTURE
from app.start import Beginning
from tests.app.window import Answers


@pytest.fixture
def begin_again(qtbot: QtBot, window: MainWindow, picture_file: Path) -> list[str]:
    """Start with three recent photos, one of which is gone, one no photo; the names shown."""
    broken = picture_file.with_name("broken.jpg")
    broken.write_bytes(b"no photo")
    recent = (broken, picture_file, picture_file.with_name("gone.jpg"))
    window.preferences.change(started=True, recent=tuple(str(path) for path in recent))
    Beginning(window, None).first()
    grid = window.photo.start.recent
    assert grid.count() == 3, "at once, before there are pictures"
    qtbot.waitUntil(lambda: grid.count() == 1, timeout=30_000)
    return [grid.item(row).text() for row in range(grid.count())]


def test_recent_photos_that_are_still_there_have_a_picture_and_a_name(
    qtbot: QtBot, window: MainWindow, begin_again: list[str]
) -> None:
    grid = window.photo.start.recent
    assert begin_again == ["street.png"]
    assert grid.isVisible()
    has_picture = Qt.ItemDataRole.DecorationRole
    qtbot.waitUntil(lambda: PICTURE in grid.item(0).data(has_picture).availableSizes())


@pytest.mark.usefixtures("begin_again")
@pytest.mark.parametrize("by", ["click", "key"])
def test_one_click_or_key_opens_it(qtbot: QtBot, window: MainWindow, by: str) -> None:
    grid = window.photo.start.recent
    with qtbot.waitSignal(window.document.photo_opened):
        if by == "click":
            at = grid.visualItemRect(grid.item(0)).center()
            QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
        else:
            window.shell.focus_page()
            assert grid.hasFocus()
            grid.setCurrentRow(0)
            QTest.keyClick(grid, Qt.Key.Key_Return)
    assert not grid.isVisible()


def test_without_recent_photos_there_is_the_invitation(
    window: MainWindow, dialogs: Answers
) -> None:
    window.preferences.change(started=True)
    Beginning(window, None).first()
    start = window.photo.start
    assert not start.recent.isVisible()
    shown = [each for each in start.findChildren(QPushButton) if each.isVisible()]
    assert [each.text() for each in shown] == ["Open photo…", "Try the sample photo"]
    shown[0].click()
    assert dialogs.asked == ["photo"]
