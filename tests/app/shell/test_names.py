"""Hard names in the window: title, lists, menus, saving, dropping, the log."""

import logging
import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, Qt, QUrl
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.batch.jobs import Entry
from app.batch.table import BatchModel, Column
from app.main_window import MainWindow
from app.photo.state import PhotoState
from app.shell import names
from app.shell.save_dialogs import SaveDialog, SaveQuestion
from nledn.messages import LogLines, printable
from nledn.naming import Naming, name_of
from tests.app.window import drop, open_photo, said, state
from tests.faults.hard_names import AT_THE_END, HARD, photos

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="its disks take only some of these names"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos(tmp_path / "wet", [*HARD.values(), *AT_THE_END.values()])
    return tmp_path / "wet"


def test_every_name_is_opened_shown_and_saved(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    for name in (*HARD.values(), *AT_THE_END.values()):
        open_photo(qtbot, window, folder / name)
        shown = printable(name)
        assert window.windowTitle() == f"{names.in_title(shown)}[*] – AfterRain"
        line = window.shell.status_line.photo
        assert line.text().startswith(f"{shown} · ")
        assert line.textFormat() is Qt.TextFormat.PlainText
        window.controller.derain()
        qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)
        with qtbot.waitSignal(window.controller.saving.saved):
            window.controller.saving.save()
        result = name_of(Naming(Path(name).stem, ".png", "", 1.0, 1))
        assert (folder / result).exists()
        assert f"Saved {printable(result)}:" in said(window)
    assert all(
        label.textFormat() is Qt.TextFormat.PlainText
        for label in window.shell.banner.findChildren(QLabel)
        if label.text()
    )


@pytest.mark.parametrize("name", HARD.values(), ids=HARD.keys())
def test_save_as_suggests_every_name_unchanged(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    suggested = tmp_path / name / name
    dialog = SaveDialog(SaveQuestion(suggested, 95, None))
    qtbot.addWidget(dialog)
    choice = dialog.choice()
    assert choice is not None
    assert choice.path == suggested


def test_recent_photos_are_found_again_by_every_name(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    for name in (HARD["no UTF-8"], HARD["a mark of Qt"]):
        open_photo(qtbot, window, folder / name)
        menu = window.recent_menu
        menu.aboutToShow.emit()
        newest = menu.actions()[0]
        assert newest.text() == printable(name).replace("&", "&&")
        with qtbot.waitSignal(menu.photo_chosen) as chosen:
            newest.trigger()
        assert chosen.args == [folder / name]
    window.preferences.sync()
    kept = window.preferences.settings.recent
    assert [names.path_kept(text).name for text in kept[:2]] == [
        HARD["a mark of Qt"],
        HARD["no UTF-8"],
    ]


@pytest.mark.parametrize("name", HARD.values(), ids=HARD.keys())
def test_an_address_keeps_every_byte(name: str) -> None:
    path = Path("/photos") / name
    encoded = bytes(names.url_of(path).toEncoded().data())
    assert names.path_of(QUrl.fromEncoded(QByteArray(encoded))) == path
    assert names.path_kept(names.kept(path)) == path


def test_a_relative_path_has_an_address_too() -> None:
    assert names.url_of(Path("dry photos")) == names.url_of(Path.cwd() / "dry photos")


def test_a_dropped_photo_is_opened_by_its_bytes(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    path = folder / HARD["no UTF-8"]
    data = QMimeData()
    data.setUrls([QUrl.fromEncoded(QByteArray(path.as_uri().encode()))])
    with qtbot.waitSignal(window.document.photo_opened) as opened:
        drop(window, data)
    assert opened.args[0].photo.path == path


def test_the_list_of_a_batch_shows_every_name(folder: Path) -> None:
    model = BatchModel()
    model.set_entries([Entry(folder / name, name) for name in HARD.values()])
    for row, name in enumerate(HARD.values()):
        index = model.index(row, Column.PHOTO)
        assert index.data() == printable(name)
        tip = index.data(Qt.ItemDataRole.ToolTipRole)
        assert "<b>" not in tip
        assert os.fspath(folder) in tip


def test_a_line_of_the_log_is_a_line(caplog: pytest.LogCaptureFixture) -> None:
    lines = LogLines("%(message)s")
    for name in HARD.values():
        logging.getLogger("app").warning("%s failed", name)
        written = lines.format(caplog.records[-1])
        assert written == f"{printable(name)} failed"
        written.encode()
    try:
        raise ValueError(HARD["no UTF-8"])
    except ValueError:
        logging.getLogger("app").exception("failed")
    lines.format(caplog.records[-1]).encode()
