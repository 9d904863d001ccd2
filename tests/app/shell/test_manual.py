"""The manual in the window: pages, links, pictures."""

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell import theme
from app.shell.help import PICTURE_PX, Manual
from app.shell.theme import DARK, LIGHT


@pytest.fixture
def shown(qtbot: QtBot, window: MainWindow) -> Manual:
    window.named_actions["manual"].trigger()
    made = window.findChild(Manual)
    assert isinstance(made, Manual)
    qtbot.waitUntil(made.isVisible)
    return made


def words(shown: Manual) -> str:
    return shown.pages.toPlainText()


def test_links_lead_from_page_to_page_and_back(shown: Manual) -> None:
    assert "Derain a photo" in words(shown)
    shown.pages.anchorClicked.emit(QUrl("photo.md"))
    assert "Keep brightness" in words(shown)
    shown.pages.anchorClicked.emit(QUrl("settings.md#results"))
    assert "Metadata" in words(shown)
    QTest.mouseClick(shown.back, Qt.MouseButton.LeftButton)
    assert "Keep brightness" in words(shown)


@pytest.mark.parametrize("begun", ["photo.md", "batch.md"])
def test_a_link_to_a_section_shows_its_heading(shown: Manual, begun: str) -> None:
    shown.pages.anchorClicked.emit(QUrl(begun))
    shown.pages.anchorClicked.emit(QUrl("batch.md#rarely-used-settings"))
    first = shown.pages.cursorForPosition(QPoint(40, 8)).block().text()
    assert first == "Rarely used settings"


def test_other_addresses_go_to_their_programs(
    shown: Manual, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    shown.pages.anchorClicked.emit(QUrl("https://arxiv.org/abs/1808.01491"))
    assert opened == ["https://arxiv.org/abs/1808.01491"]
    assert "Derain a photo" in words(shown)


def test_links_follow_another_theme(qapp: QApplication, shown: Manual) -> None:
    shown.pages.verticalScrollBar().setValue(40)
    for chosen in (DARK, LIGHT):
        theme.apply(qapp, "dark" if chosen is DARK else "light")
        assert chosen.link in shown.pages.toHtml()
        assert shown.pages.verticalScrollBar().value() == 40
    qapp.setStyleSheet("")


def test_pictures_are_as_wide_as_half_a_page(shown: Manual) -> None:
    kind = 2  # QTextDocument.ResourceType.ImageResource
    picture = shown.pages.loadResource(kind, QUrl("screenshots/before-after.png"))
    assert isinstance(picture, QImage)
    assert picture.deviceIndependentSize().width() == PICTURE_PX


def test_one_manual_is_enough(window: MainWindow, shown: Manual) -> None:
    window.named_actions["manual"].trigger()
    assert window.findChildren(Manual) == [shown]
