"""The window changes behind an open dialog: the subject of its question may be gone."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.state import PhotoState
from app.shell.save_dialogs import SaveChoice
from nledn import decoder, photo
from nledn.photo import Photo
from nledn.photo.provenance import read_provenance
from tests.app.conftest import StandIn
from tests.app.window import Answers, Pixels, derain, open_photo, save, state, whole


@pytest.fixture
def other(picture_file: Path, pixels: Pixels) -> Path:
    """A second photo, in its own folder."""
    path = picture_file.parent.parent / "other" / "lane.png"
    path.parent.mkdir()
    photo.write(Photo(pixels[::-1].copy()), path)
    return path


def open_behind(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    """Another photo, asked for before the dialog came, has been read."""
    with qtbot.waitSignal(window.document.photo_opened):
        window.controller.read(path)


def test_save_as_saves_what_was_there_when_it_was_asked(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: Answers,
    picture_file: Path,
    other: Path,
    pixels: Pixels,
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    shown = window.picture.pixels("after", 0, whole(pixels))
    dry = other.with_name("dry.png")
    dialogs.choice = SaveChoice(dry, 95)
    dialogs.meanwhile = lambda: open_behind(qtbot, window, other)
    with qtbot.waitSignal(window.controller.saving.saved):
        window.named_actions["save_as"].trigger()
    assert np.array_equal(photo.read(dry).pixels, shown)
    assert window.document.photo is not None
    assert window.document.photo.path == other
    assert window.document.latest is None  # the other photo has no result, saved or not


def test_what_was_computed_with_another_checkpoint_is_still_saved(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, tmp_path: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.choice = SaveChoice(tmp_path / "dry.png", 95)
    dialogs.meanwhile = lambda: window.document.history.choose_checkpoint("authors-ddn")
    with qtbot.waitSignal(window.controller.saving.saved):
        window.named_actions["save_as"].trigger()
    assert (tmp_path / "dry.png").exists()


def test_a_photo_that_went_is_not_asked_about_twice(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, other: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.answer = "save"
    dialogs.meanwhile = lambda: open_behind(qtbot, window, other)
    went_on: list[str] = []
    window.controller.when_saved(lambda: went_on.append("closed"))
    assert dialogs.asked == ["unsaved street.png"]
    assert went_on == ["closed"]  # the other photo has nothing to lose
    derain(qtbot, window)
    save(qtbot, window)
    assert went_on == ["closed"], "a later save has nothing to do with it"


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """While it is cleared, photos that are read wait for it."""
    gate, read = threading.Event(), decoder.read
    gate.set()

    def read_late(*given: Any, **named: Any) -> Photo:
        assert gate.wait(20)
        return read(*given, **named)

    monkeypatch.setattr(decoder, "read", read_late)
    yield gate
    gate.set()


def test_closing_asks_again_about_a_photo_that_went(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, other: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)

    def open_other() -> None:
        dialogs.meanwhile = lambda: None
        open_behind(qtbot, window, other)

    dialogs.answer, dialogs.meanwhile = "save", open_other
    window.close()
    assert dialogs.asked == ["unsaved street.png"] * 2
    qtbot.waitUntil(lambda: not window.isVisible())
    assert picture_file.with_name("street_derained.png").exists()


def test_closing_ends_the_opening_of_another_photo(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: Answers,
    picture_file: Path,
    other: Path,
    reading: threading.Event,
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    reading.clear()
    window.controller.open(other)
    dialogs.meanwhile = reading.set
    window.close()
    assert dialogs.asked == ["unsaved street.png"]
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert window.windowTitle().startswith("street.png")


@pytest.fixture
def deraining(qtbot: QtBot, window: MainWindow, backend: StandIn, picture_file: Path) -> None:
    """One tile is there, and the next waits."""
    open_photo(qtbot, window, picture_file)
    backend.hold()
    window.controller.derain()
    backend.let(1)
    qtbot.waitUntil(lambda: window.document.status.done == 1)


@pytest.mark.usefixtures("deraining")
def test_who_discards_while_it_derains_is_asked_once(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, backend: StandIn
) -> None:
    dialogs.answer = "discard"
    went_on: list[bool] = []
    window.controller.when_saved(lambda: went_on.append(True))
    backend.free()
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert dialogs.asked == ["unsaved street.png"]
    assert went_on == [True]
    assert backend.tiles == 2, "nothing is computed for what was given up"


@pytest.mark.usefixtures("deraining")
def test_who_goes_on_while_it_derains_is_asked_nothing(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: Answers,
    backend: StandIn,
    other: Path,
    reading: threading.Event,
) -> None:
    reading.clear()
    with qtbot.waitSignal(window.document.photo_opened):
        window.controller.open(other)
        reading.set()
    backend.free()
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert dialogs.asked == []
    assert backend.tiles == 2, "nothing is computed for what is no longer open"


@pytest.mark.usefixtures("deraining")
def test_what_was_given_up_for_no_photo_can_go_on(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, backend: StandIn, tmp_path: Path
) -> None:
    dialogs.answer = "discard"
    window.controller.when_saved(lambda: None)
    assert state(window) is PhotoState.PARTIAL
    backend.free()
    derain(qtbot, window)
    assert backend.tiles == 9


@pytest.mark.usefixtures("deraining")
def test_a_photo_that_cannot_be_opened_stops_nothing(
    qtbot: QtBot, window: MainWindow, backend: StandIn, tmp_path: Path
) -> None:
    with qtbot.waitSignal(window.controller.failed):
        window.controller.open(tmp_path / "gone.png")
    assert state(window) is PhotoState.DERAINING
    backend.free()
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)


def test_a_result_that_is_out_of_sight_is_asked_about_and_saved(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    layer, source = window.document.layer, window.document.photo
    assert layer is not None
    assert source is not None
    window.document.history.choose_checkpoint("authors-ddn")
    dialogs.answer = "save"
    went_on: list[bool] = []
    window.controller.when_saved(lambda: went_on.append(True))
    qtbot.waitUntil(lambda: bool(went_on))
    assert dialogs.asked == ["unsaved street.png"]
    saved = photo.read(picture_file.with_name("street_derained.png"))
    assert np.array_equal(saved.pixels, layer.apply(source.pixels))
    recipe = read_provenance(saved.xmp)
    assert recipe is not None
    assert recipe.checkpoint == "afterrain"
    assert window.document.options.weights == "authors-ddn", "what was chosen stays chosen"
