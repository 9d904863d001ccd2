"""No receiver of a signal depends on another having been called before it."""

from pathlib import Path

import pytest
from PySide6.QtCore import SignalInstance
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell.banner import Notice
from app.start import Beginning
from nledn import places
from tests.app.window import Answers, derain, open_photo, said


def connect_last(signal: SignalInstance, receiver: object) -> None:
    signal.disconnect(receiver)
    signal.connect(receiver)


@pytest.fixture
def reordered(window: MainWindow) -> MainWindow:
    """The window with its own receivers behind everybody else's."""
    document, controller = window.document, window.controller
    connect_last(document.photo_opened, window.show_photo)
    connect_last(document.unsaved_changed, window.setWindowModified)
    connect_last(document.options_changed, window.batch.options_changed)
    connect_last(document.strength_changed, window.photo.panel.strength.set_strength)
    connect_last(controller.noticed, window.shell.banner.show_notice)
    return window


def test_a_folder_is_still_offered_for_a_batch(
    qtbot: QtBot, reordered: MainWindow, picture_file: Path
) -> None:
    reordered.show_notice(Notice("Something of before."))
    open_photo(qtbot, reordered, picture_file.parent)
    assert "in this folder" in said(reordered)
    assert reordered.view.hasFocus() or not reordered.isActiveWindow()
    assert "street.png" in reordered.shell.status_line.photo.text()


def test_the_sample_is_still_greeted(qtbot: QtBot, reordered: MainWindow) -> None:
    with qtbot.waitSignal(reordered.document.photo_opened):
        Beginning(reordered, places.sample_photo()).first()
    assert "Click Derain" in said(reordered)


def test_an_opened_photo_still_clears_what_was_said(
    qtbot: QtBot, reordered: MainWindow, picture_file: Path
) -> None:
    reordered.show_notice(Notice("Something of before."))
    open_photo(qtbot, reordered, picture_file)
    assert said(reordered) == ""


def test_unsaved_work_is_still_marked_and_asked_about(
    qtbot: QtBot, reordered: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    open_photo(qtbot, reordered, picture_file)
    derain(qtbot, reordered)
    assert reordered.isWindowModified()
    reordered.close()
    assert dialogs.asked == ["unsaved street.png"]
