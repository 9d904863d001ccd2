"""The slow part of the light of removed rain, to be given back: "Keep brightness".

Rain adds light, as streaks and as the veil of all the drops behind them; without it a photo is
darker. The slow part is the rain through a guided filter (He, Sun and Tang, 2013) whose guide is
the luma of the photo without rain: around each place it is a linear function of that luma, so it
ends where things end, and has no streaks. It is found on cells of some pixels, so it takes a
moment for any photo, and it is grey, so it turns no grey into a colour. docs/photos.md shows its
effect on photos.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from nledn.metrics import LUMA
from nledn.pixels import Floats, Pixels, as_floats, in_depth, white
from nledn.rain import STEPS, RainLayer, srgb_encoded
from nledn.tiling import Rect

CELLS = 384  # along the longer side
RADIUS = 12  # of the filter's window, cells
FLATTER_THAN = 0.1**2  # variance of luma in a window in which the light hardly follows it

Doubles = npt.NDArray[np.float64]


class SlowLight:
    """The slow part of a rain layer's light.

    Args:
        pixels: (H, W, 3) of any depth, the photo that was derained.
        layer: its rain; call `refresh` after adding tiles to it.
    """

    def __init__(self, pixels: Pixels, layer: RainLayer) -> None:
        self._pixels = pixels
        self._layer = layer
        height, width = layer.tiling.size
        self._cell_px = -(-max(height, width) // CELLS)
        size = -(-height // self._cell_px), -(-width // self._cell_px)
        self._photo, self._rain = np.zeros(size), np.zeros(size)
        self._whole = Rect(0, 0, size[1], size[0])
        self._line: tuple[Doubles, Doubles] | None = None  # slope and height in each cell
        photo = self._means(pixels, self._whole) / white(_whole(pixels.dtype))
        self._photo[:] = srgb_encoded(photo.astype(np.float32)) if layer.linear else photo
        self.refresh(Rect(0, 0, width, height))

    def refresh(self, rect: Rect) -> Rect:
        """Take over rain that was added in `rect`; return where the light may change.

        Both are in pixels of the photo.
        """
        side = self._cell_px
        cells = Rect(
            rect.left // side, rect.top // side, -(-rect.right // side), -(-rect.bottom // side)
        )
        self._rain[cells.slices] = self._means(self._layer.plane, cells) / STEPS
        self._line = None
        reach = (2 * RADIUS + 2) * side
        height, width = self._layer.tiling.size
        return Rect(
            rect.left - reach, rect.top - reach, rect.right + reach, rect.bottom + reach
        ).clipped(width, height)

    def at(self, pixels: Pixels, rain: Floats, rect: Rect, side: int = 1) -> Floats:
        """Return the light to give back at full strength.

        Args:
            pixels: (h, w, 3), the photo in `rect`.
            rain: (h, w, 3) float32, its rain there.
            rect: in pixels of a copy of the photo.
            side: pixels of the photo for one of the copy.

        Returns:
            (h, w, 1) float32; 0 where no rain is known yet.
        """
        if self._line is None:
            self._line = self._lines()
        rainy = as_floats(pixels)
        clean = (srgb_encoded(rainy) if self._layer.linear else rainy) - rain
        slope, height = (self._enlarged(map_, rect, side) for map_ in self._line)
        light: Floats = slope * _luma(clean) + height
        if not self._layer.is_complete:
            light *= 1 - self._layer.missing_share(rect, side)
        return light[:, :, None]

    def _lines(self) -> tuple[Doubles, Doubles]:
        """The guided filter: slope and height of the light over the clean photo's luma."""
        known = 1 - self._layer.missing_share(self._whole, self._cell_px).astype(np.float64)
        clean = self._photo - self._rain / np.maximum(known, 1e-3)
        count = np.maximum(_sums(known), 1e-9)
        mean, light = _sums(known * clean) / count, _sums(self._rain) / count
        varies = _sums(known * clean**2) / count - mean**2
        together = _sums(self._rain * clean) / count - mean * light
        slope = together / (np.maximum(varies, 0) + FLATTER_THAN)
        height = light - slope * mean
        return _sums(known * slope) / count, _sums(known * height) / count

    def _means(self, values: npt.NDArray[Any], cells: Rect) -> Doubles:
        """The luma of the cells' means; exact sums, so that each cell is the same in any part."""
        side = self._cell_px
        found = np.empty((cells.height, cells.width))
        height, width = values.shape[:2]
        columns = np.arange(cells.left * side, min(cells.right * side, width), side)
        lengths = np.diff([*columns, min(cells.right * side, width)])
        for into, row in zip(found, range(cells.top, cells.bottom), strict=True):
            lines = values[row * side : (row + 1) * side, columns[0] : cells.right * side]
            total = in_depth(lines, _whole(lines.dtype)).sum(axis=0, dtype=np.int32)
            sums = np.add.reduceat(total, columns - columns[0], axis=0, dtype=np.int64)
            into[:] = _luma(sums) / (lengths * min(side, height - row * side))
        return found

    def _enlarged(self, map_: Doubles, rect: Rect, side: int) -> Floats:
        """A map between the middles of its cells, (h, w) float32."""
        above, below, down = _between(rect.top, rect.bottom, side / self._cell_px, map_.shape[0])
        left, right, across = _between(rect.left, rect.right, side / self._cell_px, map_.shape[1])
        rows = map_[above[0] : below[-1] + 1].astype(np.float32)
        wide = rows[:, left] * (1 - across) + rows[:, right] * across
        upper, lower = wide[above - above[0]], wide[below - above[0]]
        down = down[:, None]
        found: Floats = upper * (1 - down) + lower * down
        return found


def _whole(depth: np.dtype[Any]) -> np.dtype[Any]:
    """The depth that sums are exact in: that of the values, 16 bits for floats."""
    return np.dtype(np.uint16) if depth.kind == "f" else depth


def _between(
    start: int, stop: int, scale: float, cells: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """For each pixel the cells around it, and how near it is to the second."""
    places = np.clip((np.arange(start, stop) + 0.5) * scale - 0.5, 0, cells - 1)
    first = places.astype(np.intp)
    return first, np.minimum(first + 1, cells - 1), (places - first).astype(np.float32)


def _luma(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(…, 3) to (…), by steps that do not depend on the array's shape."""
    red, green, blue = (values[..., n] * LUMA[n] for n in range(3))
    luma: npt.NDArray[Any] = red + green + blue
    return luma


def _sums(values: Doubles) -> Doubles:
    """The sums in windows of `RADIUS` around each cell, cut off at the border."""
    for axis in (0, 1):
        length = values.shape[axis]
        total = np.insert(values.cumsum(axis=axis), 0, 0, axis=axis)
        places = np.arange(length)
        last, first = np.minimum(places + RADIUS + 1, length), np.maximum(places - RADIUS, 0)
        values = total.take(last, axis=axis) - total.take(first, axis=axis)
    return values
