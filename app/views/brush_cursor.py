"""The ring that shows what a brush will reach: readable on dark and on light."""

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

DARK, LIGHT = QColor(0, 0, 0, 150), QColor(255, 255, 255, 230)
REACH_PX = 3  # by which the pen goes beyond the ring


def ring_rect(centre: QPointF, radius: float) -> QRect:
    """What a ring covers; logical pixels."""
    reach = round(radius) + REACH_PX
    middle = centre.toPoint()
    return QRect(middle.x() - reach, middle.y() - reach, 2 * reach + 1, 2 * reach + 1)


def draw_ring(painter: QPainter, centre: QPointF, radius: float, feather: float) -> None:
    """Draw where the brush ends, and dashed where its edge begins to soften."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((DARK, 3.0), (LIGHT, 1.25)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(centre, radius, radius)
    if feather > 0:
        painter.setPen(QPen(LIGHT, 1, Qt.PenStyle.DotLine))
        inner = radius * (1 - feather)
        painter.drawEllipse(centre, inner, inner)
    painter.restore()
