"""Undo, brush, keys, closing, settings: the rest of what a person does at the window."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QGuiApplication, QScreen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.state import PhotoState
from app.shell.banner import Notice
from app.shell.dialogs import Answer
from app.shell.help import ShortcutSheet
from app.shell.settings import Preferences, store
from app.start import Beginning
from nledn import photo
from nledn.photo import Photo
from tests.app.conftest import FakeEngines, StandIn
from tests.app.window import Answers, Pixels, derain, drop, open_photo, said, save, state, whole

Key = Qt.Key
Control = Qt.KeyboardModifier.ControlModifier


def test_undo_and_redo_of_strength_and_checkpoint(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    number = window.photo.panel.strength.number
    number.setValue(70)
    window.document.history.choose_checkpoint("other")
    assert state(window) is PhotoState.READY
    undo, redo = window.named_actions["undo"], window.named_actions["redo"]
    undo.trigger()
    assert state(window) is PhotoState.DONE
    assert (window.document.options.weights, number.value()) == ("auto", 70)
    undo.trigger()
    assert (number.value(), window.picture.look.strength, undo.isEnabled()) == (100, 1.0, False)
    redo.trigger()
    redo.trigger()
    assert (number.value(), window.document.options.weights) == (70, "other")


def test_a_stroke_keeps_an_area_and_can_be_undone(
    qtbot: QtBot, window: MainWindow, picture_file: Path, pixels: Pixels
) -> None:
    window.view.arrange(mode="single")
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    before = window.picture.pixels("after", 0, whole(pixels)).copy()
    window.photo.panel.keep_area.diameter.setValue(30)
    QTest.keyClick(window, Key.Key_B)
    assert window.view.brush is not None
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton)
    painted = window.picture.pixels("after", 0, whole(pixels)).copy()
    kept = np.all(painted == pixels, axis=2) & ~np.all(before == pixels, axis=2)
    assert kept.any()
    save(qtbot, window)
    assert np.array_equal(photo.read(picture_file.with_name("street_derained.png")).pixels, painted)
    window.named_actions["undo"].trigger()
    assert np.array_equal(window.picture.pixels("after", 0, whole(pixels)), before)
    assert window.document.is_unsaved
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
    window.named_actions["copy"].trigger()
    qtbot.waitUntil(lambda: "clipboard" in said(window))
    image = QGuiApplication.clipboard().image()
    expected = window.picture.pixels("after", 0, whole(pixels))
    colour = image.pixelColor(10, 20)
    assert [colour.red(), colour.green(), colour.blue()] == expected[20, 10].tolist()


def test_dragging_the_thumbnail_makes_a_file(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    thumbnail = window.photo.panel.results.thumbnail
    with qtbot.waitSignal(window.controller.saving.dragged) as dragged:
        QTest.mousePress(
            thumbnail, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(4, 4)
        )
        QTest.mouseMove(thumbnail, QPoint(200, 4))
        QTest.mouseRelease(thumbnail, Qt.MouseButton.LeftButton)
    assert photo.read(dragged.args[0]).size == (160, 120)
    path = dragged.args[0]
    assert path.name == "street_derained.png"
    assert path.parent.stat().st_mode & 0o077 == 0, "its folder is for its owner alone"
    window.controller.saving.drag_folders.remove()
    assert not path.parent.exists()


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
    window.photo.panel.derain.click()
    backend.let(1)
    qtbot.waitUntil(lambda: window.document.status.done == 1)
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
    window.view.arrange(mode="side_by_side")
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    kept = Preferences(store()).settings
    assert (kept.theme, kept.quality, kept.record) == ("dark", 70, False)
    assert (kept.precision, kept.view, kept.started) == ("fp32", "side_by_side", True)
    assert kept.geometry
    assert window.document.options.precision == "fp32"


def test_a_result_without_its_photo_offers_its_settings(
    qtbot: QtBot, window: MainWindow, picture_file: Path, tmp_path: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    number = window.photo.panel.strength.number
    number.setValue(40)
    save(qtbot, window)
    picture_file.with_name("street_derained.png").rename(tmp_path / "street_derained.png")
    open_photo(qtbot, window, tmp_path / "street_derained.png")
    assert "40 %" in said(window)
    number.setValue(100)
    window.shell.banner.buttons["recipe"].click()
    assert window.document.strength == 0.4


def test_a_whole_session_by_keyboard(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, pixels: Pixels
) -> None:
    dialogs.path = picture_file
    with qtbot.waitSignal(window.document.photo_opened):
        QTest.keyClick(window, Key.Key_O, Control)
    QTest.keyClick(window.view, Key.Key_D, Control)
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)
    window.view.handle.setFocus()
    QTest.keyClick(window.view.handle, Key.Key_Home)
    assert window.view.arrangement.position == 0.0
    QTest.keyClick(window.view.handle, Key.Key_Right)
    assert 0.0 < window.view.arrangement.position < 0.5
    QTest.keyClick(window, Key.Key_Minus)
    assert window.document.strength == pytest.approx(0.95)
    for key, mode in ((Key.Key_2, "side_by_side"), (Key.Key_4, "rain"), (Key.Key_3, "single")):
        QTest.keyClick(window, key)
        assert window.view.arrangement.mode == mode
    window.view.setFocus()
    QTest.keyPress(window.view, Key.Key_Space)
    assert window.view.arrangement.is_flipped
    QTest.keyRelease(window.view, Key.Key_Space)
    QTest.keyClick(window, Key.Key_1, Control)
    assert window.viewport.zoom == 1.0
    with qtbot.waitSignal(window.controller.saving.saved):
        QTest.keyClick(window, Key.Key_S, Control)
    QTest.keyClick(window, Key.Key_Q, Control)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_page_keys_and_arrows_go_through_the_folder(
    qtbot: QtBot, window: MainWindow, picture_file: Path, pixels: Pixels
) -> None:
    photo.write(Photo(pixels), picture_file.with_name("a.png"))
    open_photo(qtbot, window, picture_file)
    assert not window.named_actions["next"].isEnabled()
    with qtbot.waitSignal(window.document.photo_opened):
        QTest.keyClick(window.view, Key.Key_PageUp)
    assert "a.png" in window.windowTitle()
    window.view.arrange(mode="single")
    with qtbot.waitSignal(window.document.photo_opened):
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
    with qtbot.waitSignal(window.document.photo_opened):
        beginning.first()
    assert "Click Derain" in said(window)
    qtbot.waitUntil(lambda: bool(engines.loaded))  # the engine follows, without being asked
    assert window.preferences.settings.recent == ()  # the sample is not the user's photo
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
    told: list[object] = []
    window.controller.noticed.connect(told.append)
    window.models.noticed.connect(told.append)
    drop(window, data)
    qtbot.waitUntil(lambda: f"{path} is not a model" in said(window))
    assert len(told) == 1
    assert window.document.options.weights == "auto"


def test_the_sheet_lists_every_key(qtbot: QtBot, window: MainWindow) -> None:
    window.named_actions["shortcuts"].trigger()
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    shown = sheet.listed.text()
    for action in window.named_actions.values():
        if action.shortcuts():
            assert f"<td>{action.text()}</td>" in shown
    sheet.close()


def test_the_sheet_fits_the_screen_and_close_is_in_sight(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = QRect(0, 0, 1024, 400)
    monkeypatch.setattr(QScreen, "availableGeometry", lambda _screen: low)
    window.named_actions["shortcuts"].trigger()
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    qtbot.waitExposed(sheet)
    area, close = sheet.findChild(QScrollArea), sheet.findChild(QPushButton)
    assert area is not None
    assert close is not None
    assert sheet.height() < low.height()
    assert sheet.rect().contains(QRect(close.mapTo(sheet, QPoint(0, 0)), close.size()))
    assert area.verticalScrollBar().maximum() > 0
    sheet.close()


def test_there_is_one_sheet_however_often_it_is_asked_for(qtbot: QtBot, window: MainWindow) -> None:
    for _ in range(3):
        window.named_actions["shortcuts"].trigger()
    (shown,) = window.findChildren(ShortcutSheet)
    shown.close()
    qtbot.waitUntil(lambda: not window.findChildren(ShortcutSheet))
    window.named_actions["shortcuts"].trigger()
    assert window.findChild(ShortcutSheet)


def test_escape_also_closes_messages(qtbot: QtBot, window: MainWindow) -> None:
    window.show_notice(Notice("Something"))
    QTest.keyClick(window, Key.Key_Escape)
    assert not window.shell.banner.isVisible()


def test_small_photos_are_enlarged_as_soon_as_the_settings_say_so(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    assert window.viewport.zoom == 1
    dialogs.chosen = replace(window.preferences.settings, enlarges=True)
    window.named_actions["settings"].trigger()
    assert window.viewport.zoom > 1
    assert window.viewport.is_fitted
