"""Images of a picture in tiles, kept while they hold."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtGui import QImage

from app.imaging.pyramid import reduced, tile_rect
from nledn.tiling import Rect

Kind: TypeAlias = Literal["before", "after", "rain", "mask"]

LIMIT_BYTES = 192 * 2**20  # three kinds of a 4K screen, with a margin between two levels


@dataclass(frozen=True)
class TileKey:
    """The address of a tile: kind, level, place."""

    kind: Kind
    level: int
    row: int
    column: int

    def meets(self, rect: Rect) -> bool:
        """Return True if the tile shows a part of `rect` (pixels of the photo)."""
        return reduced(rect, self.level).meets(tile_rect(self.row, self.column))


class TileCache:
    """Images by tile; the one not used for longest goes first."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._tiles: OrderedDict[TileKey, QImage] = OrderedDict()
        self.size_bytes = 0

    def get(self, key: TileKey) -> QImage | None:
        """The tile's image, if it is cached."""
        image = self._tiles.get(key)
        if image is not None:
            self._tiles.move_to_end(key)
        return image

    def put(self, key: TileKey, image: QImage) -> None:
        """Keep a new image."""
        self._tiles[key] = image
        self.size_bytes += image.sizeInBytes()
        while self.size_bytes > self._limit_bytes:
            _, oldest = self._tiles.popitem(last=False)
            self.size_bytes -= oldest.sizeInBytes()

    def drop(self, *kinds: Kind, rect: Rect | None = None) -> None:
        """Forget tiles.

        Args:
            kinds: only of these; of all if None.
            rect: only those that meet it, in pixels of the photo.
        """
        for key in list(self._tiles):
            if (not kinds or key.kind in kinds) and (rect is None or key.meets(rect)):
                self.size_bytes -= self._tiles.pop(key).sizeInBytes()
