"""A photo in memory, and what is told about how it got there."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nledn.photo.texts import Texts
from nledn.pixels import Pixels, Plane


class Note(StrEnum):
    """Something that was dropped or converted while reading; a word for `nledn.messages`.

    `FRAMES` is followed by a colon and their number, as in `frames:12`.
    """

    FRAMES = "frames"
    """The first of several frames or pages; the others are not taken along."""
    MPO = "mpo"
    """Several pictures in one JPEG (MPO): the main one is taken, the rest dropped."""
    GAIN_MAP = "gain-map"
    """The gain map, which brightens the photo on HDR screens, is dropped."""
    EXTENDED_XMP = "extended-xmp"
    """The part of the XMP beyond 64 kB, most often depth or motion, is dropped."""
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
    """A colour space told otherwise than by an ICC profile is not taken along."""
    BAD_ICC = "bad-icc"
    """The ICC profile is corrupt or of another kind of colour, and dropped."""
    BAD_EXIF = "bad-exif"
    """The EXIF is corrupt and dropped."""
    BAD_XMP = "bad-xmp"
    """The XMP is corrupt and dropped."""


@dataclass(frozen=True)
class Metadata:
    """The facts of a file about its pixels; fields as in `Photo`."""

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    texts: Texts = ()


@dataclass(frozen=True)
class Decoded:
    """The facts that appear while the pixels are decoded.

    Attributes:
        grey: the three channels are equal because the file has one.
        converted: the pixels were converted to sRGB; the file's profile no longer holds.
    """

    grey: bool = False
    converted: bool = False


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo as it was read: upright, in its own depth and colours.

    Derived photos are made with `dataclasses.replace(photo, pixels=...)`.

    Attributes:
        pixels: (H, W, 3) uint8 or uint16, RGB, upright, in the file's own encoding.
        alpha: (H, W) of the same dtype, straight, or None.
        icc: the profile of the pixels.
        exif: a TIFF structure (without the word Exif before it), orientation 1, no thumbnail.
        xmp: an XMP packet in UTF-8, orientation 1, no thumbnails.
        dpi: pixels per inch, horizontally and vertically.
        texts: words beside the photo, by keyword: a PNG's texts, a JPEG's comment.
        grey: came greyscale and goes back greyscale; the three channels are equal.
        linear: the profile says that values are proportional to light.
        format: "JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "HEIC" or "RAW".
        path: the file it was read from.
        notes: what had to be dropped or converted, as `Note` says.
    """

    pixels: Pixels
    alpha: Plane | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    texts: Texts = ()
    grey: bool = False
    linear: bool = False
    format: str = "PNG"
    path: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.pixels.shape[:2]
        return width, height

    @property
    def depth_bits(self) -> int:
        """Bits a channel: 8 or 16."""
        return self.pixels.dtype.itemsize * 8

    @property
    def megapixels(self) -> float:
        """Millions of pixels."""
        width, height = self.size
        return width * height / 1e6
