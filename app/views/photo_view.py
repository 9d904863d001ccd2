"""The view of the photo: before and after, in each way to compare, and the brush."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QRegion,
)
from PySide6.QtWidgets import QWidget

from app.imaging.mask import Brush, Point
from app.imaging.picture import Picture
from app.shell.translation import tr
from app.views.canvas import Canvas, surround_of
from app.views.divider import DividerHandle
from app.views.overlay import (
    Shimmer,
    draw_label,
    draw_ring,
    label_font,
    label_rect,
    ring_rect,
    text_of,
)
from app.views.panes import Arrangement, ViewPane
from app.views.scene import Scene, ScenePainter
from app.views.viewport import Viewport
from nledn.tiling import Rect

LABELLED_PX = 240  # a photo smaller than this on the screen has its labels beside it
NOTHING = Rect(0, 0, 0, 0)
SETTLING_MS = 150  # after the last change of strength, the sharper level is computed


class PhotoView(Canvas):
    """Shows a picture through a viewport.

    A left drag pans, or paints with a brush; holding Space shows the original photo.

    Attributes:
        arrangement: the display of before and after.
        brush: of the left button and of a finger; None if they pan. The kept area is tinted
            while there is one, else outlined.
        painted: (Patch) a stroke has ended.
        shimmer: runs over what is missing while it is computed.
    """

    mode_changed = Signal(str)
    sight_changed = Signal(object, object)
    """Emitted with the pixels of the photo (Rect) that are in sight, and those shown derained."""
    painted = Signal(object)

    def __init__(self, picture: Picture, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(viewport, parent)
        self.picture = picture
        self.handle = DividerHandle(self)
        self._labels_shown: list[QRect] = []
        self.brush: Brush | None = None
        self._hover: QPointF | None = None
        self._holds_handle = False
        self._tabbed_to = False
        self._seen = (NOTHING, NOTHING)
        self._stage = ScenePainter(picture, viewport)
        self.shimmer = Shimmer(self, self._pending)
        self.arrangement = Arrangement()
        self._settling = QTimer(self, singleShot=True, interval=SETTLING_MS)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Photo"))
        self._settling.timeout.connect(self.update)
        self.handle.moved.connect(self._take_position)
        viewport.changed.connect(self._show_viewport)
        picture.photo_changed.connect(self._show_photo)
        picture.region_changed.connect(self._show_region)
        picture.appearance_changed.connect(self._show_appearance)
        if viewport.photo_size.toTuple() != picture.level_size(0):
            self._show_photo()
        self.take_size()

    def arrange(self, **changes: Any) -> None:
        """Change fields of `arrangement`."""
        before, self.arrangement = self.arrangement, replace(self.arrangement, **changes)
        self.take_size()
        if self.arrangement.mode != before.mode:
            self.mode_changed.emit(self.arrangement.mode)

    def set_brush(self, brush: Brush | None) -> None:
        """Paint with the left button and a finger; pan with them without a brush."""
        self.brush = brush
        self.update()
        self.setMouseTracking(brush is not None)
        self._set_cursor()

    @property
    def is_settling(self) -> bool:
        """True just after a change of the strength or a similar value."""
        return self._settling.isActive()

    @property
    def after_rect(self) -> Rect:
        """The pixels of the photo that are in sight derained, or will be."""
        viewport = self.viewport
        shown = replace(self.arrangement, is_flipped=False)
        panes = shown.panes(self.physical_size(), viewport.photo_in_sight, True)
        part = panes[-1].part.translated(-panes[-1].offset).intersected(viewport.photo_in_sight)
        if part.isEmpty():
            return viewport.visible_rect
        return viewport.seen_in(part).shared(viewport.visible_rect)

    @property
    def after_area(self) -> QRect:
        """The area of the derained picture, in logical pixels; with a divider, the whole widget."""
        has_divider = self.arrangement.mode == "before_after"
        return self.rect() if has_divider else self.logical(self._panes()[-1].part)

    def labels(self) -> tuple[str, ...]:
        """The labels of the visible pictures, in the user's language."""
        return tuple(text_of(pane.kind, self.picture) for pane in self._panes())

    def label_rects(self) -> tuple[QRect, ...]:
        """The places of the labels, in logical pixels."""
        return tuple(self._label_rect(pane) for pane in self._panes())

    def in_frame(self, place: QPointF) -> QPointF:
        """A place of the widget (logical pixels) in its picture's frame (physical ones)."""
        physical, panes = super().in_frame(place), self._panes()
        under = (pane for pane in panes if pane.part.contains(physical.toPoint()))
        return physical - QPointF(next(under, panes[0]).offset)

    def take_size(self) -> None:
        """Let each frame have its share of the new size."""
        frame = self._frame_size()
        self.viewport.set_view_size(frame.width(), frame.height())
        is_divided = self.arrangement.mode == "before_after" and len(self._panes()) == 2
        self.handle.setVisible(is_divided)
        self._show_viewport()

    # Input

    def press(self, place: QPointF) -> None:
        """Begin to move the divider, paint, or move the photo."""
        # The handle itself gets the mouse; a finger comes here.
        self._holds_handle = self.handle.is_grabbed_at(place.toPoint())
        if self._holds_handle:
            return
        if self.brush is None or self.picture.photo is None:
            super().press(place)
        else:
            self.picture.begin_stroke(self.brush)
            self.picture.paint([self._point(place)])

    def drag(self, place: QPointF) -> None:
        """Continue the present action."""
        if self._holds_handle:
            self.handle.drag_to(place)
        elif self.picture.is_being_painted:
            self.picture.paint([self._point(place)])
        else:
            super().drag(place)

    def release(self) -> None:
        """End the present action."""
        super().release()
        self._holds_handle = False
        patch = self.picture.end_stroke()
        if patch is not None:
            self.painted.emit(patch)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Move the brush's ring with the pointer, pressed or not."""
        self._set_hover(event.position())
        super().mouseMoveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the second of two quick dabs; without a brush, fit or 100 %."""
        if self.brush is not None and event.button() == Qt.MouseButton.LeftButton:
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
                self.arrange(is_flipped=True)
        elif self.arrangement.mode == "single" and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Show the result again when Space is released."""
        if event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self.arrange(is_flipped=False)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show the focus to a keyboard user."""
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._tabbed_to = event.reason() in reasons
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """End a held key, whose release would go elsewhere."""
        self._tabbed_to = False
        self.arrange(is_flipped=False)
        self.update()

    def _point(self, place: QPointF) -> Point:
        point = self.viewport.to_photo(self.in_frame(place))
        return point.x(), point.y()

    def _ring_radius(self) -> float:
        radius = self.brush.radius_px if self.brush else 0.0
        return radius * self.viewport.zoom / self.devicePixelRatio()

    def _set_hover(self, place: QPointF | None) -> None:
        if self.brush is None:
            return
        for centre in (self._hover, place):
            if centre is not None:
                self.update(ring_rect(centre, self._ring_radius()))
        self._hover = place

    def _set_cursor(self) -> None:
        if self.brush is None:
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the pictures, pixel by pixel of the screen; over them labels, brush and focus."""
        ratio = self.devicePixelRatio()
        painter = QPainter(self)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        exposed = QRectF(event.rect())
        physical = QRectF(exposed.topLeft() * ratio, exposed.size() * ratio).toAlignedRect()
        self._stage.paint(painter, self._scene(), physical)
        painter.restore()
        self.shimmer.paint(painter)
        if self.picture.photo is not None:
            self._paint_labels(painter)
        if self.brush is not None and self._hover is not None:
            draw_ring(painter, self._hover, self._ring_radius(), self.brush.feather)
        if self._tabbed_to:
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _pending(self) -> QRegion:
        """The pixels that show the photo where its rain is missing."""
        photo, layer = self.viewport.photo_in_sight, self.picture.layer
        if layer is None:
            return QRegion(self.logical(photo))
        found = QRegion()
        for pane in self._panes():
            seen = pane.part.intersected(photo.translated(pane.offset))
            for tile in layer.missing if pane.kind != "before" else ():
                shown = self._stage.on_screen(tile.rect).translated(pane.offset)
                found += self.logical(shown.intersected(seen))
        return found

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setFont(label_font(self.font()))
        self._labels_shown.clear()
        for pane in self._panes():
            rect = self._label_rect(pane)
            self._labels_shown.append(rect)
            seen = self.logical(pane.part).intersected(rect)
            half = rect.width() * rect.height() / 2
            faint = seen.width() * seen.height() < half
            draw_label(painter, text_of(pane.kind, self.picture), rect, faint=faint)

    def _label_rect(self, pane: ViewPane) -> QRect:
        area = self.logical(self.viewport.photo_in_sight.translated(pane.offset))
        if area.width() < LABELLED_PX or area.height() < LABELLED_PX:
            area = self.logical(QRect(pane.offset, self._frame_size()))
        text = text_of(pane.kind, self.picture)
        return label_rect(text, label_font(self.font()), area, pane.corner)

    def _panes(self) -> tuple[ViewPane, ...]:
        photo, has_rain = self.viewport.photo_in_sight, self.picture.layer is not None
        return self.arrangement.panes(self.physical_size(), photo, has_rain)

    def _scene(self) -> Scene:
        return Scene(
            panes=self._panes(),
            frame_size=self._frame_size(),
            surround=surround_of(self.palette()),
            is_settling=self.is_settling,
            kept="outline" if self.brush is None else "tint",
        )

    def _frame_size(self) -> QSize:
        return self.arrangement.frame_size(self.physical_size())

    def _take_position(self, position: float) -> None:
        """Repaint between the old and the new place of a moved line."""
        before = self._panes()[0].part
        self.arrangement = replace(self.arrangement, position=position)
        self._place_handle()
        after = self._panes()[0].part
        longer, shorter = (before, after) if before.contains(after) else (after, before)
        if self.arrangement.line == Qt.Orientation.Vertical:
            longer.setLeft(shorter.left() + shorter.width())
        else:
            longer.setTop(shorter.top() + shorter.height())
        self.update(self.logical(longer))
        for pane in self._panes():
            self.update(self._label_rect(pane))
        self._tell_sight()

    def _place_handle(self) -> None:
        area = self.logical(self.viewport.photo_in_sight)
        self.handle.place(area, self.arrangement.line, self.arrangement.position)

    def _show_viewport(self) -> None:
        self._place_handle()
        self.update()
        self._tell_sight()

    def _tell_sight(self) -> None:
        seen = self.viewport.visible_rect, self.after_rect
        if seen != self._seen:
            self._seen = seen
            self.sight_changed.emit(*seen)

    def _show_photo(self) -> None:
        self._seen = (NOTHING, NOTHING)
        self.viewport.set_photo_size(*self.picture.level_size(0))
        self.take_size()

    def _show_appearance(self) -> None:
        self._settling.start()
        self.take_size()  # with the first rain there is something to divide

    def _show_region(self, rect: Rect) -> None:
        self._stage.forget(rect)
        shown = self._stage.on_screen(rect)
        for pane in self._panes():
            if pane.kind != "before":
                part = shown.translated(pane.offset).intersected(pane.part)
                self.update(self.logical(part))
                self.update(self._label_rect(pane))
        for label in self._labels_shown:  # the last tile makes one of them shorter
            self.update(label)
