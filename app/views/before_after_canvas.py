"""A canvas that shows a picture before and after, in each way to compare."""

from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from app.imaging.picture import Picture
from app.views.canvas import Canvas, surround_of
from app.views.divider import DividerHandle
from app.views.overlay import Shimmer, draw_label, label_font, label_rect, text_of
from app.views.panes import Arrangement, Mode, ViewPane
from app.views.scene import Scene, ScenePainter
from app.views.viewport import Viewport
from nledn.tiling import Rect

LABELLED_PX = 240  # a photo smaller than this on the screen has its labels beside it
NOTHING = Rect(0, 0, 0, 0)
SETTLING_MS = 150  # after the last change of strength, the sharper level is computed


class BeforeAfterCanvas(Canvas):
    """Shows a picture through a viewport.

    Attributes:
        shimmer: runs over what is missing while it is computed.
    """

    mode_changed = Signal(str)
    divider_moved = Signal(float)
    """Emitted for a move by the user, with the position."""
    sight_changed = Signal()
    """Another part of the photo is in sight, or shown derained."""

    def __init__(self, picture: Picture, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(viewport, parent)
        self.picture = picture
        self.handle = DividerHandle(self)
        self._labels_shown: list[QRect] = []
        self._shows_kept = False
        self._seen = (NOTHING, NOTHING)
        self._stage = ScenePainter(picture, viewport)
        self.shimmer = Shimmer(self, self._pending)
        self._arrangement = Arrangement()
        self._settling = QTimer(self, singleShot=True, interval=SETTLING_MS)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._settling.timeout.connect(self.update)
        self.handle.moved.connect(self._take_position)
        viewport.changed.connect(self._show_viewport)
        picture.photo_changed.connect(self._show_photo)
        picture.region_changed.connect(self._show_region)
        picture.appearance_changed.connect(self._show_appearance)
        if viewport.photo_size.toTuple() != picture.level_size(0):
            self._show_photo()
        self._arrange(self._arrangement)

    @property
    def mode(self) -> Mode:
        """The display of before and after."""
        return self._arrangement.mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        if mode != self.mode:
            self._arrange(replace(self._arrangement, mode=mode))
            self.mode_changed.emit(mode)

    @property
    def orientation(self) -> Qt.Orientation:
        """The direction of the line between before and after; vertical: they lie side by side."""
        return self._arrangement.line

    @orientation.setter
    def orientation(self, line: Qt.Orientation) -> None:
        self._arrange(replace(self._arrangement, line=line))

    @property
    def divider(self) -> float:
        """The divider's position, as a share of the photo's visible part, 0 to 1."""
        return self._arrangement.position

    @divider.setter
    def divider(self, position: float) -> None:
        self._arrange(replace(self._arrangement, position=min(max(position, 0.0), 1.0)))

    @property
    def is_flipped(self) -> bool:
        """True while the original photo is shown, in any mode."""
        return self._arrangement.is_flipped

    @is_flipped.setter
    def is_flipped(self, is_flipped: bool) -> None:
        self._arrange(replace(self._arrangement, is_flipped=is_flipped))

    @property
    def shows_kept(self) -> bool:
        """True if the kept area is tinted, else it is outlined."""
        return self._shows_kept

    @shows_kept.setter
    def shows_kept(self, shows_kept: bool) -> None:
        self._shows_kept = shows_kept
        self.update()

    @property
    def is_settling(self) -> bool:
        """True just after a change of the strength or a similar value."""
        return self._settling.isActive()

    @property
    def after_rect(self) -> Rect:
        """The pixels of the photo that are in sight derained, or will be."""
        viewport = self.viewport
        shown = replace(self._arrangement, is_flipped=False)
        panes = shown.panes(self.physical_size(), viewport.photo_in_sight, True)
        part = panes[-1].part.translated(-panes[-1].offset).intersected(viewport.photo_in_sight)
        if part.isEmpty():
            return viewport.visible_rect
        return viewport.seen_in(part).shared(viewport.visible_rect)

    @property
    def after_area(self) -> QRect:
        """The area of the derained picture, in logical pixels; with a divider, the whole widget."""
        has_divider = self.mode == "before_after"
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
        self._arrange(self._arrangement)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The pictures, pixel by pixel of the screen, and their labels."""
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

    def _pending(self) -> QRegion:
        """The pixels that show the photo where its rain is missing."""
        photo, layer = self.viewport.photo_in_sight, self.picture.layer
        if layer is None:
            return QRegion(self.logical(photo))
        found = QRegion()
        for pane in self._panes():
            seen = pane.part.intersected(photo.translated(pane.offset))
            for tile in layer.missing if pane.kind != "before" else ():
                rect = QRect(tile.rect.left, tile.rect.top, tile.rect.width, tile.rect.height)
                shown = self._stage.on_screen(rect).translated(pane.offset)
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
        return self._arrangement.panes(self.physical_size(), photo, has_rain)

    def _scene(self) -> Scene:
        return Scene(
            panes=self._panes(),
            frame_size=self._frame_size(),
            surround=surround_of(self.palette()),
            is_settling=self.is_settling,
            kept="tint" if self._shows_kept else "outline",
        )

    def _frame_size(self) -> QSize:
        return self._arrangement.frame_size(self.physical_size())

    def _arrange(self, arrangement: Arrangement) -> None:
        self._arrangement = arrangement
        frame = self._frame_size()
        self.viewport.set_view_size(frame.width(), frame.height())
        self.handle.setVisible(arrangement.mode == "before_after" and len(self._panes()) == 2)
        self._show_viewport()

    def _take_position(self, position: float) -> None:
        """Repaint between the old and the new place of a moved line."""
        before = self._panes()[0].part
        self._arrangement = replace(self._arrangement, position=position)
        self._place_handle()
        after = self._panes()[0].part
        longer, shorter = (before, after) if before.contains(after) else (after, before)
        if self.orientation == Qt.Orientation.Vertical:
            longer.setLeft(shorter.left() + shorter.width())
        else:
            longer.setTop(shorter.top() + shorter.height())
        self.update(self.logical(longer))
        for pane in self._panes():
            self.update(self._label_rect(pane))
        self._tell_sight()
        self.divider_moved.emit(position)

    def _place_handle(self) -> None:
        area = self.logical(self.viewport.photo_in_sight)
        self.handle.place(area, self._arrangement.line, self._arrangement.position)

    def _show_viewport(self) -> None:
        self._place_handle()
        self.update()
        self._tell_sight()

    def _tell_sight(self) -> None:
        seen = self.viewport.visible_rect, self.after_rect
        if seen != self._seen:
            self._seen = seen
            self.sight_changed.emit()

    def _show_photo(self) -> None:
        self._seen = (NOTHING, NOTHING)
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
                self.update(self.logical(part))
                self.update(self._label_rect(pane))
        for label in self._labels_shown:  # the last tile makes one of them shorter
            self.update(label)
