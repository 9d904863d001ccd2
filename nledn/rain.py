"""The rain layer of one photo, the engine's result, and the arithmetic that uses it.

The plane holds the blended rain as int16 in steps of 1/32000. Each tile's contribution is rounded
before it is added, so that integers are summed and the bytes do not depend on the order of the
tiles, on cancelling or on continuing. A contribution is wrong by at most half a step, 1 of 65,535.

Everything after that is arithmetic on this plane, never a second run:
result = photo - strength · (1 - mask) · (rain - light), rounded once, where light is 0 or what
`nledn.brightness` gives back.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nledn.pixels import Floats, Mask, Pixels, Whole, as_floats, is_float, strips, white
from nledn.tiling import Rect, Tile, Tiling, whole

if TYPE_CHECKING:
    from nledn.brightness import SlowLight

STEPS = 32000  # of int16 for a rain of 1.0; leaves room for the rounding of four contributions
_ROWS = 32  # that are blended at a time: 170 kB of a tile, which stay in the processor's cache
_NEUTRAL_SPREAD = np.float32(1.001 / 255)
_CLIPPED = np.float32(254.5 / 255)
_AROUND_PX = 2  # measured in docs/photos.md
_TO_UNCLIPPED_PX = 8  # measured in docs/photos.md


@dataclass(frozen=True)
class Record:
    """The record of a rain layer: enough to make it again.

    Attributes:
        checkpoint: id of the checkpoint.
        checkpoint_sha256: of its file.
        device: `cpu`, `cuda:0`, …
        backend: `torch` or `openvino`.
        precision: `fp32`, `bf16` or `fp16`.
        tile: `whole`, or height×width in px.
        overlap_px: what neighbouring tiles share at least.
        version: of this program.
        reason: why `auto` chose the checkpoint; empty if the user named it.
        notes: on fallbacks, such as a tile recomputed in smaller ones.

    Example:
        >>> result.layer.record.tile
        'whole'
    """

    checkpoint: str
    checkpoint_sha256: str
    device: str
    backend: str
    precision: str
    tile: str
    overlap_px: int
    version: str
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(eq=False)
class RainLayer:
    """Rain of one photo, complete or still filling up tile by tile.

    Attributes:
        tiling: the photo's tiles.
        record: how it was made.
        grey: a greyscale photo; the three channels' rain is one.
        linear: the photo is in linear light; its rain is that of the sRGB-encoded photo.
        plane: (H, W, 3) int16, rain · 32000.
        done: (tiles,) bool, which tiles have been added.

    Example:
        >>> result.layer.is_complete
        True
        >>> result.layer.rain().dtype.name
        'float32'
        >>> half = result.layer.apply(rainy.pixels, strength=0.5)
    """

    tiling: Tiling
    record: Record
    grey: bool = False
    linear: bool = False
    plane: npt.NDArray[np.int16] = field(init=False)
    done: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.plane = np.zeros((*self.tiling.size, 3), np.int16)
        self.done = np.zeros(len(self.tiling.tiles), np.bool_)

    @property
    def is_complete(self) -> bool:
        """True when every tile has been added."""
        return bool(self.done.all())

    @property
    def missing(self) -> list[Tile]:
        """Tiles still to be computed, by rows."""
        return [tile for tile in self.tiling.tiles if not self.done[tile.index]]

    def missing_px(self, rect: Rect) -> int:
        """Return how many pixels of `rect` lie in missing tiles; overlaps count twice."""
        shared = (tile.rect.shared(rect) for tile in self.missing)
        return sum(each.width * each.height for each in shared)

    def missing_share(self, rect: Rect, cell_px: int = 1) -> Floats:
        """Return the share of each pixel's rain that is still to be added.

        Args:
            rect: in cells of the photo.
            cell_px: side of a cell; 1 for the photo's own pixels.

        Returns:
            (h, w) float32 in [0, 1].
        """
        vertical, horizontal = self.tiling.vertical, self.tiling.horizontal
        missing = ~self.done.reshape(len(vertical.starts), len(horizontal.starts))
        down = vertical.shares(rect.top, rect.bottom, cell_px)
        across = horizontal.shares(rect.left, rect.right, cell_px)
        return (down.T @ missing.astype(np.float64) @ across).astype(np.float32)

    def add(self, tile: Tile, rain: Floats) -> Rect:
        """Blend in the rain of one tile.

        Args:
            tile: one that is missing.
            rain: (h, w, 3) float32 in (-1, 1), the tile's pixels.

        Returns:
            The pixels of the photo that changed.
        """
        assert not self.done[tile.index], "a tile is added once"
        inside = self.tiling.inside(tile)
        plane, (down, across) = self.plane[inside.slices], self.tiling.axis_weights(tile)
        # Rows of values, not of pixels: an inner loop over three channels takes thrice as long.
        across = np.repeat(across, 3)
        for top in range(0, inside.height, _ROWS):
            rows = slice(top, min(top + _ROWS, inside.height))
            share = down[rows, None] * across
            share *= rain[rows, : inside.width].reshape(share.shape)
            share *= np.float32(STEPS)
            np.rint(share, out=share)
            plane[rows] += share.astype(np.int16).reshape(-1, inside.width, 3)
        self.done[tile.index] = True
        return inside

    def note(self, text: str) -> None:
        """Add a note to the record, once."""
        if text not in self.record.notes:
            self.record = replace(self.record, notes=(*self.record.notes, text))

    def rain(self, rect: Rect | None = None) -> Floats:
        """The rain, (h, w, 3) float32 in (-1, 1), of the whole photo or a part of it."""
        plane = self.plane if rect is None else self.plane[rect.slices]
        return plane.astype(np.float32) / np.float32(STEPS)

    def apply(
        self,
        pixels: Pixels,
        strength: float = 1.0,
        mask: Mask | None = None,
        light: "SlowLight | None" = None,
    ) -> Pixels:
        """Remove the rain.

        Args:
            pixels: (H, W, 3), the photo that was derained.
            strength: share of the rain to remove, 0 to 1.5.
            mask: (H, W) float32 in [0, 1]; 1 keeps the photo unchanged. None keeps nothing.
            light: that is given back; None gives nothing back.

        Returns:
            A new array like `pixels`, equal to it wherever nothing is removed.
        """
        assert pixels.shape == self.plane.shape, "the layer belongs to another photo"
        result = np.empty_like(pixels)
        height, width = pixels.shape[:2]
        for rows in strips(height, width):
            rain = self.plane[rows].astype(np.float32) / np.float32(STEPS)
            if light is not None:
                rain -= light.at(pixels[rows], rain, Rect(0, rows.start, width, rows.stop))
            rain *= np.float32(strength)
            if mask is not None:
                rain *= (1 - mask[rows])[:, :, None]
            result[rows] = subtract(pixels[rows], rain, self.linear)
        return result


def with_neutral_kept(rain: Floats, rainy: Floats) -> Floats:
    """Make the rain of neutral pixels neutral, so that grey does not become coloured.

    Args:
        rain: (h, w, 3) float32.
        rainy: (h, w, 3) float32 in [0, 1], of the same pixels, in sRGB's encoding.

    Returns:
        `rain`, with the mean of the channels where those of `rainy` differ by at most one level of
        8 bits, there and in the pixels around: a single grey pixel among colours is unchanged.
        Clipped white shows no colour, so grey that is not clipped must be near.
    """
    is_grey = rainy.max(axis=2) - rainy.min(axis=2) <= _NEUTRAL_SPREAD
    if not is_grey.any():
        return rain
    is_grey &= ~_near(~is_grey, _AROUND_PX)
    is_clipped = rainy.max(axis=2) >= _CLIPPED
    is_neutral = is_grey & _near(is_grey & ~is_clipped, _TO_UNCLIPPED_PX)
    return np.where(is_neutral[:, :, None], rain.mean(axis=2, keepdims=True), rain)


def _near(mask: npt.NDArray[np.bool_], px: int) -> npt.NDArray[np.bool_]:
    """Return the pixels that have one of `mask` in the square of `px` around them."""
    side = 2 * px + 1
    found = np.pad(mask, px)
    for _ in range(2):  # along the rows, then along the columns
        reach = 1
        while reach < side:
            step = min(reach, side - reach)
            found = found[step:] | found[:-step]
            reach += step
        found = found.T
    return found


def subtract(pixels: Pixels, rain: Floats, linear: bool = False) -> Pixels:
    """Subtract `rain` (h, w, 3) from `pixels` and round once; exact where the rain is 0."""
    if is_float(pixels):
        return _subtract_from_floats(pixels, rain, linear)
    top = white(pixels.dtype)
    if not linear:
        # 65,535 levels and their differences are exact in float32: no rain, no change.
        return _rounded(pixels - rain * np.float32(top), pixels)
    clean = srgb_decoded(np.clip(srgb_encoded(as_floats(pixels)) - rain, 0, 1))
    # The way through the sRGB curve and back is not exact for every one of 65,536 values.
    return np.where(rain == 0, pixels, _rounded(clean * np.float32(top), pixels))


def _subtract_from_floats(pixels: Pixels, rain: Floats, linear: bool) -> Pixels:
    """Take the rain that was seen in values cut to 0 to 1 from values that may lie beyond.

    The result stays in 0 to 1 where the photo was, and goes no further out where it was not.
    """
    values = pixels.astype(np.float32)
    if linear:
        seen = as_floats(pixels)
        rain_light = seen - srgb_decoded(np.clip(srgb_encoded(seen) - rain, 0, 1))
    else:
        rain_light = rain
    with np.errstate(invalid="ignore"):  # what is no number stays what it is
        clean = np.clip(values - rain_light, np.minimum(values, 0), np.maximum(values, 1))
    return np.where(rain == 0, pixels, clean.astype(pixels.dtype))


def difference(
    before: Pixels, after: Pixels, record: Record, strength: float = 1.0, *, linear: bool = False
) -> RainLayer:
    """Recover the rain from a photo and its result, (H, W, 3); `apply` gives the result again.

    `strength` is the share of the rain that was removed; not 0. The result may have lost depth.
    """
    height, width = before.shape[:2]
    layer = RainLayer(whole(height, width), record, linear=linear)
    for rows in strips(height, width):
        was, now = as_floats(before[rows]), as_floats(after[rows])
        if linear:
            was, now = srgb_encoded(was), srgb_encoded(now)
        rain = (was - now) / np.float32(strength) if strength else np.zeros_like(was)
        layer.plane[rows] = np.rint(np.clip(rain, -1, 1) * STEPS).astype(np.int16)
    layer.done[:] = True
    return layer


def _rounded(values: Floats, like: Pixels) -> Whole:
    """Convert to the depth of `like`, in place if possible."""
    np.clip(values, 0, white(like.dtype), out=values)
    np.rint(values, out=values)
    return values.astype(np.uint8) if like.dtype == np.uint8 else values.astype(np.uint16)


def srgb_encoded(light: Floats) -> Floats:
    """Linear light in [0, 1] to sRGB's encoding (IEC 61966-2-1)."""
    curve = 1.055 * np.maximum(light, 0.0031308) ** np.float32(1 / 2.4) - 0.055
    return np.where(light <= 0.0031308, light * 12.92, curve).astype(np.float32)


def srgb_decoded(encoded: Floats) -> Floats:
    """From sRGB's encoding in [0, 1] to linear light; the inverse of `srgb_encoded`."""
    curve = ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** np.float32(2.4)
    return np.where(encoded <= 0.04045, encoded / 12.92, curve).astype(np.float32)
