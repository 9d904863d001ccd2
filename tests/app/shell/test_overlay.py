"""Messages lie over the photo, go after a while, and leave with their page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QTimer
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell.banner import Action, Banner, Kind, Notice
from tests.app.window import open_photo, said


def place_of(window: MainWindow, of: str) -> QRect:
    widget = window.view if of == "view" else window.shell.banner
    return QRect(widget.mapTo(window, QPoint()), widget.size())


@pytest.mark.parametrize("text", ["Saved.", "A long message about a photo. " * 6])
def test_a_message_does_not_move_the_photo(
    qtbot: QtBot, window: MainWindow, picture_file: Path, text: str
) -> None:
    open_photo(qtbot, window, picture_file)
    before = place_of(window, "view")
    window.show_notice(Notice(text, "error"))
    qtbot.waitUntil(window.shell.banner.isVisible)
    assert place_of(window, "view") == before
    assert before.contains(place_of(window, "banner"))
    window.resize(1000, 700)
    qtbot.waitUntil(lambda: place_of(window, "view").contains(place_of(window, "banner")))


def test_a_short_message_has_one_line_beside_its_buttons(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    window.show_notice(Notice("9 photos in this folder."))
    action = Action("folder", "Show in folder", lambda: None)
    window.show_notice(Notice("Saved street_derained.png: 8 bits a channel.", "done", (action,)))
    banner = window.shell.banner
    qtbot.waitUntil(banner.buttons["folder"].isVisible)
    lines = banner.words.fontMetrics().horizontalAdvance(banner.words.text())
    assert banner.words.width() >= lines


@pytest.mark.parametrize(
    ("kind", "has_action", "goes"),
    [
        ("done", False, True),
        ("done", True, True),
        ("info", False, True),
        ("info", True, False),
        ("error", False, False),
    ],
)
def test_only_what_needs_no_answer_goes_by_itself(
    qtbot: QtBot,
    window: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    kind: Kind,
    has_action: bool,
    goes: bool,
) -> None:
    banner = window.shell.banner
    monkeypatch.setattr(banner, "shown_ms", 10)
    actions = (Action("act", "Act", lambda: None),) if has_action else ()
    window.show_notice(Notice("Something happened.", kind, actions))
    assert banner.is_leaving is goes
    if goes:
        qtbot.waitUntil(lambda: not banner.isVisible())
        assert said(window) == ""


@pytest.mark.parametrize(
    ("text", "shown_ms"),
    [("Saved.", 8000), ("A long message about a photo. " * 8, 16_800), ("照片" * 40, 16_800)],
)
def test_a_message_stays_as_long_as_it_takes_to_read(
    window: MainWindow, text: str, shown_ms: int
) -> None:
    window.show_notice(Notice(text, "done"))
    timer = window.shell.banner.findChild(QTimer)
    assert isinstance(timer, QTimer)
    assert timer.interval() == shown_ms


def test_a_message_leaves_with_its_page(window: MainWindow) -> None:
    window.show_notice(Notice("Something went wrong.", "error"))
    window.shell.show_page("photo")
    assert said(window)
    window.shell.show_page("batch")
    assert said(window) == ""
    window.show_notice(Notice("Unsaved work was found.", stays=True))
    window.shell.show_page("photo")
    assert said(window)


def leave_page(banner: Banner) -> None:
    window = banner.window()
    assert isinstance(window, MainWindow)
    window.shell.show_page("batch")


def close(banner: Banner) -> None:
    (button,) = banner.findChildren(QToolButton)
    button.click()


@pytest.mark.parametrize(
    "end",
    [
        close,
        lambda banner: banner.buttons["show"].click(),
        leave_page,
        lambda _banner: None,
    ],
    ids=["closed", "answered", "page left", "faded"],
)
def test_what_stays_comes_back_after_another_message(
    qtbot: QtBot, window: MainWindow, end: Callable[[Banner], None]
) -> None:
    banner = window.shell.banner
    banner.shown_ms = 10
    restore, show = (Action(name, name, lambda: None) for name in ("restore", "show"))
    window.show_notice(Notice("Unsaved work was found.", "info", (restore,), stays=True))
    window.show_notice(Notice("The batch is done.", "done", (show,)))
    window.show_notice(Notice("Saved.", "done", (show,)))
    end(banner)
    qtbot.waitUntil(lambda: said(window) == "Unsaved work was found.")
    assert banner.isVisible()
    assert not banner.is_leaving
    assert list(banner.buttons) == ["restore"]


@pytest.mark.parametrize(
    "answer", [close, lambda banner: banner.buttons["restore"].click()], ids=["closed", "answered"]
)
def test_what_stays_goes_when_it_is_answered(
    window: MainWindow, answer: Callable[[Banner], None]
) -> None:
    banner = window.shell.banner
    restore = Action("restore", "Restore", lambda: window.show_notice(Notice("Restored.", "done")))
    for _ in range(2):  # it is offered again with the next photo
        window.show_notice(Notice("Unsaved work was found.", "info", (restore,), stays=True))
    answer(banner)
    banner.clear()
    assert said(window) == ""
    assert not banner.isVisible()
