"""Pictures on the pixels of a screen, kept from one painting to the next.

Moving a divider then copies existing pixels, moving the photo computes only its new edges, and a
change in one place is computed only there.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPixmap, QRegion

from app.imaging.picture import Picture
from app.imaging.pyramid import level_for
from app.imaging.tiles import Kind
from app.views.panes import ViewPane
from app.views.viewport import Viewport
from nledn.tiling import Rect

SMOOTH_UP_TO = 2.0  # above it users want to see the pixels themselves
CHECK_PX = 8
CHECK_COLOURS = (QColor(204, 204, 204), QColor(255, 255, 255))
DRAFT_ABOVE = 1.6  # pixels of a level for one of the screen; benchmarks/views.py has what they cost
CLEAR = QColor(0, 0, 0, 0)
INSIDE, OUTSIDE = 0xE6E6E6E6, 0x96000000  # premultiplied: light beside dark shows on any photo
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sight:
    """A frame's view of its picture. Lengths in physical pixels.

    Attributes:
        origin: of the photo's upper left corner in the frame.
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
    """Pixels of the screen, as far as drawn."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.pixels = QPixmap()
        self._drawn = QRegion()
        self._sight: Sight | None = None

    def look(self, sight: Sight) -> None:
        """Set the view; keep pixels that are still valid."""
        old, self._sight = self._sight, sight
        if old is None or old.size != sight.size:
            self.pixels = QPixmap(sight.size)
            self.pixels.fill(sight.surround)  # an opaque one is copied to the screen, not blended
            self._drawn = QRegion()
        elif replace(old, origin=sight.origin) != sight:
            self._drawn = QRegion()
        elif old.origin != sight.origin:
            by = sight.origin - old.origin
            self.pixels.scroll(by.x(), by.y(), self.pixels.rect())
            self._drawn = self._drawn.translated(by).intersected(self.pixels.rect())

    def forget(self, rect: Rect) -> None:
        """Drop the pixels of `rect` of the photo."""
        if self._sight is not None:
            self._drawn -= QRegion(on_screen(rect, self._sight.zoom, self._sight.origin))

    def complete(self, picture: Picture, rect: QRect, *, keep: bool) -> None:
        """Draw the missing pixels in `rect` of the frame; `keep` as for `Picture.image`."""
        assert self._sight is not None, "look comes first"
        missing = QRegion(rect.intersected(self.pixels.rect())) - self._drawn
        if missing.isEmpty():
            return
        painter = QPainter(self.pixels)
        for part in missing:  # type: ignore[attr-defined]  # iterable, which its stub does not say
            self._draw(painter, picture, part, keep)
        painter.end()
        self._drawn += missing

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
        photo = on_screen(Rect(0, 0, width, height), sight.zoom, sight.origin)
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


class Outline(Frame):
    """A line of two pixels of the screen along the kept area's edge, at every zoom."""

    def __init__(self) -> None:
        super().__init__("mask")

    def forget(self, rect: Rect) -> None:
        """Drop the line in `rect` of the photo and beside it."""
        super().forget(Rect(rect.left - 1, rect.top - 1, rect.right + 1, rect.bottom + 1))

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


@dataclass(frozen=True)
class Scene:
    """The content to paint. Lengths in physical pixels.

    Attributes:
        is_settling: pixels computed from the rain will soon change again: a coarser level
            suffices if the sharp one takes longer than a moment.
        kept: the kept area is tinted, outlined, or not shown.
    """

    panes: tuple[ViewPane, ...]
    frame_size: QSize
    surround: QColor
    is_settling: bool
    kept: Literal["tint", "outline"] | None


class ScenePainter:
    """The frames of a picture seen through a viewport."""

    def __init__(self, picture: Picture, viewport: Viewport) -> None:
        self._picture = picture
        self._viewport = viewport
        shown: tuple[Kind, ...] = ("before", "after", "rain")
        self._frames = {kind: Frame(kind) for kind in shown}
        self._kept = {"tint": Frame("mask"), "outline": Outline()}

    def paint(self, painter: QPainter, scene: Scene, exposed: QRect) -> None:
        """Paint the part of the scene in `exposed`; the painter counts physical pixels."""
        bare = QRegion(exposed)
        for pane in scene.panes:
            part = pane.part.intersected(exposed)
            bare -= QRegion(part)
            if self._picture.photo is None:
                painter.fillRect(part, scene.surround)
            elif not part.isEmpty():
                self._paint_pane(painter, scene, pane, part)
        if bare.isEmpty():  # which a painter takes as no clip
            return
        painter.setClipRegion(bare)
        painter.fillRect(exposed, scene.surround)
        painter.setClipping(False)

    def forget(self, rect: Rect) -> None:
        """Drop pixels in `rect` of the photo, whose rain or mask changed."""
        for frame in (self._frames["after"], self._frames["rain"], *self._kept.values()):
            frame.forget(rect)

    def on_screen(self, rect: Rect) -> QRect:
        """The place of a part of the photo in a frame."""
        return on_screen(rect, self._viewport.zoom, self._viewport.origin)

    def _paint_pane(self, painter: QPainter, scene: Scene, pane: ViewPane, part: QRect) -> None:
        shown = [self._frames[pane.kind]]
        if scene.kept is not None and self._picture.mask is not None and pane.kind == "after":
            shown.append(self._kept[scene.kept])
        source = part.translated(-pane.offset)
        for frame in shown:
            frame.look(self._sight(frame.kind, scene))
            keep = frame.kind in ("before", "mask") or not scene.is_settling
            frame.complete(self._picture, source, keep=keep)
            painter.drawPixmap(part.topLeft(), frame.pixels, source)

    def _sight(self, kind: Kind, scene: Scene) -> Sight:
        zoom, top = self._viewport.zoom, self._picture.top_level
        level = level_for(zoom, top)
        excess = math.ldexp(zoom, level) ** -2
        if kind != "before" and scene.is_settling and excess > DRAFT_ABOVE and level < top:
            level += 1
        return Sight(
            size=scene.frame_size,
            zoom=zoom,
            origin=self._viewport.origin,
            level=level,
            version=self._picture.version(kind),
            surround=CLEAR if kind == "mask" else scene.surround,
        )


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


def on_screen(rect: Rect, zoom: float, origin: QPoint) -> QRect:
    """The pixels of the screen that show a part of `rect` of the photo, also by smoothing."""
    reach = 0 if zoom > SMOOTH_UP_TO else math.ceil(zoom)
    left, top = math.floor(rect.left * zoom), math.floor(rect.top * zoom)
    right, bottom = math.ceil(rect.right * zoom), math.ceil(rect.bottom * zoom)
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


def _beside(flags: Flags) -> Flags:
    """Return the pixels (h, w) that have a flag above, below, left or right of (h + 2, w + 2)."""
    beside: Flags = flags[:-2, 1:-1] | flags[2:, 1:-1] | flags[1:-1, :-2] | flags[1:-1, 2:]
    return beside
