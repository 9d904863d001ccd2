"""A dialog waits for the person, and the window goes on behind it: what was asked about may go."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.widgets.save_dialog import SaveChoice
from nledn import photo
from nledn.photo import Photo
from tests.app.window import Answers, Pixels, derain, open_photo, whole


@pytest.fixture
def other(picture_file: Path, pixels: Pixels) -> Path:
    """A second photo, in a folder of its own."""
    path = picture_file.parent.parent / "other" / "lane.png"
    path.parent.mkdir()
    photo.write(Photo(pixels[::-1].copy()), path)
    return path


def open_behind(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    """Another photo, asked for before the dialog came, has been read."""
    with qtbot.waitSignal(window.session.photo_opened):
        window.session.open(path)


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
    dialogs.choice = SaveChoice(dry, "{stem}-dry{ext}", 95)
    dialogs.meanwhile = lambda: open_behind(qtbot, window, other)
    with qtbot.waitSignal(window.session.saving.saved):
        window.named_actions["save_as"].trigger()
    assert np.array_equal(photo.read(dry).pixels, shown)
    assert window.session.photo is not None
    assert window.session.photo.path == other
    assert window.session.saving.path is None  # the other photo has been saved nowhere


def test_what_was_computed_with_another_checkpoint_is_still_saved(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, tmp_path: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.choice = SaveChoice(tmp_path / "dry.png", "{stem}-dry{ext}", 95)
    dialogs.meanwhile = lambda: window.desk.choose_checkpoint("authors-ddn")
    with qtbot.waitSignal(window.session.saving.saved):
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
    window.desk.when_saved(lambda: went_on.append("closed"))
    assert dialogs.asked == ["unsaved street.png"]
    assert went_on == ["closed"]  # the other photo has nothing to lose
    derain(qtbot, window)
    with qtbot.waitSignal(window.session.saving.saved):
        window.named_actions["save"].trigger()
    assert went_on == ["closed"], "a later save has nothing to do with it"
