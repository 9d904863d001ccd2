"""The panes of a comparison: side by side, one at full size, or wiped in one."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.compare.panes import MOST
from app.shell.translation import tr
from app.views.canvas import surround_of
from app.views.compare_canvas import WIPED_AT_MOST, CompareCanvas, ComparedPicture
from app.views.viewport import Link
from nledn.tiling import Rect

GAP_PX = 2

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CompareGrid(QWidget):
    """Shows up to six pictures under one zoom.

    Enter shows the pane that has the focus at full size, Enter again or Esc goes back; Ctrl with
    left and right moves it.

    Attributes:
        moved: (int, int) move the pane at the first place to the second.
        selected: (Rect) a rectangle was drawn.
        decided: (int) key of the picture whose button was clicked.
    """

    moved = Signal(int, int)
    selected = Signal(object)
    wipe_changed = Signal(bool)
    decided = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.link = Link(self)
        self.canvases: list[CompareCanvas] = []
        self._shown: tuple[ComparedPicture, ...] = ()
        self._single: int | None = None
        self._is_wiping = False
        self._is_selecting = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP_PX)
        self.wipe = CompareCanvas(self.link.add(), self)
        self._connect(self.wipe)
        self.wipe.hide()
        self.setAccessibleName(tr("Comparison"))

    @property
    def shown(self) -> tuple[ComparedPicture, ...]:
        """The pictures, in order."""
        return self._shown

    def show_pictures(self, shown: Sequence[ComparedPicture]) -> None:
        """Show these, in this order; an existing pane keeps its view."""
        single = None if self._single is None else self._shown[self._single].key
        known = {canvas.shown[0].key: canvas for canvas in self.canvases}
        wanted = [one.key for one in shown]
        for key, canvas in known.items():
            if key not in wanted:
                self._drop(canvas)
        self.canvases = [known[key] if key in known else self._made() for key in wanted]
        for canvas, one in zip(self.canvases, shown, strict=True):
            canvas.show_pictures((one,))
        self._shown = tuple(shown)
        self.wipe.show_pictures(self._shown[:WIPED_AT_MOST])
        self._single = wanted.index(single) if single in wanted else None
        self._arrange(align=any(key not in known for key in wanted))

    def set_photo_size(self, width: int, height: int) -> None:
        """Set another photo, fitted everywhere."""
        self.link.set_photo_size(width, height)
        self._arrange()

    @property
    def is_wiping(self) -> bool:
        """True if the first four are shown in one pane."""
        return self._is_wiping

    @is_wiping.setter
    def is_wiping(self, is_wiping: bool) -> None:
        if is_wiping != self._is_wiping:
            self._is_wiping, self._single = is_wiping, None
            self._arrange()
            self.wipe_changed.emit(is_wiping)

    @property
    def single(self) -> int | None:
        """The place of the pane that is shown at full size."""
        return self._single

    def show_single(self, place: int | None) -> None:
        """Show one pane at full size, or all again."""
        if place is not None and place >= len(self._shown):
            return
        self._single = None if place == self._single else place
        self._arrange()

    def set_selecting(self, is_selecting: bool) -> None:
        """Set whether a drag draws a rectangle instead of moving the photo."""
        self._is_selecting = is_selecting
        for canvas in (*self.canvases, self.wipe):
            canvas.set_selecting(is_selecting)

    def set_selection(self, rect: Rect | None) -> None:
        """Frame a rectangle of the photo in every pane."""
        for canvas in (*self.canvases, self.wipe):
            canvas.set_selection(rect)

    def event(self, event: QEvent) -> bool:
        """Take Esc before the window's shortcut does, while it leads back from one pane."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() == Qt.Key.Key_Escape and self._single is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Handle Enter, Esc, and Ctrl with left and right."""
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in (*_ENTER, Qt.Key.Key_Escape) and self._single is not None:
            self.show_single(self._single)
        elif key in _ENTER and (place := self._focused()) is not None:
            self.show_single(place)
        elif control and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._move_focused(-1 if key == Qt.Key.Key_Left else 1)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Choose rows and columns for the new shape."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint places without a pane like the area around a photo."""
        QPainter(self).fillRect(event.rect(), surround_of(self.palette()))

    def columns(self) -> int:
        """Return the number of columns that shows the photo largest."""
        count = len(self.canvases)
        photo = self.wipe.viewport.photo_size
        if count < 2 or photo.isEmpty():
            return max(count, 1)
        return max(range(1, count + 1), key=lambda columns: self._scale(columns, count, photo))

    def _scale(self, columns: int, count: int, photo: QSize) -> float:
        rows = math.ceil(count / columns)
        across = self.width() / columns / photo.width()
        along = self.height() / rows / photo.height()
        return min(across, along)

    def _arrange(self, *, align: bool = False) -> None:
        leader = self._leader()
        seen = self._seen()
        columns = self.columns() if len(seen) == len(self.canvases) else 1
        for canvas in (*self.canvases, self.wipe):
            self._grid.removeWidget(canvas)
            if canvas not in seen:
                self._take_focus_from(canvas)
            canvas.setVisible(canvas in seen)
            canvas.viewport.is_hidden = canvas not in seen
        for place, canvas in enumerate(seen):
            self._grid.addWidget(canvas, *divmod(place, columns))
        for index in range(MOST):
            rows = math.ceil(len(seen) / columns)
            self._grid.setColumnStretch(index, int(index < columns))
            self._grid.setRowStretch(index, int(index < rows))
        if leader is not None and seen and (align or leader not in seen):
            self._grid.activate()
            self.link.align(leader.viewport)

    def _take_focus_from(self, canvas: CompareCanvas) -> None:
        """Move the focus before a pane is hidden: Qt could move it outside the grid."""
        focused = self.window().focusWidget()
        if focused is canvas or canvas.isAncestorOf(focused):
            self.setFocus()

    def _seen(self) -> list[CompareCanvas]:
        if self._is_wiping and len(self._shown) > 1:
            return [self.wipe]
        if self._single is not None:
            return [self.canvases[self._single]]
        return list(self.canvases)

    def _leader(self) -> CompareCanvas | None:
        """The viewport used last."""
        canvases = (*self.canvases, self.wipe)
        return next((canvas for canvas in canvases if canvas.isVisibleTo(self)), None)

    def _made(self) -> CompareCanvas:
        canvas = CompareCanvas(self.link.add(), self)
        self._connect(canvas)
        canvas.label_dragged.connect(self._mark_target)
        canvas.label_dropped.connect(self._drop_label)
        canvas.decided.connect(self.decided)
        return canvas

    def _connect(self, canvas: CompareCanvas) -> None:
        canvas.set_selecting(self._is_selecting)
        canvas.hovered.connect(self._show_hair)
        canvas.selected.connect(self.selected)

    def _drop(self, canvas: CompareCanvas) -> None:
        canvas.show_pictures(())
        self.link.remove(canvas.viewport)
        self._take_focus_from(canvas)
        canvas.hide()
        canvas.deleteLater()

    def _show_hair(self, place: QPointF | None) -> None:
        for canvas in (*self.canvases, self.wipe):
            canvas.set_hair(place)

    def _at(self, place: QPoint) -> CompareCanvas | None:
        local = self.mapFromGlobal(place)
        seen = (canvas for canvas in self.canvases if canvas.isVisibleTo(self))
        return next((canvas for canvas in seen if canvas.geometry().contains(local)), None)

    def _mark_target(self, place: QPoint) -> None:
        target = self._at(place)
        for canvas in self.canvases:
            canvas.is_target = canvas is target and canvas is not self.sender()
            canvas.update()

    def _drop_label(self, place: QPoint) -> None:
        target = self._at(place)
        source = self.sender()
        for canvas in self.canvases:
            canvas.is_target = False
            canvas.update()
        if target is not None and target is not source:
            assert isinstance(source, CompareCanvas)
            self.moved.emit(self.canvases.index(source), self.canvases.index(target))

    def _focused(self) -> int | None:
        """The place of the pane that has the focus."""
        focused = self.focusWidget()
        if not isinstance(focused, CompareCanvas) or focused not in self.canvases:
            return None
        return self.canvases.index(focused)

    def _move_focused(self, by: int) -> None:
        place = self._focused()
        if place is not None and 0 <= place + by < len(self.canvases):
            self.moved.emit(place, place + by)
