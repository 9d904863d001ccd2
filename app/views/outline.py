"""The kept area's outline, without a tint over the photo."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter

from app.imaging.picture import Picture
from app.views.frame import Frame, values_of

INSIDE, OUTSIDE = 0xE6E6E6E6, 0x96000000  # premultiplied: light beside dark shows on any photo

Flags = npt.NDArray[np.bool_]


class Outline(Frame):
    """A line of two pixels of the screen along the kept area's edge, at every zoom."""

    def __init__(self) -> None:
        super().__init__("mask")

    def forget(self, rect: QRect) -> None:
        """Drop the line in `rect` of the photo and beside it."""
        super().forget(rect.adjusted(-1, -1, 1, 1))

    def _draw(self, painter: QPainter, picture: Picture, part: QRect, keep: bool) -> None:
        wide = part.adjusted(-1, -1, 1, 1)
        tint = QImage(wide.size(), QImage.Format.Format_ARGB32_Premultiplied)
        tint.fill(Qt.GlobalColor.transparent)
        below = QPainter(tint)
        below.translate(-wide.topLeft())
        super()._draw(below, picture, wide, keep)
        below.end()
        kept = values_of(tint) > 0
        middle = kept[1:-1, 1:-1]
        values = np.zeros(middle.shape, np.uint32)
        values[_beside(kept) & ~middle] = OUTSIDE
        values[_beside(~kept) & middle] = INSIDE
        line = QImage(part.size(), tint.format())
        values_of(line)[:] = values
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(part.topLeft(), line)


def _beside(flags: Flags) -> Flags:
    """Return the pixels (h, w) that have a flag above, below, left or right of (h + 2, w + 2)."""
    beside: Flags = flags[:-2, 1:-1] | flags[2:, 1:-1] | flags[1:-1, :-2] | flags[1:-1, 2:]
    return beside
