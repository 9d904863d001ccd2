"""A file whose header was read, the way to its pixels, and the canvas that takes them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nledn.photo.model import Facts
from nledn.pixels import Pixels, Plane

if TYPE_CHECKING:
    from nledn.photo.vips import VipsImage

DepthName = Literal["uint8", "uint16", "float16", "float32"]
_QUARTER_TURNED = (5, 6, 7, 8)

# From stored rows and columns to upright ones, before axes are swapped (EXIF 3.0, 4.6.5.1.6).
_FLIPS: dict[int, Any] = {
    **{1: np.s_[:], 2: np.s_[:, ::-1], 3: np.s_[::-1, ::-1], 4: np.s_[::-1]},
    **{5: np.s_[:], 6: np.s_[::-1], 7: np.s_[::-1, ::-1], 8: np.s_[:, ::-1]},
}


class Damaged(ValueError):
    """The format is known, but the file breaks its rules."""


class Unsupported(ValueError):
    """The format is known, but its kind of pixels is not supported."""


@dataclass(frozen=True)
class Form:
    """The form of a picture as stored, before it is turned upright.

    Attributes:
        width: px.
        height: px.
        depth: dtype of each channel.
        has_alpha: a channel of straight alpha comes after the colours.
        orientation: 1 to 8, as in EXIF, still to be applied.
    """

    width: int
    height: int
    depth: DepthName
    has_alpha: bool
    orientation: int = 1

    @property
    def px(self) -> int:
        """Pixels in all."""
        return self.width * self.height

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height in pixels once it is turned."""
        is_turned = self.orientation in _QUARTER_TURNED
        return (self.height, self.width) if is_turned else (self.width, self.height)


def colours_in(bands: int) -> int:
    """Return how many of the bands of a strip are colours: one, or three."""
    return 1 if bands <= 2 else 3


class Arrays:
    """The pixels of a photo, filled from the top.

    Attributes:
        form: as stored.
        pixels: (H, W, 3), as stored.
        alpha: (H, W), or None.
    """

    form: Form
    pixels: Pixels
    alpha: Plane | None

    def begin(self, form: Form) -> None:
        """Make the arrays; of a damaged photo a second time."""
        self.form = form
        self.pixels = np.empty((form.height, form.width, 3), form.depth)
        self.alpha = np.empty((form.height, form.width), form.depth) if form.has_alpha else None
        self._rows = 0

    def put(self, strip: Any) -> None:
        """Copy the next rows, as in `Picture.strips`."""
        rows = slice(self._rows, self._rows + len(strip))
        colours = colours_in(strip.shape[2])
        self.pixels[rows] = strip[..., :colours]
        if self.alpha is not None:
            self.alpha[rows] = strip[..., colours]
        self._rows = rows.stop

    def put_bytes(self, rows: bytes, bands: int) -> None:
        """Copy the next rows, of so many bands, out of bytes."""
        self.put(np.frombuffer(rows, self.form.depth).reshape(-1, self.form.width, bands))

    @property
    def is_full(self) -> bool:
        """True once all rows have come."""
        return self._rows == self.form.height

    def upright(self) -> tuple[Pixels, Plane | None]:
        """Return pixels and alpha, turned."""
        alpha = None if self.alpha is None else self._turned(self.alpha)
        return self._turned(self.pixels), alpha

    def _turned(self, stored: Any) -> Any:
        flipped = stored[_FLIPS[self.form.orientation]]
        is_turned = self.form.orientation in _QUARTER_TURNED
        return np.ascontiguousarray(flipped.swapaxes(0, 1) if is_turned else flipped)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that is decoded strip by strip, and the facts that appear with it.

    Attributes:
        form: as stored.
        strips: (rows, width, bands) each, from the top, of the form's depth, or float32 for
            float16: one band of grey or three of colour, then alpha where the form has it; bands
            beyond these are dropped. The decoder's errors are raised by the next one.
        grey: the three channels are equal because the file has one.
        converted: the pixels are converted to sRGB; the file's profile no longer holds.
        notes: as in `Photo.notes`.
        icc: the profile, where it appears with the pixels alone.
    """

    form: Form
    strips: Iterable[Any]
    grey: bool = False
    converted: bool = False
    notes: tuple[str, ...] = ()
    icc: bytes | None = None


@dataclass(frozen=True, eq=False)
class Source:
    """The facts of a file without its pixels.

    Attributes:
        facts: as found, unchecked; a note may come twice.
        size: width and height as stored, before the orientation is applied.
        decode: begins with the pixels; raises its decoder's errors.
        orientation: 1 to 8, as in EXIF, still to be applied; None: as in EXIF or XMP.
        part: decodes the readable part of a damaged file; None without one.
    """

    facts: Facts
    size: tuple[int, int]
    decode: Callable[[], Picture]
    orientation: int | None = None
    part: "VipsImage | None" = None
