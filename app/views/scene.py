"""Puts a picture's frames on a widget, and keeps them from one painting to the next."""

import math
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QRegion

from app.imaging.layers import Kind
from app.imaging.picture import Picture
from app.imaging.pyramid import level_for
from app.views.frame import Frame, Sight, on_screen
from app.views.outline import Outline
from app.views.panes import ViewPane
from app.views.viewport import Viewport

DRAFT_ABOVE = 1.6  # pixels of a level for one of the screen; benchmarks/views.py has what they cost
CLEAR = QColor(0, 0, 0, 0)


@dataclass(frozen=True)
class Scene:
    """The content to paint. Lengths in physical pixels.

    Attributes:
        panes: pictures and their places.
        frame_size: of each of them.
        surround: colour around the photo.
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
    """The frames of a picture seen through a viewport.

    Args:
        picture: what is shown.
        viewport: the part of it.
    """

    def __init__(self, picture: Picture, viewport: Viewport) -> None:
        self._picture = picture
        self._viewport = viewport
        self._frames: dict[Kind, Frame] = {}
        self._outline = Outline()

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

    def forget(self, rect: QRect) -> None:
        """Drop pixels in `rect` of the photo, whose rain or mask changed."""
        for kind in ("after", "rain", "mask"):
            if kind in self._frames:
                self._frames[kind].forget(rect)
        self._outline.forget(rect)

    def on_screen(self, rect: QRect) -> QRect:
        """The place of a part of the photo in a frame."""
        return on_screen(rect, self._viewport.zoom, self._viewport.origin)

    def _paint_pane(self, painter: QPainter, scene: Scene, pane: ViewPane, part: QRect) -> None:
        shown = [self._frames.setdefault(pane.kind, Frame(pane.kind))]
        if scene.kept == "outline" and pane.kind == "after":
            shown.append(self._outline)
        elif scene.kept == "tint" and pane.kind == "after":
            shown.append(self._frames.setdefault("mask", Frame("mask")))
        source = part.translated(-pane.offset)
        for frame in shown:
            frame.look(self._sight(frame.kind, scene))
            keep = frame.kind in ("before", "mask") or not scene.is_settling
            frame.complete(self._picture, source, keep=keep)
            painter.drawImage(part.topLeft(), frame.image, source)

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
