"""One zoom and one place for the views of a photo, or for several linked ones."""

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication

from nledn.tiling import Rect

LARGEST_ZOOM = 32.0
ACTUAL_SIZE = 1.0  # a zoom that passes it stops there once, since users judge there
ALONE_KEY = Qt.KeyboardModifier.AltModifier  # while it is held, only one of several moves


class Viewport(QObject):
    """The visible part of a photo.

    All lengths of the view are physical pixels of the screen, so that a zoom of 1 is exact on
    every screen; widgets convert. The photo's corner always lies on a whole pixel.
    A photo is not enlarged to fit unless that is asked for, and never dragged further than its
    edge; while it is fitted, it stays so whatever the size of the view.

    Attributes:
        photo_size: width and height of the photo; empty without one.
        zoom: pixels of the screen for one of the photo.
        centre: the place of the photo in the middle of the view, in its pixels.
        is_fitted: the whole photo is shown and stays so.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.photo_size = QSize(0, 0)
        self._view = QSize(0, 0)
        self.zoom = 1.0
        self.centre = QPointF(0, 0)
        self.is_fitted = True
        self._enlarges = False

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole photo is in sight, as large as it may be."""
        if self.photo_size.isEmpty() or self._view.isEmpty():
            return 1.0
        across = self._view.width() / self.photo_size.width()
        along = self._view.height() / self.photo_size.height()
        return min(across, along, LARGEST_ZOOM if self._enlarges else ACTUAL_SIZE)

    @property
    def smallest_zoom(self) -> float:
        """The zoom below which the view would only get emptier."""
        return min(self.fit_zoom, ACTUAL_SIZE)

    @property
    def origin(self) -> QPoint:
        """The place of the photo's upper left corner in the view."""
        left = self._view.width() / 2 - self.centre.x() * self.zoom
        top = self._view.height() / 2 - self.centre.y() * self.zoom
        return QPoint(round(left), round(top))

    @property
    def visible_rect(self) -> Rect:
        """The visible pixels of the photo, also in part."""
        seen = self.seen_in(QRect(QPoint(0, 0), self._view))
        return seen.clipped(self.photo_size.width(), self.photo_size.height())

    def seen_in(self, part: QRect) -> Rect:
        """The pixels of the photo in a part of the view; may reach beyond the photo."""
        first = self.to_photo(part.topLeft().toPointF())
        last = self.to_photo((part.topLeft() + _corner(part.size()).toPoint()).toPointF())
        sides = (math.floor(first.x()), math.floor(first.y()))
        return Rect(*sides, math.ceil(last.x()), math.ceil(last.y()))

    @property
    def photo_in_sight(self) -> QRect:
        """The area of the photo in the view."""
        shown = self.photo_size.toSizeF() * self.zoom
        whole = QRect(self.origin, shown.toSize())
        return whole.intersected(QRect(QPoint(0, 0), self._view))

    def to_photo(self, at: QPointF) -> QPointF:
        """The place of the photo at a place of the view."""
        return (at - QPointF(self.origin)) / self.zoom

    def to_view(self, place: QPointF) -> QPointF:
        """The place in the view of a place of the photo."""
        return place * self.zoom + QPointF(self.origin)

    def set_photo_size(self, width: int, height: int) -> None:
        """Set another photo, fitted. 0×0 for none."""
        self.photo_size = QSize(width, height)
        self.fit()

    def set_enlarges(self, enlarges: bool) -> None:
        """Let photos that are smaller than the view fill it when they are fitted, or not."""
        self._enlarges = enlarges
        self._look(self.zoom, self.centre)

    def set_view_size(self, width: int, height: int) -> None:
        """Set the size of the view."""
        if QSize(width, height) != self._view:
            self._view = QSize(width, height)
            self._look(self.zoom, self.centre)

    def fit(self) -> None:
        """Show the whole photo, until the user zooms."""
        self.is_fitted = True
        self._look(self.zoom, self.centre)

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom, with the place of the photo at `at` (default: the middle) staying there."""
        zoom = min(max(zoom, self.smallest_zoom), LARGEST_ZOOM)
        middle = _corner(self._view) / 2
        at = middle if at is None else at
        self.is_fitted = zoom == self.fit_zoom
        self._look(zoom, self.to_photo(at) + (middle - at) / zoom)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom by a factor; a zoom that would pass 100 % stops there."""
        zoom = self.zoom * factor
        passes = (self.zoom - ACTUAL_SIZE) * (zoom - ACTUAL_SIZE) < -1e-9  # 0: leaves or arrives
        self.set_zoom(ACTUAL_SIZE if passes else zoom, at)

    def pan(self, dx: float, dy: float) -> None:
        """Move the photo by so many pixels of the screen."""
        self._look(self.zoom, self.centre - QPointF(dx, dy) / self.zoom)

    def _look(self, zoom: float, centre: QPointF) -> None:
        self.zoom = self.fit_zoom if self.is_fitted else max(zoom, self.smallest_zoom)
        self.centre = QPointF(
            _held(centre.x(), self.photo_size.width(), self._view.width() / self.zoom),
            _held(centre.y(), self.photo_size.height(), self._view.height() / self.zoom),
        )
        self.changed.emit()


