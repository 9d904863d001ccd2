"""Finished tiles within their limit."""

from PySide6.QtGui import QImage

from app.imaging.tiles import TileCache, TileKey
from nledn.tiling import Rect


def tile() -> QImage:
    return QImage(16, 16, QImage.Format.Format_RGB32)  # 1 KB


def test_the_one_not_used_for_longest_goes_first() -> None:
    cache = TileCache(limit_bytes=3 * 1024)
    keys = [TileKey("after", 0, 0, column) for column in range(4)]
    for key in keys[:3]:
        cache.put(key, tile())
    assert cache.get(keys[0]) is not None
    cache.put(keys[3], tile())
    assert [cache.get(key) is not None for key in keys] == [True, False, True, True]
    assert cache.size_bytes == 3 * 1024


def test_tiles_are_dropped_by_kind_and_place() -> None:
    cache = TileCache()
    near, far = TileKey("after", 1, 0, 0), TileKey("after", 1, 0, 1)
    other = TileKey("before", 1, 0, 0)
    for key in (near, far, other):
        cache.put(key, tile())
    cache.drop("after", rect=Rect(500, 0, 512, 5))  # at level 1 the last of the first tile
    assert [cache.get(key) is not None for key in (near, far, other)] == [False, True, True]
    cache.drop("after", rect=Rect(511, 0, 513, 5))
    assert cache.get(far) is None
    cache.drop()
    assert cache.size_bytes == 0
