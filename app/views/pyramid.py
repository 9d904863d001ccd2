"""Reduced copies of an array, made where they are looked at.

Level n holds the means of blocks of 2ⁿ×2ⁿ values of level 0, the array itself, which is never
copied. Each block is reduced straight from level 0, so a part that is computed anew fits its
neighbours exactly, in whatever order levels and parts were made. All levels together take at most
a third of the array; what nobody looked at takes nothing.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from app.views.means import means
from nledn.tiling import Rect

TILE_PX = 256  # in pixels of the level: what is made at once
SMALLEST_PX = 64  # a level's longer side; nobody looks at anything smaller

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class _Level:
    """One reduced copy: its values, and which of its tiles are filled in."""

    values: Array
    filled: npt.NDArray[np.bool_]


class Pyramid:
    """The reduced copies of one array.

    Can be made and read on any thread, by one at a time.

    Args:
        source: (H, W) or (H, W, C) uint8, uint16, int16 or float32; whoever changes it tells
            `refresh` where.
    """

    def __init__(self, source: Array) -> None:
        self.source = source
        self._levels: dict[int, _Level] = {}

    @property
    def top(self) -> int:
        """The highest level there is."""
        longest: int = max(self.source.shape[:2])
        return max((longest // SMALLEST_PX).bit_length() - 1, 0)

    def size(self, level: int) -> tuple[int, int]:
        """Width and height of a level, in its own pixels."""
        height, width = self.source.shape[:2]
        return -(-width >> level), -(-height >> level)

    def read(self, level: int, rect: Rect) -> Array:
        """The values of a level in `rect` (its own pixels), as a view that is not to be kept."""
        if level == 0:
            return self.source[rect.slices]
        made = self._made(level)
        for row, column in tiles_of(rect):
            if not made.filled[row, column]:
                self._fill(level, tile_rect(row, column).clipped(*self.size(level)))
                made.filled[row, column] = True
        return made.values[rect.slices]

    def fill(self, level: int) -> None:
        """Make a whole level: on another thread, before anyone looks."""
        width, height = self.size(level)
        self.read(level, Rect(0, 0, width, height))

    def refresh(self, rect: Rect) -> None:
        """Take over what has changed in `rect` (pixels of level 0)."""
        for level, made in self._levels.items():
            cells = reduced(rect, level).clipped(*self.size(level))
            if any(made.filled[place] for place in tiles_of(cells)):
                self._fill(level, cells)

    def _made(self, level: int) -> _Level:
        if level not in self._levels:
            width, height = self.size(level)
            values = np.empty((height, width, *self.source.shape[2:]), self.source.dtype)
            filled = np.zeros((-(-height // TILE_PX), -(-width // TILE_PX)), np.bool_)
            self._levels[level] = _Level(values, filled)
        return self._levels[level]

    def _fill(self, level: int, cells: Rect) -> None:
        height, width = self.source.shape[:2]
        block = self.source[enlarged(cells, level).clipped(width, height).slices]
        self._levels[level].values[cells.slices] = means(block, level)


def level_for(zoom: float, top: int) -> int:
    """The smallest level that still has a pixel for each one of the screen.

    Args:
        zoom: pixels of the screen for one of level 0.
        top: the highest level there is.
    """
    level = 0
    while level < top and math.ldexp(zoom, level + 1) <= 1:
        level += 1
    return level


def tiles_of(rect: Rect) -> list[tuple[int, int]]:
    """Rows and columns of the tiles that have a part in `rect`; none if it is empty."""
    if rect.width <= 0 or rect.height <= 0:
        return []
    rows = range(rect.top // TILE_PX, -(-rect.bottom // TILE_PX))
    columns = range(rect.left // TILE_PX, -(-rect.right // TILE_PX))
    return [(row, column) for row in rows for column in columns]


def tile_rect(row: int, column: int) -> Rect:
    """The pixels of a tile, in its level; may reach beyond it."""
    left, top = column * TILE_PX, row * TILE_PX
    return Rect(left, top, left + TILE_PX, top + TILE_PX)


def reduced(rect: Rect, level: int) -> Rect:
    """The pixels of `level` that have a part in `rect` of level 0."""
    right, bottom = -(-rect.right >> level), -(-rect.bottom >> level)
    return Rect(rect.left >> level, rect.top >> level, right, bottom)


def enlarged(rect: Rect, level: int) -> Rect:
    """The pixels of level 0 that `rect` of `level` stands for; may reach beyond the array."""
    return Rect(*(side << level for side in (rect.left, rect.top, rect.right, rect.bottom)))
