"""The model that views show: one photo, its rain, kept area and strength."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QPoint, QRect, Signal
from PySide6.QtGui import QImage, QPainter

from app.imaging import mask as masks
from app.imaging.layers import InSight, Kind, Layers, Look, Preview
from app.imaging.mask import Brush, Patch, Point, Stroke
from app.imaging.pyramid import Pyramid, enlarged, reduced, tile_rect, tiles_of
from app.imaging.qimage import ScreenColour, to_qimage
from nledn.options import STRENGTH_MAX
from nledn.pixels import Pixels
from nledn.rain import RainLayer
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.photo import Photo


IN_SIGHT_PX = 2**22  # a copy of what is in sight has no more: taken in some 10 ms
STRIP_ROWS = 64  # computed at once if no tiles are kept: they stay in the processor's cache
NO_RECT = Rect(0, 0, 0, 0)
LIMIT_BYTES = 192 * 2**20  # three kinds of a 4K screen, with a margin between two levels


@dataclass(frozen=True)
class TileKey:
    """The address of a tile: kind, level, place."""

    kind: Kind
    level: int
    row: int
    column: int

    def meets(self, rect: Rect) -> bool:
        """Return True if the tile shows a part of `rect` (pixels of the photo)."""
        return reduced(rect, self.level).meets(tile_rect(self.row, self.column))


class TileCache:
    """Images by tile; the one not used for longest goes first."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._tiles: OrderedDict[TileKey, QImage] = OrderedDict()
        self.size_bytes = 0

    def get(self, key: TileKey) -> QImage | None:
        """The tile's image, if it is cached."""
        image = self._tiles.get(key)
        if image is not None:
            self._tiles.move_to_end(key)
        return image

    def put(self, key: TileKey, image: QImage) -> None:
        """Keep a new image."""
        self._tiles[key] = image
        self.size_bytes += image.sizeInBytes()
        while self.size_bytes > self._limit_bytes:
            _, oldest = self._tiles.popitem(last=False)
            self.size_bytes -= oldest.sizeInBytes()

    def drop(self, *kinds: Kind, rect: Rect | None = None) -> None:
        """Forget tiles.

        Args:
            kinds: only of these; of all if None.
            rect: only those that meet it, in pixels of the photo.
        """
        for key in list(self._tiles):
            if (not kinds or key.kind in kinds) and (rect is None or key.meets(rect)):
                self.size_bytes -= self._tiles.pop(key).sizeInBytes()


