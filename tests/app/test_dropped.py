"""A drag that holds nothing to open is refused; what is pasted in vain is explained."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from tests.app.window import drop, said

ADDRESS = "https://example.org/street.jpg"


def of_text(text: str) -> QMimeData:
    data = QMimeData()
    data.setText(text)
    return data


def of_address(address: str) -> QMimeData:
    data = of_text(address)
    data.setUrls([QUrl(address)])
    return data


def is_welcome(window: MainWindow, data: QMimeData) -> bool:
    held = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(100, 100), Qt.DropAction.CopyAction, data, *held)
    window.dragEnterEvent(enter)
    return enter.isAccepted()


@pytest.mark.parametrize(
    "data", [of_address(ADDRESS), of_text("a poem"), of_text("/not/there.jpg"), of_text("")]
)
def test_a_drag_without_a_photo_is_refused(window: MainWindow, data: QMimeData) -> None:
    assert not is_welcome(window, data)


def test_a_picture_of_a_web_page_is_opened(qtbot: QtBot, window: MainWindow) -> None:
    data = of_address(ADDRESS)
    data.setImageData(QImage(40, 30, QImage.Format.Format_RGB32))
    assert is_welcome(window, data)
    with qtbot.waitSignal(window.document.photo_opened) as opened:
        drop(window, data)
    assert opened.args[0].photo.size == (40, 30)


@pytest.mark.parametrize("form", ["{path}", " {path}\n", "{address}", "'{path}'"])
def test_a_path_as_text_is_opened(
    qtbot: QtBot, window: MainWindow, picture_file: Path, form: str
) -> None:
    address = QUrl.fromLocalFile(str(picture_file)).toString()
    data = of_text(form.format(path=picture_file, address=address))
    assert is_welcome(window, data)
    with qtbot.waitSignal(window.document.photo_opened) as opened:
        drop(window, data)
    assert opened.args[0].photo.path == picture_file


def test_an_archive_is_explained(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    archive = tmp_path / "photos.zip"
    archive.write_bytes(b"PK\x03\x04" + bytes(40))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(archive))])
    drop(window, data)
    qtbot.waitUntil(lambda: "photos.zip is not a photo" in said(window))


@pytest.mark.parametrize(
    ("data", "words"),
    [(of_address(ADDRESS), "Save the picture"), (of_text("a poem"), "no photo on the clipboard")],
)
def test_what_cannot_be_pasted_is_explained(
    window: MainWindow, data: QMimeData, words: str
) -> None:
    copy = QMimeData()
    copy.setText(data.text())
    copy.setUrls(data.urls())
    QGuiApplication.clipboard().setMimeData(copy)
    window.named_actions["paste"].trigger()
    assert words in said(window)


def test_the_clipboard_may_change_while_a_question_is_open(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("first words")
    monkeypatch.setattr(window.controller, "drop", lambda _data: clipboard.setText("other words"))
    window.controller.paste()
    assert "There is no photo on the clipboard" in said(window)
