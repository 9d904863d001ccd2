"""A view under a person's hands."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.imaging.mask import Brush, Stroke
from app.views.panes import Mode
from tests.app.views.desk import BELOW_LABELS, Desk
from tests.app.views.fingers import Fingers

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


def test_the_handle_is_dragged_and_the_photo_elsewhere(qtbot: QtBot, desk: Desk) -> None:
    handle, origin = desk.view.handle, desk.viewport.origin
    middle = handle.rect().center()
    QTest.mousePress(handle, LEFT, NO_KEYS, middle)
    with qtbot.waitSignal(desk.view.handle.moved):
        QTest.mouseMove(handle, middle + QPoint(100, 0))
    QTest.mouseRelease(handle, LEFT, NO_KEYS, middle)
    assert desk.view.arrangement.position == pytest.approx(0.75, abs=0.01)
    assert desk.viewport.origin == origin
    QTest.mousePress(desk.view, LEFT, NO_KEYS, QPoint(50, 50))
    move(desk.view, QPointF(60, 45))
    assert desk.viewport.origin - origin == QPoint(10, -5)


def move(view: QWidget, to: QPointF) -> None:
    kind = QEvent.Type.MouseMove
    event = QMouseEvent(kind, to, to, Qt.MouseButton.NoButton, LEFT, NO_KEYS)
    QApplication.sendEvent(view, event)


def test_the_handle_moves_by_keyboard(qtbot: QtBot, desk: Desk) -> None:
    desk.view.handle.setFocus()
    QTest.keyClick(desk.view.handle, Qt.Key.Key_Home)
    assert desk.view.arrangement.position == 0
    QTest.keyClick(desk.view.handle, Qt.Key.Key_Right)
    assert desk.view.arrangement.position == pytest.approx(0.01)


def test_a_finger_on_the_handle_drags_it(desk: Desk) -> None:
    origin = desk.viewport.origin
    fingers = Fingers(desk.view)
    fingers.touch((200, 150))
    fingers.touch((300, 150))
    fingers.touch()
    assert desk.view.arrangement.position == pytest.approx(0.75, abs=0.01)
    assert desk.viewport.origin == origin


@pytest.mark.parametrize("mode", ["before_after", "single", "rain"])
def test_space_shows_the_photo_as_it_was_while_held(desk: Desk, mode: Mode) -> None:
    desk.view.arrange(mode=mode)
    space = Qt.Key.Key_Space
    QTest.keyPress(desk.view, space)
    assert desk.view.labels() == ("Before",)
    np.testing.assert_array_equal(desk.shown()[BELOW_LABELS], desk.before()[BELOW_LABELS])
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):  # a held key repeats itself
        QApplication.sendEvent(desk.view, QKeyEvent(kind, space, NO_KEYS, " ", True))
        assert desk.view.arrangement.is_flipped
    QTest.keyRelease(desk.view, space)
    assert desk.view.labels() != ("Before",)


def test_who_leaves_with_space_held_is_not_stuck(qtbot: QtBot, desk: Desk) -> None:
    other = QWidget()
    qtbot.addWidget(other)
    desk.view.setFocus()
    QTest.keyPress(desk.view, Qt.Key.Key_Space)
    assert desk.view.arrangement.is_flipped
    desk.view.clearFocus()
    assert not desk.view.arrangement.is_flipped


def test_who_comes_by_keyboard_sees_where_they_are(desk: Desk) -> None:
    desk.view.arrange(mode="single")
    bare = desk.shown()
    desk.view.clearFocus()
    desk.view.setFocus(Qt.FocusReason.TabFocusReason)
    ringed = desk.shown()
    assert (ringed[0, 100] != bare[0, 100]).any()
    np.testing.assert_array_equal(ringed[1:-1, 1:-1], bare[1:-1, 1:-1])


@pytest.mark.parametrize(("mode", "moves"), [("single", False), ("before_after", True)])
def test_left_and_right_are_the_windows_in_the_single_view(
    qtbot: QtBot, desk: Desk, mode: Mode, moves: bool
) -> None:
    desk.view.arrange(mode=mode)
    origin = desk.viewport.origin
    QTest.keyClick(desk.view, Qt.Key.Key_Right)
    assert (desk.viewport.origin != origin) is moves


def test_a_brush_paints_strokes_and_tells_them(qtbot: QtBot, desk: Desk) -> None:
    view, picture = desk.view, desk.picture
    view.set_brush(Brush(20))
    desk.viewport.set_zoom(2)
    origin = desk.viewport.origin
    with qtbot.waitSignal(view.painted) as painted:
        QTest.mousePress(view, LEFT, NO_KEYS, QPoint(40, 80))
        move(view, QPointF(60, 90))
        QTest.mouseRelease(view, LEFT, NO_KEYS, QPoint(60, 90))
    move(view, QPointF(99, 99))
    places = [((x - origin.x()) / 2, (y - origin.y()) / 2) for x, y in ((40, 80), (60, 90))]
    expected = np.zeros((600, 700), np.float32)
    stroke = Stroke(expected, Brush(20))
    stroke.paint(places)
    np.testing.assert_array_equal(picture.mask, expected)
    assert painted.args[0].rect == stroke.patch().rect
    assert desk.viewport.origin == origin


def test_a_stroke_ends_though_the_middle_button_is_still_held(qtbot: QtBot, desk: Desk) -> None:
    view, middle = desk.view, Qt.MouseButton.MiddleButton
    view.set_brush(Brush(20))
    QTest.mousePress(view, LEFT, NO_KEYS, QPoint(40, 80))
    QTest.mousePress(view, middle, NO_KEYS, QPoint(40, 80))
    with qtbot.waitSignal(view.painted):
        QTest.mouseRelease(view, LEFT, NO_KEYS, QPoint(40, 80))
    QTest.mouseRelease(view, middle, NO_KEYS, QPoint(40, 80))
    assert not desk.picture.is_being_painted


def test_a_brush_has_its_cursor_again_after_a_move(desk: Desk) -> None:
    desk.view.set_brush(Brush(20))
    QTest.mousePress(desk.view, Qt.MouseButton.MiddleButton, NO_KEYS, QPoint(40, 80))
    assert desk.view.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    QTest.mouseRelease(desk.view, Qt.MouseButton.MiddleButton, NO_KEYS, QPoint(40, 80))
    assert desk.view.cursor().shape() == Qt.CursorShape.CrossCursor


def test_what_is_painted_keeps_the_photo_and_is_tinted_while_painting(desk: Desk) -> None:
    view, picture = desk.view, desk.picture
    view.arrange(mode="single")
    picture.begin_stroke(Brush(1000, feather=0))
    desk.shown()
    picture.paint([(350, 300)])
    np.testing.assert_array_equal(desk.shown()[BELOW_LABELS], desk.before()[BELOW_LABELS])
    view.set_brush(Brush(20))
    tinted = desk.shown()[BELOW_LABELS].astype(float)
    before = desk.before()[BELOW_LABELS].astype(float)
    np.testing.assert_allclose(tinted[:, :, 0], before[:, :, 0] * 0.55 + 214 * 0.45, atol=2)


def test_the_ring_follows_the_pointer(desk: Desk) -> None:
    desk.view.arrange(mode="single")
    desk.view.set_brush(Brush(20, feather=0))
    bare = desk.shown()
    move_without_button(desk.view, QPointF(200, 150))
    ringed = np.abs(desk.shown().astype(int) - bare).max(axis=2) > 0
    rows, columns = np.nonzero(ringed)
    assert abs(rows.min() - 130) <= 3
    assert abs(columns.max() - 220) <= 3
    assert not ringed[150, 200]
    QApplication.sendEvent(desk.view, QEvent(QEvent.Type.Leave))
    np.testing.assert_array_equal(desk.shown(), bare)


def move_without_button(view: QWidget, to: QPointF) -> None:
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, to, to, none, none, NO_KEYS)
    QApplication.sendEvent(view, event)


def test_a_double_click_with_a_brush_is_a_second_dab(qtbot: QtBot, desk: Desk) -> None:
    desk.view.set_brush(Brush(20))
    with qtbot.waitSignal(desk.view.painted):
        QTest.mouseDClick(desk.view, LEFT, NO_KEYS, QPoint(50, 50))
        QTest.mouseRelease(desk.view, LEFT, NO_KEYS, QPoint(50, 50))
    assert desk.viewport.zoom == 1