class LinkedViewport(Viewport):
    """A viewport that takes its siblings along.

    What one of them did alone stays: from then on all move by the same, each from where it is.
    """

    def __init__(self, link: "Link") -> None:
        super().__init__(link)
        self._link = link
        self.is_hidden = False

    def look_like(self, other: Viewport) -> None:
        """Show the same part as another one."""
        self.is_fitted = other.is_fitted
        self._look(other.zoom, other.centre)

    def fit(self) -> None:
        """Show the whole photo, until the user zooms."""
        self._link.move(self, Viewport.fit)

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom, with the place of the photo at `at` staying there, in each of them."""
        self._link.move(self, lambda each: Viewport.set_zoom(each, zoom, at))

    def pan(self, dx: float, dy: float) -> None:
        """Move the photo by so many pixels of the screen."""
        self._link.move(self, lambda each: Viewport.pan(each, dx, dy))


class Link(QObject):
    """Viewports that move together.

    Attributes:
        visible_rect_changed: (Rect) the pixels of the photo that any of them shows.
    """

    changed = Signal()
    visible_rect_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewports: list[LinkedViewport] = []
        self._is_moving = False
        self._enlarges = False
        self._told = Rect(0, 0, 0, 0)

    def add(self) -> LinkedViewport:
        """Add a viewport, which shows the same part as the first one."""
        made = LinkedViewport(self)
        made.set_enlarges(self._enlarges)
        if self._viewports:
            first = self._viewports[0]
            Viewport.set_photo_size(made, *first.photo_size.toTuple())
        self._viewports.append(made)
        made.changed.connect(self.changed)
        made.changed.connect(self._tell_rect)
        return made

    def move(self, one: LinkedViewport, how: Callable[[LinkedViewport], None]) -> None:
        """Move one and all the others; one alone while the key is held."""
        alone = bool(QGuiApplication.keyboardModifiers() & ALONE_KEY)
        self._move([one] if alone or one not in self._viewports else self._viewports, how)

    def remove(self, viewport: LinkedViewport) -> None:
        """Remove a viewport."""
        self._viewports.remove(viewport)

    def align(self, leader: Viewport) -> None:
        """Show the part of `leader` in all of them."""
        self._move(self._viewports, lambda each: each.look_like(leader))

    def set_photo_size(self, width: int, height: int) -> None:
        """Set another photo, fitted in all of them. 0×0 for none."""
        self._move(self._viewports, lambda each: each.set_photo_size(width, height))

    def set_enlarges(self, enlarges: bool) -> None:
        """See `Viewport.set_enlarges`; in all of them, and those that follow."""
        self._enlarges = enlarges
        self._move(self._viewports, lambda each: each.set_enlarges(enlarges))

    @property
    def leader(self) -> LinkedViewport:
        """The first visible viewport, which takes the others along."""
        visible = (each for each in self._viewports if not each.is_hidden)
        return next(visible, self._viewports[0])

    @property
    def visible_rect(self) -> Rect:
        """The pixels of the photo that any viewport shows; empty without a photo."""
        rects = [each.visible_rect for each in self._viewports if not each.is_hidden]
        rects = [rect for rect in rects if rect.width and rect.height]
        if not rects:
            return Rect(0, 0, 0, 0)
        return Rect(
            min(rect.left for rect in rects),
            min(rect.top for rect in rects),
            max(rect.right for rect in rects),
            max(rect.bottom for rect in rects),
        )

    def _move(self, viewports: list[LinkedViewport], how: Callable[[LinkedViewport], None]) -> None:
        """Move these, then emit the visible pixels once."""
        was_moving, self._is_moving = self._is_moving, True
        for each in viewports:
            how(each)
        self._is_moving = was_moving
        self._tell_rect()

    def _tell_rect(self) -> None:
        if not self._is_moving and self.visible_rect != self._told:
            self._told = self.visible_rect
            self.visible_rect_changed.emit(self._told)


def _held(centre: float, length: float, seen: float) -> float:
    """Keep the photo's edge outside the view, or the photo in the middle if it is smaller."""
    if length <= seen:
        return length / 2
    return min(max(centre, seen / 2), length - seen / 2)


def _corner(size: QSize) -> QPointF:
    return QPointF(size.width(), size.height())
