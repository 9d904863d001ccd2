"""The kept area: a brush on a mask, stroke by stroke, each of which can be undone.

Values of a mask are multiples of 1/255, so that a stroke is remembered in bytes and undone exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from app.imaging.pyramid import tile_rect, tiles_of
from nledn.pixels import Bytes, Mask
from nledn.tiling import Rect

TILE_PX = 128  # a stroke is computed and remembered in tiles of this side: 64 KB stay in the cache
STEPS = 255

Point: TypeAlias = tuple[float, float]
"""x and y in pixels of the photo; a pixel's middle is at a half."""
Place: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Brush:
    """The tool of a stroke.

    Attributes:
        radius_px: in pixels of the photo.
        feather: share of the radius over which the edge is soft, 0 to 1.
        value: of the mask under it, 0 to 1: 1 keeps the photo, 0 erases, between lightens.
    """

    radius_px: float
    feather: float = 0.5
    value: float = 1.0


@dataclass(frozen=True, eq=False)
class Patch:
    """The change by a stroke.

    Attributes:
        before: the mask's tiles under the stroke, by row and column.
        after: the same tiles after the stroke.
    """

    rect: Rect
    before: Mapping[Place, Bytes]
    after: Mapping[Place, Bytes]


@dataclass(eq=False)
class Stroke:
    """One stroke while it is painted.

    A place that the brush passes twice is covered once: slow and fast strokes look the same.

    Attributes:
        mask: (H, W) float32 in [0, 1], changed in place.
    """

    mask: Mask
    brush: Brush
    _before: dict[Place, Mask] = field(default_factory=dict)  # the tiles under the stroke
    _covered: dict[Place, Mask] = field(default_factory=dict)  # by the brush, of the same tiles
    _last: Point | None = None

    def paint(self, points: Sequence[Point]) -> Rect:
        """Continue to these points, in straight lines.

        Returns:
            The pixels that may have changed; empty outside the photo.
        """
        path = [*([self._last] if self._last else points[:1]), *points]
        self._last = path[-1]
        for start, end in pairwise(path):
            for place in tiles_of(self._reach((start, end)), TILE_PX):
                self._cover(place, start, end)
        return self._reach(path)

    def patch(self) -> Patch:
        """Return the change so far."""
        places = [_tile_rect(place).clipped(*self._size) for place in self._before]
        rect = Rect(
            min((part.left for part in places), default=0),
            min((part.top for part in places), default=0),
            max((part.right for part in places), default=0),
            max((part.bottom for part in places), default=0),
        )
        before = {place: _as_bytes(values) for place, values in self._before.items()}
        after = {place: _as_bytes(self._values(place)) for place in before}
        return Patch(rect, before, after)

    @property
    def _size(self) -> tuple[int, int]:
        return self.mask.shape[1], self.mask.shape[0]

    def _reach(self, path: Sequence[Point]) -> Rect:
        radius = self.brush.radius_px + 1
        (left, top), (right, bottom) = np.min(path, axis=0), np.max(path, axis=0)
        ends = (left - radius, top - radius, right + radius + 1, bottom + radius + 1)
        return Rect(*(int(np.floor(end)) for end in ends)).clipped(*self._size)

    def _cover(self, place: Place, start: Point, end: Point) -> None:
        values, rect = self._values(place), _tile_rect(place)
        x = (np.arange(values.shape[1], dtype=np.float32) + np.float32(rect.left + 0.5))[None]
        y = (np.arange(values.shape[0], dtype=np.float32) + np.float32(rect.top + 0.5))[:, None]
        covered = self._coverage(_distance(x, y, start, end))
        if place not in self._before:
            if not covered.any():  # a slanting line passes it
                return
            self._before[place], self._covered[place] = values.copy(), np.zeros_like(values)
        before, known = self._before[place], self._covered[place]
        np.maximum(known, covered, out=known)
        values[:] = _stepped(before + (self.brush.value - before) * known)

    def _coverage(self, distance: Mask) -> Mask:
        soft = np.float32(max(self.brush.radius_px * self.brush.feather, 1.0))
        rise = np.clip((np.float32(self.brush.radius_px) - distance) / soft + 0.5 / soft, 0, 1)
        smooth: Mask = rise * rise * (3 - 2 * rise)
        return smooth

    def _values(self, place: Place) -> Mask:
        return self.mask[_tile_rect(place).slices]


def put(mask: Mask, tiles: Mapping[Place, Bytes]) -> None:
    """Put one side of a `Patch` back into its mask: `before` to undo, `after` to do again."""
    for place, values in tiles.items():
        mask[_tile_rect(place).slices] = values / np.float32(STEPS)


def areas(mask: Mask) -> int:
    """Count the kept areas of a mask that do not touch."""
    import pyvips  # takes a moment, and most photos keep nothing

    kept = mask > 0
    labels = pyvips.Image.new_from_array(kept.astype(np.uint8)).labelregions().numpy()
    return len(np.unique(labels.reshape(kept.shape)[kept]))  # of one pixel it makes a number


def rounded(mask: Mask) -> Mask:
    """A copy of a mask with the values that strokes can remember."""
    return _stepped(np.clip(mask, 0, 1))


def _stepped(mask: Mask) -> Mask:
    stepped: Mask = np.rint(mask * np.float32(STEPS)) / np.float32(STEPS)
    return stepped


def _as_bytes(mask: Mask) -> Bytes:
    steps: Bytes = np.rint(mask * np.float32(STEPS)).astype(np.uint8)
    return steps


def _tile_rect(place: Place) -> Rect:
    return tile_rect(*place, TILE_PX)


def _distance(x: Mask, y: Mask, start: Point, end: Point) -> Mask:
    """Of places, arrays that go together, from the straight line between two points."""
    across, along = np.float32(end[0] - start[0]), np.float32(end[1] - start[1])
    x, y = x - np.float32(start[0]), y - np.float32(start[1])
    length = across * across + along * along
    if length > 0:
        share: Mask = np.clip((x * across + y * along) / length, 0, 1)
        x, y = x - share * across, y - share * along
    return np.sqrt(x * x + y * y)
