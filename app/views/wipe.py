"""Two to four pictures in one canvas, divided by a movable crossing of two lines."""

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.shell.translation import tr
from app.views.compare_canvas import CompareCanvas
from app.views.divider import ARROW, LARGE_STEP, LINE, SHADE, STEP, draw_disc
from app.views.panes import BOTTOM_LEFT, TOP_LEFT, TOP_RIGHT, Corner, ViewPane
from app.views.viewport import LinkedViewport

AT_MOST = 4
KNOB_PX = 36
CORNERS = (TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, Corner.AlignBottom | Corner.AlignRight)

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Knob(QWidget):
    """The crossing's handle: moved by dragging or by arrow keys, with Shift in larger steps.

    Attributes:
        moved: (QPointF) to this share of the canvas, both ways.
    """

    moved = Signal(object)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.position = QPointF(0.5, 0.5)
        self.setFixedSize(KNOB_PX, KNOB_PX)
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
        large = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        step = LARGE_STEP if large else STEP
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
        draw_disc(painter, self, self.rect().toRectF())
        painter.setPen(QPen(ARROW, 2))
        middle = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        for dx, dy in _ARROWS.values():
            painter.drawLine(middle + QPointF(dx, dy) * 4, middle + QPointF(dx, dy) * 9)


class WipeCanvas(CompareCanvas):
    """A canvas whose pictures meet at a crossing."""

    def __init__(self, viewport: LinkedViewport, parent: QWidget | None = None) -> None:
        super().__init__(viewport, parent)
        self.knob = Knob(self)
        self.knob.moved.connect(self._place_knob)
        self._place_knob()

    def panes(self) -> tuple[ViewPane, ...]:
        """The parts of the pictures: two side by side, a third and a fourth below them."""
        size, count = self.physical_size(), len(self.shown)
        width, height = size.width(), size.height()
        if count < 2:
            return super().panes()
        x = round(self.knob.position.x() * width)
        y = height if count == 2 else round(self.knob.position.y() * height)
        rects = [QRect(0, 0, x, y), QRect(x, 0, width - x, y)]
        if count == 3:
            rects.append(QRect(0, y, width, height - y))
        elif count == 4:
            rects += [QRect(0, y, x, height - y), QRect(x, y, width - x, height - y)]
        return tuple(
            ViewPane(one.kind, QPoint(0, 0), rect, corner)
            for one, rect, corner in zip(self.shown, rects, CORNERS, strict=False)
        )

    def take_size(self) -> None:
        """Move the knob so that it keeps its share."""
        super().take_size()
        self._place_knob()

    def _corner_area(self, pane: ViewPane) -> QRect:
        """The canvas's own corner, so that no label hides when its part is small."""
        return self.rect()

    def _paint_over(self, painter: QPainter) -> None:
        x = round(self.knob.position.x() * self.width())
        y = round(self.knob.position.y() * self.height())
        bottom = self.height() if len(self.shown) != 3 else y
        lines = [(QPoint(x, 0), QPoint(x, bottom))]
        if len(self.shown) > 2:
            lines.append((QPoint(0, y), QPoint(self.width(), y)))
        for width, colour in ((4, SHADE), (2, LINE)):
            painter.setPen(QPen(colour, width))
            for begin, end in lines:
                painter.drawLine(begin, end)
        super()._paint_over(painter)

    def _place_knob(self, *_: object) -> None:
        position = self.knob.position
        centre = QPointF(position.x() * self.width(), position.y() * self.height())
        self.knob.move((centre - QPointF(KNOB_PX, KNOB_PX) / 2).toPoint())
        self.update()
