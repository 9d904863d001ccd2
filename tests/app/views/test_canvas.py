"""Moving over a photo: wheel, drag, pinch, touch, keys."""

from functools import cache

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QInputDevice,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.views.canvas import Canvas
from app.views.viewport import Viewport
from tests.app.views.fingers import Fingers

NO_KEYS = Qt.KeyboardModifier.NoModifier
STILL, PLACE = QPoint(0, 0), QPointF(450, 300)
NONE, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
Kind, Device = QEvent.Type, QInputDevice.DeviceType


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    viewport = Viewport()
    viewport.set_photo_size(6000, 4000)
    viewport.set_view_size(600, 400)
    made = Canvas(viewport)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


@pytest.fixture
def fingers(canvas: Canvas) -> Fingers:
    return Fingers(canvas)


@cache  # an event does not keep its device alive
def device(kind: QInputDevice.DeviceType) -> QPointingDevice:
    able = QInputDevice.Capability.Position | QInputDevice.Capability.PixelScroll
    pointer = QPointingDevice.PointerType.Finger
    return QPointingDevice("test", 77, kind, pointer, able, 4, 3)


def wheel(
    canvas: Canvas,
    turn: QPoint,
    *,
    pixels: QPoint = STILL,
    kind: QInputDevice.DeviceType = Device.Mouse,
    keys: Qt.KeyboardModifier = NO_KEYS,
    at: QPointF = PLACE,
) -> None:
    phase = Qt.ScrollPhase.NoScrollPhase
    source = Qt.MouseEventSource.MouseEventNotSynthesized
    event = QWheelEvent(at, at, pixels, turn, NONE, keys, phase, False, source, device(kind))
    QApplication.sendEvent(canvas, event)


def test_a_wheel_zooms_at_the_pointer(canvas: Canvas) -> None:
    canvas.viewport.set_zoom(0.5)
    at = QPointF(450, 300)
    before = canvas.viewport.to_photo(at)
    wheel(canvas, QPoint(0, 120), at=at)
    assert canvas.viewport.zoom == pytest.approx(0.625)
    assert (canvas.viewport.to_view(before) - at).manhattanLength() <= 2
    wheel(canvas, QPoint(0, -120), at=at)
    assert canvas.viewport.zoom == pytest.approx(0.5)


def test_two_fingers_on_a_touch_pad_pan_and_with_ctrl_zoom(canvas: Canvas) -> None:
    canvas.viewport.set_zoom(1)
    before = canvas.viewport.origin
    wheel(canvas, QPoint(40, 80), pixels=QPoint(10, 20), kind=Device.TouchPad)
    assert canvas.viewport.origin - before == QPoint(10, 20)
    assert canvas.viewport.zoom == 1
    control = Qt.KeyboardModifier.ControlModifier
    wheel(canvas, QPoint(0, 120), pixels=QPoint(0, 20), kind=Device.TouchPad, keys=control)
    assert canvas.viewport.zoom == 1.25


def test_alt_zooms_though_qt_turns_its_wheel_sideways(canvas: Canvas) -> None:
    canvas.viewport.set_zoom(0.5)
    wheel(canvas, QPoint(120, 0))
    assert canvas.viewport.zoom == 0.5, "a wheel that is tilted"
    wheel(canvas, QPoint(120, 0), keys=Qt.KeyboardModifier.AltModifier)
    assert canvas.viewport.zoom == pytest.approx(0.625)


@pytest.mark.parametrize("button", [LEFT, Qt.MouseButton.MiddleButton])
def test_a_drag_pans(canvas: Canvas, button: Qt.MouseButton) -> None:
    canvas.viewport.set_zoom(1)
    before = canvas.viewport.origin
    QTest.mousePress(canvas, button, NO_KEYS, QPoint(300, 200))
    drag = QPointF(320, 170)
    QApplication.sendEvent(canvas, QMouseEvent(Kind.MouseMove, drag, drag, NONE, button, NO_KEYS))
    assert canvas.viewport.origin - before == QPoint(20, -30)
    QTest.mouseRelease(canvas, button, NO_KEYS, QPoint(320, 170))
    QTest.mouseMove(canvas, QPoint(10, 10))
    assert canvas.viewport.origin - before == QPoint(20, -30)


def test_a_double_click_shows_the_pixels_there_and_the_whole_again(
    qtbot: QtBot, canvas: Canvas
) -> None:
    at = QPointF(200, 250)
    place = canvas.viewport.to_photo(at)
    QTest.mouseDClick(canvas, LEFT, NO_KEYS, at.toPoint())
    assert canvas.viewport.zoom == 1
    assert (canvas.viewport.to_view(place) - at).manhattanLength() <= 2
    QTest.mouseDClick(canvas, LEFT, NO_KEYS, at.toPoint())
    assert canvas.viewport.is_fitted


def test_a_double_click_shows_an_enlarged_photo_at_its_own_size(canvas: Canvas) -> None:
    canvas.viewport.set_photo_size(200, 100)
    canvas.viewport.set_enlarges(True)
    assert canvas.viewport.zoom > 1
    for zoom in (1, canvas.viewport.zoom):
        QTest.mouseDClick(canvas, LEFT, NO_KEYS, QPoint(200, 250))
        assert canvas.viewport.zoom == zoom


def test_arrows_pan_a_tenth_and_are_the_windows_while_all_is_in_sight(
    qtbot: QtBot, canvas: Canvas
) -> None:
    before = canvas.viewport.origin
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.viewport.origin == before
    canvas.viewport.set_zoom(1)
    before = canvas.viewport.origin
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.viewport.origin - before == QPoint(-60, 40)


def test_a_finger_pans(canvas: Canvas, fingers: Fingers) -> None:
    canvas.viewport.set_zoom(1)
    before = canvas.viewport.origin
    fingers.touch((300, 200))
    fingers.touch((310, 230))
    assert canvas.viewport.origin - before == QPoint(10, 30)
    fingers.touch()
    fingers.touch((100, 100))
    assert canvas.viewport.origin - before == QPoint(10, 30)


def test_two_fingers_zoom_between_them_and_pan(canvas: Canvas, fingers: Fingers) -> None:
    canvas.viewport.set_zoom(0.5)
    fingers.touch((250, 200))
    fingers.touch((250, 200), (350, 200))
    place = canvas.viewport.to_photo(QPointF(300, 200))
    fingers.touch((220, 210), (420, 210))
    assert canvas.viewport.zoom == pytest.approx(1.0)
    assert (canvas.viewport.to_view(place) - QPointF(320, 210)).manhattanLength() <= 6
    before = canvas.viewport.origin
    fingers.touch((220, 210))
    fingers.touch((100, 100))  # the finger that stays begins nothing
    assert canvas.viewport.origin == before


def test_a_pinch_on_a_touch_pad_zooms(canvas: Canvas) -> None:
    canvas.viewport.set_zoom(0.5)
    at = QPointF(300, 200)
    kind = Qt.NativeGestureType.ZoomNativeGesture
    pad = device(Device.TouchPad)
    event = QNativeGestureEvent(kind, pad, 2, at, at, at, 0.2, QPointF(0, 0))
    QApplication.sendEvent(canvas, event)
    assert canvas.viewport.zoom == pytest.approx(0.6)
