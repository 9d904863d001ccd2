"""What a person does at the window, from opening to closing, by behaviour."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.dialogs import Answer, Dialogs
from app.main_window import MainWindow
from app.qimage import to_qimage
from app.runner import Runner
from app.session import Session
from app.settings import Preferences, Settings, store
from app.stage import Stage
from app.start import Beginning
from app.widgets.banner import Notice
from app.widgets.save_dialog import SaveChoice, SaveQuestion
from app.widgets.shortcut_sheet import ShortcutSheet
from nledn import photo
from nledn.photo import Photo
from nledn.photo.recipe import read_recipe
from nledn.tiling import Rect
from tests.app.conftest import FakeEngines, StandIn

if TYPE_CHECKING:
    from nledn.device import Machine

Pixels = npt.NDArray[np.uint8]
Key = Qt.Key
Control = Qt.KeyboardModifier.ControlModifier


class Answers(Dialogs):
    """Answers at once what a test has put here."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.choice: SaveChoice | None = None
        self.chosen: Settings | None = None
        self.answer: Answer = "cancel"
        self.asked: list[str] = []
        self.question: SaveQuestion | None = None

    def photo(self, folder: str, suffixes: tuple[str, ...]) -> Path | None:
        self.asked.append("photo")
        return self.path

    def folder(self, folder: str) -> Path | None:
        self.asked.append("folder")
        return self.path

    def checkpoint(self) -> Path | None:
        self.asked.append("checkpoint")
        return self.path

    def save_as(self, question: SaveQuestion) -> SaveChoice | None:
        self.asked.append("save_as")
        self.question = question
        return self.choice

    def settings(self, settings: Settings, machine: "Machine | None") -> Settings | None:
        self.asked.append("settings")
        return self.chosen

    def unsaved(self, name: str) -> Answer:
        self.asked.append(f"unsaved {name}")
        return self.answer


@pytest.fixture
def dialogs() -> Answers:
    return Answers()


@pytest.fixture
def window(
    qtbot: QtBot, runner: Runner, engines: FakeEngines, dialogs: Answers
) -> Iterator[MainWindow]:
    preferences = Preferences(store())
    preferences.change(tile="64")
    session = Session(runner, engines, replace(preferences.settings.options, overlap_px=16))
    made = MainWindow(session, runner, preferences, dialogs)
    made.show()
    qtbot.waitExposed(made)
    yield made
    session.close()
    made.hide()
    made.deleteLater()


def stage(window: MainWindow) -> Stage:
    return window.session.status.stage


