"""Pictures on one canvas: one, or up to four that meet at a movable crossing of two lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QLine, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QPushButton, QWidget

from app.imaging.picture import Picture
from app.imaging.tiles import Kind
from app.shell.translation import tr
from app.views.canvas import Canvas, surround_of
from app.views.divider import LINE, SHADE, Knob
from app.views.overlay import MARGIN_PX, draw_label, label_font, label_rect
from app.views.panes import BOTTOM_LEFT, TOP_LEFT, TOP_RIGHT, Corner, ViewPane
from app.views.scene import Scene, ScenePainter, on_screen
from app.views.viewport import LinkedViewport
from nledn.tiling import Rect

HAIR = (QColor(0, 0, 0, 130), QColor(255, 255, 255, 210))
DIMMED = QColor(18, 20, 23, 140)
SMALLEST_SELECTION_PX = 7  # SSIM's window
WORDS_WIDTH_PX = 360
GAP_PX = 8  # between a picture's label and its button
WIPED_AT_MOST = 4
CORNERS = (TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, Corner.AlignBottom | Corner.AlignRight)


@dataclass(frozen=True, eq=False)
class ComparedPicture:
    """One of the compared pictures.

    Attributes:
        failure: why it is not shown; empty if it is.
        action: of its button, in two or three words; empty without one.
    """

    key: int
    picture: Picture
    kind: Kind
    label: str
    failure: str = ""
    action: str = ""

    @property
    def is_waiting(self) -> bool:
        """True for a result without any tile: its pixels are still those of the photo."""
        layer = self.picture.layer
        is_computed = self.kind == "after" and self.picture.photo is not None
        return is_computed and not self.failure and (layer is None or not layer.done.any())


class CompareCanvas(Canvas):
    """Shows one picture, or wipes several, with their names and the cross-hair of all canvases.

    Attributes:
        hovered: (QPointF or None) the place of the photo under the pointer.
        selected: (Rect) a rectangle was drawn, in pixels of the photo.
        label_dragged: (QPoint) a label is being moved, to this place of the screen.
        label_dropped: (QPoint) it was dropped there.
        decided: (int) key of the picture whose button was clicked.
    """

    hovered = Signal(object)
    selected = Signal(object)
    label_dragged = Signal(QPoint)
    label_dropped = Signal(QPoint)
    decided = Signal(int)

    def __init__(self, viewport: LinkedViewport, parent: QWidget | None = None) -> None:
        super().__init__(viewport, parent)
        self.viewport: LinkedViewport = viewport
        self.shown: tuple[ComparedPicture, ...] = ()
        self._stages: list[ScenePainter] = []
        self._hair: QPointF | None = None
        self._selection: Rect | None = None
        self._former: Rect | None = None
        self._pressed_at: QPointF | None = None
        self._dragged_to = QPointF()
        self._drags_label = False
        self.is_selecting = False
        self.is_target = False
        self.knob = Knob(self)
        self.knob.moved.connect(self._place_knob)
        self.button = QPushButton(tr("Use this one"), self)
        self.button.setCursor(Qt.CursorShape.ArrowCursor)
        self.button.clicked.connect(self._decide)
        self.button.hide()
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        viewport.changed.connect(self.update)

    def show_pictures(self, shown: Sequence[ComparedPicture]) -> None:
        """Show these; pictures that stay keep their drawn pixels."""
        known = {one.picture: stage for one, stage in zip(self.shown, self._stages, strict=True)}
        for one in self.shown:
            one.picture.region_changed.disconnect(self._region_changed)
            one.picture.appearance_changed.disconnect(self.update)
        self.shown = tuple(shown)
        self._stages = [
            known.get(one.picture) or ScenePainter(one.picture, self.viewport) for one in self.shown
        ]
        for one in self.shown:
            one.picture.region_changed.connect(self._region_changed)
            one.picture.appearance_changed.connect(self.update)
        self.knob.setVisible(len(self.shown) > 1)
        self.setAccessibleName(", ".join(one.label for one in self.shown))
        self._show_button()
        self.update()

    def _decide(self) -> None:
        self.decided.emit(self.shown[0].key)

    def _show_button(self) -> None:
        """Show the button of a picture that has the whole canvas."""
        action = self.shown[0].action if len(self.shown) == 1 else ""
        self.button.setVisible(bool(action))
        if action:
            self.button.setText(action)
            self.button.setAccessibleName(f"{self.shown[0].label}: {action}")
            self.button.adjustSize()
            label = self.label_rects()[0]
            beside = QRect(QPoint(label.right() + GAP_PX, 0), self.button.size())
            beside.moveCenter(QPoint(beside.center().x(), label.center().y()))
            fits = beside.right() <= self.width() - MARGIN_PX
            below = label.bottomLeft() + QPoint(0, GAP_PX)
            self.button.move(beside.topLeft() if fits else below)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Find another place for the button."""
        super().resizeEvent(event)
        self._show_button()

    def set_selecting(self, is_selecting: bool) -> None:
        """Draw a rectangle by a drag, or move the photo again."""
        self.is_selecting = is_selecting
        self._set_cursor()

    def set_hair(self, place: QPointF | None) -> None:
        """Show the cross-hair at a place of the photo, with the pixel's values."""
        self._hair = place
        self.update()

    def set_selection(self, rect: Rect | None) -> None:
        """Frame a rectangle of the photo."""
        self._selection = rect
        self.update()

    def panes(self) -> tuple[ViewPane, ...]:
        """The parts of the pictures: two side by side, a third and a fourth below them."""
        size, count = self.physical_size(), len(self.shown)
        width, height = size.width(), size.height()
        x = round(self.knob.position.x() * width) if count > 1 else width
        y = round(self.knob.position.y() * height) if count > 2 else height
        below = [QRect(0, y, x, height - y), QRect(x, y, width - x, height - y)]
        if count == 3:
            below = [QRect(0, y, width, height - y)]
        rects = (QRect(0, 0, x, y), QRect(x, 0, width - x, y), *below)
        return tuple(
            ViewPane(one.kind, QPoint(0, 0), rect, corner)
            for one, rect, corner in zip(self.shown, rects, CORNERS, strict=False)
        )

    def take_size(self) -> None:
        """Move the knob so that it keeps its share."""
        super().take_size()
        self._place_knob()

    def _place_knob(self) -> None:
        position, half = self.knob.position, QPointF(self.knob.width(), self.knob.height()) / 2
        centre = QPointF(position.x() * self.width(), position.y() * self.height())
        self.knob.move((centre - half).toPoint())
        self.update()

    def values(self, one: ComparedPicture) -> str:
        """Place and values of the pixel under the cross-hair; empty outside the photo."""
        place, size = self._hair, one.picture.level_size(0)
        if place is None or one.failure or one.picture.photo is None:
            return ""
        x, y = int(place.x() // 1), int(place.y() // 1)
        if not (0 <= x < size[0] and 0 <= y < size[1]):
            return ""
        pixel = one.picture.pixels(one.kind, 0, Rect(x, y, x + 1, y + 1))[0, 0]
        form = ".3f" if pixel.dtype.kind == "f" else "3d"
        return f"{x}, {y}   {' '.join(format(value.item(), form) for value in pixel)}"

    # Input

    def press(self, place: QPointF) -> None:
        """Begin to move a label, draw a rectangle, or move the photo."""
        self._pressed_at = self._dragged_to = place
        self._former = self._selection
        self._drags_label = any(rect.contains(place.toPoint()) for rect in self.label_rects())
        if not self.is_selecting and not self._drags_label:
            super().press(place)

    def drag(self, place: QPointF) -> None:
        """Continue the present action."""
        self._dragged_to = place
        if self._drags_label:
            self.setCursor(Qt.CursorShape.DragMoveCursor)
            self.label_dragged.emit(self.mapToGlobal(place.toPoint()))
        elif self.is_selecting and self._pressed_at is not None:
            self.set_selection(self._between(self._pressed_at, place))
        else:
            super().drag(place)

    def release(self) -> None:
        """End the present action, of the pointer or a finger."""
        if self._drags_label:
            self.label_dropped.emit(self.mapToGlobal(self._dragged_to.toPoint()))
        elif self.is_selecting and self._pressed_at is not None:
            rect = self._between(self._pressed_at, self._dragged_to)
            if min(rect.width, rect.height) >= SMALLEST_SELECTION_PX:
                self.selected.emit(rect)
            else:
                self.set_selection(self._former)
        self._pressed_at, self._drags_label = None, False
        super().release()

    def _set_cursor(self) -> None:
        if self.is_selecting:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End here, perhaps without a move before."""
        self._dragged_to = event.position()
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Move the cross-hair with the pointer, in every canvas."""
        self.hovered.emit(self.viewport.to_photo(self.in_frame(event.position())))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Hide the cross-hair."""
        self.hovered.emit(None)
        super().leaveEvent(event)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the pictures, pixel by pixel of the screen; over them lines and labels."""
        ratio = self.devicePixelRatio()
        painter = QPainter(self)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        size, surround = self.physical_size(), surround_of(self.palette())
        if not self.shown:
            painter.fillRect(QRect(QPoint(0, 0), size), surround)
        for one, stage, pane in zip(self.shown, self._stages, self.panes(), strict=True):
            if one.failure:
                painter.fillRect(pane.part, surround)
            else:
                scene = Scene((pane,), size, surround, is_settling=False, kept=None)
                stage.paint(painter, scene, pane.part)
        painter.restore()
        self._paint_over(painter)

    def _paint_over(self, painter: QPainter) -> None:
        if len(self.shown) > 1:
            self._paint_crossing(painter)
        self._paint_selection(painter)
        self._paint_hair(painter)
        painter.setFont(label_font(self.font()))
        places = zip(self.shown, self.panes(), self.label_rects(), strict=True)
        for one, pane, rect in places:
            area = self.logical(pane.part)
            if one.failure:
                self._paint_failure(painter, one.failure, area)
            elif one.is_waiting:
                self._paint_waiting(painter, area)
            middle, width = Qt.TextElideMode.ElideMiddle, rect.width() - 12
            label = painter.fontMetrics().elidedText(one.label, middle, width)
            draw_label(painter, label, rect, faint=False)
            self._paint_values(painter, one, area, pane.corner)
        if self.is_target or self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 4 if self.is_target else 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_crossing(self, painter: QPainter) -> None:
        x = round(self.knob.position.x() * self.width())
        y = round(self.knob.position.y() * self.height())
        lines = [QLine(x, 0, x, y if len(self.shown) == 3 else self.height())]
        if len(self.shown) > 2:
            lines.append(QLine(0, y, self.width(), y))
        for width, colour in ((4, SHADE), (2, LINE)):
            painter.setPen(QPen(colour, width))
            painter.drawLines(lines)

    def _paint_values(
        self, painter: QPainter, one: ComparedPicture, area: QRect, corner: Corner
    ) -> None:
        values = self.values(one)
        if not values:
            return
        side = corner & (Corner.AlignLeft | Corner.AlignRight)
        below = corner & Corner.AlignBottom
        rect = label_rect(values, painter.font(), area, side | Corner.AlignBottom)
        if below:
            rect.translate(0, -rect.height() - 4)
        if area.contains(rect):
            draw_label(painter, values, rect, faint=False)

    def _paint_hair(self, painter: QPainter) -> None:
        if self._hair is None:
            return
        at = self.viewport.to_view(self._hair) / self.devicePixelRatio()
        for width, colour in zip((3, 1), HAIR, strict=True):
            painter.setPen(QPen(colour, width))
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                way = QPointF(dx, dy)
                painter.drawLine(at + way * 5, at + way * 17)

    def _paint_selection(self, painter: QPainter) -> None:
        if self._selection is None:
            return
        physical = on_screen(self._selection, self.viewport.zoom, self.viewport.origin)
        for width, colour in zip((3, 1), HAIR, strict=True):
            painter.setPen(QPen(colour, width))
            painter.drawRect(self.logical(physical))

    def _paint_waiting(self, painter: QPainter, area: QRect) -> None:
        painter.fillRect(area, DIMMED)
        words = tr("Waiting")
        rect = label_rect(words, painter.font(), area, Corner.AlignLeft)
        rect.moveCenter(area.center())
        draw_label(painter, words, rect, faint=False)

    def _paint_failure(self, painter: QPainter, words: str, area: QRect) -> None:
        painter.save()
        painter.setFont(self.font())
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        width = min(WORDS_WIDTH_PX, area.width() - 2 * MARGIN_PX)
        room = QRect(0, 0, width, area.height() - 4 * MARGIN_PX)
        room.moveCenter(area.center())
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(room, int(flags), words)
        painter.restore()

    # Geometry

    def label_rects(self) -> tuple[QRect, ...]:
        """The places of the labels, in logical pixels; inside the canvas even for a small part."""
        font = label_font(self.font())
        across = 2 if len(self.shown) > 1 else 1
        room = max((self.width() - MARGIN_PX) // across - MARGIN_PX, 1)
        rects = []
        for one, pane in zip(self.shown, self.panes(), strict=True):
            rect = label_rect(one.label, font, self.rect(), pane.corner)
            if pane.corner & Corner.AlignRight:
                rect.setLeft(max(rect.left(), self.width() - MARGIN_PX - room))
            rect.setWidth(min(rect.width(), room))
            rects.append(rect)
        return tuple(rects)

    def _between(self, one: QPointF, other: QPointF) -> Rect:
        """The pixels of the photo between two places of the canvas."""
        ends = [self.viewport.to_photo(self.in_frame(place)) for place in (one, other)]
        xs, ys = sorted(end.x() for end in ends), sorted(end.y() for end in ends)
        size = self.viewport.photo_size
        rect = Rect(int(xs[0]), int(ys[0]), int(xs[1]) + 1, int(ys[1]) + 1)
        return rect.clipped(size.width(), size.height())

    def _region_changed(self, rect: Rect) -> None:
        for one, stage in zip(self.shown, self._stages, strict=True):
            if one.picture is self.sender():
                stage.forget(rect)
        self.update()
