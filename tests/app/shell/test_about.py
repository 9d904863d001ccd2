"""The program's About text and its licences."""

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell.dialogs import Dialogs, LicencesDialog
from app.tasks import Tasks
from nledn import __version__, places
from tests.app.window import Answers


def test_about_tells_version_and_licence(window: MainWindow, dialogs: Answers) -> None:
    window.named_actions["about"].trigger()

    assert f"AfterRain {__version__} removes" in dialogs.asked[-1]
    assert "MIT licence" in dialogs.asked[-1]


def test_in_a_bundle_about_has_its_list(
    window: MainWindow, dialogs: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "OVERVIEW.txt").write_text("libtiff, out of pillow", "utf-8")
    monkeypatch.setattr(places, "licences", lambda: tmp_path)

    window.named_actions["about"].trigger()

    assert dialogs.asked[-1].endswith("libtiff, out of pillow")


def test_the_list_opens_from_about(qtbot: QtBot, tasks: Tasks) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    seen: list[str] = []

    def read() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, LicencesDialog)
        seen.append(dialog.text.toPlainText())
        dialog.reject()

    def ask() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append(box.text())
        QTimer.singleShot(0, read)
        next(button for button in box.buttons() if button.text() == "Licences").click()

    QTimer.singleShot(0, ask)
    Dialogs(parent, tasks).about("AfterRain", "libtiff, out of pillow")

    assert seen == ["AfterRain", "libtiff, out of pillow"]
