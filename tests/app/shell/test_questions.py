"""Questions of the window, as they are shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.shell import theme
from app.shell.dialogs import Dialogs
from app.shell.file_dialogs import FileDialog
from app.tasks import Tasks

QUESTIONS: dict[str, tuple[Callable[[Dialogs], object], object]] = {
    "unsaved": (lambda dialogs: dialogs.unsaved("street.png"), "cancel"),
    "several": (lambda dialogs: dialogs.unsaved("street.png", "tower.png"), "cancel"),
    "partial": (lambda dialogs: dialogs.partial(6, 66), "cancel"),
    "stop_batch": (lambda dialogs: dialogs.stop_batch(1, 3), False),
    "replace": (lambda dialogs: dialogs.replace("dry.png"), False),
}


@pytest.fixture
def real(qtbot: QtBot, tasks: Tasks) -> Dialogs:
    """Dialogs that ask."""
    window = QWidget()
    qtbot.addWidget(window)
    return Dialogs(window, tasks)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_and_leaves_nothing_behind(
    qtbot: QtBot, tasks: Tasks, name: str
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ask, answer = QUESTIONS[name]

    def leave() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QDialog)
        box.reject()

    QTimer.singleShot(0, leave)
    assert ask(Dialogs(window, tasks)) == answer
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))


@pytest.mark.parametrize("name", ["replace", "unsaved"])
def test_names_of_files_are_no_rich_text(qtbot: QtBot, tasks: Tasks, name: str) -> None:
    window, seen = QWidget(), list[QMessageBox]()
    qtbot.addWidget(window)
    hostile = '<h1>yes</h1><img src="file:///etc/passwd">'

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        (label,) = [each for each in box.findChildren(QLabel) if hostile in each.text()]
        assert label.textFormat() == Qt.TextFormat.PlainText
        seen.append(box)
        box.reject()

    QTimer.singleShot(0, look)
    getattr(Dialogs(window, tasks), name)(hostile)
    assert seen


@pytest.mark.parametrize("name", ["replace", "unsaved"])
def test_a_question_about_a_long_name_is_not_cut(
    qtbot: QtBot, qapp: QApplication, tasks: Tasks, name: str
) -> None:
    theme.apply(qapp, "dark")
    window, fixed = QWidget(), list[int]()
    qtbot.addWidget(window)

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        (label,) = [each for each in box.findChildren(QLabel) if "harbour" in each.text()]
        fixed.append(label.minimumWidth())  # on a wide screen Qt would give no more
        box.reject()

    QTimer.singleShot(0, look)
    getattr(Dialogs(window, tasks), name)(f"{'a wet street ' * 6}beside the harbour.jpg")
    qapp.setStyleSheet("")
    assert fixed == [0]


@pytest.mark.parametrize(
    ("name", "label", "answer"),
    [
        ("stop_batch", "Stop and close", True),
        ("replace", "Replace", True),
        ("several", "Save all", "save"),
        ("several", "Quit without saving", "discard"),
        ("partial", "Finish first", "finish"),
        ("partial", "Save anyway", "save"),
    ],
)
def test_a_question_can_be_answered_with_yes(
    qtbot: QtBot, tasks: Tasks, name: str, label: str, answer: object
) -> None:
    window = QWidget()
    qtbot.addWidget(window)

    def agree() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        next(button for button in box.buttons() if button.text() == label).click()

    QTimer.singleShot(0, agree)
    assert QUESTIONS[name][0](Dialogs(window, tasks)) == answer


@pytest.mark.parametrize(
    ("typed", "replaces", "answer"),
    [
        ("street", False, None),
        ("street", True, "street.html"),
        ("street.html", False, "street.html"),  # Qt's own dialog has asked about it
        ("lane", False, "lane.html"),
    ],
)
def test_an_export_replaces_no_file_that_nobody_was_asked_about(
    real: Dialogs,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    typed: str,
    replaces: bool,
    answer: str | None,
) -> None:
    asked: list[str] = []

    def replace(name: str) -> bool:
        asked.append(name)
        return replaces

    monkeypatch.setattr(real, "replace", replace)
    monkeypatch.setattr(FileDialog, "paths", lambda _dialog: [tmp_path / typed])
    (tmp_path / "street.html").touch()
    path = real.export(tmp_path / "suggested.html")
    assert path == (None if answer is None else tmp_path / answer)
    assert asked == (["street.html"] if typed == "street" else [])
