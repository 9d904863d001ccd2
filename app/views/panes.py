"""Which part of a view shows what: pure geometry, in physical pixels."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QPoint, QRect, QSize, Qt

from app.imaging.layers import Kind

Mode: TypeAlias = Literal["before_after", "side_by_side", "single", "rain"]
Orientation = Qt.Orientation
Corner = Qt.AlignmentFlag

TOP_LEFT = Corner.AlignTop | Corner.AlignLeft
TOP_RIGHT = Corner.AlignTop | Corner.AlignRight
BOTTOM_LEFT = Corner.AlignBottom | Corner.AlignLeft
GAP_PX = 2  # between two pictures side by side


@dataclass(frozen=True)
class Pane:
    """One picture in a view.

    Attributes:
        kind: what it shows.
        offset: where in the view the picture's frame begins.
        part: of the view, in which it is seen.
        corner: where its label is.
    """

    kind: Kind
    offset: QPoint
    part: QRect
    corner: Corner = TOP_LEFT


@dataclass(frozen=True)
class Arrangement:
    """How a view shows its picture.

    Attributes:
        mode: what the person chose.
        line: how the divider runs, or the border between two pictures.
        position: of the divider, as a share of the photo's part in sight, 0 to 1.
        is_flipped: the photo as it was is shown for a moment.
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
        """Where the line lies, from the view's left or top; `photo`: its part in sight."""
        if self.line == Orientation.Vertical:
            return photo.left() + round(self.position * photo.width())
        return photo.top() + round(self.position * photo.height())

    def panes(self, view: QSize, photo: QRect, has_rain: bool) -> tuple[Pane, ...]:
        """The pictures in a view of that size; before comes first.

        Args:
            view: its size.
            photo: its part in sight, in the view or, side by side, in each frame.
            has_rain: without rain there is nothing to compare, and one picture to show.
        """
        if self.mode == "side_by_side":
            return self._beside(view)
        if self.is_flipped or not has_rain:
            return (_whole("before", view),)
        if self.mode == "before_after":
            return self._divided(view, photo)
        return (_whole("after" if self.mode == "single" else "rain", view),)

    def _beside(self, view: QSize) -> tuple[Pane, ...]:
        size = self.frame_size(view)
        vertical = self.line == Orientation.Vertical
        second = QPoint(view.width() - size.width(), 0)
        if not vertical:
            second = QPoint(0, view.height() - size.height())
        first = QPoint(0, 0)
        return (
            Pane("before", first, QRect(first, size)),
            Pane("after", second, QRect(second, size)),
        )

    def _divided(self, view: QSize, photo: QRect) -> tuple[Pane, ...]:
        at, width, height = self.divider(photo), view.width(), view.height()
        parts = QRect(0, 0, width, at), QRect(0, at, width, height - at)
        if self.line == Orientation.Vertical:
            parts = QRect(0, 0, at, height), QRect(at, 0, width - at, height)
        corner = TOP_RIGHT if self.line == Orientation.Vertical else BOTTOM_LEFT
        return (
            Pane("before", QPoint(0, 0), parts[0]),
            Pane("after", QPoint(0, 0), parts[1], corner),
        )


def _whole(kind: Kind, view: QSize) -> Pane:
    return Pane(kind, QPoint(0, 0), QRect(QPoint(0, 0), view))
