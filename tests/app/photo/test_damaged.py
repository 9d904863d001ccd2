"""A photo that is cut off is opened as far as it goes when the person asks for it."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from nledn.errors import PhotoCutOff
from tests.app.window import derain, said
from tests.photo import files


def test_the_message_has_a_button_that_opens_what_is_there(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    data = files.encoded(files.colours(300, 200), "JPEG")
    path = files.saved(tmp_path, "a.jpg", data[: len(data) * 7 // 10])
    with qtbot.waitSignal(window.controller.failed) as failed:
        window.controller.open(path)
    assert isinstance(failed.args[0], PhotoCutOff)
    with qtbot.waitSignal(window.document.photo_opened):
        window.shell.banner.buttons["damaged"].click()
    assert "rows could be read" in said(window)
    derain(qtbot, window)
    with qtbot.waitSignal(window.controller.saving.saved):
        window.controller.saving.save()
    assert "rows could be read" in said(window)
    assert not window.shell.banner.is_leaving  # it is to be read


def test_another_failure_has_no_such_button(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = files.saved(tmp_path, "a.jpg", b"no photo")
    with qtbot.waitSignal(window.controller.failed):
        window.controller.open(path)
    assert window.shell.banner.buttons == {}
