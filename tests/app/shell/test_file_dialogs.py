"""Dialogs for files: where they begin, what they show; Qt's own, as there is no desktop here."""

import errno
import os
from pathlib import Path
from typing import Never

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QListView, QWidget
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell import file_dialogs
from app.shell.dialogs import Dialogs
from app.shell.file_dialogs import PREVIEW, FileDialog, prefer_the_desktops
from app.tasks import Tasks
from tests.app.window import Answers, open_photo


@pytest.fixture
def real(qtbot: QtBot, tasks: Tasks) -> Dialogs:
    """Dialogs that ask."""
    window = QWidget()
    qtbot.addWidget(window)
    return Dialogs(window, tasks)


def shown_next(then: str = "reject") -> list[Path]:
    """The folder of the next dialog, which is answered at once."""
    seen: list[Path] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, FileDialog)
        seen.append(Path(dialog.directory().absolutePath()))
        getattr(dialog, then)()

    QTimer.singleShot(0, look)
    return seen


def test_dialogs_begin_where_they_are_told_then_in_the_last_folder_then_in_pictures(
    real: Dialogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, wet, gone = tmp_path / "Pictures", tmp_path / "wet", tmp_path / "gone"
    for folder in (pictures, wet):
        folder.mkdir()
    monkeypatch.setattr("app.shell.dialogs.pictures_folder", lambda: pictures)
    for wanted, answer, expected in (
        (None, "reject", pictures),
        (gone, "reject", pictures),
        (wet, "accept", wet),  # a folder is chosen there: its parent was the last one
        (None, "reject", tmp_path),
        (pictures, "reject", pictures),
    ):
        seen = shown_next(answer)
        real.folder(wanted)
        assert seen == [expected]


def test_dialogs_do_not_begin_on_a_disk_that_does_not_answer(
    real: Dialogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(path: Path, **_how: bool) -> Never:
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected", str(path))

    monkeypatch.setattr("app.shell.dialogs.pictures_folder", lambda: tmp_path)
    monkeypatch.setattr(Path, "stat", answer)
    seen = shown_next()
    assert real.photo(Path("/mnt/share"), (".png",)) is None
    assert seen == [tmp_path]


def test_the_photo_that_is_chosen_is_shown_in_small(
    qtbot: QtBot, tasks: Tasks, picture_file: Path
) -> None:
    note = picture_file.with_name("note.png")
    note.write_text("no photo")
    dialog = FileDialog(None, "Open photo", picture_file.parent, ("Photos (*.png)",), tasks)
    qtbot.addWidget(dialog)
    preview = dialog.preview
    assert isinstance(preview, QLabel)
    dialog.currentChanged.emit(str(picture_file))
    qtbot.waitUntil(lambda: not preview.pixmap().isNull(), timeout=30_000)
    assert preview.pixmap().width() == PREVIEW.width()
    dialog.currentChanged.emit(str(note))
    qtbot.waitUntil(lambda: preview.text() == "No preview", timeout=30_000)
    dialog.currentChanged.emit(str(picture_file.parent))
    assert preview.text() == ""


def test_the_kinds_of_files_and_the_places_beside_are_short_and_whole(
    qtbot: QtBot, tmp_path: Path
) -> None:
    kinds = ("Photos (*.jpg *.png)", "All files (*)")
    dialog = FileDialog(None, "Open photo", tmp_path, kinds)
    qtbot.addWidget(dialog)
    dialog.show()
    shown = dialog.findChild(QComboBox, "fileTypeCombo")
    assert isinstance(shown, QComboBox)
    assert [shown.itemText(place) for place in range(shown.count())] == ["Photos", "All files"]
    assert dialog.selectedNameFilter() == kinds[0]
    sidebar = dialog.findChild(QListView, "sidebar")
    assert isinstance(sidebar, QListView)
    assert sidebar.sizeHintForColumn(0) <= sidebar.viewport().width()


def test_the_window_asks_first_beside_the_open_photo(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    folders: list[Path | None] = []
    dialogs.meanwhile = lambda: folders.append(dialogs.begun)
    window.named_actions["open"].trigger()
    open_photo(qtbot, window, picture_file)
    window.named_actions["open"].trigger()
    assert folders == [None, picture_file.parent]


def test_a_desktops_portal_is_preferred_unless_the_person_chose_a_theme(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("QT_QPA_PLATFORMTHEME", "")  # so that the end of the test unsets it
    monkeypatch.delenv("QT_QPA_PLATFORMTHEME")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    prefer_the_desktops()
    assert "QT_QPA_PLATFORMTHEME" not in os.environ, "there is no desktop"
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1000/bus")
    prefer_the_desktops()
    assert os.environ["QT_QPA_PLATFORMTHEME"] == "xdgdesktopportal"
    monkeypatch.setenv("QT_QPA_PLATFORMTHEME", "gtk3")
    prefer_the_desktops()
    assert os.environ["QT_QPA_PLATFORMTHEME"] == "gtk3"


def test_a_portal_without_files_leaves_qts_own_dialog(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORMTHEME", "xdgdesktopportal")
    monkeypatch.setattr(file_dialogs, "portal_has_dialogs", lambda: False)
    dialog = FileDialog(None, "Open photo", tmp_path)
    qtbot.addWidget(dialog)
    assert dialog.testOption(FileDialog.Option.DontUseNativeDialog)
    monkeypatch.setattr(file_dialogs, "portal_has_dialogs", lambda: True)
    dialog = FileDialog(None, "Open photo", tmp_path)
    qtbot.addWidget(dialog)
    assert not dialog.testOption(FileDialog.Option.DontUseNativeDialog)