def open_photo(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    with qtbot.waitSignal(window.session.photo_opened):
        window.desk.open(path)


def derain(qtbot: QtBot, window: MainWindow) -> None:
    window.shell.panel.next_step.derain.click()
    qtbot.waitUntil(lambda: stage(window) is Stage.DONE)


def said(window: MainWindow) -> str:
    notice = window.shell.banner.notice
    return notice.text if notice else ""


def test_open_derain_weaken_save(
    qtbot: QtBot, window: MainWindow, picture_file: Path, pixels: Pixels
) -> None:
    open_photo(qtbot, window, picture_file)
    panel = window.shell.panel
    assert panel.next_step.derain.text() == "Derain"
    assert not panel.next_step.save.isEnabled()
    derain(qtbot, window)
    panel.strength.number.setValue(80)
    assert window.picture.strength == 0.8
    shown = window.picture.pixels("after", 0, whole(pixels))
    with qtbot.waitSignal(window.session.saved) as saved:
        panel.next_step.save.click()
    target = picture_file.with_name("street_derained.png")
    found = photo.read(target)
    assert saved.args[0].path == target
    assert np.array_equal(found.pixels, shown)  # what was looked at is what was written
    assert not np.array_equal(shown, pixels)
    recipe = read_recipe(found.xmp)
    assert recipe is not None
    assert recipe.strength == 0.8
    assert "street_derained.png" in said(window)
    assert not window.isWindowModified()


def whole(pixels: Pixels) -> Rect:
    return Rect(0, 0, pixels.shape[1], pixels.shape[0])


def test_a_second_save_goes_to_the_same_file(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    for strength in (100, 50):
        window.shell.panel.strength.number.setValue(strength)
        with qtbot.waitSignal(window.session.saved):
            window.named_actions["save"].trigger()
    names = sorted(path.name for path in picture_file.parent.iterdir())
    assert names == ["street.png", "street_derained.png"]
    recipe = read_recipe(photo.read(picture_file.with_name(names[1])).xmp)
    assert recipe is not None
    assert recipe.strength == 0.5


def test_save_as_writes_another_format_and_remembers_how(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, tmp_path: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.choice = SaveChoice(tmp_path / "dry.jpg", "{stem}-dry{ext}", 80)
    with qtbot.waitSignal(window.session.saved):
        window.named_actions["save_as"].trigger()
    assert photo.read(tmp_path / "dry.jpg").format == "JPEG"
    assert dialogs.question is not None
    assert dialogs.question.source == picture_file
    kept = window.preferences.settings
    assert (kept.name_template, kept.quality) == ("{stem}-dry{ext}", 80)
    assert "80" in said(window)


def test_saving_over_the_photo_itself_is_refused(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, pixels: Pixels
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.choice = SaveChoice(picture_file, "{stem}{ext}", 95)
    with qtbot.waitSignal(window.session.failed):
        window.named_actions["save_as"].trigger()
    assert "never replaced" in said(window)
    assert np.array_equal(photo.read(picture_file).pixels, pixels)


def drop(window: MainWindow, data: QMimeData) -> None:
    at, action = QPoint(100, 100), Qt.DropAction.CopyAction
    held = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(at, action, data, *held)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(at), action, data, *held))


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
    with qtbot.waitSignal(window.session.photo_opened):
        ways[way]()
    assert window.session.photo is not None
    assert window.session.photo.path == picture_file
    assert "street.png" in window.windowTitle()
    assert window.preferences.settings.recent == (str(picture_file),)


def copy_of(data: QMimeData) -> QMimeData:
    copied = QMimeData()
    copied.setUrls(data.urls())
    return copied


def test_a_dropped_picture_without_a_file(qtbot: QtBot, window: MainWindow, pixels: Pixels) -> None:
    data = QMimeData()
    data.setImageData(to_qimage(pixels))
    with qtbot.waitSignal(window.session.photo_opened) as opened:
        drop(window, data)
    assert np.array_equal(opened.args[0].photo.pixels, pixels)
    assert opened.args[0].photo.path is None


def test_a_bad_file_is_a_sentence_and_the_photo_stays(
    qtbot: QtBot, window: MainWindow, picture_file: Path, tmp_path: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff no jpeg")
    with qtbot.waitSignal(window.session.failed):
        window.desk.open(tmp_path / "bad.jpg")
    assert "bad.jpg" in said(window)
    assert window.session.photo is not None
    assert window.session.photo.path == picture_file
    QTest.keyClick(window, Key.Key_Escape)
    assert not window.shell.banner.isVisible()


def test_cancel_and_go_on(
    qtbot: QtBot, window: MainWindow, backend: StandIn, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    backend.hold()
    button = window.shell.panel.next_step.derain
    button.click()
    backend.let(2)
    qtbot.waitUntil(lambda: window.session.status.done == 2)
    assert "2 of 9 tiles" in window.shell.status_line.work.text()
    assert button.text() == "Cancel"
    QTest.keyClick(window.view, Key.Key_Escape)
    backend.let(1)
    qtbot.waitUntil(lambda: stage(window) is Stage.PARTIAL)
    assert button.text() == "Go on"
    assert "3 of 9 tiles" in window.shell.status_line.work.text()
    backend.free()
    button.click()
    qtbot.waitUntil(lambda: stage(window) is Stage.DONE)
    assert backend.tiles == 9


def test_undo_and_redo_of_strength_and_checkpoint(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    number = window.shell.panel.strength.number
    number.setValue(70)
    window.desk.choose_checkpoint("other")
    assert stage(window) is Stage.READY
    undo, redo = window.named_actions["undo"], window.named_actions["redo"]
    undo.trigger()
    assert stage(window) is Stage.DONE
    assert (window.session.options.weights, number.value()) == ("auto", 70)
    undo.trigger()
    assert (number.value(), window.picture.strength, undo.isEnabled()) == (100, 1.0, False)
    redo.trigger()
    redo.trigger()
    assert (number.value(), window.session.options.weights) == (70, "other")


def test_a_stroke_keeps_an_area_and_can_be_undone(
    qtbot: QtBot, window: MainWindow, picture_file: Path, pixels: Pixels
) -> None:
    window.view.mode = "single"
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    before = window.picture.pixels("after", 0, whole(pixels)).copy()
    window.shell.panel.keep_area.diameter.setValue(30)
    QTest.keyClick(window, Key.Key_B)
    assert window.view.brush is not None
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton)
    painted = window.picture.pixels("after", 0, whole(pixels)).copy()
    kept = np.all(painted == pixels, axis=2) & ~np.all(before == pixels, axis=2)
    assert kept.any()
    with qtbot.waitSignal(window.session.saved):
        window.named_actions["save"].trigger()
    assert np.array_equal(photo.read(picture_file.with_name("street_derained.png")).pixels, painted)
    window.named_actions["undo"].trigger()
    assert np.array_equal(window.picture.pixels("after", 0, whole(pixels)), before)
    assert window.session.is_unsaved
    window.named_actions["redo"].trigger()
    assert np.array_equal(window.picture.pixels("after", 0, whole(pixels)), painted)
    window.named_actions["clear"].trigger()
    assert np.array_equal(window.picture.pixels("after", 0, whole(pixels)), before)
    window.named_actions["undo"].trigger()
    assert np.array_equal(window.picture.pixels("after", 0, whole(pixels)), painted)
    QTest.keyClick(window, Key.Key_Escape)
    assert window.view.brush is None


def test_the_clipboard_gets_the_result(
    qtbot: QtBot, window: MainWindow, picture_file: Path, pixels: Pixels
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    with qtbot.waitSignal(window.session.copied):
        window.named_actions["copy"].trigger()
    image = QGuiApplication.clipboard().image()
    expected = window.picture.pixels("after", 0, whole(pixels))
    colour = image.pixelColor(10, 20)
    assert [colour.red(), colour.green(), colour.blue()] == expected[20, 10].tolist()


def test_dragging_the_thumbnail_makes_a_file(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    thumbnail = window.shell.panel.next_step.thumbnail
    with qtbot.waitSignal(window.session.dragged) as dragged:
        QTest.mousePress(
            thumbnail, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(4, 4)
        )
        QTest.mouseMove(thumbnail, QPoint(200, 4))
        QTest.mouseRelease(thumbnail, Qt.MouseButton.LeftButton)
    assert photo.read(dragged.args[0]).size == (160, 120)
    assert dragged.args[0].name == "street_derained.png"


@pytest.mark.parametrize("answer", ["save", "discard", "cancel"])
def test_closing_with_unsaved_work_asks(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, answer: Answer
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    dialogs.answer = answer
    window.close()
    assert dialogs.asked == ["unsaved street.png"]
    if answer == "cancel":
        assert window.isVisible()
        return
    qtbot.waitUntil(lambda: not window.isVisible())
    assert picture_file.with_name("street_derained.png").exists() == (answer == "save")


def test_closing_while_it_derains_waits_for_one_tile_at_most(
    qtbot: QtBot, window: MainWindow, backend: StandIn, dialogs: Answers, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    backend.hold()
    window.shell.panel.next_step.derain.click()
    backend.let(1)
    qtbot.waitUntil(lambda: window.session.status.done == 1)
    dialogs.answer = "discard"
    window.close()
    assert window.isVisible()
    backend.let(1)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert backend.tiles == 2


def test_a_window_with_nothing_to_lose_just_closes(qtbot: QtBot, window: MainWindow) -> None:
    event = QCloseEvent()
    window.closeEvent(event)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_settings_are_there_at_the_next_start(
    qtbot: QtBot, window: MainWindow, dialogs: Answers
) -> None:
    dialogs.chosen = replace(
        window.preferences.settings, theme="dark", quality=70, record=False, precision="fp32"
    )
    window.named_actions["settings"].trigger()
    window.view.mode = "side_by_side"
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    kept = Preferences(store()).settings
    assert (kept.theme, kept.quality, kept.record) == ("dark", 70, False)
    assert (kept.precision, kept.view, kept.started) == ("fp32", "side_by_side", True)
    assert kept.geometry
    assert window.session.options.precision == "fp32"


def test_a_result_that_is_opened_offers_its_settings(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    number = window.shell.panel.strength.number
    number.setValue(40)
    with qtbot.waitSignal(window.session.saved):
        window.named_actions["save"].trigger()
    open_photo(qtbot, window, picture_file.with_name("street_derained.png"))
    assert "40 %" in said(window)
    number.setValue(100)
    window.shell.banner.buttons["recipe"].click()
    assert window.session.strength == 0.4


def test_a_whole_session_by_keyboard(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, pixels: Pixels
) -> None:
    dialogs.path = picture_file
    with qtbot.waitSignal(window.session.photo_opened):
        QTest.keyClick(window, Key.Key_O, Control)
    QTest.keyClick(window.view, Key.Key_D, Control)
    qtbot.waitUntil(lambda: stage(window) is Stage.DONE)
    window.view.handle.setFocus()
    QTest.keyClick(window.view.handle, Key.Key_Home)
    assert window.view.divider == 0.0
    QTest.keyClick(window.view.handle, Key.Key_Right)
    assert 0.0 < window.view.divider < 0.5
    QTest.keyClick(window, Key.Key_Minus)
    assert window.session.strength == pytest.approx(0.95)
    for key, mode in ((Key.Key_2, "side_by_side"), (Key.Key_4, "rain"), (Key.Key_3, "single")):
        QTest.keyClick(window, key)
        assert window.view.mode == mode
    window.view.setFocus()
    QTest.keyPress(window.view, Key.Key_Space)
    assert window.view.is_flipped
    QTest.keyRelease(window.view, Key.Key_Space)
    QTest.keyClick(window, Key.Key_1, Control)
    assert window.viewport.zoom == 1.0
    with qtbot.waitSignal(window.session.saved):
        QTest.keyClick(window, Key.Key_S, Control)
    QTest.keyClick(window, Key.Key_Q, Control)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_page_keys_and_arrows_go_through_the_folder(
    qtbot: QtBot, window: MainWindow, picture_file: Path, pixels: Pixels
) -> None:
    photo.write(Photo(pixels), picture_file.with_name("a.png"))
    open_photo(qtbot, window, picture_file)
    assert not window.named_actions["next"].isEnabled()
    with qtbot.waitSignal(window.session.photo_opened):
        QTest.keyClick(window.view, Key.Key_PageUp)
    assert "a.png" in window.windowTitle()
    window.view.mode = "single"
    with qtbot.waitSignal(window.session.photo_opened):
        QTest.keyClick(window.view, Key.Key_Right)
    assert "street.png" in window.windowTitle()


def test_every_action_has_words_and_every_control_a_name(window: MainWindow) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QSlider

    for action in window.named_actions.values():
        assert action.text()
        assert action.toolTip()
    kinds = (QAbstractButton, QSlider, QAbstractSpinBox, QComboBox)
    for kind in kinds:
        for control in window.shell.findChildren(kind):
            words = control.accessibleName() or getattr(control, "text", str)()
            assert words, control
            assert control.toolTip() or words, control


def test_a_first_start_shows_the_sample_and_what_to_do(
    qtbot: QtBot, window: MainWindow, engines: FakeEngines, dialogs: Answers
) -> None:
    beginning = Beginning(window, None)
    with qtbot.waitSignal(window.session.photo_opened):
        beginning.first()
    assert "Click Derain" in said(window)
    qtbot.waitUntil(lambda: bool(engines.loaded))  # the engine follows, without being asked
    assert window.preferences.settings.recent == ()  # the sample is nobody's photo
    derain(qtbot, window)
    window.named_actions["save"].trigger()
    assert dialogs.asked == ["save_as"]  # and its folder no place for results


def test_a_checkpoint_that_is_none_is_explained(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"no weights")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    with qtbot.waitSignal(window.runner.failed):
        drop(window, data)
    qtbot.waitUntil(lambda: f"{path} is not a checkpoint" in said(window))
    assert window.session.options.weights == "auto"


def test_the_sheet_lists_every_key(qtbot: QtBot, window: MainWindow) -> None:
    window.named_actions["shortcuts"].trigger()
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    for action in window.named_actions.values():
        if action.shortcuts():
            assert action.text() in shown
    sheet.close()


def test_escape_also_closes_messages(qtbot: QtBot, window: MainWindow) -> None:
    window.show_notice(Notice("Something"))
    QTest.keyClick(window, Key.Key_Escape)
    assert not window.shell.banner.isVisible()
