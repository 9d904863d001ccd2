"""The divider's handle: by mouse, by keyboard, by screen reader."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.views.divider import DividerHandle

AREA = QRect(100, 0, 400, 300)
NO_KEYS = Qt.KeyboardModifier.NoModifier
VERTICAL, HORIZONTAL = Qt.Orientation.Vertical, Qt.Orientation.Horizontal


@pytest.fixture
def handle(qtbot: QtBot) -> Iterator[DividerHandle]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(600, 300)
    made = DividerHandle(parent)
    made.place(AREA, VERTICAL, 0.5)
    made.moved.connect(lambda position: made.place(AREA, made.line, position))
    parent.show()
    yield made
    parent.close()


def test_it_lies_on_its_line(handle: DividerHandle) -> None:
    assert handle.geometry().center().x() in (299, 300)
    handle.place(AREA, HORIZONTAL, 0.25)
    assert handle.geometry().center().y() in (74, 75)
    assert handle.width() == AREA.width()


@pytest.mark.parametrize(
    ("key", "modifier", "expected"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 0.49),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, 0.49),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 0.51),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, 0.51),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 0.6),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0.0),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 1.0),
    ],
)
@pytest.mark.parametrize("line", [VERTICAL, HORIZONTAL])
def test_keys_move_it(
    qtbot: QtBot,
    handle: DividerHandle,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    expected: float,
    line: Qt.Orientation,
) -> None:
    handle.place(AREA, line, 0.5)
    with qtbot.waitSignal(handle.moved) as moved:
        QTest.keyClick(handle, key, modifier)
    assert moved.args is not None
    assert moved.args[0] == handle.position == pytest.approx(expected)


def test_it_stops_at_its_ends(qtbot: QtBot, handle: DividerHandle) -> None:
    handle.place(AREA, VERTICAL, 1.0)
    with qtbot.assertNotEmitted(handle.moved):
        QTest.keyClick(handle, Qt.Key.Key_Right)


def test_a_mouse_drags_it_without_a_jump(handle: DividerHandle) -> None:
    grip = handle.rect().center() + QPoint(4, 0)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, NO_KEYS, grip)
    assert handle.position == 0.5
    QTest.mouseMove(handle, grip + QPoint(40, 0))
    assert handle.position == pytest.approx(0.6, abs=0.003)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, NO_KEYS, grip)
    QTest.mouseMove(handle, grip + QPoint(80, 0))
    assert handle.position == pytest.approx(0.6, abs=0.003)


def test_it_moves_finer_than_its_value(handle: DividerHandle) -> None:
    handle.drag_to(QPointF(301, 10))
    assert handle.position == pytest.approx(0.5025)
    assert handle.value() == 50


def test_only_line_and_knob_are_its_own(handle: DividerHandle) -> None:
    assert handle.is_grabbed_at(QPoint(300, 20))
    assert not handle.is_grabbed_at(QPoint(320, 20))
    assert handle.is_grabbed_at(QPoint(315, 150))  # the knob
    handle.hide()
    assert not handle.is_grabbed_at(QPoint(300, 20))


def test_a_screen_reader_finds_a_slider(qtbot: QtBot, handle: DividerHandle) -> None:
    seen = QAccessible.queryAccessibleInterface(handle)
    assert seen.role() == QAccessible.Role.Slider
    assert seen.text(QAccessible.Text.Name) == "Divider between before and after"
    value = seen.valueInterface()
    assert (value.minimumValue(), value.currentValue(), value.maximumValue()) == (0, 50, 100)
    with qtbot.waitSignal(handle.moved):
        value.setCurrentValue(20)
    assert handle.position == 0.2
