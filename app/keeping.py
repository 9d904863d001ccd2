"""The kept area: from strokes on the photo to the mask, and to undo."""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.history import History
from app.views.mask import Brush, Point
from app.views.picture import Picture


class Keeping(QObject):
    """Holds the brush while it paints."""

    def __init__(self, picture: Picture, history: History, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._history = history
        self._brush: Brush | None = None

    def set_brush(self, brush: Brush | None) -> None:
        """What the next stroke is painted with."""
        self._brush = brush

    def begin(self) -> None:
        """The brush touches the photo."""
        if self._brush is not None and self._picture.photo is not None:
            self._picture.begin_stroke(self._brush)

    def move(self, points: Sequence[Point]) -> None:
        """It was drawn on to these points."""
        self._picture.paint(points)

    def end(self) -> None:
        """It is lifted: the stroke can be undone from now on."""
        patch = self._picture.end_stroke()
        if patch is not None:
            self._history.stroke_painted(patch)
