"""Where one looks: one zoom and one place for all views of a photo."""

import math

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QSize, Signal

from nledn.tiling import Rect

LARGEST_ZOOM = 32.0
ACTUAL_SIZE = 1.0  # a zoom that passes it stops there once, since it is where people judge


class Viewport(QObject):
    """The part of a photo that is in sight.

    All lengths of the view are physical pixels of the screen, so that a zoom of 1 is exact on
    every screen; whoever shows the photo converts. The photo's corner always lies on a whole pixel.
    A photo is never enlarged to fit, nor dragged further than its edge; while it is fitted, it
    stays so whatever the size of the view.
    """

    changed = Signal()
    visible_rect_changed = Signal(object)
    """With the `Rect` in pixels of the photo."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._photo = QSize(0, 0)
        self._view = QSize(0, 0)
        self._zoom = 1.0
        self._centre = QPointF(0, 0)
        self._fitted = True
        self._visible = Rect(0, 0, 0, 0)

    @property
    def zoom(self) -> float:
        """Pixels of the screen for one of the photo."""
        return self._zoom

    @property
    def centre(self) -> QPointF:
        """The place of the photo in the middle of the view, in its pixels."""
        return self._centre

    @property
    def is_fitted(self) -> bool:
        """Whether the whole photo is shown and stays so."""
        return self._fitted

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole photo is in sight; also the smallest."""
        if self._photo.isEmpty() or self._view.isEmpty():
            return 1.0
        across = self._view.width() / self._photo.width()
        along = self._view.height() / self._photo.height()
        return min(across, along, ACTUAL_SIZE)

    @property
    def photo_size(self) -> QSize:
        """Width and height of the photo; empty without one."""
        return self._photo

    @property
    def origin(self) -> QPoint:
        """Where in the view the photo's upper left corner lies."""
        left = self._view.width() / 2 - self._centre.x() * self._zoom
        top = self._view.height() / 2 - self._centre.y() * self._zoom
        return QPoint(round(left), round(top))

    @property
    def visible_rect(self) -> Rect:
        """The pixels of the photo that are in sight, also in part."""
        first, last = self.to_photo(QPointF(0, 0)), self.to_photo(_corner(self._view))
        rect = Rect(
            math.floor(first.x()), math.floor(first.y()), math.ceil(last.x()), math.ceil(last.y())
        )
        return rect.clipped(self._photo.width(), self._photo.height())

    @property
    def photo_in_sight(self) -> QRect:
        """Where in the view the photo is shown."""
        shown = self._photo.toSizeF() * self._zoom
        whole = QRect(self.origin, shown.toSize())
        return whole.intersected(QRect(QPoint(0, 0), self._view))

    def to_photo(self, at: QPointF) -> QPointF:
        """The place of the photo that is shown at a place of the view."""
        return (at - QPointF(self.origin)) / self._zoom

    def to_view(self, place: QPointF) -> QPointF:
        """Where in the view a place of the photo is shown."""
        return place * self._zoom + QPointF(self.origin)

    def set_photo_size(self, width: int, height: int) -> None:
        """Another photo: it is fitted. 0×0 for none."""
        self._photo = QSize(width, height)
        self.fit()

    def set_view_size(self, width: int, height: int) -> None:
        """The view is that large now."""
        if QSize(width, height) != self._view:
            self._view = QSize(width, height)
            self._look(self._zoom, self._centre)

    def fit(self) -> None:
        """Show the whole photo, until the person zooms."""
        self._fitted = True
        self._look(self._zoom, self._centre)

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom, with the place of the photo at `at` (default: the middle) staying there."""
        zoom = min(max(zoom, self.fit_zoom), LARGEST_ZOOM)
        middle = _corner(self._view) / 2
        at = middle if at is None else at
        self._fitted = zoom <= self.fit_zoom
        self._look(zoom, self.to_photo(at) + (middle - at) / zoom)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom from where one is; a zoom that would pass 100 % stops there."""
        zoom = self._zoom * factor
        passes = (self._zoom - ACTUAL_SIZE) * (zoom - ACTUAL_SIZE) < -1e-9  # 0: leaves or arrives
        self.set_zoom(ACTUAL_SIZE if passes else zoom, at)

    def pan(self, dx: float, dy: float) -> None:
        """Move the photo by so many pixels of the screen."""
        self._look(self._zoom, self._centre - QPointF(dx, dy) / self._zoom)

    def look_at(self, place: QPointF) -> None:
        """Bring a place of the photo to the middle, as far as its edges allow."""
        self._look(self._zoom, place)

    def _look(self, zoom: float, centre: QPointF) -> None:
        self._zoom = self.fit_zoom if self._fitted else max(zoom, self.fit_zoom)
        self._centre = QPointF(
            _held(centre.x(), self._photo.width(), self._view.width() / self._zoom),
            _held(centre.y(), self._photo.height(), self._view.height() / self._zoom),
        )
        self.changed.emit()
        if self.visible_rect != self._visible:
            self._visible = self.visible_rect
            self.visible_rect_changed.emit(self._visible)


def _held(centre: float, length: float, seen: float) -> float:
    """Keep the photo's edge outside the view, or the photo in the middle if it is smaller."""
    if length <= seen:
        return length / 2
    return min(max(centre, seen / 2), length - seen / 2)


def _corner(size: QSize) -> QPointF:
    return QPointF(size.width(), size.height())
