"""Questions of the window, as they are shown."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs import Dialogs

QUESTIONS: dict[str, tuple[Callable[[Dialogs], object], object]] = {
    "unsaved": (lambda dialogs: dialogs.unsaved("street.png"), "cancel"),
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


@pytest.mark.parametrize(
    ("name", "label"), [("stop_batch", "Stop and close"), ("replace", "Replace")]
)
def test_a_question_can_be_answered_with_yes(qtbot: QtBot, name: str, label: str) -> None:
    window = QWidget()
    qtbot.addWidget(window)

    def agree() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        next(button for button in box.buttons() if button.text() == label).click()

    QTimer.singleShot(0, agree)
    assert QUESTIONS[name][0](Dialogs(window)) is True
