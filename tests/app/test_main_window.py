"""Open, derain, cancel, save: what a person does at the window, by behaviour."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.imaging.mask import Brush
from app.imaging.qimage import to_qimage
from app.main_window import MainWindow
from app.photo.autosave import Recovered
from app.photo.state import PhotoState, Status
from app.shell.save_dialogs import SaveChoice
from nledn import Options, photo
from nledn.device import Choice
from nledn.naming import DEFAULT_TEMPLATE
from nledn.photo import Photo
from nledn.photo.provenance import read_provenance
from tests.app.conftest import StandIn
from tests.app.window import Answers, Pixels, derain, drop, open_photo, said, save, state, whole

Key = Qt.Key
Control = Qt.KeyboardModifier.ControlModifier


def test_open_derain_weaken_save(
    qtbot: QtBot, window: MainWindow, picture_file: Path, pixels: Pixels
) -> None:
    open_photo(qtbot, window, picture_file)
    panel = window.photo.panel
    assert panel.derain.text() == "Derain"
    assert not panel.results.save.isEnabled()
    derain(qtbot, window)
    panel.strength.number.setValue(80)
    assert window.picture.look.strength == 0.8
    shown = window.picture.pixels("after", 0, whole(pixels))
    with qtbot.waitSignal(window.controller.saving.saved) as saved:
        panel.results.save.click()
    target = picture_file.with_name("street_derained.png")
    found = photo.read(target)
    assert saved.args[0].path == target
    assert np.array_equal(found.pixels, shown)  # what was looked at is what was written
    assert not np.array_equal(shown, pixels)
    recipe = read_provenance(found.xmp)
    assert recipe is not None
    assert recipe.strength == 0.8
    assert "street_derained.png" in said(window)
    assert not window.isWindowModified()


def test_a_second_save_goes_to_the_same_file(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    for strength in (100, 50):
        window.photo.panel.strength.number.setValue(strength)
        save(qtbot, window)
    names = sorted(path.name for path in picture_file.parent.iterdir())
    assert names == ["street.png", "street_derained.png"]
    recipe = read_provenance(photo.read(picture_file.with_name(names[1])).xmp)
    assert recipe is not None
    assert recipe.strength == 0.5


def test_save_as_writes_another_format_and_remembers_how(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, tmp_path: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.choice = SaveChoice(tmp_path / "dry.jpg", 80)
    with qtbot.waitSignal(window.controller.saving.saved):
        window.named_actions["save_as"].trigger()
    assert photo.read(tmp_path / "dry.jpg").format == "JPEG"
    assert dialogs.question is not None
    assert dialogs.question.source == picture_file
    kept = window.preferences.settings
    assert (kept.name_template, kept.quality) == (DEFAULT_TEMPLATE, 80)
    assert "80" in said(window)


def test_the_next_photo_is_named_by_the_template_after_save_as(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    other = picture_file.with_name("tower.png")
    shutil.copy(picture_file, other)
    dialogs.choice = SaveChoice(picture_file.with_name("buddha final.png"), 95)
    for path, action in ((picture_file, "save_as"), (other, "save")):
        open_photo(qtbot, window, path)
        derain(qtbot, window)
        with qtbot.waitSignal(window.controller.saving.saved):
            window.named_actions[action].trigger()
    names = sorted(path.name for path in picture_file.parent.iterdir())
    assert names == ["buddha final.png", "street.png", "tower.png", "tower_derained.png"]


@pytest.mark.parametrize("replaces", [False, True])
def test_save_as_asks_before_it_replaces_a_file(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, replaces: bool
) -> None:
    other = picture_file.with_name("holiday.png")
    other.write_bytes(b"of another program")
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.choice = SaveChoice(other, 95)
    dialogs.replaces = replaces
    window.named_actions["save_as"].trigger()
    qtbot.waitUntil(lambda: "replace holiday.png" in dialogs.asked)
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert (other.read_bytes() != b"of another program") == replaces
    qtbot.waitUntil(lambda: window.document.is_unsaved != replaces)
    dialogs.asked.clear()
    with qtbot.waitSignal(window.controller.saving.saved):
        window.named_actions["save_as" if replaces else "save"].trigger()
    assert "replace holiday.png" not in dialogs.asked, "its own result is replaced unasked"


def test_a_change_before_a_file_is_replaced_is_not_in_it(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    other = picture_file.with_name("holiday.png")
    other.write_bytes(b"of another program")
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.choice, dialogs.replaces = SaveChoice(other, 95), True
    with qtbot.waitSignal(window.controller.saving.saved):
        window.named_actions["save_as"].trigger()
        window.document.set_strength(0.5)
    recipe = read_provenance(photo.read(other).xmp)
    assert recipe is not None
    assert recipe.strength == 1.0
    assert window.document.is_unsaved


def test_saving_twice_at_once_gives_one_file_and_no_question(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    window.named_actions["save"].trigger()
    window.document.set_strength(0.5)  # after the first one was asked for
    window.named_actions["save"].trigger()
    qtbot.waitUntil(lambda: window.tasks.is_idle and not window.document.is_unsaved)
    names = sorted(path.name for path in picture_file.parent.iterdir())
    assert names == ["street.png", "street_derained.png"]
    recipe = read_provenance(photo.read(picture_file.with_name(names[1])).xmp)
    assert recipe is not None
    assert recipe.strength == 0.5
    assert dialogs.asked == []


def test_going_on_waits_for_the_last_change_to_be_saved(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    window.named_actions["save"].trigger()
    window.document.set_strength(0.5)
    dialogs.answer = "save"
    went_on: list[bool] = []
    window.controller.when_saved(lambda: went_on.append(window.document.is_unsaved))
    qtbot.waitUntil(lambda: bool(went_on))
    assert went_on == [False]


def test_work_that_is_done_while_another_photo_is_read_is_remembered(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    other = picture_file.with_name("other.png")
    photo.write(Photo(np.zeros((20, 30, 3), np.uint8)), other)
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    save(qtbot, window)
    with qtbot.waitSignal(window.document.photo_opened):
        window.controller.open(other)
        window.document.set_strength(0.5)
    window.document.set_strength(1.0)
    open_photo(qtbot, window, picture_file)
    assert window.document.strength == 0.5
    assert dialogs.asked == []


def test_the_checkpoint_in_use_can_be_picked_without_losing_the_result(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    with qtbot.waitSignal(window.models.shelf_read):
        window.models.look()
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    (in_use,) = [each for each in window.photo.panel.model.menu.actions() if each.isChecked()]
    in_use.trigger()
    assert window.document.options.weights == "auto"
    assert window.document.is_unsaved


def test_undoing_a_checkpoint_undoes_it_for_the_next_start(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    window.document.history.choose_checkpoint("authors-ddn")
    assert window.preferences.settings.checkpoint == "authors-ddn"
    window.named_actions["undo"].trigger()
    assert window.preferences.settings.checkpoint == "auto"


def test_an_offer_after_a_crash_stays_until_it_is_answered(
    qtbot: QtBot, window: MainWindow, picture_file: Path, tmp_path: Path
) -> None:
    window.controller.offer(Recovered(tmp_path / "x.recovery", picture_file, [], Options(), ()))
    open_photo(qtbot, window, picture_file)
    assert "did not close properly" in said(window)
    window.shell.banner.buttons["forget"].click()
    open_photo(qtbot, window, picture_file)
    assert "did not close properly" not in said(window)


def test_settings_change_only_what_was_changed_in_them(
    window: MainWindow, dialogs: Answers
) -> None:
    before = window.preferences.settings
    dialogs.chosen = replace(before, quality=80)
    window.preferences.change(recent=("/photos/new.jpg",))  # while the dialog was open
    window.preferences.take_changes(before, dialogs.chosen)
    now = window.preferences.settings
    assert (now.quality, now.recent) == (80, ("/photos/new.jpg",))
    window.named_actions["settings"].trigger()
    assert dialogs.asked[-1] == "settings"


def test_a_strength_between_two_percentages_survives_its_field(window: MainWindow) -> None:
    strength = window.photo.panel.strength
    told: list[float] = []
    strength.strength_settled.connect(told.append)
    strength.set_strength(0.333)
    strength.number.editingFinished.emit()
    assert told == [0.333]


def test_nothing_is_undone_under_the_brush(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    picture, history = window.picture, window.document.history
    picture.begin_stroke(Brush(10, 1.0))
    picture.paint([(30.0, 30.0)])
    patch = picture.end_stroke()
    assert patch is not None
    history.stroke_painted(patch)
    picture.begin_stroke(Brush(10, 1.0))
    picture.paint([(40.0, 30.0)])
    window.named_actions["undo"].trigger()
    window.named_actions["clear"].trigger()
    second = picture.end_stroke()
    assert second is not None
    history.stroke_painted(second)
    for _ in range(2):
        window.named_actions["undo"].trigger()
    assert picture.mask is not None
    assert not picture.mask.any()


def test_saving_over_the_photo_itself_is_refused(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, pixels: Pixels
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.choice = SaveChoice(picture_file, 95)
    with qtbot.waitSignal(window.controller.failed):
        window.named_actions["save_as"].trigger()
    assert "never replaced" in said(window)
    assert np.array_equal(photo.read(picture_file).pixels, pixels)


@pytest.mark.parametrize("way", ["dialog", "drop", "paste", "recent", "folder"])
def test_each_way_of_opening(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, way: str
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(picture_file))])
    dialogs.path = picture_file.parent if way == "folder" else picture_file
    window.preferences.change(recent=(str(picture_file),))
    QGuiApplication.clipboard().setMimeData(data)
    window.recent_menu.aboutToShow.emit()
    ways: dict[str, Callable[[], object]] = {
        "dialog": window.named_actions["open"].trigger,
        "folder": window.named_actions["open_folder"].trigger,
        "drop": lambda: drop(window, copy_of(data)),
        "paste": window.named_actions["paste"].trigger,
        "recent": window.recent_menu.actions()[0].trigger,
    }
    with qtbot.waitSignal(window.document.photo_opened):
        ways[way]()
    assert window.document.photo is not None
    assert window.document.photo.path == picture_file
    assert "street.png" in window.windowTitle()
    assert window.preferences.settings.recent == (str(picture_file),)


def copy_of(data: QMimeData) -> QMimeData:
    copied = QMimeData()
    copied.setUrls(data.urls())
    return copied


def test_a_dropped_picture_without_a_file(qtbot: QtBot, window: MainWindow, pixels: Pixels) -> None:
    data = QMimeData()
    data.setImageData(to_qimage(pixels))
    with qtbot.waitSignal(window.document.photo_opened) as opened:
        drop(window, data)
    assert np.array_equal(opened.args[0].photo.pixels, pixels)
    assert opened.args[0].photo.path is None


@pytest.mark.parametrize("content", ["nothing", "a picture without pixels"])
def test_what_cannot_be_pasted_changes_nothing(
    qtbot: QtBot, window: MainWindow, picture_file: Path, content: str
) -> None:
    open_photo(qtbot, window, picture_file)
    opened = window.document.photo
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    if content != "nothing":
        data = QMimeData()
        data.setImageData(QImage())
        clipboard.setMimeData(data)
    with qtbot.captureExceptions() as caught:
        window.named_actions["paste"].trigger()
        qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert caught == []
    assert said(window) == ""
    assert window.document.photo is opened


def test_a_bad_file_is_a_sentence_and_the_photo_stays(
    qtbot: QtBot, window: MainWindow, picture_file: Path, tmp_path: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff no jpeg")
    with qtbot.waitSignal(window.controller.failed):
        window.controller.open(tmp_path / "bad.jpg")
    assert "bad.jpg" in said(window)
    assert window.document.photo is not None
    assert window.document.photo.path == picture_file
    QTest.keyClick(window, Key.Key_Escape)
    assert not window.shell.banner.isVisible()


def test_cancel_and_go_on(
    qtbot: QtBot, window: MainWindow, backend: StandIn, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    backend.hold()
    button = window.photo.panel.derain
    button.click()
    backend.let(2)
    qtbot.waitUntil(lambda: window.document.status.done == 2)
    assert "2 of 9 tiles" in window.shell.status_line.work.text()
    assert button.text() == "Cancel"
    QTest.keyClick(window.view, Key.Key_Escape)
    backend.let(1)
    qtbot.waitUntil(lambda: state(window) is PhotoState.PARTIAL)
    assert button.text() == "Continue"
    assert "3 of 9 tiles" in window.shell.status_line.work.text()
    backend.free()
    button.click()
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)
    assert backend.tiles == 9


def test_a_device_that_computes_wrongly_is_named_once(window: MainWindow) -> None:
    problem = "cuda:0, torch fp16: its results are 0.3 from the processor's"
    choice = Choice("cpu", "torch", "fp32", 2, ("", "", ""), problem)
    told = []
    window.controller.noticed.connect(lambda notice: told.append(notice.text))
    for _ in range(2):
        window.document.status_changed.emit(Status(PhotoState.EMPTY, 0, 0, None, choice))
    assert told == [
        "AfterRain does not use cuda:0, torch fp16 here, because its results are wrong. "
        "Instead: Processor, PyTorch fp32."
    ]
