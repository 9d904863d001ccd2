"""Questions of the window, as they are shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.shell.dialogs import Dialogs

QUESTIONS: dict[str, tuple[Callable[[Dialogs], object], object]] = {
    "unsaved": (lambda dialogs: dialogs.unsaved("street.png"), "cancel"),
    "partial": (lambda dialogs: dialogs.partial(6, 66), "cancel"),
    "stop_batch": (lambda dialogs: dialogs.stop_batch(1, 3), False),
    "replace": (lambda dialogs: dialogs.replace("dry.png"), False),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_and_leaves_nothing_behind(qtbot: QtBot, name: str) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ask, answer = QUESTIONS[name]

    def leave() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QDialog)
        box.reject()

    QTimer.singleShot(0, leave)
    assert ask(Dialogs(window)) == answer
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))


@pytest.mark.parametrize("name", ["replace", "unsaved"])
def test_names_of_files_are_no_rich_text(qtbot: QtBot, name: str) -> None:
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
    getattr(Dialogs(window), name)(hostile)
    assert seen


@pytest.mark.parametrize(
    ("name", "label", "answer"),
    [
        ("stop_batch", "Stop and close", True),
        ("replace", "Replace", True),
        ("partial", "Finish first", "finish"),
        ("partial", "Save anyway", "save"),
    ],
)
def test_a_question_can_be_answered_with_yes(
    qtbot: QtBot, name: str, label: str, answer: object
) -> None:
    window = QWidget()
    qtbot.addWidget(window)

    def agree() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        next(button for button in box.buttons() if button.text() == label).click()

    QTimer.singleShot(0, agree)
    assert QUESTIONS[name][0](Dialogs(window)) == answer


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
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    typed: str,
    replaces: bool,
    answer: str | None,
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialogs, asked = Dialogs(window), list[str]()

    def replace(name: str) -> bool:
        asked.append(name)
        return replaces

    def type_a_name(*_given: object) -> tuple[str, str]:
        return str(tmp_path / typed), "Page with a slider (*.html)"

    monkeypatch.setattr(dialogs, "replace", replace)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", type_a_name)
    (tmp_path / "street.html").touch()
    path = dialogs.export(tmp_path / "suggested.html")
    assert path == (None if answer is None else tmp_path / answer)
    assert asked == (["street.html"] if typed == "street" else [])