class Picture(QObject):
    """The images of a photo: computed for the visible area, and kept while valid."""

    photo_changed = Signal()
    region_changed = Signal(QRect)
    """Emitted with the pixels of the photo whose rain or mask changed."""
    appearance_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: Layers | None = None
        self._look = Look()
        self._screen_profile: bytes | None = None
        self._colour = ScreenColour(None)
        self._stroke: Stroke | None = None
        self._tiles = TileCache()
        self._versions: dict[Kind, int] = {"before": 0, "after": 0, "rain": 0, "mask": 0}

    @property
    def photo(self) -> "Photo | None":
        """The photo shown."""
        return self._layers.photo if self._layers else None

    @property
    def layer(self) -> RainLayer | None:
        """Its rain, complete or still arriving."""
        return self._layers.rain if self._layers else None

    @property
    def is_opaque(self) -> bool:
        """True if the photo has no transparency."""
        return self._layers is None or self._layers.photo.alpha is None

    @property
    def top_level(self) -> int:
        """The most reduced level."""
        return self._layers.photo_copies.top if self._layers else 0

    def level_size(self, level: int) -> tuple[int, int]:
        """Width and height of a level, in its own pixels; 0×0 without a photo."""
        return self._layers.photo_copies.size(level) if self._layers else (0, 0)

    def set_photo(self, photo: "Photo | None", copies: Pyramid | None = None) -> None:
        """Show another photo, without rain or mask, or none.

        Its reduced copies are those of `first_copies`, made on another thread; else made on demand.
        """
        self._layers = Layers(photo, copies or Pyramid(photo.pixels)) if photo else None
        self._stroke = None
        self._set_colour()
        self._renew()
        self.photo_changed.emit()

    def set_layer(self, layer: RainLayer | None) -> None:
        """Show other rain of the same photo."""
        if self._layers is not None:
            self._layers.set_rain(layer)
        self._renew("after", "rain")
        self.appearance_changed.emit()

    def rain_added(self, rect: Rect) -> None:
        """Show rain added to the layer in `rect` (pixels of the photo)."""
        if self._layers is not None:
            rect = self._layers.refresh_rain(rect, self._look)
        self._region_changed(rect, "after", "rain")

    def in_sight(self, rect: Rect, after: Rect) -> InSight:
        """Return a copy of a part of the photo, for a preview of its rain.

        Args:
            rect: in pixels of the photo.
            after: the part of it that comes first.
        """
        assert self._layers is not None, "there is a photo"
        copies, level = self._layers.photo_copies, 0
        while (rect.width >> level) * (rect.height >> level) > IN_SIGHT_PX and level < copies.top:
            level += 1
        cells = reduced(rect, level).clipped(*copies.size(level))
        seen = enlarged(cells, level).clipped(*copies.size(0))
        return InSight(seen, copies.read(level, cells).copy(), after)

    @property
    def preview(self) -> Preview | None:
        """The preview that is shown where rain is missing, or None."""
        return self._layers.preview if self._layers else None

    def preview_added(self, preview: Preview, rect: Rect) -> None:
        """Show a preview where rain is missing; it has grown in `rect` (pixels of its copy)."""
        if self._layers is not None:
            shown = self._layers.set_preview(preview, rect, self._look)
            self._region_changed(shown, "after", "rain")

    def drop_preview(self) -> None:
        """Show only what is known from now on."""
        preview = self.preview
        if self._layers is not None and preview is not None:
            self._layers.preview = None
            self._region_changed(preview.rect, "after", "rain")

    @property
    def strength(self) -> float:
        """Share of the rain to remove, 0 to 1.5."""
        return self._look.strength

    @strength.setter
    def strength(self, strength: float) -> None:
        self._set_look(replace(self._look, strength=min(max(strength, 0.0), STRENGTH_MAX)))

    @property
    def keep_brightness(self) -> bool:
        """True if the slow part of the rain's light is given back."""
        return self._look.keep_brightness

    @keep_brightness.setter
    def keep_brightness(self, keep: bool) -> None:
        self._set_look(replace(self._look, keep_brightness=keep))

    @property
    def rain_gain(self) -> float:
        """The factor of the rain in the rain view."""
        return self._look.rain_gain

    @rain_gain.setter
    def rain_gain(self, gain: float) -> None:
        self._set_look(replace(self._look, rain_gain=gain))

    @property
    def screen_profile(self) -> bytes | None:
        """The screen's ICC profile, RGB; None counts as sRGB."""
        return self._screen_profile

    @screen_profile.setter
    def screen_profile(self, profile: bytes | None) -> None:
        if profile != self._screen_profile:
            self._screen_profile = profile
            self._set_colour()
            self._renew()
            self.appearance_changed.emit()

    @property
    def mask(self) -> npt.NDArray[np.float32] | None:
        """(H, W) float32 in [0, 1], 1 keeps the photo; None keeps nothing. Read-only."""
        return self._layers.mask if self._layers else None

    @mask.setter
    def mask(self, mask: npt.NDArray[np.float32] | None) -> None:
        assert self._layers is not None, "a mask belongs to a photo"
        self._stroke = None
        self._layers.set_mask(None if mask is None else masks.rounded(mask))
        self._renew("after", "mask")
        self.appearance_changed.emit()

    def kept_areas(self) -> int:
        """Count the separate kept areas in a small copy."""
        return 0 if self._layers is None else self._layers.kept_areas()

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

    def undo_stroke(self, patch: Patch) -> None:
        """Undo a stroke on this photo: the last that is not yet undone."""
        assert self.mask is not None, "the stroke was on this photo"
        masks.put(self.mask, patch.before)
        self._mask_changed(patch.rect)

    def redo_stroke(self, patch: Patch) -> None:
        """Redo the stroke that was undone last, or one from before a crash."""
        masks.put(self._mask_to_paint(), patch.after)
        self._mask_changed(patch.rect)

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
        assert self._layers is not None, "there is a photo"
        if kind == "before":
            return self._layers.before(level, rect)
        if kind == "after":
            return self._layers.after(level, rect, self._look)
        if kind == "rain":
            return self._layers.rain_shown(level, rect, self._look)
        return self._layers.kept_shown(level, rect)

    def image(self, kind: Kind, level: int, rect: Rect, *, keep: bool = True) -> QImage:
        """Return an image in the screen's colours; the arguments are those of `pixels`.

        With `keep` its tiles will be used again. During a drag of the strength they will not, and
        no pixel is computed beyond `rect`.

        Returns:
            `rect.width` × `rect.height`, Format_RGB32, or Format_ARGB32_Premultiplied with
            transparency.
        """
        opaque = self.is_opaque and kind != "mask"
        image = QImage(rect.width, rect.height, _FORMATS[opaque])
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
        assert self._layers is not None
        pixels = self.pixels(kind, level, rect)
        if kind == "mask":
            return to_qimage(pixels).convertToFormat(_FORMATS[False])
        if kind == "rain":
            return to_qimage(pixels)
        return self._colour.image(pixels, self._layers.alpha(level, rect))

    def _set_look(self, look: Look) -> None:
        stale: list[Kind] = []
        before = self._look
        if (look.strength, look.keep_brightness) != (before.strength, before.keep_brightness):
            stale.append("after")
        if look.rain_gain != before.rain_gain:
            stale.append("rain")
        if stale:
            self._look = look
            self._renew(*stale)
            self.appearance_changed.emit()

    def _set_colour(self) -> None:
        photo = self.photo
        self._colour = ScreenColour(photo.icc if photo else None, self._screen_profile)

    def _renew(self, *kinds: Kind) -> None:
        """Nothing that was shown of these kinds holds any longer; of none at all, if none given."""
        self._tiles.drop(*kinds)
        for kind in kinds or tuple(self._versions):
            self._versions[kind] += 1

    def _mask_to_paint(self) -> npt.NDArray[np.float32]:
        assert self._layers is not None, "a mask belongs to a photo"
        if self._layers.mask is None:
            self._layers.set_mask(np.zeros(self._layers.photo.pixels.shape[:2], np.float32))
        assert self._layers.mask is not None
        return self._layers.mask

    def _mask_changed(self, rect: Rect) -> None:
        if self._layers is not None:
            self._layers.refresh_mask(rect)
        self._region_changed(rect, "after", "mask")

    def _region_changed(self, rect: Rect, *kinds: Kind) -> None:
        self._tiles.drop(*kinds, rect=rect)
        self.region_changed.emit(QRect(rect.left, rect.top, rect.width, rect.height))


_FORMATS = {True: QImage.Format.Format_RGB32, False: QImage.Format.Format_ARGB32_Premultiplied}
