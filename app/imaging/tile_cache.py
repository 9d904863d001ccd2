"""A cache of finished tiles, within a limit of memory."""

from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtGui import QImage

from app.imaging.layers import Kind
from app.imaging.pyramid import reduced, tile_rect
from nledn.tiling import Rect

LIMIT_BYTES = 192 * 2**20  # three kinds of a 4K screen, with a margin between two levels


@dataclass(frozen=True)
class TileKey:
    """The address of a tile: kind, level, place."""

    kind: Kind
    level: int
    row: int
    column: int


class TileCache:
    """Images by tile; the one not used for longest goes first.

    Args:
        limit_bytes: of all images together.
    """

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
        for key in [key for key in self._tiles if _meant(key, kinds, rect)]:
            self.size_bytes -= self._tiles.pop(key).sizeInBytes()


def _meant(key: TileKey, kinds: tuple[Kind, ...], rect: Rect | None) -> bool:
    if kinds and key.kind not in kinds:
        return False
    if rect is None:
        return True
    cells, tile = reduced(rect, key.level), tile_rect(key.row, key.column)
    across = cells.left < tile.right and tile.left < cells.right
    return across and cells.top < tile.bottom and tile.top < cells.bottom
