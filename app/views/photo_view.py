"""The view of the photo: comparing, panning, painting the kept area."""

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QWidget

from app.imaging.mask import Brush, Point
from app.imaging.picture import Picture
from app.views.before_after_canvas import BeforeAfterCanvas
from app.views.viewport import Viewport

REACH_PX = 3  # of the pen beyond the ring
DARK, LIGHT = QColor(0, 0, 0, 150), QColor(255, 255, 255, 230)


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
    for colour, width in ((DARK, 3.0), (LIGHT, 1.25)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(centre, radius, radius)
    if feather > 0:
        painter.setPen(QPen(LIGHT, 1, Qt.PenStyle.DotLine))
        inner = radius * (1 - feather)
        painter.drawEllipse(centre, inner, inner)
    painter.restore()


class PhotoView(BeforeAfterCanvas):
    """A comparison under a person's hands.

    A left drag pans, or paints with a brush; holding Space shows the original photo.
    """

    flip_changed = Signal(bool)
    stroke_begun = Signal()
    stroke_moved = Signal(object)
    """Emitted with a list of points (x, y) in pixels of the photo."""
    stroke_ended = Signal()

    def __init__(self, picture: Picture, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(picture, viewport, parent)
        self._brush: Brush | None = None
        self._hover: QPointF | None = None
        self._is_painting = False
        self._holds_handle = False
        self._tabbed_to = False
        self.setAccessibleName(self.tr("Photo"))

    @property
    def brush(self) -> Brush | None:
        """The brush of the left button and of a finger; None if they pan."""
        return self._brush

    @brush.setter
    def brush(self, brush: Brush | None) -> None:
        self._brush = brush
        self.shows_kept = brush is not None
        self.setMouseTracking(brush is not None)
        self._set_cursor()

    def press(self, place: QPointF) -> None:
        """Begin to move the divider, paint, or move the photo."""
        # The handle itself gets the mouse; a finger comes here.
        self._holds_handle = self.handle.is_grabbed_at(place.toPoint())
        if self._brush is not None and not self._holds_handle:
            self._is_painting = True
            self.stroke_begun.emit()
            self.stroke_moved.emit([self._point(place)])
        elif not self._holds_handle:
            super().press(place)

    def drag(self, place: QPointF) -> None:
        """Continue the present action."""
        if self._holds_handle:
            self.handle.drag_to(place)
        elif self._is_painting:
            self.stroke_moved.emit([self._point(place)])
        else:
            super().drag(place)

    def release(self) -> None:
        """End the present action."""
        super().release()
        self._holds_handle = False
        self._set_cursor()
        if self._is_painting:
            self._is_painting = False
            self.stroke_ended.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Move the brush's ring with the pointer, pressed or not."""
        self._set_hover(event.position())
        super().mouseMoveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the second of two quick dabs; without a brush, fit or 100 %."""
        if self._brush is not None and event.button() == Qt.MouseButton.LeftButton:
            self.press(event.position())
        else:
            super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Hide the ring."""
        self._set_hover(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Show the original photo by Space; in the single view, left and right are the window's."""
        key = event.key()
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._flip(True)
        elif self.mode == "single" and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Show the result again when Space is released."""
        if event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._flip(False)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show the focus to a keyboard user."""
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._tabbed_to = event.reason() in reasons
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """End a held key, whose release would go elsewhere."""
        self._tabbed_to = False
        self._flip(False)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the brush's ring and the keyboard focus over the pictures."""
        super().paintEvent(event)
        painter = QPainter(self)
        if self._brush is not None and self._hover is not None:
            draw_ring(painter, self._hover, self._ring_radius(), self._brush.feather)
        if self._tabbed_to:
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _flip(self, is_flipped: bool) -> None:
        if is_flipped != self.is_flipped:
            self.is_flipped = is_flipped
            self.flip_changed.emit(is_flipped)

    def _point(self, place: QPointF) -> Point:
        point = self.viewport.to_photo(self.in_frame(place))
        return point.x(), point.y()

    def _ring_radius(self) -> float:
        radius = self._brush.radius_px if self._brush else 0.0
        return radius * self.viewport.zoom / self.devicePixelRatio()

    def _set_hover(self, place: QPointF | None) -> None:
        if self._brush is None:
            return
        for centre in (self._hover, place):
            if centre is not None:
                self.update(ring_rect(centre, self._ring_radius()))
        self._hover = place

    def _set_cursor(self) -> None:
        if self._brush is None:
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)
