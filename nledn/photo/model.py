"""A photo in memory, and notes on its reading."""

import functools
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nledn.photo.texts import Texts
from nledn.pixels import Pixels, Plane, without_hidden


class Note(StrEnum):
    """A note on dropped or converted data; a word for `nledn.messages`.

    Some are followed by a colon and a detail, as in `frames:12`.
    """

    FRAMES = "frames"
    """Only the first of several frames or pages is taken."""
    MPO = "mpo"
    """Several pictures in one JPEG (MPO): the main one is taken, the rest dropped."""
    GAIN_MAP = "gain-map"
    """The gain map, which brightens the photo on HDR screens, is dropped: damaged, or no room."""
    DEPTH = "depth"
    """The depth map is dropped."""
    FILM = "film"
    """A motion photo: the video beside the picture is dropped."""
    TRAILER = "trailer"
    """Data behind the end of the picture is dropped."""
    CREDENTIALS = "credentials"
    """Content credentials (C2PA), which would no longer be true, are dropped."""
    OTHER_DATA = "other-data"
    """Data of an unknown kind is dropped; after a colon, its name in the file."""
    LAYERS = "layers"
    """The layers of a Photoshop file are dropped."""
    GEOREFERENCE = "georeference"
    """The place on earth (GeoTIFF) of a photo that was turned, or in another format, is dropped."""
    EXTENDED_XMP = "extended-xmp"
    """Extended XMP that is incomplete or belongs to no packet is dropped."""
    IPTC = "iptc"
    """The old IPTC block is dropped; what XMP repeats of it stays."""
    PALETTE = "palette"
    """A palette became RGB."""
    BILEVEL = "bilevel"
    """Pure black and white became 8-bit grey."""
    CMYK = "cmyk"
    """CMYK became sRGB, through its own profile or else a common one."""
    RAW = "raw"
    """Developed from RAW with the camera's white balance, to 16-bit sRGB."""
    EXTRA_CHANNELS = "extra-channels"
    """Channels beyond colour and alpha are dropped."""
    COLOUR_UNTAGGED = "colour-untagged"
    """A colour space described other than by an ICC profile is dropped."""
    BAD_ICC = "bad-icc"
    """The ICC profile is corrupt or of another kind of colour, and dropped."""
    BAD_EXIF = "bad-exif"
    """The EXIF is corrupt and dropped."""
    BAD_EXIF_PART = "bad-exif-part"
    """Part of the EXIF is corrupt and dropped."""
    RAW_EXIF = "raw-exif"
    """The EXIF of this kind of RAW file cannot be read."""
    BAD_XMP = "bad-xmp"
    """The XMP is corrupt and dropped."""
    BAD_XMP_PART = "bad-xmp-part"
    """Part of the XMP is corrupt and dropped."""
    NO_END = "no-end"
    """The end mark of the file is missing, but no pixel."""
    CUT_OFF = "cut-off"
    """Rows are missing; after a colon, those present of all, as in `30 of 40`."""
    SIDECAR = "sidecar"
    """The XMP file beside the photo could not be copied."""
    NO_EXIF = "no-exif"
    """The format of the result has no room for the EXIF."""
    NO_XMP = "no-xmp"
    """The format of the result has no room for the XMP."""
    NO_PROFILE = "no-profile"
    """The format of the result has no room for the profile."""
    NO_TEXTS = "no-texts"
    """The format of the result has no room for all texts."""
    NO_ALPHA = "no-alpha"
    """The format of the result has no transparency, which is laid over white."""
    NO_RESOLUTION = "no-resolution"
    """The format of the result has no room for the resolution."""
    FEWER_BITS = "fewer-bits"
    """16 bits became 8 in the format of the result."""
    NO_FLOAT = "no-float"
    """Floats became whole numbers in the format of the result; after a colon, of how many bits."""


@dataclass(frozen=True)
class Metadata:
    """The facts of a file about its pixels; fields as in `Photo`."""

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    texts: Texts = ()
    geo: bytes | None = None
    iptc: bytes | None = None
    gain_map: bytes | None = None


@dataclass(frozen=True)
class Decoded:
    """The facts that appear while the pixels are decoded.

    Attributes:
        grey: the three channels are equal because the file has one.
        converted: the pixels were converted to sRGB; the file's profile no longer holds.
        notes: as in `Photo.notes`.
        icc: the profile, where it appears with the pixels alone.
    """

    grey: bool = False
    converted: bool = False
    notes: tuple[str, ...] = ()
    icc: bytes | None = None


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo: upright, in its own depth and colours.

    Derived photos are made with `dataclasses.replace(photo, pixels=...)`.

    Attributes:
        pixels: (H, W, 3) RGB, of any depth, upright, in the file's own encoding.
        alpha: (H, W) of the same dtype, straight, or None.
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
        path: the file it was read from.
        notes: dropped or converted data, as `Note` says.

    Example:
        >>> rainy.grey, rainy.size
        (False, (32, 24))
    """

    pixels: Pixels
    alpha: Plane | None = None
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
    path: Path | None = None
    notes: tuple[str, ...] = ()

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
