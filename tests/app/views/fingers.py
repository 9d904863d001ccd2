"""Fingers on a screen, for tests."""

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

Place = tuple[int, int]


class Fingers:
    """Touches of a widget; each call says where the fingers are now."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._device = QTest.createTouchDevice()
        self._down: tuple[Place, ...] = ()

    def touch(self, *places: Place) -> None:
        sequence = QTest.touchEvent(self._widget, self._device, False)
        for index, place in enumerate(places):
            if index < len(self._down):
                sequence.move(index, QPoint(*place), self._widget)
            else:
                sequence.press(index, QPoint(*place), self._widget)
        for index in range(len(places), len(self._down)):
            sequence.release(index, QPoint(*self._down[index]), self._widget)
        self._down = places
        sequence.commit()
