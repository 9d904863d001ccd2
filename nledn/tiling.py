"""Pure geometry: the division of a photo into tiles, and the blending of their results.

Equal tiles, whose length and starts are multiples of 8, cover a side, so that each tile is
pooled three times like the whole photo. Along an axis the tiles' weights sum to 1 at each
position; near an edge that lies inside the photo a tile's weight is 0, because zero padding in
the convolutions has touched those pixels; at the photo's own border it keeps its weight. The
weight of a pixel is the product of its two axes' weights.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from nledn.regions import pools_evenly

STEP_PX = 8  # three 2×2 poolings
WHOLE_UP_TO_PX = 512  # the longest side the paper trained at (section 4.2)
EDGE_PX = 4  # outermost pixels of an inner edge that get no weight; see docs/tiling.md


@dataclass(frozen=True)
class Rect:
    """A rectangle of pixels: columns [left, right), rows [top, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns, px."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows, px."""
        return self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of an (H, W, …) array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def clipped(self, width: int, height: int) -> "Rect":
        """The part inside a picture of that size; may be empty, never negative."""
        left, right = (min(max(x, 0), width) for x in (self.left, self.right))
        top, bottom = (min(max(y, 0), height) for y in (self.top, self.bottom))
        return Rect(left, top, max(right, left), max(bottom, top))

    def shared(self, other: "Rect") -> "Rect":
        """The part that lies in both; may be empty, never negative."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Rect(left, top, max(right, left), max(bottom, top))

    def meets(self, other: "Rect") -> bool:
        """Return whether the two share a pixel."""
        shared = self.shared(other)
        return shared.width > 0 and shared.height > 0

    def distance(self, other: "Rect") -> float:
        """The distance between the nearest pixels, px; 0 if the two meet."""
        across = max(self.left - other.right, other.left - self.right, 0)
        along = max(self.top - other.bottom, other.top - self.bottom, 0)
        return float(np.hypot(across, along))

    def centre_distance(self, other: "Rect") -> float:
        """The distance between the centres, px."""
        across = (self.left + self.right - other.left - other.right) / 2
        along = (self.top + self.bottom - other.top - other.bottom) / 2
        return float(np.hypot(across, along))


@dataclass(frozen=True)
class Axis:
    """The tiles along one side of a photo.

    Attributes:
        side_px: length of the side; the tiles may reach up to 7 px beyond it.
        tile_px: length of each tile.
        starts: of the tiles, ascending.
        overlap_px: least overlap of neighbours.
    """

    side_px: int
    tile_px: int
    starts: tuple[int, ...]
    overlap_px: int

    @cached_property
    def weights(self) -> tuple[npt.NDArray[np.float32], ...]:
        """For each tile (tile_px,) float32 in [0, 1]; at each position the tiles' sum is 1."""
        raw = [self._ramp(index) for index in range(len(self.starts))]
        total = np.zeros(self.starts[-1] + self.tile_px)
        for start, ramp in zip(self.starts, raw, strict=True):
            total[start : start + self.tile_px] += ramp
        return tuple(
            (ramp / total[start : start + self.tile_px]).astype(np.float32)
            for start, ramp in zip(self.starts, raw, strict=True)
        )

    def shares(self, start: int, stop: int, cell_px: int = 1) -> npt.NDArray[np.float64]:
        """Return the tiles' mean weights in cells of the side.

        Args:
            start: number of the first cell.
            stop: of the one after the last.
            cell_px: length of a cell; the last may reach beyond the side.

        Returns:
            (tiles, cells) float64.
        """
        first, last = start * cell_px, stop * cell_px
        found = np.zeros((len(self.starts), last - first))
        for into, begin, weights in zip(found, self.starts, self.weights, strict=True):
            low, high = max(begin, first), min(begin + self.tile_px, last)
            if low < high:
                into[low - first : high - first] = weights[low - begin : high - begin]
        beyond = max(last - max(self.side_px, first), 0)  # filled up as the photo's pixels are
        if beyond:
            found[:, -beyond:] = found[:, -beyond - 1, None]
        means: npt.NDArray[np.float64] = found.reshape(len(self.starts), -1, cell_px).mean(axis=2)
        return means

    def _ramp(self, index: int) -> npt.NDArray[np.float64]:
        ramp = np.ones(self.tile_px)
        if index > 0:
            ramp *= self._rise(self.starts[index - 1] + self.tile_px - self.starts[index])
        if index < len(self.starts) - 1:
            ramp *= self._rise(self.starts[index] + self.tile_px - self.starts[index + 1])[::-1]
        return ramp

    def _rise(self, shared_px: int) -> npt.NDArray[np.float64]:
        # Mirrored, two rises sum to 1 over the shared pixels. An overlap too narrow for two
        # edges gives them up, down to a plain cut between neighbours that share nothing.
        edge = min(EDGE_PX, max(shared_px - 1, 0) // 2)
        position = np.arange(self.tile_px) + 0.5
        return np.clip((position - edge) / max(shared_px - 2 * edge, 1), 0.0, 1.0)


@dataclass(frozen=True)
class Tile:
    """One piece of work."""

    index: int
    rect: Rect
    row: int
    column: int


@dataclass(frozen=True)
class Tiling:
    """A photo's tiles."""

    vertical: Axis
    horizontal: Axis

    @cached_property
    def tiles(self) -> tuple[Tile, ...]:
        """All tiles, by rows."""
        height, width = self.vertical.tile_px, self.horizontal.tile_px
        tiles: list[Tile] = []
        for row, top in enumerate(self.vertical.starts):
            for column, left in enumerate(self.horizontal.starts):
                rect = Rect(left, top, left + width, top + height)
                tiles.append(Tile(len(tiles), rect, row, column))
        return tuple(tiles)

    @property
    def size(self) -> tuple[int, int]:
        """The photo's height and width, px."""
        return self.vertical.side_px, self.horizontal.side_px

    @property
    def is_whole(self) -> bool:
        """True if the photo is one tile without extension."""
        return len(self.tiles) == 1 and self.tiles[0].rect == self.inside(self.tiles[0])

    def inside(self, tile: Tile) -> Rect:
        """The part of a tile that lies in the photo."""
        height, width = self.size
        return tile.rect.clipped(width, height)

    def weights(self, tile: Tile) -> npt.NDArray[np.float32]:
        """(h, w, 1) float32 weights of a tile's pixels inside the photo."""
        down, across = self.axis_weights(tile)
        return (down[:, None] * across[None, :])[:, :, None]

    def axis_weights(self, tile: Tile) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """(h,) and (w,) float32, whose products are `weights`."""
        inside = self.inside(tile)
        return (
            self.vertical.weights[tile.row][: inside.height],
            self.horizontal.weights[tile.column][: inside.width],
        )

    @property
    def computed_px(self) -> int:
        """Pixels of all tiles together."""
        return len(self.tiles) * self.vertical.tile_px * self.horizontal.tile_px

    @property
    def waste(self) -> float:
        """Pixels computed over pixels of the photo, minus 1."""
        return self.computed_px / (self.vertical.side_px * self.horizontal.side_px) - 1


def whole(height: int, width: int) -> Tiling:
    """The photo as a single tile, not extended: exactly the network's result."""
    return Tiling(Axis(height, height, (0,), 0), Axis(width, width, (0,), 0))


def balanced(height: int, width: int, tile_px: int, overlap_px: int) -> Tiling:
    """Cover a photo with equal tiles.

    Args:
        height: of the photo, px.
        width: of the photo, px.
        tile_px: largest side of a tile; rounded down to a multiple of 8.
        overlap_px: least overlap of neighbours; at most a quarter of the tile.
    """
    largest = max(tile_px // STEP_PX * STEP_PX, STEP_PX)
    return Tiling(*(_balanced_axis(side, largest, overlap_px) for side in (height, width)))


def _balanced_axis(side_px: int, largest: int, overlap_px: int) -> Axis:
    extended, overlap = _up(side_px), _up(overlap_px)
    if extended <= largest:
        return Axis(side_px, extended, (0,), overlap_px)
    count = -(-(extended - overlap) // (largest - overlap))
    least = _up(-(-(extended + (count - 1) * overlap) // count))
    # The next length whose regions pool evenly, if one exists.
    lengths = range(least, largest + 1, STEP_PX)
    tile_px = next((length for length in lengths if pools_evenly(length)), least)
    return Axis(side_px, tile_px, _spread(extended - tile_px, count), overlap_px)


def static(height: int, width: int, tile_px: int, overlap_px: int) -> Tiling:
    """Cover a photo with tiles of exactly `tile_px`, for a backend that compiles one shape.

    A side shorter than the tile is extended by reflection to the tile's length.
    """
    return Tiling(*(_static_axis(side, tile_px, overlap_px) for side in (height, width)))


def _static_axis(side_px: int, tile_px: int, overlap_px: int) -> Axis:
    extended, overlap = _up(side_px), _up(overlap_px)
    if extended <= tile_px:
        return Axis(side_px, tile_px, (0,), overlap_px)
    count = -(-(extended - overlap) // (tile_px - overlap))
    return Axis(side_px, tile_px, _spread(extended - tile_px, count), overlap_px)


def _spread(last: int, count: int) -> tuple[int, ...]:
    # With the overlap a multiple of 8, rounding a start up cannot open a gap.
    return tuple(_up(last * index // (count - 1)) for index in range(count))


def _up(length: int) -> int:
    return -(-length // STEP_PX) * STEP_PX
