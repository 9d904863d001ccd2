"""The pixels of each view of a photo: before, after, its rain, the kept area.

Arithmetic on reduced copies of photo, rain and mask; no Qt, no colours of a screen. At level 0 the
pixels after are those of `RainLayer.apply`, value for value, and so those of the saved file.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from app.imaging.pyramid import Pyramid
from nledn.pixels import Bytes, Mask, Pixels
from nledn.rain import STEPS, subtract
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.photo import Photo
    from nledn.rain import RainLayer

Kind: TypeAlias = Literal["before", "after", "rain", "mask"]

# The tint of the kept area: a colour that streets, skies and meadows lack.
KEPT_RGB = (214, 64, 159)
KEPT_OPACITY = 0.45
SMALL_PX = 1024


@dataclass(frozen=True)
class Look:
    """The way the layers are shown.

    Attributes:
        strength: share of the rain to remove, 0 to 1.5.
        rain_gain: factor of the rain in the rain view.
    """

    strength: float = 1.0
    rain_gain: float = 2.0


@dataclass(eq=False)
class Layers:
    """A photo, its rain and its mask, each with its reduced copies.

    Attributes:
        photo: as read.
        photo_copies: of its pixels.
        rain: of the photo, or None.
        mask: (H, W) float32 in [0, 1], 1 keeps the photo; or None.
    """

    photo: "Photo"
    photo_copies: Pyramid
    rain: "RainLayer | None" = None
    mask: Mask | None = None
    _alpha_copies: Pyramid | None = field(init=False)
    _rain_copies: Pyramid | None = field(init=False, default=None)
    _mask_copies: Pyramid | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        alpha = self.photo.alpha
        self._alpha_copies = None if alpha is None else Pyramid(alpha)

    def set_rain(self, rain: "RainLayer | None") -> None:
        """Another rain layer of the same photo."""
        assert rain is None or rain.plane.shape == self.photo.pixels.shape
        self.rain = rain
        self._rain_copies = None if rain is None else Pyramid(rain.plane)

    def set_mask(self, mask: Mask | None) -> None:
        """Another mask of the same photo."""
        assert mask is None or mask.shape == self.photo.pixels.shape[:2]
        self.mask = mask
        self._mask_copies = None if mask is None else Pyramid(mask)

    def small_mask(self) -> Mask:
        """The mask, (h, w) of at most `SMALL_PX`; there is one."""
        copies = self._mask_copies
        assert copies is not None, "it was set"
        level = next(n for n in range(copies.top + 1) if max(copies.size(n)) <= SMALL_PX)
        mask: Mask = copies.read(level, Rect(0, 0, *copies.size(level)))
        return mask

    def refresh_rain(self, rect: Rect) -> None:
        """Rain was added in `rect` (pixels of the photo)."""
        if self._rain_copies is not None:
            self._rain_copies.refresh(rect)

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
        if self._rain_copies is None or self.rain is None:
            return pixels
        plane = self._rain_copies.read(level, rect)
        if not plane.any():  # most of a photo, while its first tiles arrive
            return pixels
        rain = plane.astype(np.float32)
        rain /= np.float32(STEPS)
        rain *= np.float32(look.strength)
        if self._mask_copies is not None:
            rain *= (1 - self._mask_copies.read(level, rect))[:, :, None]
        return subtract(pixels, rain, self.rain.linear)

    def rain_shown(self, level: int, rect: Rect, look: Look) -> Bytes:
        """(h, w, 3) sRGB: grey without rain, lighter where light is removed."""
        if self._rain_copies is None:
            return np.full((rect.height, rect.width, 3), 128, np.uint8)
        rain = self._rain_copies.read(level, rect) * np.float32(look.rain_gain * 127.5 / STEPS)
        shown: Bytes = np.rint(np.clip(rain + np.float32(127.5), 0, 255)).astype(np.uint8)
        return shown

    def kept_shown(self, level: int, rect: Rect) -> Bytes:
        """(h, w, 4) sRGB with straight alpha: a tint over the kept area."""
        shown = np.zeros((rect.height, rect.width, 4), np.uint8)
        shown[:, :, :3] = KEPT_RGB
        if self._mask_copies is not None:
            opacity = self._mask_copies.read(level, rect) * np.float32(255 * KEPT_OPACITY)
            shown[:, :, 3] = np.rint(opacity)
        return shown
