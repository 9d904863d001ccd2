"""The handle of the divider between before and after, an accessible slider."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QRegion,
    QWheelEvent,
)
from PySide6.QtWidgets import QSlider, QWidget

THICKNESS_PX = 48  # of the widget, across the line
GRAB_PX = 12  # the line can be grabbed within this width
KNOB_PX = 40
LINE = QColor(255, 255, 255)
SHADE = QColor(0, 0, 0, 90)
ARROW = QColor(38, 42, 48)
STEP = 0.01
LARGE_STEP = 0.1


class DividerHandle(QSlider):
    """A line across an area of its parent, with a knob, that moves from end to end.

    A QSlider, so that screen readers find role, name and value, with its own drawing and moving.
    Arrows move it by 1 %, with Shift by 10 %; Home and End go to the ends.
    """

    moved = Signal(float)
    """Emitted for a move by the user, with the position."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, 100)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Divider between before and after"))
        self.setToolTip(self.tr("Drag to compare; or use the arrow keys, Home and End"))
        self._position = 0.5
        self._line = Qt.Orientation.Vertical
        self._area = QRect()
        self._grip = QPointF(0, 0)
        self.valueChanged.connect(self._take_value)
        self.setValue(50)

    @property
    def position(self) -> float:
        """The line's position, as a share of its area's width or height."""
        return self._position

    @property
    def line(self) -> Qt.Orientation:
        """Its direction; it moves across."""
        return self._line

    def place(self, area: QRect, line: Qt.Orientation, position: float) -> None:
        """Lie across `area` of the parent at a position; logical pixels."""
        self._position, self._line, self._area = position, line, area
        vertical = line == Qt.Orientation.Vertical
        self.setOrientation(Qt.Orientation.Horizontal if vertical else Qt.Orientation.Vertical)
        self.setCursor(Qt.CursorShape.SplitHCursor if vertical else Qt.CursorShape.SplitVCursor)
        self.setValue(round(position * 100))
        rect = QRect(area)
        if vertical:
            rect.setWidth(THICKNESS_PX)
            rect.moveLeft(area.left() + round(position * area.width()) - THICKNESS_PX // 2)
        else:
            rect.setHeight(THICKNESS_PX)
            rect.moveTop(area.top() + round(position * area.height()) - THICKNESS_PX // 2)
        resized = rect.size() != self.size()
        self.setGeometry(rect)
        if resized:
            self.setMask(QRegion(self._line_rect(GRAB_PX)) | _disc(self._knob(4)))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move by keys; other keys are the window's."""
        key = event.key()
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        step = LARGE_STEP if shift else STEP
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self._move(self._position - step)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self._move(self._position + step)
        elif key == Qt.Key.Key_Home:
            self._move(0.0)
        elif key == Qt.Key.Key_End:
            self._move(1.0)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Grab the line without a jump."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._grip = event.position() - QPointF(self.rect().center())
        self.setSliderDown(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the pointer."""
        if self.isSliderDown():
            self.drag_to(self.mapToParent(event.position() - self._grip))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Release the line."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom the photo by the wheel, as elsewhere."""
        event.ignore()

    def drag_to(self, place: QPointF) -> None:
        """Move the line to a place of the parent."""
        place = place - QPointF(self._area.topLeft())
        if self._line == Qt.Orientation.Vertical:
            self._move(place.x() / max(self._area.width(), 1))
        else:
            self._move(place.y() / max(self._area.height(), 1))

    def is_grabbed_at(self, place: QPoint) -> bool:
        """Return whether a place of the parent is on the handle."""
        return self.isVisible() and self.mask().contains(place - self.pos())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint a white line with a shade on both sides, and a knob with two arrows."""
        painter = QPainter(self)
        painter.fillRect(self._line_rect(4), SHADE)
        painter.fillRect(self._line_rect(2), LINE)
        knob = self._knob(0)
        draw_disc(painter, self, knob)
        painter.translate(knob.center())
        if self._line == Qt.Orientation.Horizontal:
            painter.rotate(90)
        painter.setPen(QPen(ARROW, 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for side in (-1, 1):
            tip, back = side * 10, side * 5
            painter.drawPolyline(QPolygonF([QPointF(back, -5), QPointF(tip, 0), QPointF(back, 5)]))

    def _move(self, position: float) -> None:
        position = min(max(position, 0.0), 1.0)
        if position != self._position:
            self._position = position
            self.setValue(round(position * 100))
            self.moved.emit(position)

    def _take_value(self, value: int) -> None:
        # A screen reader or a test sets whole numbers; a drag moves between them.
        if value != round(self._position * 100):
            self._move(value / 100)

    def _line_rect(self, thickness: int) -> QRect:
        middle = THICKNESS_PX // 2 - thickness // 2
        if self._line == Qt.Orientation.Vertical:
            return QRect(middle, 0, thickness, self.height())
        return QRect(0, middle, self.width(), thickness)

    def _knob(self, margin: int) -> QRectF:
        size = KNOB_PX + margin
        return QRectF((self.width() - size) / 2, (self.height() - size) / 2, size, size)


def draw_disc(painter: QPainter, handle: QWidget, rect: QRectF) -> None:
    """Draw the white disc of a handle, ringed while it has the focus."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ring = handle.palette().highlight().color() if handle.hasFocus() else SHADE
    painter.setPen(QPen(ring, 3 if handle.hasFocus() else 1))
    painter.setBrush(LINE)
    painter.drawEllipse(rect.adjusted(2, 2, -2, -2))


def _disc(rect: QRectF) -> QRegion:
    return QRegion(rect.toAlignedRect(), QRegion.RegionType.Ellipse)
