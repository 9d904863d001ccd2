"""The choices for a photo stay with it, and nothing is written beside it."""

import errno
import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData
from pytestqt.qtbot import QtBot

from app.imaging.mask import Brush
from app.main_window import MainWindow
from app.photo.edits import FILE_NAME, Choices, Edits, EditsStore
from app.photo.state import PhotoState
from nledn import photo, places
from nledn.photo import Photo
from nledn.tiling import Rect
from tests.app.conftest import StandIn
from tests.app.window import Answers, derain, open_photo, save, state

AREA = np.zeros((120, 160), np.float32)
AREA[10:50, 20:70] = 51 / 255
EDITS = Edits(Choices("other", 0.4), AREA)


@pytest.fixture
def other(picture_file: Path) -> Path:
    path = picture_file.with_name("tower.png")
    photo.write(Photo(np.zeros((20, 30, 3), np.uint8)), path)
    return path


def written(path: Path, edits: Edits = EDITS) -> EditsStore:
    """A store of another start, in which a photo has edits."""
    store = EditsStore()
    store.put(path, edits)
    store.flush()
    return EditsStore()


def same(found: Edits | None, expected: Edits) -> bool:
    assert found is not None
    assert expected.area is not None
    np.testing.assert_array_equal(found.area, expected.area)
    about = [(each.choices, each.result, each.is_saved) for each in (found, expected)]
    return about[0] == about[1]


def test_edits_outlive_the_program(picture_file: Path) -> None:
    assert same(written(picture_file).find(picture_file), EDITS)
    assert sorted(path.name for path in picture_file.parent.iterdir()) == ["street.png"]


@pytest.mark.skipif(os.name == "nt", reason="names of files are text there")
def test_a_name_that_is_no_text_has_edits_too(picture_file: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(picture_file.parent) + b"/\xff.png"))
    picture_file.rename(path)
    store = written(path)
    assert same(store.find(path), EDITS)
    assert store.in_folder(path.parent) == {path: None}


def test_edits_are_found_before_they_are_written(picture_file: Path) -> None:
    store = EditsStore()
    store.put(picture_file, EDITS)
    assert store.find(picture_file) is EDITS
    assert store.in_folder(picture_file.parent) == {picture_file: None}


def test_another_photo_in_its_place_has_none(picture_file: Path) -> None:
    store = written(picture_file)
    photo.write(Photo(np.zeros((20, 30, 3), np.uint8)), picture_file.with_name("new.png"))
    picture_file.with_name("new.png").replace(picture_file)
    assert store.find(picture_file) is None


def test_a_result_that_is_gone_holds_nothing(picture_file: Path) -> None:
    result = picture_file.with_name("street_derained.png")
    result.touch()
    edits = Edits(Choices(), AREA, result, is_saved=True)
    store = written(picture_file, edits)
    assert same(store.find(picture_file), edits)
    result.unlink()
    assert same(store.find(picture_file), Edits(Choices(), AREA))


def test_a_result_on_a_disk_that_does_not_answer_is_gone(
    picture_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, stat = Path("/mnt/share/dry.png"), Path.stat

    def answer(path: Path, **how: bool) -> os.stat_result:
        if path == result:
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        return stat(path, **how)

    monkeypatch.setattr(Path, "stat", answer)
    store = written(picture_file, Edits(Choices(), AREA, result, is_saved=True))
    assert same(store.find(picture_file), Edits(Choices(), AREA))


def test_a_result_is_no_longer_that_of_a_photo_with_another_model(picture_file: Path) -> None:
    result = picture_file.with_name("street_derained.png")
    result.touch()
    store = written(picture_file, Edits(Choices(), AREA, result, is_saved=True))
    store.put_choices([picture_file], Choices())
    assert same(store.find(picture_file), Edits(Choices(), AREA, result, is_saved=True))
    store.put_choices([picture_file], Choices(strength=0.4))
    assert same(store.find(picture_file), Edits(Choices(strength=0.4), AREA, result))
    store.put_choices([picture_file], Choices("other"))
    assert same(store.find(picture_file), Edits(Choices("other"), AREA))


def test_a_second_batch_leaves_its_choices_in_place_of_the_first_ones(picture_file: Path) -> None:
    store, result = EditsStore(), picture_file.with_name("street_derained.png")
    result.touch()
    for strength in (1.0, 0.5):
        store.put_result(picture_file, result, Choices(strength=strength))
    found = store.find(picture_file)
    assert found is not None
    assert (found.choices, found.is_saved) == (Choices(strength=0.5), True)
    store.put(picture_file, Edits(Choices(strength=0.4), AREA, result, is_saved=True))
    store.put_result(picture_file, result, Choices())
    assert same(store.find(picture_file), Edits(Choices(strength=0.4), AREA, result))


def test_a_damaged_database_is_put_aside(picture_file: Path) -> None:
    path = places.user_data() / FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no database" * 100)
    assert EditsStore().find(picture_file) is None
    assert same(written(picture_file).find(picture_file), EDITS)
    assert path.with_suffix(".damaged").read_bytes().startswith(b"no database")


def test_edits_that_cannot_be_written_are_found_and_written_later(picture_file: Path) -> None:
    folder, store = places.user_data(), EditsStore()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"no folder")
    store.put(picture_file, EDITS)
    store.flush()
    assert store.find(picture_file) is EDITS
    folder.unlink()
    store.flush()
    assert same(EditsStore().find(picture_file), EDITS)


