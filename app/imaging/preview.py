"""A first look at the result: the rain of a reduced copy of what is in sight."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.imaging.pyramid import Pyramid, enlarged, reduced
from nledn.brightness import SlowLight
from nledn.pixels import Bytes, Floats, Pixels, to_8_bits
from nledn.rain import RainLayer
from nledn.tiling import Rect

IN_SIGHT_PX = 2**22  # a copy of what is in sight has no more: taken in some 10 ms


@dataclass(frozen=True, eq=False)
class InSight:
    """The visible part of a photo.

    Attributes:
        rect: in pixels of the photo.
        pixels: of it, perhaps reduced.
        after: the part of it that comes first.
    """

    rect: Rect
    pixels: Pixels
    after: Rect

    @classmethod
    def of(cls, copies: Pyramid, rect: Rect, after: Rect) -> "InSight":
        """Return a copy of `rect` of the photo with these reduced copies."""
        level = 0
        while (rect.width >> level) * (rect.height >> level) > IN_SIGHT_PX and level < copies.top:
            level += 1
        cells = reduced(rect, level).clipped(*copies.size(level))
        seen = enlarged(cells, level).clipped(*copies.size(0))
        return cls(seen, copies.read(level, cells).copy(), after)

    def size_of(self, most_px: float) -> tuple[int, int]:
        """Return width and height of a copy of at most so many pixels."""
        height, width = self.pixels.shape[:2]
        scale = min(1.0, math.sqrt(most_px / (width * height)))
        return max(int(width * scale), 1), max(int(height * scale), 1)

    def copy(self, size: tuple[int, int]) -> Bytes:
        """Return a copy of that width and height, 8 bits a channel."""
        from PIL import Image  # the window opens before it is needed

        return np.asarray(
            Image.fromarray(to_8_bits(self.pixels)).resize(size, Image.Resampling.BOX)
        )

    def after_in(self, width: int, height: int) -> Rect:
        """Return the part that comes first in a copy of that size."""
        across, along = width / self.rect.width, height / self.rect.height
        return Rect(
            int((self.after.left - self.rect.left) * across),
            int((self.after.top - self.rect.top) * along),
            math.ceil((self.after.right - self.rect.left) * across),
            math.ceil((self.after.bottom - self.rect.top) * along),
        ).clipped(width, height)


@dataclass(frozen=True, eq=False)
class Preview:
    """The rain of a reduced copy, complete or still filling up; it never reaches a result.

    Attributes:
        rect: of the photo that it shows.
        pixels: (h, w, 3) of the copy.
    """

    rect: Rect
    pixels: Bytes
    layer: RainLayer

    @cached_property
    def light(self) -> SlowLight:
        """The slow part of its light."""
        return SlowLight(self.pixels, self.layer)

    def on_photo(self, rect: Rect) -> Rect:
        """Return the pixels of the photo for a part of the copy."""
        across, along = self._scale
        left, top = self.rect.left, self.rect.top
        return Rect(
            math.floor(rect.left / across) - 1 + left,
            math.floor(rect.top / along) - 1 + top,
            math.ceil(rect.right / across) + 1 + left,
            math.ceil(rect.bottom / along) + 1 + top,
        ).shared(self.rect)

    def at(self, level: int, rect: Rect, *, keep_brightness: bool = False) -> Floats:
        """Return the rain of a part of the photo at full strength.

        Args:
            level: 0 for the photo's own pixels, n for those reduced by 2ⁿ.
            rect: in pixels of the level.
            keep_brightness: without the slow part of the light.

        Returns:
            (h, w, 3) float32 in (-1, 1); 0 beyond the preview.
        """
        first, side = self.rect, 1 << level
        ends = (first.left, first.top, first.right, first.bottom)
        seen = Rect(*(-(-end // side) for end in ends)).shared(rect)
        found = np.zeros((rect.height, rect.width, 3), np.float32)
        if seen.width and seen.height:
            rows = slice(seen.top - rect.top, seen.bottom - rect.top)
            columns = slice(seen.left - rect.left, seen.right - rect.left)
            found[rows, columns] = self._resized(seen, side, keep_brightness)
        return found

    def _resized(self, seen: Rect, side: int, keep_brightness: bool) -> Floats:
        """The rain of cells of `side` px of the photo, smoothed as a view's pixels are."""
        (across, along), (height, width) = self._scale, self.layer.tiling.size
        xs, ys = (seen.left, seen.right), (seen.top, seen.bottom)
        left, right = (min(max((x * side - self.rect.left) * across, 0), width) for x in xs)
        top, bottom = (min(max((y * side - self.rect.top) * along, 0), height) for y in ys)
        reach = 2 + math.ceil(max(across, along) * side)  # the reach of smoothing
        part = Rect(
            int(left) - reach, int(top) - reach, math.ceil(right) + reach, math.ceil(bottom) + reach
        ).clipped(width, height)
        plane = self.layer.rain(part)
        if keep_brightness:
            plane -= self.light.at(self.pixels[part.slices], plane, part)
        box = (left - part.left, top - part.top, right - part.left, bottom - part.top)
        from PIL import Image

        size, way = (seen.width, seen.height), Image.Resampling.BILINEAR
        channels = [Image.fromarray(plane[:, :, n]).resize(size, way, box=box) for n in range(3)]
        return np.stack([np.asarray(channel) for channel in channels], axis=2)

    @property
    def _scale(self) -> tuple[float, float]:
        """Pixels of the copy for one of the photo, across and along."""
        height, width = self.layer.tiling.size
        return width / self.rect.width, height / self.rect.height
