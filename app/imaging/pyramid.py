"""Reduced copies of an array, made on demand.

Level n holds the means of blocks of 2ⁿ×2ⁿ values of level 0, the array itself, which is never
copied. Each block is reduced straight from level 0, so a recomputed part fits its neighbours
exactly, in any order of levels and parts. All levels together take at most a third of the array;
unused parts take nothing.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.photo import Photo


TILE_PX = 256  # made at once, in pixels of the level
SMALLEST_PX = 64  # a level's longer side; a smaller one is useless

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class _Level:
    """One reduced copy: its values, and which of its tiles are filled in."""

    values: Array
    filled: npt.NDArray[np.bool_]


class Pyramid:
    """The reduced copies of one array.

    Any thread may make and read it, one at a time.

    Args:
        source: (H, W) or (H, W, C) uint8, uint16, int16, float16 or float32; call
            `refresh` after a change.
    """

    def __init__(self, source: Array) -> None:
        self.source = source
        self._levels: dict[int, _Level] = {}

    @property
    def top(self) -> int:
        """The highest level."""
        longest: int = max(self.source.shape[:2])
        return max((longest // SMALLEST_PX).bit_length() - 1, 0)

    def size(self, level: int) -> tuple[int, int]:
        """Width and height of a level, in its own pixels."""
        height, width = self.source.shape[:2]
        return -(-width >> level), -(-height >> level)

    def read(self, level: int, rect: Rect) -> Array:
        """The values of a level in `rect` (its own pixels), as a temporary view."""
        if level == 0:
            return self.source[rect.slices]
        made = self._made(level)
        for row, column in tiles_of(rect):
            if not made.filled[row, column]:
                self._fill(level, tile_rect(row, column).clipped(*self.size(level)))
                made.filled[row, column] = True
        return made.values[rect.slices]

    def fill(self, level: int) -> None:
        """Make a whole level, on another thread, before it is used."""
        width, height = self.size(level)
        self.read(level, Rect(0, 0, width, height))

    def refresh(self, rect: Rect) -> None:
        """Take over the changes in `rect` (pixels of level 0)."""
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
        top: the highest level.
    """
    level = 0
    while level < top and math.ldexp(zoom, level + 1) <= 1:
        level += 1
    return level


def tiles_of(rect: Rect, side: int = TILE_PX) -> list[tuple[int, int]]:
    """Rows and columns of the tiles that have a part in `rect`; none if it is empty."""
    if rect.width <= 0 or rect.height <= 0:
        return []
    rows = range(rect.top // side, -(-rect.bottom // side))
    columns = range(rect.left // side, -(-rect.right // side))
    return [(row, column) for row in rows for column in columns]


def tile_rect(row: int, column: int, side: int = TILE_PX) -> Rect:
    """The pixels of a tile, in its level; may reach beyond it."""
    left, top = column * side, row * side
    return Rect(left, top, left + side, top + side)


def reduced(rect: Rect, level: int) -> Rect:
    """The pixels of `level` that have a part in `rect` of level 0."""
    right, bottom = -(-rect.right >> level), -(-rect.bottom >> level)
    return Rect(rect.left >> level, rect.top >> level, right, bottom)


def enlarged(rect: Rect, level: int) -> Rect:
    """The pixels of level 0 that `rect` of `level` stands for; may reach beyond the array."""
    return Rect(*(side << level for side in (rect.left, rect.top, rect.right, rect.bottom)))


STRIP_ROWS = 32  # of the result: 8, 32 and 128 were tried on 24 megapixels


@np.errstate(over="ignore", invalid="ignore")  # floats that are no numbers, or nearly too large
def means(values: Array, level: int) -> Array:
    """The means of blocks of 2ⁿ×2ⁿ values, whole numbers rounded half up.

    Args:
        values: (H, W) or (H, W, C) uint8, uint16, int16, float16 or float32; a last block that
            is not whole is filled up with its last row and column.
        level: n, 1 or more.
    """
    side = 1 << level
    below, right = (-length % side for length in values.shape[:2])
    if below or right:
        beyond = [(0, below), (0, right), (0, 0)][: values.ndim]
        values = np.pad(values, beyond, mode="edge")
    height, width = (length // side for length in values.shape[:2])
    cells = values.reshape(height, side, width, side, -1)
    found = np.empty((height, width, cells.shape[4]), values.dtype)
    for top in range(0, height, STRIP_ROWS):
        strip = slice(top, top + STRIP_ROWS)
        _reduce(cells[strip], level, found[strip])
    return found.reshape(height, width, *values.shape[2:])


def _reduce(cells: Array, level: int, into: Array) -> None:
    """(h, side, w, side, C) to (h, w, C); a channel at a time, whose steps are even."""
    kind = _sum_kind(cells.dtype, level)
    rows = cells[:, 0].astype(kind)
    for row in range(1, cells.shape[1]):
        rows += cells[:, row]
    for channel in range(cells.shape[4]):
        total = rows[:, :, 0, channel] + rows[:, :, 1, channel]
        for column in range(2, cells.shape[3]):
            total += rows[:, :, column, channel]
        if kind is np.float32:
            total *= np.float32(0.25**level)
        else:
            total += kind(1 << (2 * level - 1))
            total >>= kind(2 * level)
        into[:, :, channel] = total


def _sum_kind(kind: np.dtype[Any], level: int) -> type[Any]:
    """The smallest type that holds the sum of a block."""
    if kind.kind == "f":
        return np.float32
    if kind == np.uint8 and level <= 4:
        return np.uint16
    return np.int32 if level <= 7 else np.int64


FIRST_VIEW_PX = 4096  # a screen's longer side: with these copies a first view needs no others


@dataclass(frozen=True, eq=False)
class Opened:
    """A photo that was read, with the reduced copies for a first view."""

    photo: "Photo"
    copies: Pyramid


def first_copies(photo: "Photo") -> Pyramid:
    """Make the reduced copies for a first, fitted view of a photo.

    For the thread that reads the file, so that a photo of 100 megapixels appears at once.
    """
    copies = Pyramid(photo.pixels)
    for level in range(1, copies.top + 1):
        if max(copies.size(level)) <= FIRST_VIEW_PX:
            copies.fill(level)
            if max(copies.size(level)) <= FIRST_VIEW_PX // 4:
                break
    return copies
