"""The labels of pictures: readable on any photo."""

from PySide6.QtCore import QCoreApplication, QMargins, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from app.imaging.layers import Kind
from app.imaging.picture import Picture

MARGIN_PX = 16  # from the corner; logical pixels
PADDING = QMargins(10, 5, 10, 5)
RADIUS_PX = 6
GROUND = QColor(18, 20, 23, 190)
TEXT = QColor(255, 255, 255)
FAINT = 0.65  # opacity of the label of a (nearly) covered picture


def text_of(kind: Kind, picture: Picture) -> str:
    """The label of a picture, in the user's language."""
    translate = QCoreApplication.translate
    if kind == "before":
        return translate("PhotoView", "Before")
    if kind == "rain":
        return translate("PhotoView", "Rain × {gain}").format(gain=f"{picture.rain_gain:g}")
    if picture.layer is None:
        return translate("PhotoView", "After: not derained yet")
    if picture.preview is not None:
        return translate("PhotoView", "Preview")
    if picture.layer.is_complete:
        return translate("PhotoView", "After")
    return translate("PhotoView", "After: in part")


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
