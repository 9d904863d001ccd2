"""In the smallest usual window no word is cut, in either language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell import theme
from app.shell.shell import PageName
from app.shell.translation import LANGUAGES, install
from tests.app.window import derain, open_photo


@pytest.fixture(autouse=True, params=LANGUAGES)
def _language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    """Speak the language, in the window's own style."""
    translators = install(qapp, request.param)
    theme.apply(qapp, "dark")
    yield
    qapp.setStyleSheet("")
    for translator in translators:
        qapp.removeTranslator(translator)


def cut(window: QWidget) -> list[str]:
    """The words in sight that have less room than they need."""
    worded: list[QLabel | QAbstractButton] = [*window.findChildren(QAbstractButton)]
    worded += (each for each in window.findChildren(QLabel) if not each.wordWrap())
    return [
        f"{each.text()}: {each.width()} px of {each.sizeHint().width()}"
        for each in worded
        if each.isVisible() and each.text() and each.width() < each.sizeHint().width()
    ]


@pytest.mark.parametrize("page", ["photo", "batch", "compare"])
def test_no_label_is_cut(
    qtbot: QtBot, window: MainWindow, picture_file: Path, page: PageName
) -> None:
    window.resize(1024, 700)
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    window.named_actions["brush"].trigger()
    window.shell.show_page(page)
    qtbot.waitUntil(lambda: window.width() == 1024)
    assert cut(window) == []
