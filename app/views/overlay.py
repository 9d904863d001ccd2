"""Drawn over pictures: labels readable on any photo, the brush, a light where one is computed."""

from collections.abc import Callable

from PySide6.QtCore import (
    QElapsedTimer,
    QMargins,
    QObject,
    QPoint,
    QPointF,
    QRect,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QLinearGradient, QPainter, QPen, QRegion
from PySide6.QtWidgets import QStyle, QWidget

from app.imaging.picture import Picture
from app.imaging.tiles import Kind
from app.shell.translation import tr

MARGIN_PX = 16  # from the corner; logical pixels
PADDING = QMargins(10, 5, 10, 5)
RADIUS_PX = 6
GROUND = QColor(18, 20, 23, 190)
TEXT = QColor(255, 255, 255)
FAINT = 0.65  # opacity of the label of a (nearly) covered picture

REACH_PX = 3  # of the pen beyond the brush's ring
RING_DARK, RING_LIGHT = QColor(0, 0, 0, 150), QColor(255, 255, 255, 230)

STEP_MS = 100  # only the band is painted, or the tiles would be slower for it
PASS_MS = 2400
BAND_PX = 160
LIGHT = QColor(255, 255, 255, 34)
CLEAR = QColor(255, 255, 255, 0)


def text_of(kind: Kind, picture: Picture) -> str:
    """The label of a picture, in the user's language."""
    if kind == "before":
        return tr("Before")
    if kind == "rain":
        return tr("Rain × {gain}", gain=f"{picture.look.rain_gain:g}")
    if picture.layer is None:
        return tr("After: not derained yet")
    if picture.preview is not None:
        return tr("Preview")
    if picture.layer.is_complete:
        return tr("After")
    return tr("After: in part")


def label_font(font: QFont) -> QFont:
    """The font of labels for a widget's font."""
    strong = QFont(font)
    strong.setWeight(QFont.Weight.DemiBold)
    return strong


def label_rect(text: str, font: QFont, area: QRect, corner: Qt.AlignmentFlag) -> QRect:
    """The place of a label in a corner of `area`; logical pixels."""
    metrics = QFontMetrics(font)
    size = QRect(0, 0, metrics.horizontalAdvance(text), metrics.height()).marginsAdded(PADDING)
    left, top = area.left() + MARGIN_PX, area.top() + MARGIN_PX
    if corner & Qt.AlignmentFlag.AlignRight:
        left = area.left() + area.width() - MARGIN_PX - size.width()
    if corner & Qt.AlignmentFlag.AlignBottom:
        top = area.top() + area.height() - MARGIN_PX - size.height()
    size.moveTopLeft(QPoint(left, top))
    return size


def draw_label(painter: QPainter, text: str, rect: QRect, *, faint: bool) -> None:
    """Draw a label in the painter's font."""
    painter.save()
    painter.setOpacity(FAINT if faint else 1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(GROUND)
    painter.drawRoundedRect(rect, RADIUS_PX, RADIUS_PX)
    painter.setPen(QPen(TEXT))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def ring_rect(centre: QPointF, radius: float) -> QRect:
    """The area of a ring; logical pixels."""
    reach = round(radius) + REACH_PX
    middle = centre.toPoint()
    return QRect(middle.x() - reach, middle.y() - reach, 2 * reach + 1, 2 * reach + 1)


def draw_ring(painter: QPainter, centre: QPointF, radius: float, feather: float) -> None:
    """Draw the edge of the brush, and dashed the beginning of its soft edge."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((RING_DARK, 3.0), (RING_LIGHT, 1.25)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(centre, radius, radius)
    if feather > 0:
        painter.setPen(QPen(RING_LIGHT, 1, Qt.PenStyle.DotLine))
        inner = radius * (1 - feather)
        painter.drawEllipse(centre, inner, inner)
    painter.restore()


class Shimmer(QObject):
    """Moves the band over a widget, which paints it; it stops if the desktop wants no motion.

    Args:
        widget: repaints the old and the new place of the band.
        pending: gives the widget's pixels that are still being computed.

    Attributes:
        band: the widget's pixels under the band; empty without one.
    """

    def __init__(self, widget: QWidget, pending: Callable[[], QRegion]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._pending = pending
        self.band = QRect()
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._step)

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
        if self.band.isEmpty():
            return
        light = QLinearGradient(self.band.topLeft(), self.band.topRight())
        light.setStops([(0.0, CLEAR), (0.5, LIGHT), (1.0, CLEAR)])
        painter.save()
        painter.setClipRegion(self._pending().intersected(self.band))
        painter.fillRect(self.band, light)
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
        for rect in (self.band, band):
            if not rect.isEmpty():
                self._widget.update(rect)
        self.band = band
