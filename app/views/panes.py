"""The division of a view among pictures: pure geometry, in physical pixels."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QPoint, QRect, QSize, Qt

from app.imaging.tiles import Kind

Mode: TypeAlias = Literal["before_after", "side_by_side", "single", "rain"]
Orientation = Qt.Orientation
Corner = Qt.AlignmentFlag

TOP_LEFT = Corner.AlignTop | Corner.AlignLeft
TOP_RIGHT = Corner.AlignTop | Corner.AlignRight
BOTTOM_LEFT = Corner.AlignBottom | Corner.AlignLeft
GAP_PX = 2  # between two pictures side by side


@dataclass(frozen=True)
class ViewPane:
    """One picture in a view.

    Attributes:
        kind: of the picture.
        offset: of the picture's frame in the view.
        part: of the view that shows it.
        corner: of its label.
    """

    kind: Kind
    offset: QPoint
    part: QRect
    corner: Corner = TOP_LEFT


@dataclass(frozen=True)
class Arrangement:
    """The arrangement of a view.

    Attributes:
        line: direction of the divider, or of the border between two pictures.
        position: of the divider, as a share of the photo's visible part, 0 to 1.
        is_flipped: the original photo is shown for a moment.
    """

    mode: Mode = "before_after"
    line: Orientation = Orientation.Vertical
    position: float = 0.5
    is_flipped: bool = False

    def frame_size(self, view: QSize) -> QSize:
        """Size of each picture's frame in a view of that size."""
        if self.mode != "side_by_side":
            return view
        if self.line == Orientation.Vertical:
            return QSize(max((view.width() - GAP_PX) // 2, 0), view.height())
        return QSize(view.width(), max((view.height() - GAP_PX) // 2, 0))

    def divider(self, photo: QRect) -> int:
        """The line's place from the view's left or top; `photo`: its visible part."""
        if self.line == Orientation.Vertical:
            return photo.left() + round(self.position * photo.width())
        return photo.top() + round(self.position * photo.height())

    def panes(self, view: QSize, photo: QRect, has_rain: bool) -> tuple[ViewPane, ...]:
        """The pictures in a view of that size; before comes first, and alone without rain.

        `photo` is its visible part, in the view or, side by side, in each frame.
        """
        if self.mode == "side_by_side":
            return self._beside(view)
        if self.is_flipped or not has_rain:
            return (_whole("before", view),)
        if self.mode == "before_after":
            return self._divided(view, photo)
        return (_whole("after" if self.mode == "single" else "rain", view),)

    def _beside(self, view: QSize) -> tuple[ViewPane, ...]:
        size = self.frame_size(view)
        vertical = self.line == Orientation.Vertical
        second = QPoint(view.width() - size.width(), 0)
        if not vertical:
            second = QPoint(0, view.height() - size.height())
        first = QPoint(0, 0)
        return (
            ViewPane("before", first, QRect(first, size)),
            ViewPane("after", second, QRect(second, size)),
        )

    def _divided(self, view: QSize, photo: QRect) -> tuple[ViewPane, ...]:
        at, width, height = self.divider(photo), view.width(), view.height()
        parts = QRect(0, 0, width, at), QRect(0, at, width, height - at)
        if self.line == Orientation.Vertical:
            parts = QRect(0, 0, at, height), QRect(at, 0, width - at, height)
        corner = TOP_RIGHT if self.line == Orientation.Vertical else BOTTOM_LEFT
        return (
            ViewPane("before", QPoint(0, 0), parts[0]),
            ViewPane("after", QPoint(0, 0), parts[1], corner),
        )


def _whole(kind: Kind, view: QSize) -> ViewPane:
    return ViewPane(kind, QPoint(0, 0), QRect(QPoint(0, 0), view))
