"""The pixels of each view of a photo: before, after, its rain, the kept area.

Arithmetic on reduced copies of photo, rain and mask; no Qt, no colours of a screen. At level 0 the
pixels after are those of `RainLayer.apply`, value for value, and so those of the saved file.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from app.imaging.mask import areas
from app.imaging.pyramid import Pyramid
from nledn.brightness import SlowLight
from nledn.pixels import Bytes, Floats, Mask, Pixels, to_8_bits
from nledn.rain import STEPS, RainLayer, subtract
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.photo import Photo

Kind: TypeAlias = Literal["before", "after", "rain", "mask"]

# The tint of the kept area: a colour that streets, skies and meadows lack.
KEPT_RGB = (214, 64, 159)
KEPT_OPACITY = 0.45
SMALL_PX = 1024


@dataclass(frozen=True)
class Look:
    """The way the layers are shown.

    Attributes:
        strength: share of the rain that is taken, 0 to 1.5.
        keep_brightness: the slow part of its light is given back.
        rain_gain: by what the rain is multiplied where it is shown itself.
    """

    strength: float = 1.0
    keep_brightness: bool = False
    rain_gain: float = 2.0


@dataclass(frozen=True, eq=False)
class InSight:
    """The visible part of a photo."""

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
        from PIL import Image

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
    """The rain of a reduced copy, complete or still filling up; it never reaches a result."""

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
        from PIL import Image

        size, way = (seen.width, seen.height), Image.Resampling.BILINEAR
        channels = [Image.fromarray(plane[:, :, n]).resize(size, way, box=box) for n in range(3)]
        return np.stack([np.asarray(channel) for channel in channels], axis=2)


@dataclass(eq=False)
class Layers:
    """A photo, its rain and its mask, each with its reduced copies.

    Attributes:
        mask: (H, W) float32 in [0, 1], 1 keeps the photo; or None.
    """

    photo: "Photo"
    photo_copies: Pyramid
    rain: RainLayer | None = None
    mask: Mask | None = None
    preview: Preview | None = None
    _alpha_copies: Pyramid | None = field(init=False)
    _rain_copies: Pyramid | None = field(init=False, default=None)
    _mask_copies: Pyramid | None = field(init=False, default=None)
    _light: SlowLight | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        alpha = self.photo.alpha
        self._alpha_copies = None if alpha is None else Pyramid(alpha)

    def set_rain(self, rain: RainLayer | None) -> None:
        """Another rain layer of the same photo; what was a preview of the old one goes."""
        assert rain is None or rain.plane.shape == self.photo.pixels.shape
        self.preview = None
        self.rain = rain
        self._rain_copies = None if rain is None else Pyramid(rain.plane)
        self._light = None

    def set_mask(self, mask: Mask | None) -> None:
        """Another mask of the same photo."""
        assert mask is None or mask.shape == self.photo.pixels.shape[:2]
        self.mask = mask
        self._mask_copies = None if mask is None else Pyramid(mask)

    def kept_areas(self) -> int:
        """Count the separate kept areas, in a small copy."""
        copies = self._mask_copies
        if copies is None or not copies.source.any():
            return 0
        level = next(n for n in range(copies.top + 1) if max(copies.size(n)) <= SMALL_PX)
        return areas(copies.read(level, Rect(0, 0, *copies.size(level))))

    def refresh_rain(self, rect: Rect, look: Look) -> Rect:
        """Rain was added in `rect`; return where it shows (pixels of the photo)."""
        if self._rain_copies is not None:
            self._rain_copies.refresh(rect)
        if self.preview is not None and self.rain is not None:
            seen = self.preview.rect
            if not any(tile.rect.meets(seen) for tile in self.rain.missing):
                self.preview = None
        reached = rect if self._light is None else self._light.refresh(rect)
        return reached if look.keep_brightness else rect

    def set_preview(self, preview: Preview, rect: Rect, look: Look) -> Rect:
        """A preview has grown in `rect` (pixels of its copy); return where that shows."""
        self.preview = preview
        reached = preview.light.refresh(rect)
        return preview.on_photo(reached if look.keep_brightness else rect)

    def refresh_mask(self, rect: Rect) -> None:
        """The mask was painted on in `rect` (pixels of the photo)."""
        if self._mask_copies is not None:
            self._mask_copies.refresh(rect)

    def alpha(self, level: int, rect: Rect) -> Pixels | None:
        """(h, w) alpha of the photo, of its dtype, or None."""
        return None if self._alpha_copies is None else self._alpha_copies.read(level, rect)

    def before(self, level: int, rect: Rect) -> Pixels:
        """(h, w, 3) of the photo's dtype; `rect` in pixels of the level, here and below."""
        pixels: Pixels = self.photo_copies.read(level, rect)
        return pixels

    def after(self, level: int, rect: Rect, look: Look) -> Pixels:
        """(h, w, 3) of the photo's dtype, with the known rain removed."""
        pixels = self.before(level, rect)
        rain = self._known_rain(level, rect, pixels if look.keep_brightness else None)
        if rain is None or self.rain is None:
            return pixels
        rain *= np.float32(look.strength)
        if self._mask_copies is not None:
            rain *= (1 - self._mask_copies.read(level, rect))[:, :, None]
        return subtract(pixels, rain, self.rain.linear)

    def rain_shown(self, level: int, rect: Rect, look: Look) -> Bytes:
        """(h, w, 3) sRGB: grey without rain, lighter where light is removed."""
        rain = self._known_rain(level, rect)
        if rain is None:
            return np.full((rect.height, rect.width, 3), 128, np.uint8)
        rain *= np.float32(look.rain_gain * 127.5)
        shown: Bytes = np.rint(np.clip(rain + np.float32(127.5), 0, 255)).astype(np.uint8)
        return shown

    def _known_rain(self, level: int, rect: Rect, lit: Pixels | None = None) -> Floats | None:
        """Return the rain as far as it is known.

        `lit` is (h, w, 3), the photo there, if its brightness is kept.

        Returns:
            (h, w, 3) float32 in (-1, 1); None where nothing is known yet.
        """
        if self._rain_copies is None or self.rain is None:
            return None
        plane = self._rain_copies.read(level, rect)
        if self.preview is None and not plane.any():  # most of a photo, as its tiles arrive
            return None
        rain: Floats = plane.astype(np.float32)
        rain /= np.float32(STEPS)
        if lit is not None:
            rain -= self._slow_light(self.rain).at(lit, rain, rect, 1 << level)
        if self.preview is not None:
            missing = self.rain.missing_share(rect, 1 << level)
            if missing.any():
                found = self.preview.at(level, rect, keep_brightness=lit is not None)
                rain += found * missing[:, :, None]
        return rain

    def _slow_light(self, rain: RainLayer) -> SlowLight:
        """The slow part of the light of `self.rain`, found when it is first wanted."""
        if self._light is None:
            self._light = SlowLight(self.photo.pixels, rain)
        return self._light

    def kept_shown(self, level: int, rect: Rect) -> Bytes:
        """(h, w, 4) sRGB with straight alpha: a tint over the kept area."""
        shown = np.zeros((rect.height, rect.width, 4), np.uint8)
        shown[:, :, :3] = KEPT_RGB
        if self._mask_copies is not None:
            opacity = self._mask_copies.read(level, rect) * np.float32(255 * KEPT_OPACITY)
            shown[:, :, 3] = np.rint(opacity)
        return shown
