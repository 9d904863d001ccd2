"""A photo in memory, notes on its reading, and settings for its writing."""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from nledn.messages import Note
from nledn.pixels import Pixels, Plane, without_hidden

Texts: TypeAlias = tuple[tuple[str, str], ...]
"""Keyword and text, in the file's order. Bytes that are not UTF-8 become lone surrogates."""

COMMENT = "Comment"
"""PNG's keyword for the comment of JPEG and GIF (PNG, third edition, 11.3.3.1)."""

Strip = Literal["none", "location", "all"]
"""The metadata to leave out. Profile and resolution, which the pixels need, are kept."""


def other_data(names: Iterable[bytes]) -> Iterator[str]:
    """Note data of these names in the file, if any."""
    shown = sorted(name.decode("ascii", "replace").strip(" ") for name in names)
    if shown:
        yield f"{Note.OTHER_DATA}:{', '.join(shown)}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Facts:
    """All about a photo but its pixels; fields as in `Photo`."""

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    texts: Texts = ()
    geo: bytes | None = None
    iptc: bytes | None = None
    gain_map: bytes | None = None
    grey: bool = False
    linear: bool = False
    lossless: bool = False
    format: str = "PNG"
    notes: tuple[str, ...] = ()

    @property
    def comments(self) -> list[bytes]:
        """The texts that a JPEG can hold, unchanged to the byte if they came from one."""
        texts = (text for keyword, text in self.texts if keyword == COMMENT)
        return [text.encode("utf-8", "surrogateescape") for text in texts]


def texts_of(comments: Iterable[bytes]) -> Texts:
    """The comments of a JPEG or a GIF, in whatever encoding; most are UTF-8."""
    found = (comment.rstrip(b"\0").decode("utf-8", "surrogateescape") for comment in comments)
    return tuple((COMMENT, text) for text in found)


@dataclass(frozen=True, eq=False)
class Photo(Facts):
    """A photo: upright, in its own depth and colours.

    Derived photos are made with `dataclasses.replace(photo, pixels=...)`.

    Attributes:
        pixels: (H, W, 3) RGB, of any depth, upright, in the file's own encoding.
        alpha: (H, W) of the same dtype, straight, or None.
        path: the file it was read from.
        icc: the profile of the pixels.
        exif: a TIFF structure (without the word Exif before it), orientation 1, no thumbnail.
        xmp: an XMP packet in UTF-8, orientation 1, no thumbnails.
        dpi: pixels per inch, horizontally and vertically.
        texts: words beside the photo, by keyword: a PNG's texts, a JPEG's comment.
        geo: a TIFF structure with the fields of a GeoTIFF.
        iptc: the old IPTC block (IIM).
        gain_map: a JPEG that brightens the photo on HDR screens, upright.
        grey: read and written as greyscale; the three channels are equal.
        linear: the profile says that values are proportional to light.
        lossless: a WebP or JPEG XL that kept every pixel, and keeps them again.
        format: "JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "HEIC",
            "JXL" or "RAW".
        notes: dropped or converted data, as `Note` says.

    Example:
        >>> rainy.grey, rainy.size
        (False, (32, 24))
    """

    pixels: Pixels
    alpha: Plane | None = None
    path: Path | None = None

    @functools.cached_property
    def visible(self) -> Pixels:
        """The pixels, with transparent ones in the nearest visible colour.

        A network sees the surroundings of each pixel; hidden pixels must not change visible ones.
        """
        if self.alpha is None:
            return self.pixels
        return without_hidden(self.pixels, self.alpha)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.pixels.shape[:2]
        return width, height

    @property
    def depth_bits(self) -> int:
        """Bits a channel: 8 or 16; 16 or 32 of floats."""
        return self.pixels.dtype.itemsize * 8

    @property
    def is_float(self) -> bool:
        """True if values are floating point."""
        return self.pixels.dtype.kind == "f"

    @property
    def megapixels(self) -> float:
        """Millions of pixels."""
        width, height = self.size
        return width * height / 1e6


@dataclass(frozen=True)
class WriteSettings:
    """The settings for writing results.

    Attributes:
        quality: 1 to 100, of JPEG, WebP and JPEG XL; 100 of the last two is lossless.
        overwrite: whether an earlier result may be replaced; a source never is.
        strip: the metadata to leave out; `nledn.pipeline.write` does.
        keep_times: the file gets the times of its source; `nledn.pipeline.write` does.
        longest_side_px: larger photos are reduced to it; `nledn.pipeline.write` does.

    Example:
        >>> small = nledn.photo.WriteSettings(quality=85, longest_side_px=16)
        >>> written = nledn.write(result, Path("small.jpg"), small)
        >>> max(written.size)
        16
    """

    quality: int = 95
    overwrite: bool = False
    strip: Strip = "none"
    keep_times: bool = False
    longest_side_px: int | None = None
