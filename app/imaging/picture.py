"""The model that views show: one photo, its rain, kept area and strength.

Pixels are computed for what is looked at, from reduced copies of photo, rain and kept area. At
level 0 those after deraining are those of `RainLayer.apply`, value for value, and so those of the
saved file. Their images in the screen's colours are kept in tiles while they hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QImage, QPainter

from app.imaging import mask as masks
from app.imaging.mask import Brush, Patch, Point, Stroke
from app.imaging.preview import InSight, Preview
from app.imaging.pyramid import Array, Pyramid, tile_rect, tiles_of
from app.imaging.qimage import ScreenColour, to_qimage
from app.imaging.tiles import Kind, TileCache, TileKey
from nledn.brightness import SlowLight
from nledn.options import STRENGTH_MAX
from nledn.pixels import Bytes, Floats, Mask, Pixels
from nledn.rain import STEPS, RainLayer, subtract
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.photo import Photo

# The tint of the kept area: a colour that streets, skies and meadows lack.
KEPT_RGB = (214, 64, 159)
KEPT_OPACITY = 0.45
SMALL_PX = 1024  # of a copy in which kept areas are counted
STRIP_ROWS = 64  # computed at once if no tiles are kept: they stay in the processor's cache
NO_RECT = Rect(0, 0, 0, 0)
_FORMATS = {True: QImage.Format.Format_RGB32, False: QImage.Format.Format_ARGB32_Premultiplied}


@dataclass(frozen=True)
class Look:
    """The way a picture is shown.

    Attributes:
        strength: share of the rain that is taken, 0 to 1.5.
        keep_brightness: the slow part of its light is given back.
        rain_gain: by what the rain is multiplied where it is shown itself.
    """

    strength: float = 1.0
    keep_brightness: bool = False
    rain_gain: float = 2.0


class Picture(QObject):
    """The pixels and images of a photo, as it is looked at.

    Attributes:
        photo: the one shown, or None.
        layer: its rain, complete or still arriving; None without any.
        preview: shown where rain is missing, or None.
        mask: (H, W) float32 in [0, 1], 1 keeps the photo; None keeps nothing. Read-only.
        region_changed: (Rect) the pixels of the photo whose rain or mask changed.
    """

    photo_changed = Signal()
    region_changed = Signal(object)
    appearance_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.photo: Photo | None = None
        self.layer: RainLayer | None = None
        self.preview: Preview | None = None
        self.mask: Mask | None = None
        self.look = Look()
        self._copies: dict[str, Pyramid] = {}  # of photo, alpha, rain and mask, if there
        self._light: SlowLight | None = None
        self.screen_profile: bytes | None = None
        self._colour = ScreenColour(None)
        self._stroke: Stroke | None = None
        self._tiles = TileCache()
        self._versions: dict[Kind, int] = {"before": 0, "after": 0, "rain": 0, "mask": 0}

    # Content

    def set_photo(self, photo: "Photo | None", copies: Pyramid | None = None) -> None:
        """Show another photo, without rain or mask, or none.

        Its reduced copies are those of `first_copies`, made on another thread; else made on demand.
        """
        self.photo = photo
        self.layer = self.preview = self.mask = self._stroke = self._light = None
        self._copies.clear()
        if photo is not None:
            self._copies["photo"] = copies or Pyramid(photo.pixels)
            if photo.alpha is not None:
                self._copies["alpha"] = Pyramid(photo.alpha)
        self._set_colour()
        self._renew()
        self.photo_changed.emit()

    def set_layer(self, layer: RainLayer | None) -> None:
        """Show other rain of the same photo, without a preview."""
        if self.photo is not None:
            assert layer is None or layer.plane.shape == self.photo.pixels.shape
            self.layer, self.preview, self._light = layer, None, None
            self._set_copies("rain", None if layer is None else layer.plane)
        self._renew("after", "rain")
        self.appearance_changed.emit()

    def set_mask(self, mask: Mask | None) -> None:
        """Keep another area of the photo."""
        assert self.photo is not None, "a mask belongs to a photo"
        assert mask is None or mask.shape == self.photo.pixels.shape[:2]
        self._stroke = None
        self.mask = None if mask is None else masks.rounded(mask)
        self._set_copies("mask", self.mask)
        self._renew("after", "mask")
        self.appearance_changed.emit()

    def change_look(self, **changes: Any) -> None:
        """Change fields of `look`."""
        look = replace(self.look, **changes)
        look = replace(look, strength=min(max(look.strength, 0.0), STRENGTH_MAX))
        if look != self.look:
            self.look = look
            self._renew("after", "rain")
            self.appearance_changed.emit()

    def set_screen_profile(self, profile: bytes | None) -> None:
        """Show colours in the screen's ICC profile, RGB; None counts as sRGB."""
        if profile != self.screen_profile:
            self.screen_profile = profile
            self._set_colour()
            self._renew()
            self.appearance_changed.emit()

    # Rain

    def rain_added(self, rect: Rect) -> None:
        """Show rain added to the layer in `rect` (pixels of the photo)."""
        if self.layer is None:
            return
        self._copies["rain"].refresh(rect)
        if self.preview is not None:
            seen = self.preview.rect
            if not any(tile.rect.meets(seen) for tile in self.layer.missing):
                self.preview = None
        reached = rect if self._light is None else self._light.refresh(rect)
        self._region_changed(reached if self.look.keep_brightness else rect, "after", "rain")

    def in_sight(self, rect: Rect, after: Rect) -> InSight:
        """Return a copy of a part of the photo, for a preview of its rain.

        Args:
            rect: in pixels of the photo.
            after: the part of it that comes first.
        """
        return InSight.of(self._copies["photo"], rect, after)

    def preview_added(self, preview: Preview, rect: Rect) -> None:
        """Show a preview where rain is missing; it has grown in `rect` (pixels of its copy)."""
        if self.photo is not None:
            self.preview = preview
            reached = preview.light.refresh(rect)
            shown = reached if self.look.keep_brightness else rect
            self._region_changed(preview.on_photo(shown), "after", "rain")

    def drop_preview(self) -> None:
        """Show only what is known from now on."""
        preview, self.preview = self.preview, None
        if preview is not None:
            self._region_changed(preview.rect, "after", "rain")

    # Kept area

    def kept_areas(self) -> int:
        """Count the separate kept areas in a small copy."""
        copies = self._copies.get("mask")
        if copies is None or not copies.source.any():
            return 0
        level = next(n for n in range(copies.top + 1) if max(copies.size(n)) <= SMALL_PX)
        return masks.areas(copies.read(level, Rect(0, 0, *copies.size(level))))

    @property
    def is_being_painted(self) -> bool:
        """True during a stroke."""
        return self._stroke is not None

    def begin_stroke(self, brush: Brush) -> None:
        """Begin a stroke."""
        self._stroke = Stroke(self._mask_to_paint(), brush)

    def paint(self, points: Sequence[Point]) -> Rect:
        """Continue the stroke to these points; return the pixels that may have changed."""
        if self._stroke is None:  # another photo was opened during the stroke
            return NO_RECT
        rect = self._stroke.paint(points)
        self._mask_changed(rect)
        return rect

    def end_stroke(self) -> Patch | None:
        """End the stroke; return its change, or None."""
        stroke, self._stroke = self._stroke, None
        patch = stroke.patch() if stroke else None
        return patch if patch and patch.before else None

    def put_patch(self, patch: Patch, *, undo: bool) -> None:
        """Undo the last stroke that is not yet undone, or redo the one that was undone last.

        One from before a crash can be redone too.
        """
        masks.put(self._mask_to_paint(), patch.before if undo else patch.after)
        self._mask_changed(patch.rect)

    # Pixels

    @property
    def is_opaque(self) -> bool:
        """True if the photo has no transparency."""
        return "alpha" not in self._copies

    @property
    def top_level(self) -> int:
        """The most reduced level."""
        return self._copies["photo"].top if self._copies else 0

    def level_size(self, level: int) -> tuple[int, int]:
        """Width and height of a level, in its own pixels; 0×0 without a photo."""
        return self._copies["photo"].size(level) if self._copies else (0, 0)

    def version(self, kind: Kind) -> int:
        """A number that changes when all images of a kind become invalid."""
        return self._versions[kind]

    def pixels(self, kind: Kind, level: int, rect: Rect) -> Pixels:
        """Return pixels in the photo's own depth and colours.

        Args:
            kind: "before" or "after"; "rain" and "mask" in sRGB, the latter with alpha.
            level: 0 for the photo's own pixels, n for those reduced by 2ⁿ.
            rect: in pixels of the level, inside it.
        """
        match kind:
            case "before":
                return self._copies["photo"].read(level, rect)
            case "after":
                return self._after(level, rect)
            case "rain":
                return self._rain_shown(level, rect)
            case "mask":
                return self._kept_shown(level, rect)

    def _after(self, level: int, rect: Rect) -> Pixels:
        """(h, w, 3) of the photo's dtype, with the known rain removed."""
        pixels: Pixels = self._copies["photo"].read(level, rect)
        rain = self._known_rain(level, rect, pixels if self.look.keep_brightness else None)
        if rain is None or self.layer is None:
            return pixels
        rain *= np.float32(self.look.strength)
        mask = self._read("mask", level, rect)
        if mask is not None:
            rain *= (1 - mask)[:, :, None]
        return subtract(pixels, rain, self.layer.linear)

    def _rain_shown(self, level: int, rect: Rect) -> Bytes:
        """(h, w, 3) sRGB: grey without rain, lighter where light is removed."""
        rain = self._known_rain(level, rect)
        if rain is None:
            return np.full((rect.height, rect.width, 3), 128, np.uint8)
        rain *= np.float32(self.look.rain_gain * 127.5)
        shown: Bytes = np.rint(np.clip(rain + np.float32(127.5), 0, 255)).astype(np.uint8)
        return shown

    def _kept_shown(self, level: int, rect: Rect) -> Bytes:
        """(h, w, 4) sRGB with straight alpha: a tint over the kept area."""
        shown = np.zeros((rect.height, rect.width, 4), np.uint8)
        mask = self._read("mask", level, rect)
        if mask is not None and mask.any():  # it keeps nothing in most tiles
            shown[:, :, :3] = KEPT_RGB
            shown[:, :, 3] = np.rint(mask * np.float32(255 * KEPT_OPACITY))
        return shown

    def _known_rain(self, level: int, rect: Rect, lit: Pixels | None = None) -> Floats | None:
        """Return the rain as far as it is known.

        `lit` is (h, w, 3), the photo there, if its brightness is kept.

        Returns:
            (h, w, 3) float32 in (-1, 1); None where nothing is known yet.
        """
        plane = self._read("rain", level, rect)
        if plane is None or self.layer is None or self.photo is None:
            return None
        if self.preview is None and not plane.any():  # most of a photo, as its tiles arrive
            return None
        rain: Floats = plane.astype(np.float32)
        rain /= np.float32(STEPS)
        if lit is not None:
            if self._light is None:
                self._light = SlowLight(self.photo.visible, self.layer)
            rain -= self._light.at(lit, rain, rect, 1 << level)
        if self.preview is not None:
            missing = self.layer.missing_share(rect, 1 << level)
            if missing.any():
                found = self.preview.at(level, rect, keep_brightness=lit is not None)
                rain += found * missing[:, :, None]
        return rain

    # Images

    def image(self, kind: Kind, level: int, rect: Rect, *, keep: bool = True) -> QImage:
        """Return an image in the screen's colours; the arguments are those of `pixels`.

        With `keep` its tiles will be used again. During a drag of the strength they will not, and
        no pixel is computed beyond `rect`.

        Returns:
            `rect.width` × `rect.height`, Format_RGB32, or Format_ARGB32_Premultiplied with
            transparency.
        """
        image = QImage(rect.width, rect.height, _FORMATS[self.is_opaque and kind != "mask"])
        painter = QPainter(image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        for part, rendered in self._parts(kind, level, rect, keep):
            painter.drawImage(QPoint(part.left - rect.left, part.top - rect.top), rendered)
        painter.end()
        return image

    def _parts(
        self, kind: Kind, level: int, rect: Rect, keep: bool
    ) -> Iterator[tuple[Rect, QImage]]:
        """Images that together cover `rect`, and where they lie."""
        if keep:
            for row, column in tiles_of(rect):
                yield tile_rect(row, column), self._tile(TileKey(kind, level, row, column))
        else:
            for top in range(rect.top, rect.bottom, STRIP_ROWS):
                part = Rect(rect.left, top, rect.right, min(top + STRIP_ROWS, rect.bottom))
                yield part, self._render(kind, level, part)

    def _tile(self, key: TileKey) -> QImage:
        image = self._tiles.get(key)
        if image is None:
            rect = tile_rect(key.row, key.column).clipped(*self.level_size(key.level))
            image = self._render(key.kind, key.level, rect)
            self._tiles.put(key, image)
        return image

    def _render(self, kind: Kind, level: int, rect: Rect) -> QImage:
        pixels = self.pixels(kind, level, rect)
        if kind == "mask":
            return to_qimage(pixels).convertToFormat(_FORMATS[False])
        if kind == "rain":
            return to_qimage(pixels)
        return self._colour.image(pixels, self._read("alpha", level, rect))

    # Inside

    def _read(self, name: str, level: int, rect: Rect) -> Array | None:
        copies = self._copies.get(name)
        return None if copies is None else copies.read(level, rect)

    def _set_copies(self, name: str, source: Array | None) -> None:
        self._copies.pop(name, None)
        if source is not None:
            self._copies[name] = Pyramid(source)

    def _set_colour(self) -> None:
        self._colour = ScreenColour(self.photo.icc if self.photo else None, self.screen_profile)

    def _renew(self, *kinds: Kind) -> None:
        """Nothing that was shown of these kinds holds any longer; of none at all, if none given."""
        self._tiles.drop(*kinds)
        for kind in kinds or tuple(self._versions):
            self._versions[kind] += 1

    def _mask_to_paint(self) -> Mask:
        assert self.photo is not None, "a mask belongs to a photo"
        if self.mask is None:
            self.mask = np.zeros(self.photo.pixels.shape[:2], np.float32)
            self._set_copies("mask", self.mask)
        return self.mask

    def _mask_changed(self, rect: Rect) -> None:
        self._copies["mask"].refresh(rect)
        self._region_changed(rect, "after", "mask")

    def _region_changed(self, rect: Rect, *kinds: Kind) -> None:
        self._tiles.drop(*kinds, rect=rect)
        self.region_changed.emit(rect)