@pytest.mark.parametrize("statement", ["choices = '{'", "area = x'00'", "height = 7"])
def test_a_row_that_makes_no_sense_is_none(picture_file: Path, statement: str) -> None:
    store = written(picture_file)
    with sqlite3.connect(places.user_data() / FILE_NAME) as database:
        database.execute(f"UPDATE edits SET {statement}")
    database.close()
    assert store.find(picture_file) is None


def test_choices_of_a_later_version_are_passed_over(picture_file: Path) -> None:
    store = written(picture_file)
    with sqlite3.connect(places.user_data() / FILE_NAME) as database:
        database.execute("""UPDATE edits SET choices = '{"strength": 0.4, "mood": "wet"}'""")
    database.close()
    found = store.find(picture_file)
    assert found is not None
    assert found.choices == Choices(strength=0.4)


def test_going_on_asks_nothing_and_coming_back_finds_all(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: Answers,
    backend: StandIn,
    picture_file: Path,
    other: Path,
) -> None:
    open_photo(qtbot, window, picture_file)
    window.document.history.choose_checkpoint("other")
    derain(qtbot, window)
    tiles = backend.tiles
    window.document.history.strength_settled(0.4)
    window.picture.begin_stroke(Brush(30.0))
    window.picture.paint([(40.0, 40.0)])
    patch = window.picture.end_stroke()
    assert patch is not None
    window.document.history.stroke_painted(patch)
    assert window.picture.mask is not None
    painted = window.picture.mask.copy()
    window.named_actions["next"].trigger()
    qtbot.waitUntil(lambda: window.windowTitle().startswith("tower"))
    assert window.document.area is None
    window.document.history.choose_checkpoint("auto")
    window.document.history.strength_settled(1.0)
    window.named_actions["previous"].trigger()
    qtbot.waitUntil(lambda: window.windowTitle().startswith("street"))
    assert window.document.options.weights == "other"
    assert window.photo.panel.strength.number.value() == 40
    np.testing.assert_array_equal(window.picture.mask, painted)
    assert window.photo.panel.keep_area.clear.isVisible()
    assert not window.named_actions["undo"].isEnabled()
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)
    assert backend.tiles == tiles, "the rain was kept"
    assert window.document.is_unsaved
    assert dialogs.asked == []


def test_settings_that_came_back_are_not_those_of_the_next_photo(
    qtbot: QtBot, window: MainWindow, picture_file: Path, other: Path
) -> None:
    written(picture_file, Edits(Choices("other", 0.4)))
    open_photo(qtbot, window, picture_file)
    assert window.document.strength == 0.4
    open_photo(qtbot, window, other)
    assert (window.document.strength, window.document.options.weights) == (1.0, "auto")
    window.document.history.strength_settled(0.7)
    third = other.with_name("third.png")
    third.write_bytes(other.read_bytes())
    open_photo(qtbot, window, third)
    assert window.document.strength == 1.0, "nor are those set by hand"


