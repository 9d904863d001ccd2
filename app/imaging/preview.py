"""A preview of the visible rain from a reduced copy, ready before the first tiles."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from nledn.brightness import SlowLight
from nledn.pixels import Bytes, Floats, Pixels, to_8_bits
from nledn.rain import STEPS, RainLayer
from nledn.tiling import Rect


@dataclass(frozen=True, eq=False)
class InSight:
    """The visible part of a photo.

    Attributes:
        rect: of the photo, px.
        pixels: (h, w, 3) its copy, perhaps reduced.
        after: the part that is shown derained; it is computed first.
    """

    rect: Rect
    pixels: Pixels
    after: Rect

    def size_of(self, most_px: float) -> tuple[int, int]:
        """Return width and height of a copy of at most so many pixels."""
        height, width = self.pixels.shape[:2]
        scale = min(1.0, math.sqrt(most_px / (width * height)))
        return max(int(width * scale), 1), max(int(height * scale), 1)

    def copy(self, size: tuple[int, int]) -> Bytes:
        """Return a copy of that width and height, 8 bits a channel."""
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
        rect: of the photo, px, shown by the copy.
        pixels: (h, w, 3) of the copy.
        layer: the copy's rain.
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
        width, height = self.rect.width, self.rect.height
        within = Rect(
            math.floor(rect.left / across) - 1,
            math.floor(rect.top / along) - 1,
            math.ceil(rect.right / across) + 1,
            math.ceil(rect.bottom / along) + 1,
        ).clipped(width, height)
        left, top = self.rect.left, self.rect.top
        return Rect(within.left + left, within.top + top, within.right + left, within.bottom + top)

    def at(self, level: int, rect: Rect, *, keep_brightness: bool = False) -> Floats:
        """Return the rain of a part of the photo at full strength.

        Args:
            level: 0 for the photo's own pixels, n for those reduced by 2ⁿ.
            rect: in pixels of the level.
            keep_brightness: without the slow part of the light.

        Returns:
            (h, w, 3) float32 in (-1, 1); 0 beyond the preview.
        """
        found = np.zeros((rect.height, rect.width, 3), np.float32)
        first, side = self.rect, 1 << level
        seen = Rect(
            max(rect.left, -(-first.left // side)),
            max(rect.top, -(-first.top // side)),
            min(rect.right, -(-first.right // side)),
            min(rect.bottom, -(-first.bottom // side)),
        )
        if seen.width <= 0 or seen.height <= 0:
            return found
        rows = slice(seen.top - rect.top, seen.bottom - rect.top)
        columns = slice(seen.left - rect.left, seen.right - rect.left)
        found[rows, columns] = self._resized(seen, side, keep_brightness)
        return found

    @property
    def _scale(self) -> tuple[float, float]:
        """Pixels of the copy for one of the photo, across and along."""
        height, width = self.layer.tiling.size
        return width / self.rect.width, height / self.rect.height

    def _resized(self, seen: Rect, side: int, keep_brightness: bool) -> Floats:
        """The rain of cells of `side` px of the photo, smoothed as a view's pixels are."""
        across, along = self._scale
        height, width = self.layer.tiling.size
        left, right = ((x * side - self.rect.left) * across for x in (seen.left, seen.right))
        top, bottom = ((y * side - self.rect.top) * along for y in (seen.top, seen.bottom))
        reach = 2 + math.ceil(max(across, along) * side)  # the reach of smoothing
        part = Rect(
            int(left) - reach, int(top) - reach, math.ceil(right) + reach, math.ceil(bottom) + reach
        ).clipped(width, height)
        box = (
            max(left - part.left, 0),
            max(top - part.top, 0),
            min(right - part.left, part.width),
            min(bottom - part.top, part.height),
        )
        plane = self.layer.plane[part.slices].astype(np.float32) / np.float32(STEPS)
        if keep_brightness:
            plane -= self.light.at(self.pixels[part.slices], plane, part)
        size, way = (seen.width, seen.height), Image.Resampling.BILINEAR
        channels = [Image.fromarray(plane[:, :, n]).resize(size, way, box=box) for n in range(3)]
        return np.stack([np.asarray(channel) for channel in channels], axis=2)
