"""The Photo page and the Compare page see at once what the other has computed."""

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.state import PhotoState
from tests.app.compare.conftest import Begin
from tests.app.conftest import StandIn
from tests.app.window import derain, open_photo


def titles(window: MainWindow) -> list[str]:
    return [one.label for one in window.compare.grid.shown]


def test_what_the_photo_page_has_computed_is_there_at_once(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    latest = window.document.latest
    assert latest is not None
    window.document.set_saved(latest, picture_file.with_name("saved.png"), latest.work)
    assert backend.tiles == 9
    model = begin()  # which reads the file again
    assert backend.tiles == 18  # the second one's
    assert titles(window) == ["Rainy", "All-round", "second"]
    assert model.pictures[model.panes[1].key].layer is not None


def test_the_photo_page_shows_at_once_what_was_compared(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn
) -> None:
    begin()
    tiles = backend.tiles
    document = window.document
    document.set_options(replace(document.options, weights="second"))
    assert document.layer is not None
    assert document.layer.is_complete
    assert document.layer.record.checkpoint == "second"
    assert document.status.state is PhotoState.DONE
    document.set_options(replace(document.options, weights="afterrain"))
    assert document.status.state is PhotoState.DONE
    assert backend.tiles == tiles
