"""A monkey's hand, with mouse and keys, on any widget in front of it."""

from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import TypeVar

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QSpinBox,
    QWidget,
)

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key

TOUCHABLE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QSpinBox,
)
TEXTS = ("a", "7", "{stem}", "{n}", "{", "雨", " ", "-", "é", "🌧", ".")
MOVES = (Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down, Key.Key_Home, Key.Key_End)
PAGES = (Key.Key_PageUp, Key.Key_PageDown)

Thing = TypeVar("Thing")


class Hand:
    """Does one thing at a time; what it does follows from `rng` and from what is there."""

    def __init__(self) -> None:
        self.rng = Random(0)
        self._holds: QWidget | None = None

    def one_of(self, things: Sequence[Thing]) -> Thing:
        """Any of them; one number is drawn, however many there are."""
        return things[int(self.rng.random() * len(things))]

    def touch_any(self, root: QWidget) -> str:
        """Use any control that can be used below `root`; what was done."""
        found = [
            each
            for each in root.findChildren(QWidget)
            if isinstance(each, TOUCHABLE)
            and not isinstance(each, QHeaderView)
            and each.isVisible()
            and each.isEnabled()
        ]
        return self.touch(self.one_of(found)) if found else "nothing to touch"

    def touch(self, widget: QWidget) -> str:
        """Use a control in a way that is its own."""
        name = f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()}"
        match widget:
            case QAbstractButton():
                name += widget.text()
                QTest.mouseClick(widget, LEFT)
            case QComboBox():
                self._choose(widget)
            case QLineEdit():
                QTest.keyClick(widget, Key.Key_End)
                for _ in range(self.rng.randrange(3)):
                    QTest.keyClick(widget, Key.Key_Backspace)
                widget.insert(self.one_of(TEXTS))  # QTest has keys for ASCII only
            case QAbstractItemView():
                self._pick(widget)
            case _:
                self._slide(widget)
        return name

    def stroke(self, widget: QWidget, points: int = 6) -> None:
        """Press, move, release."""
        self.press(widget)
        for _ in range(points):
            self.move()
        self.release()

    def press(self, widget: QWidget) -> None:
        """Take hold of something, and keep it."""
        self.release()
        self._holds = widget
        self._mouse(QEvent.Type.MouseButtonPress, LEFT, LEFT)

    def move(self) -> None:
        """Move on with what is held."""
        self._mouse(QEvent.Type.MouseMove, NONE, LEFT)

    def release(self) -> None:
        """Let go of what is held, if anything is."""
        self._mouse(QEvent.Type.MouseButtonRelease, LEFT, NONE)
        self._holds = None

    def hover(self, widget: QWidget) -> None:
        """Pass over something."""
        _send(widget, QEvent.Type.MouseMove, self.place_in(widget), NONE, NONE)

    def wheel(self, widget: QWidget) -> None:
        """Turn the wheel a few notches."""
        at = QPointF(self.place_in(widget))
        turned = QPoint(0, self.one_of((-360, -120, -15, 15, 120, 360)))
        modifiers = self.one_of((PLAIN, PLAIN, CONTROL))
        event = QWheelEvent(
            at,
            QPointF(widget.mapToGlobal(at)),
            QPoint(),
            turned,
            NONE,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)

    def place_in(self, widget: QWidget) -> QPoint:
        """Anywhere in a widget, its edges included."""
        across, along = self.rng.random(), self.rng.random()
        return QPoint(round(across * widget.width()), round(along * widget.height()))

    def _mouse(self, kind: QEvent.Type, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        widget = self._holds
        if widget is not None:
            with suppress(RuntimeError):  # it is gone, with what it was on
                _send(widget, kind, self.place_in(widget), button, held)

    def _choose(self, combo: QComboBox) -> None:
        if combo.findData("torch") >= 0:
            return  # the run has its engine; the library of another would count as growth
        if self.rng.random() < 0.3:
            QTest.mouseClick(combo, LEFT)  # its list stays open for what comes next
        else:
            QTest.keyClick(combo, self.one_of((Key.Key_Up, Key.Key_Down)))

    def _pick(self, view: QAbstractItemView) -> None:
        model = view.model()
        rows = model.rowCount()
        if rows:
            index = model.index(int(self.rng.random() * rows), 0)
            view.scrollTo(index)
            place = view.visualRect(index).center()
            modifiers = self.one_of((PLAIN, PLAIN, CONTROL, SHIFT))
            QTest.mouseClick(view.viewport(), LEFT, modifiers, place)
        then = self.one_of((None, None, None, Key.Key_Return, Key.Key_Delete, Key.Key_Down))
        if then is not None:
            QTest.keyClick(view, then)

    def _slide(self, widget: QWidget) -> None:
        for _ in range(1 + self.rng.randrange(4)):
            QTest.keyClick(widget, self.one_of((*MOVES, *PAGES)))


def _send(
    widget: QWidget, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, held: Qt.MouseButton
) -> None:
    everywhere = QPointF(widget.mapToGlobal(at))
    QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(at), everywhere, button, held, PLAIN))
