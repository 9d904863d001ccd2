"""The handles on pictures: the divider between before and after, and the crossing of a wipe."""

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

from app.shell.translation import tr

THICKNESS_PX = 48  # of the widget, across the line
GRAB_PX = 12  # the line can be grabbed within this width
KNOB_PX = 40
LINE = QColor(255, 255, 255)
SHADE = QColor(0, 0, 0, 90)
ARROW = QColor(38, 42, 48)
STEP = 0.01
LARGE_STEP = 0.1
CROSSING_PX = 36

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class DividerHandle(QSlider):
    """A line across an area of its parent, with a knob, that moves from end to end.

    A QSlider, so that screen readers find role, name and value, with its own drawing and moving.
    Arrows move it by 1 %, with Shift by 10 %; Home and End go to the ends.

    Attributes:
        position: of the line, as a share of its area's width or height.
        line: its direction; it moves across.
        moved: (float) by the user, to this position.
    """

    moved = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, 100)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Divider between before and after"))
        self.setToolTip(tr("Drag to compare; or use the arrow keys, Home and End"))
        self.position = 0.5
        self.line = Qt.Orientation.Vertical
        self._area = QRect()
        self._grip = QPointF(0, 0)
        self.valueChanged.connect(self._take_value)
        self.setValue(50)

    def place(self, area: QRect, line: Qt.Orientation, position: float) -> None:
        """Lie across `area` of the parent at a position; logical pixels."""
        self.position, self.line, self._area = position, line, area
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
        ends = {Qt.Key.Key_Home: 0.0, Qt.Key.Key_End: 1.0}
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self._move(self.position + sum(_ARROWS[key]) * _step_of(event))
        elif key in ends:
            self._move(ends[key])
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
        if self.line == Qt.Orientation.Vertical:
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
        _draw_disc(painter, self, knob)
        painter.translate(knob.center())
        if self.line == Qt.Orientation.Horizontal:
            painter.rotate(90)
        painter.setPen(QPen(ARROW, 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for side in (-1, 1):
            tip, back = side * 10, side * 5
            painter.drawPolyline(QPolygonF([QPointF(back, -5), QPointF(tip, 0), QPointF(back, 5)]))

    def _move(self, position: float) -> None:
        position = min(max(position, 0.0), 1.0)
        if position != self.position:
            self.position = position
            self.setValue(round(position * 100))
            self.moved.emit(position)

    def _take_value(self, value: int) -> None:
        # A screen reader or a test sets whole numbers; a drag moves between them.
        if value != round(self.position * 100):
            self._move(value / 100)

    def _line_rect(self, thickness: int) -> QRect:
        middle = THICKNESS_PX // 2 - thickness // 2
        if self.line == Qt.Orientation.Vertical:
            return QRect(middle, 0, thickness, self.height())
        return QRect(0, middle, self.width(), thickness)

    def _knob(self, margin: int) -> QRectF:
        size = KNOB_PX + margin
        return QRectF((self.width() - size) / 2, (self.height() - size) / 2, size, size)


class Knob(QWidget):
    """The handle of a crossing: moved by dragging or by arrow keys, with Shift in larger steps.

    Attributes:
        position: as a share of the canvas, both ways.
        moved: (QPointF) to this position.
    """

    moved = Signal(object)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.position = QPointF(0.5, 0.5)
        self.setFixedSize(CROSSING_PX, CROSSING_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setToolTip(tr("Drag to compare; or use the arrow keys"))
        self._describe()

    def move_to(self, x: float, y: float) -> None:
        """Move it for the user, as a share of the parent."""
        self.position = QPointF(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
        self._describe()
        self.moved.emit(self.position)

    def _describe(self) -> None:
        words = tr(
            "Crossing of the wipe, at {x} % and {y} %",
            x=round(self.position.x() * 100),
            y=round(self.position.y() * 100),
        )
        self.setAccessibleName(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move it by arrows; other keys are the window's."""
        way = _ARROWS.get(Qt.Key(event.key()))
        if way is None:
            event.ignore()
            return
        step = _step_of(event)
        self.move_to(self.position.x() + way[0] * step, self.position.y() + way[1] * step)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Grab it."""
        event.setAccepted(event.button() == Qt.MouseButton.LeftButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            place, area = self.mapToParent(event.position()), self._canvas.size()
            self.move_to(place.x() / max(area.width(), 1), place.y() / max(area.height(), 1))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint a white disc with a cross of arrows."""
        painter = QPainter(self)
        _draw_disc(painter, self, self.rect().toRectF())
        painter.setPen(QPen(ARROW, 2))
        middle = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        for dx, dy in _ARROWS.values():
            painter.drawLine(middle + QPointF(dx, dy) * 4, middle + QPointF(dx, dy) * 9)


def _step_of(event: QKeyEvent) -> float:
    return LARGE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP


def _draw_disc(painter: QPainter, handle: QWidget, rect: QRectF) -> None:
    """Draw the white disc of a handle, ringed while it has the focus."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ring = handle.palette().highlight().color() if handle.hasFocus() else SHADE
    painter.setPen(QPen(ring, 3 if handle.hasFocus() else 1))
    painter.setBrush(LINE)
    painter.drawEllipse(rect.adjusted(2, 2, -2, -2))


def _disc(rect: QRectF) -> QRegion:
    return QRegion(rect.toAlignedRect(), QRegion.RegionType.Ellipse)
