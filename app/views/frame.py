"""The pixels of one kind of picture on the screen.

Moving a divider then copies existing pixels, moving the photo computes only its new edges, and a
change in one place is computed only there.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QRegion

from app.imaging.layers import Kind
from app.imaging.picture import Picture
from nledn.tiling import Rect

SMOOTH_UP_TO = 2.0  # above it users want to see the pixels themselves
CHECK_PX = 8
CHECK_COLOURS = (QColor(204, 204, 204), QColor(255, 255, 255))


@dataclass(frozen=True)
class Sight:
    """A frame's view of its picture. Lengths in physical pixels.

    Attributes:
        size: of the frame.
        zoom: of the photo.
        origin: of the photo's upper left corner in the frame.
        level: to draw from.
        version: of the picture's images.
        surround: colour around the photo; transparent for a frame over another.
    """

    size: QSize
    zoom: float
    origin: QPoint
    level: int
    version: int
    surround: QColor

    @property
    def scale(self) -> float:
        """Pixels of the screen for one of the level."""
        return math.ldexp(self.zoom, self.level)


class Frame:
    """Pixels of the screen, as far as drawn.

    Args:
        kind: what of the picture is shown.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.image = QImage()
        self._spare = QImage()
        self._drawn = QRegion()
        self._sight: Sight | None = None

    def look(self, sight: Sight) -> None:
        """Set the view; keep pixels that are still valid."""
        old, self._sight = self._sight, sight
        if old is None or old.size != sight.size:
            self.image = QImage(sight.size, QImage.Format.Format_ARGB32_Premultiplied)
            if sight.surround.alpha() == 255:  # copied to the screen without blending
                self.image.reinterpretAsFormat(QImage.Format.Format_RGB32)
            self._spare = QImage()
            self._drawn = QRegion()
        elif replace(old, origin=sight.origin) != sight:
            self._drawn = QRegion()
        elif old.origin != sight.origin:
            self._shift(sight.origin - old.origin)

    def forget(self, rect: QRect) -> None:
        """Drop the pixels of `rect` of the photo."""
        if self._sight is not None:
            self._drawn -= QRegion(on_screen(rect, self._sight.zoom, self._sight.origin))

    def complete(self, picture: Picture, rect: QRect, *, keep: bool) -> None:
        """Draw the missing pixels in `rect` of the frame; `keep` as for `Picture.image`."""
        assert self._sight is not None, "look comes first"
        missing = QRegion(rect.intersected(self.image.rect())) - self._drawn
        if missing.isEmpty():
            return
        painter = QPainter(self.image)
        for part in missing:  # type: ignore[attr-defined]  # iterable, which its stub does not say
            self._draw(painter, picture, part, keep)
        painter.end()
        self._drawn += missing

    def _shift(self, by: QPoint) -> None:
        if self._spare.isNull():
            self._spare = self.image.copy()
        painter = QPainter(self._spare)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(by, self.image)
        painter.end()
        self.image, self._spare = self._spare, self.image
        self._drawn = self._drawn.translated(by).intersected(self.image.rect())

    def _draw(self, painter: QPainter, picture: Picture, part: QRect, keep: bool) -> None:
        sight = self._sight
        assert sight is not None
        painter.setClipRect(part)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(part, sight.surround)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        cells = _cells(part, sight).clipped(*picture.level_size(sight.level))
        if not (cells.width and cells.height):
            return
        width, height = picture.level_size(0)
        photo = on_screen(QRect(0, 0, width, height), sight.zoom, sight.origin)
        painter.setClipRect(part.intersected(photo))
        if not picture.is_opaque and self.kind != "mask":
            painter.setBrushOrigin(sight.origin)
            painter.fillRect(part, _checks())
        image = picture.image(self.kind, sight.level, cells, keep=keep)
        scale, corner = sight.scale, sight.origin
        if scale == 1:
            painter.drawImage(corner + QPoint(cells.left, cells.top), image)
            return
        if sight.zoom > SMOOTH_UP_TO:
            painter.drawImage(part.topLeft(), _magnified(image, cells, part, sight))
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        left, top = corner.x() + cells.left * scale, corner.y() + cells.top * scale
        painter.drawImage(QRectF(left, top, cells.width * scale, cells.height * scale), image)


def _magnified(image: QImage, cells: Rect, part: QRect, sight: Sight) -> QImage:
    """Magnify: each pixel of `part` gets the colour of the cell at its middle.

    QPainter rounds the corners of a magnified part, so that it would not fit its neighbours.
    """
    x = np.arange(part.left(), part.left() + part.width()) + 0.5 - sight.origin.x()
    y = np.arange(part.top(), part.top() + part.height()) + 0.5 - sight.origin.y()
    columns = np.clip((x // sight.scale).astype(int) - cells.left, 0, cells.width - 1)
    rows = np.clip((y // sight.scale).astype(int) - cells.top, 0, cells.height - 1)
    large = QImage(part.size(), image.format())
    values_of(large)[:] = values_of(image)[:, columns][rows]
    return large


def values_of(image: QImage) -> npt.NDArray[np.uint32]:
    """The pixels of a 32-bit image, (H, W): its own memory, as long as it lives."""
    return np.frombuffer(image.bits(), np.uint32).reshape(image.height(), image.width())


def on_screen(rect: QRect, zoom: float, origin: QPoint) -> QRect:
    """The pixels of the screen that show a part of `rect` of the photo, also by smoothing."""
    reach = 0 if zoom > SMOOTH_UP_TO else math.ceil(zoom)
    left, top = math.floor(rect.left() * zoom), math.floor(rect.top() * zoom)
    right = math.ceil((rect.left() + rect.width()) * zoom)
    bottom = math.ceil((rect.top() + rect.height()) * zoom)
    shown = QRect(left, top, right - left, bottom - top).translated(origin)
    return shown.adjusted(-reach, -reach, reach, reach)


def _cells(part: QRect, sight: Sight) -> Rect:
    """The level's pixels that are needed to draw `part`, with one more for smoothing."""
    scale, origin = sight.scale, sight.origin
    return Rect(
        math.floor((part.left() - origin.x()) / scale) - 1,
        math.floor((part.top() - origin.y()) / scale) - 1,
        math.ceil((part.left() + part.width() - origin.x()) / scale) + 1,
        math.ceil((part.top() + part.height() - origin.y()) / scale) + 1,
    )


def _checks() -> QBrush:
    """The chequered ground that shows through what is transparent."""
    tile = QImage(2 * CHECK_PX, 2 * CHECK_PX, QImage.Format.Format_RGB32)
    tile.fill(CHECK_COLOURS[0])
    painter = QPainter(tile)
    painter.fillRect(CHECK_PX, 0, CHECK_PX, CHECK_PX, CHECK_COLOURS[1])
    painter.fillRect(0, CHECK_PX, CHECK_PX, CHECK_PX, CHECK_COLOURS[1])
    painter.end()
    return QBrush(tile)
