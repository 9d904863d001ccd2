"""The widget that shows a photo before and after, in each of the ways people compare."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app.views.brush_cursor import draw_ring, ring_rect
from app.views.canvas import Canvas
from app.views.divider import DividerHandle
from app.views.labels import draw_label, label_rect
from app.views.layers import Kind
from app.views.mask import Brush, Point
from app.views.panes import Arrangement, Mode, Pane
from app.views.picture import Picture
from app.views.stage import Scene, Stage
from app.views.viewport import Viewport

SURROUND = 115  # the ground around the photo: per cent by which it is darker than the window
LABELLED_PX = 240  # a photo smaller than this on the screen has its labels beside it
SETTLING_MS = 150  # after the last change of strength, the sharper level is computed


class PhotoView(Canvas):
    """Shows a picture through a viewport.

    Left drag pans, or paints while there is a brush; Space, held, shows the photo as it was.

    Args:
        picture: what is shown.
        viewport: the part of it; several views of one size may share it.
        parent: of the widget.
    """

    mode_changed = Signal(str)
    divider_moved = Signal(float)
    """By the person, with its position."""
    flip_changed = Signal(bool)
    stroke_begun = Signal()
    stroke_moved = Signal(object)
    """With a list of points (x, y) in pixels of the photo."""
    stroke_ended = Signal()

    def __init__(self, picture: Picture, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(viewport, parent)
        self.picture = picture
        self._stage = Stage(picture, viewport)
        self._arrangement = Arrangement()
        self._brush: Brush | None = None
        self._is_painting = False
        self._hover: QPointF | None = None
        self._tabbed_to = False
        self._settling = QTimer(self, singleShot=True, interval=SETTLING_MS)
        self.handle = DividerHandle(self)
        self._holds_handle = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Photo"))
        self._settling.timeout.connect(self.update)
        self.handle.moved.connect(self._take_position)
        viewport.changed.connect(self._show_viewport)
        picture.photo_changed.connect(self._show_photo)
        picture.region_changed.connect(self._show_region)
        picture.appearance_changed.connect(self._show_appearance)
        self._show_photo()

    @property
    def mode(self) -> Mode:
        """How before and after are shown."""
        return self._arrangement.mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        if mode != self.mode:
            self._arrange(replace(self._arrangement, mode=mode))
            self.mode_changed.emit(mode)

    @property
    def orientation(self) -> Qt.Orientation:
        """How the line between before and after runs; vertical, and they lie side by side."""
        return self._arrangement.line

    @orientation.setter
    def orientation(self, line: Qt.Orientation) -> None:
        self._arrange(replace(self._arrangement, line=line))

    @property
    def divider(self) -> float:
        """Where the divider lies, as a share of the photo's part in sight, 0 to 1."""
        return self._arrangement.position

    @divider.setter
    def divider(self, position: float) -> None:
        self._arrange(replace(self._arrangement, position=min(max(position, 0.0), 1.0)))

    @property
    def is_flipped(self) -> bool:
        """Whether the photo is shown as it was, for as long as Space is held."""
        return self._arrangement.is_flipped

    @property
    def brush(self) -> Brush | None:
        """What the left button and a finger paint with; None if they pan."""
        return self._brush

    @brush.setter
    def brush(self, brush: Brush | None) -> None:
        self._brush = brush
        self.setMouseTracking(brush is not None)
        self._set_cursor()
        self.update()

    def labels(self) -> tuple[str, ...]:
        """What is written on the pictures in sight, in the person's language."""
        return tuple(self._text(pane.kind) for pane in self._panes())

    def in_frame(self, place: QPointF) -> QPointF:
        """A place of the widget (logical pixels) in its picture's frame (physical ones)."""
        physical = place * self.devicePixelRatio()
        panes = self._panes()
        under = (pane for pane in panes if pane.part.contains(physical.toPoint()))
        return physical - QPointF(next(under, panes[0]).offset)

    # What is done to the photo

    def press(self, place: QPointF) -> None:
        """Take the divider, begin a stroke, or take hold of the photo."""
        # A mouse goes to the handle itself; a finger comes here.
        self._holds_handle = self.handle.is_grabbed_at(place.toPoint())
        if self._brush is not None and not self._holds_handle:
            self._is_painting = True
            self.stroke_begun.emit()
            self.stroke_moved.emit([self._point(place)])
        elif not self._holds_handle:
            super().press(place)

    def drag(self, place: QPointF) -> None:
        """Go on with what was begun."""
        if self._holds_handle:
            self.handle.drag_to(place)
        elif self._is_painting:
            self.stroke_moved.emit([self._point(place)])
        else:
            super().drag(place)

    def release(self) -> None:
        """End what was begun."""
        super().release()
        self._holds_handle = False
        self._set_cursor()
        if self._is_painting:
            self._is_painting = False
            self.stroke_ended.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The brush's ring follows the pointer, pressed or not."""
        self._set_hover(event.position())
        super().mouseMoveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """With a brush, the second of two quick dabs; without, fit or 100 %."""
        if self._brush is not None and event.button() == Qt.MouseButton.LeftButton:
            self.press(event.position())
        else:
            super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The ring goes with the pointer."""
        self._set_hover(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space shows the photo as it was; in the single view, left and right are the window's."""
        key = event.key()
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._flip(True)
        elif self.mode == "single" and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space was let go."""
        if event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._flip(False)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Who came by keyboard sees where they are."""
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._tabbed_to = event.reason() in reasons
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The release of a held key would go elsewhere."""
        self._tabbed_to = False
        self._flip(False)
        self.update()

    # How it is shown

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the place; a fitted photo stays fitted."""
        self._arrange(self._arrangement)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """On a screen of another density, the same size is other pixels."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._arrange(self._arrangement)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The pictures, pixel by pixel of the screen; over them labels and ring."""
        ratio = self.devicePixelRatio()
        painter = QPainter(self)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        exposed = QRectF(event.rect())
        physical = QRectF(exposed.topLeft() * ratio, exposed.size() * ratio).toAlignedRect()
        self._stage.paint(painter, self._scene(), physical)
        painter.restore()
        if self.picture.photo is not None:
            self._paint_labels(painter)
        if self._brush is not None and self._hover is not None:
            draw_ring(painter, self._hover, self._ring_radius(), self._brush.feather)
        if self._tabbed_to:
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setFont(self._label_font())
        for pane in self._panes():
            text = self._text(pane.kind)
            rect = self._label_rect(pane)
            seen = self._logical(pane.part).intersected(rect)
            half = rect.width() * rect.height() / 2
            draw_label(painter, text, rect, faint=seen.width() * seen.height() < half)

    def _label_rect(self, pane: Pane) -> QRect:
        area = self._logical(self.viewport.photo_in_sight.translated(pane.offset))
        if area.width() < LABELLED_PX or area.height() < LABELLED_PX:
            area = self._logical(QRect(pane.offset, self._frame_size()))
        return label_rect(self._text(pane.kind), self._label_font(), area, pane.corner)

    def _label_font(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _text(self, kind: Kind) -> str:
        if kind == "before":
            return self.tr("Before")
        if kind == "rain":
            return self.tr("Rain × {gain}").format(gain=f"{self.picture.rain_gain:g}")
        layer = self.picture.layer
        if layer is None:
            return self.tr("After: not derained yet")
        return self.tr("After") if layer.is_complete else self.tr("After: in part")

    def _panes(self) -> tuple[Pane, ...]:
        photo, has_rain = self.viewport.photo_in_sight, self.picture.layer is not None
        return self._arrangement.panes(self._view_size(), photo, has_rain)

    def _scene(self) -> Scene:
        return Scene(
            panes=self._panes(),
            frame_size=self._frame_size(),
            surround=self.palette().color(QPalette.ColorRole.Window).darker(SURROUND),
            is_settling=self._settling.isActive(),
            shows_kept=self._brush is not None and self.picture.mask is not None,
        )

    def _view_size(self) -> QSize:
        return (self.size().toSizeF() * self.devicePixelRatio()).toSize()

    def _frame_size(self) -> QSize:
        return self._arrangement.frame_size(self._view_size())

    def _logical(self, rect: QRect) -> QRect:
        ratio = self.devicePixelRatio()
        shown = QRectF(QPointF(rect.topLeft()) / ratio, rect.size().toSizeF() / ratio)
        return shown.toAlignedRect()

    def _arrange(self, arrangement: Arrangement) -> None:
        self._arrangement = arrangement
        frame = self._frame_size()
        self.viewport.set_view_size(frame.width(), frame.height())
        self.handle.setVisible(arrangement.mode == "before_after" and len(self._panes()) == 2)
        self._show_viewport()

    def _take_position(self, position: float) -> None:
        """The person moves the line: only what lies between its old and new place changes."""
        before = self._panes()[0].part
        self._arrangement = replace(self._arrangement, position=position)
        self._place_handle()
        after = self._panes()[0].part
        longer, shorter = (before, after) if before.contains(after) else (after, before)
        if self.orientation == Qt.Orientation.Vertical:
            longer.setLeft(shorter.left() + shorter.width())
        else:
            longer.setTop(shorter.top() + shorter.height())
        self.update(self._logical(longer))
        for pane in self._panes():
            self.update(self._label_rect(pane))
        self.divider_moved.emit(position)

    def _flip(self, is_flipped: bool) -> None:
        if is_flipped != self.is_flipped:
            self._arrange(replace(self._arrangement, is_flipped=is_flipped))
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

    def _show_viewport(self) -> None:
        self._place_handle()
        self.update()

    def _place_handle(self) -> None:
        area = self._logical(self.viewport.photo_in_sight)
        self.handle.place(area, self._arrangement.line, self._arrangement.position)

    def _show_photo(self) -> None:
        self.viewport.set_photo_size(*self.picture.level_size(0))
        self._arrange(self._arrangement)

    def _show_appearance(self) -> None:
        self._settling.start()
        self._arrange(self._arrangement)  # with the first rain there is something to divide

    def _show_region(self, rect: QRect) -> None:
        self._stage.forget(rect)
        shown = self._stage.on_screen(rect)
        for pane in self._panes():
            if pane.kind != "before":
                part = shown.translated(pane.offset).intersected(pane.part)
                self.update(self._logical(part))
                self.update(self._label_rect(pane))  # the last tile makes it complete
