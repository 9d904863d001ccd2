"""One zoom and one place for several views; with a key held, one of them moves alone."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QGuiApplication

from app.views.viewport import Viewport
from nledn.tiling import Rect

ALONE_KEY = Qt.KeyboardModifier.AltModifier


class LinkedViewport(Viewport):
    """A viewport that takes its siblings along.

    What one of them did alone stays: from then on all move by the same, each from where it is.

    Args:
        link: whom it moves with.
    """

    def __init__(self, link: "Link") -> None:
        super().__init__(link)
        self._link = link
        self.is_hidden = False

    def look_like(self, other: Viewport) -> None:
        """Look where another one looks."""
        self._fitted = other.is_fitted
        self._look(other.zoom, other.centre)

    def fit(self) -> None:
        """Show the whole photo, until the person zooms."""
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
        changed: one of them moved.
        visible_rect_changed: (Rect) the pixels of the photo that any of them has in sight.
    """

    changed = Signal()
    visible_rect_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewports: list[LinkedViewport] = []
        self._is_moving = False
        self._told = Rect(0, 0, 0, 0)

    def add(self) -> LinkedViewport:
        """Another viewport, which looks where the first one looks."""
        made = LinkedViewport(self)
        if self._viewports:
            first = self._viewports[0]
            Viewport.set_photo_size(made, *first.photo_size.toTuple())
        self._viewports.append(made)
        made.changed.connect(self.changed)
        made.visible_rect_changed.connect(self._tell_rect)
        return made

    def move(self, one: LinkedViewport, how: Callable[[LinkedViewport], None]) -> None:
        """Move one and all the others; one alone while the key is held."""
        alone = bool(QGuiApplication.keyboardModifiers() & ALONE_KEY)
        self._move([one] if alone or one not in self._viewports else self._viewports, how)

    def remove(self, viewport: LinkedViewport) -> None:
        """One less."""
        self._viewports.remove(viewport)

    def align(self, leader: Viewport) -> None:
        """All look where `leader` looks, whatever one did alone."""
        self._move(self._viewports, lambda each: each.look_like(leader))

    def set_photo_size(self, width: int, height: int) -> None:
        """Another photo: it is fitted in all of them. 0×0 for none."""
        self._move(self._viewports, lambda each: each.set_photo_size(width, height))

    @property
    def zoom(self) -> float:
        """Of the first viewport in sight; 1 without any."""
        return next((each.zoom for each in self._viewports if not each.is_hidden), 1.0)

    @property
    def visible_rect(self) -> Rect:
        """The pixels of the photo that any viewport has in sight; empty without a photo."""
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

    def fit(self) -> None:
        """Show the whole photo everywhere, and end what one did alone."""
        self._move(self._viewports, Viewport.fit)

    def set_zoom(self, zoom: float) -> None:
        """Zoom at the middle."""
        self._move(self._viewports, lambda each: Viewport.set_zoom(each, zoom))

    def zoom_by(self, factor: float) -> None:
        """Zoom at the middle, from where one is."""
        seen = [each for each in self._viewports if not each.is_hidden]
        if seen:
            seen[0].zoom_by(factor)

    def _move(self, viewports: list[LinkedViewport], how: Callable[[LinkedViewport], None]) -> None:
        """Move these, and tell once what is in sight then."""
        was_moving, self._is_moving = self._is_moving, True
        for each in viewports:
            how(each)
        self._is_moving = was_moving
        self._tell_rect()

    def _tell_rect(self) -> None:
        if not self._is_moving and self.visible_rect != self._told:
            self._told = self.visible_rect
            self.visible_rect_changed.emit(self._told)
