"""A widget to move over a photo by wheel, drag, pinch, touch and keys."""

from PySide6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QEventPoint,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPalette,
    QResizeEvent,
    QTouchEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.views.viewport import ACTUAL_SIZE, ALONE_KEY, Viewport

NOTCH_FACTOR = 1.25  # zoom of one notch of a wheel
NOTCH = 120  # eighths of a degree, by Qt's convention
KEY_STEP = 0.1  # of the visible part
SURROUND = 115  # of the area around photos: per cent by which it is darker than the window

_DIRECTIONS = {
    Qt.Key.Key_Left: QPointF(1, 0),
    Qt.Key.Key_Right: QPointF(-1, 0),
    Qt.Key.Key_Up: QPointF(0, 1),
    Qt.Key.Key_Down: QPointF(0, -1),
}


class Canvas(QWidget):
    """Moves a viewport; subclasses draw its content.

    A press of the left button or of one finger goes through `press`, `drag` and `release`, which
    pan here; the middle button always pans, two fingers pan and zoom.
    """

    def __init__(self, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = viewport
        self._held_at: QPointF | None = None
        self._fingers: tuple[QPointF, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)

    def in_frame(self, place: QPointF) -> QPointF:
        """A place of the widget (logical pixels) in the viewport's physical ones."""
        return place * self.devicePixelRatio()

    def physical_size(self) -> QSize:
        """The widget's size in pixels of the screen."""
        return (self.size().toSizeF() * self.devicePixelRatio()).toSize()

    def logical(self, physical: QRect) -> QRect:
        """The widget's pixels that a rectangle of the screen's pixels touches."""
        ratio = self.devicePixelRatio()
        shown = QRectF(QPointF(physical.topLeft()) / ratio, physical.size().toSizeF() / ratio)
        return shown.toAlignedRect()

    def take_size(self) -> None:
        """Keep the place in a widget of another size; a fitted photo stays fitted."""
        size = self.physical_size()
        self.viewport.set_view_size(size.width(), size.height())
        self.update()

    def press(self, place: QPointF) -> None:
        """Begin a move of the photo."""
        self._held_at = place
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def drag(self, place: QPointF) -> None:
        """Continue the move."""
        if self._held_at is not None:
            moved = (place - self._held_at) * self.devicePixelRatio()
            self._held_at = place
            self.viewport.pan(moved.x(), moved.y())

    def release(self) -> None:
        """End the move."""
        self._held_at = None
        self._set_cursor()

    def _set_cursor(self) -> None:
        """Show what a press of the left button will do."""
        self.unsetCursor()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Take the new size."""
        self.take_size()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the size in pixels of another screen's density."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.take_size()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take hold."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.press(event.position())
        elif event.button() == Qt.MouseButton.MiddleButton:
            Canvas.press(self, event.position())
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Move."""
        if self._held_at is not None:
            Canvas.drag(self, event.position())
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self.drag(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.release()
        elif event.button() == Qt.MouseButton.MiddleButton:
            Canvas.release(self)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Switch between the whole photo and 100 % at this place."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        viewport = self.viewport
        if viewport.zoom < ACTUAL_SIZE or (viewport.is_fitted and viewport.zoom > ACTUAL_SIZE):
            self.viewport.set_zoom(ACTUAL_SIZE, self.in_frame(event.position()))
        else:
            self.viewport.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom at the pointer by a wheel; pan by two fingers on a touch pad, with Ctrl zoom."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        alone = bool(event.modifiers() & ALONE_KEY)  # with it Qt turns the wheel sideways
        on_pad = event.device().type() == QInputDevice.DeviceType.TouchPad
        if on_pad and not control and not event.pixelDelta().isNull():
            moved = QPointF(event.pixelDelta()) * self.devicePixelRatio()
            self.viewport.pan(moved.x(), moved.y())
        elif turn := event.angleDelta().y() or (event.angleDelta().x() if alone else 0):
            self.viewport.zoom_by(NOTCH_FACTOR ** (turn / NOTCH), self.in_frame(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Pan by arrows; leave them to the window if nothing can be panned."""
        direction = _DIRECTIONS.get(Qt.Key(event.key()))
        if direction is None or self.viewport.is_fitted:
            event.ignore()
            return
        step = QSizeF(self.size()) * (KEY_STEP * self.devicePixelRatio())
        self.viewport.pan(direction.x() * step.width(), direction.y() * step.height())

    def event(self, event: QEvent) -> bool:
        """Handle fingers on the screen or a touch pad; pass on all other events."""
        if isinstance(event, QTouchEvent):
            self._touch(event)
            return True
        if isinstance(event, QNativeGestureEvent):
            return self._gesture(event)
        return super().event(event)

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self.viewport.zoom_by(1 + event.value(), self.in_frame(event.position()))
        return True

    def _touch(self, event: QTouchEvent) -> None:
        places = tuple(
            point.position()
            for point in event.points()
            if point.state() != QEventPoint.State.Released
        )
        cancelled = event.type() == QEvent.Type.TouchCancel
        before, self._fingers = self._fingers, () if cancelled else places
        if len(before) == len(self._fingers) == 1:
            self.drag(places[0])
        elif len(before) == len(self._fingers) == 2:
            self._pinch(before, places)
        else:
            if len(before) == 1:
                self.release()
            # After a pinch the remaining finger does not begin a drag.
            if len(self._fingers) == 1 and not before:
                self.press(places[0])

    def _pinch(self, before: tuple[QPointF, ...], now: tuple[QPointF, ...]) -> None:
        middles = [self.in_frame((one + other) / 2) for one, other in (before, now)]
        moved = middles[1] - middles[0]
        self.viewport.pan(moved.x(), moved.y())
        (one, other), (left, right) = before, now
        apart = QLineF(one, other).length()
        if apart > 0:
            zoom = self.viewport.zoom * QLineF(left, right).length() / apart
            self.viewport.set_zoom(zoom, middles[1])


def surround_of(palette: QPalette) -> QColor:
    """The colour around photos."""
    return palette.color(QPalette.ColorRole.Window).darker(SURROUND)
