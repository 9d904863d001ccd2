"""A soft band of light that passes over the area that is being computed."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QRect, QTimer
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QRegion
from PySide6.QtWidgets import QStyle, QWidget

STEP_MS = 100  # only the band is painted, or the tiles would be slower for it
PASS_MS = 2400
BAND_PX = 160
LIGHT = QColor(255, 255, 255, 34)
CLEAR = QColor(255, 255, 255, 0)


class Shimmer(QObject):
    """Moves the band over a widget, which paints it; it stops if the desktop wants no motion.

    Args:
        widget: repaints the old and the new place of the band.
        pending: gives the widget's pixels that are still being computed.
    """

    def __init__(self, widget: QWidget, pending: Callable[[], QRegion]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._pending = pending
        self._band = QRect()
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._step)

    @property
    def band(self) -> QRect:
        """The widget's pixels under the band; empty without one."""
        return self._band

    def set_running(self, running: bool) -> None:
        """Begin or end."""
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        is_wanted = running and self._widget.style().styleHint(hint, None, self._widget) > 0
        if is_wanted and not self._timer.isActive():
            self._clock.start()
            self._timer.start()
        elif not is_wanted:
            self._timer.stop()
            self._move(QRect())

    def paint(self, painter: QPainter) -> None:
        """Paint the band where something is pending."""
        if self._band.isEmpty():
            return
        light = QLinearGradient(self._band.topLeft(), self._band.topRight())
        light.setStops([(0.0, CLEAR), (0.5, LIGHT), (1.0, CLEAR)])
        painter.save()
        painter.setClipRegion(self._pending().intersected(self._band))
        painter.fillRect(self._band, light)
        painter.restore()

    def _step(self) -> None:
        area = self._pending().boundingRect()
        if area.isEmpty():
            self._move(QRect())
            return
        passed = self._clock.elapsed() % PASS_MS / PASS_MS
        left = area.left() - BAND_PX + round(passed * (area.width() + BAND_PX))
        self._move(QRect(left, area.top(), BAND_PX, area.height()).intersected(area))

    def _move(self, band: QRect) -> None:
        for rect in (self._band, band):
            if not rect.isEmpty():
                self._widget.update(rect)
        self._band = band