def test_a_new_photo_begins_with_nothing_but_the_model_of_the_menu(
    qtbot: QtBot, window: MainWindow, picture_file: Path, other: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    panel = window.photo.panel
    panel.strength.number.setValue(150)
    panel.strength.keep_brightness.click()
    panel.model.model_chosen.emit("authors-ddn")
    window._take_chosen("other", 0.7)
    open_photo(qtbot, window, other)
    assert window.document.choices == Choices("authors-ddn")
    assert not panel.strength.keep_brightness.isChecked()
    assert window.document.wanted == window.batch_controller.batch.options()
    assert window.preferences.settings.checkpoint == "authors-ddn"
    open_photo(qtbot, window, picture_file)
    assert window.document.choices == Choices("other", 0.7, keep_brightness=True)
    assert window.preferences.settings.checkpoint == "authors-ddn", "it is this photo's only"


def test_a_photo_that_is_opened_again_keeps_what_was_chosen(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    window.document.history.strength_settled(0.7)
    open_photo(qtbot, window, picture_file)
    assert window.document.strength == 0.7


def test_what_was_undone_after_a_photo_could_not_be_opened_stays_undone(
    qtbot: QtBot, window: MainWindow, picture_file: Path, other: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    window.document.history.strength_settled(0.4)
    with qtbot.waitSignal(window.controller.failed):
        window.controller.open(picture_file.with_name("gone.png"))
    window.named_actions["undo"].trigger()
    for path in (other, picture_file):
        open_photo(qtbot, window, path)
    assert window.document.strength == 1.0


def test_a_saved_photo_comes_back_as_saved(
    qtbot: QtBot, window: MainWindow, picture_file: Path, other: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    save(qtbot, window)
    open_photo(qtbot, window, other)
    open_photo(qtbot, window, picture_file)
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)
    assert not window.isWindowModified()
    window.document.history.strength_settled(0.5)
    save(qtbot, window)
    files = sorted(path.name for path in picture_file.parent.iterdir())
    assert files == ["street.png", "street_derained.png", "tower.png"], "it has one result"


@pytest.mark.parametrize("is_pasted", [False, True])
def test_one_models_result_does_not_come_back_under_another_model(
    qtbot: QtBot, window: MainWindow, picture_file: Path, other: Path, is_pasted: bool
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    save(qtbot, window)
    if not is_pasted:
        window.document.history.choose_checkpoint("other", only_here=True)
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["next"].trigger()
    if is_pasted:
        window.controller.series.copied = Choices("other")
        window.controller.series.paste((picture_file,))
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["previous"].trigger()
    assert window.document.options.weights == "other"
    assert state(window) is PhotoState.READY
    derain(qtbot, window)
    saved = save(qtbot, window)
    assert saved.path.name == "street_derained-2.png", "the first one is auto's"


@pytest.mark.parametrize("is_saved", [False, True])
def test_the_status_of_a_photo_comes_back(
    qtbot: QtBot, window: MainWindow, picture_file: Path, other: Path, is_saved: bool
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    told = window.shell.status_line.work.text()
    assert told == "Model: afterrain (the only one) · Processor · Done"
    if is_saved:
        save(qtbot, window)
    for key in ("next", "previous"):
        with qtbot.waitSignal(window.document.photo_opened):
            window.named_actions[key].trigger()
    assert window.windowTitle().startswith("street")
    qtbot.waitUntil(lambda: window.shell.status_line.work.text() == told)
    assert window.document.is_unsaved is not is_saved


def test_a_look_at_a_photo_leaves_no_edits(
    qtbot: QtBot, window: MainWindow, picture_file: Path, other: Path
) -> None:
    for path in (picture_file, other):
        open_photo(qtbot, window, path)
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert EditsStore().in_folder(other.parent) == {}


def test_closing_remembers_too(
    qtbot: QtBot, window: MainWindow, picture_file: Path, other: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    window.document.history.strength_settled(0.3)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    found = EditsStore().find(picture_file)
    assert found is not None
    assert found.choices.strength == 0.3


def test_a_copy_of_another_program_that_is_replaced_has_no_edits(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    window.controller.saving.edited = picture_file
    open_photo(qtbot, window, picture_file)
    window.document.history.strength_settled(0.5)
    derain(qtbot, window)
    save(qtbot, window)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert EditsStore().in_folder(picture_file.parent) == {}


def test_a_result_that_another_program_hands_over_is_opened_and_replaced(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    result = save(qtbot, window).path
    before = photo.read(result).pixels.mean()
    window.controller.saving.edited = result
    open_photo(qtbot, window, result)
    assert window.windowTitle().startswith("street_derained.png")
    derain(qtbot, window)
    assert save(qtbot, window).path == result
    assert photo.read(result).pixels.mean() < before


def test_a_pasted_picture_is_still_asked_about(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    data = QMimeData()
    whole = Rect(0, 0, *window.picture.level_size(0))
    data.setImageData(window.picture.image("before", 0, whole))
    with qtbot.waitSignal(window.document.photo_opened):
        window.controller.drop(data)
    derain(qtbot, window)
    window.controller.open(picture_file)
    qtbot.waitUntil(lambda: dialogs.asked == ["unsaved picture"])
    assert window.document.photo is not None
    assert window.document.photo.path is None, "the answer was Cancel"
