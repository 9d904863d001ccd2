"""TIFF read: its structure here, its pixels by libvips (TIFF 6.0; 700 for XMP, 34675 for ICC)."""

import functools
from collections.abc import Iterator
from typing import BinaryIO

from nledn.photo import exif, vips
from nledn.photo.model import Metadata, Note
from nledn.photo.source import Damaged, Source, Unsupported
from nledn.photo.tiff_structure import SUB_IFDS, Directory, TiffDamaged, TiffStructure

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_SAMPLES, _EXTRA_SAMPLES, _SAMPLE_FORMAT = 277, 338, 339
_XMP, _IPTC, _ICC, _DNG_VERSION = 700, 33723, 34675, 50706
_WHITE_IS_0, _BLACK_IS_0, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
_SENSOR_PHOTOMETRICS = (32803, 34892)  # a colour filter array, and linear RAW
# None, CCITT, LZW, JPEG, Deflate, PackBits: what libvips is built with (docs/photos.md).
_READABLE_COMPRESSIONS = (1, 2, 3, 4, 5, 7, 8, 32773, 32946)
_COLOURS = {_WHITE_IS_0: 1, _BLACK_IS_0: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _YCBCR: 3}
_UINT, _FLOAT, _UNDEFINED = 1, 3, 4
_REDUCED = 1  # in NewSubfileType: a preview, not a page
_UNSPECIFIED = 0  # in ExtraSamples: a saved selection, infrared of a scanner, but no transparency
_JPEG = 7


def is_raw(structure: TiffStructure) -> bool:
    """Return whether a TIFF holds the values of a sensor: DNG, NEF, ARW, PEF and their kin."""
    page = structure.directory(structure.first_offset)
    if _DNG_VERSION in page.entries or _is_sensor(structure, page):
        return True
    offsets = structure.integers(page.entries.get(SUB_IFDS))
    return any(_is_sensor(structure, structure.directory(offset)) for offset in offsets[:16])


def _is_sensor(structure: TiffStructure, page: Directory) -> bool:
    return _first(structure, page, _PHOTOMETRIC, 0) in _SENSOR_PHOTOMETRICS


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of the first page of a TIFF.

    Raises:
        Damaged: the first page cannot be read.
        Unsupported: float, signed or 32-bit pixels, or a rare compression.
    """
    structure = TiffStructure(file)
    page = structure.directory(structure.first_offset)
    photometric = _checked(structure, page)
    return Source(
        format="TIFF",
        size=_size(structure, page),
        metadata=Metadata(
            icc=_optional(structure, page, _ICC),
            exif=_exif(structure, page),
            xmp=_optional(structure, page, _XMP),
            dpi=_resolution(structure, page),
        ),
        orientation=exif.tiff_orientation(structure, page) or 1,
        notes=tuple(_notes(structure, page, photometric)),
        decode=functools.partial(
            vips.decode,
            file,
            "TIFF",
            cmyk=photometric == _CMYK,
            opaque=_has_other_channel(structure, page),
        ),
    )


def _checked(structure: TiffStructure, page: Directory) -> int:
    """The photometric interpretation, once all about the pixels is known to be readable."""
    photometric = _first(structure, page, _PHOTOMETRIC, -1)
    if photometric not in _COLOURS:
        raise Unsupported(f"photometric interpretation {photometric}")
    bits = structure.integers(page.entries.get(_BITS)) or (1,)
    if len(set(bits)) != 1 or bits[0] not in (1, 2, 4, 8, 16):
        raise Unsupported(f"{'/'.join(map(str, bits))} bits")
    kinds = structure.integers(page.entries.get(_SAMPLE_FORMAT)) or (_UINT,)
    if not set(kinds) <= {_UINT, _UNDEFINED}:
        raise Unsupported("float" if _FLOAT in kinds else "signed")
    compression = _first(structure, page, _COMPRESSION, 1)
    if compression not in _READABLE_COMPRESSIONS:
        raise Unsupported(f"compression {compression}")
    if photometric == _YCBCR and compression != _JPEG:
        raise Unsupported("YCbCr without JPEG")  # libvips takes it for RGB
    if SUB_IFDS in page.entries and _first(structure, page, _SUBFILE, 0) & _REDUCED:
        raise Unsupported("a preview before the picture")
    return photometric


def _has_other_channel(structure: TiffStructure, page: Directory) -> bool:
    """Return whether what follows the colours is no transparency."""
    return _first(structure, page, _EXTRA_SAMPLES, _UNSPECIFIED + 1) == _UNSPECIFIED


def _size(structure: TiffStructure, page: Directory) -> tuple[int, int]:
    width = _first(structure, page, _WIDTH, 0)
    height = _first(structure, page, _HEIGHT, 0)
    if width < 1 or height < 1:
        raise Damaged("no size")
    return width, height


def _first(structure: TiffStructure, page: Directory, tag: int, default: int) -> int:
    return (*structure.integers(page.entries.get(tag)), default)[0]


def _optional(structure: TiffStructure, page: Directory, tag: int) -> bytes | None:
    """A field that the photo can do without; what cannot be read is empty, and then dropped."""
    entry = page.entries.get(tag)
    if entry is None:
        return None
    try:
        return structure.data(entry)
    except TiffDamaged:
        return b""


def _exif(structure: TiffStructure, page: Directory) -> bytes | None:
    try:
        return exif.from_tiff(structure, page)
    except (TiffDamaged, LookupError):
        return b""


def _resolution(structure: TiffStructure, page: Directory) -> tuple[float, float] | None:
    try:
        return exif.resolution(structure, page)
    except TiffDamaged:
        return None


def _notes(structure: TiffStructure, page: Directory, photometric: int) -> Iterator[str]:
    simple = {_PALETTE: Note.PALETTE, _CMYK: Note.CMYK}
    if photometric in simple:
        yield simple[photometric]
    elif _first(structure, page, _BITS, 1) == 1:
        yield Note.BILEVEL
    kinds = [_first(structure, other, _SUBFILE, 0) for other in structure.pages()]
    pages = 1 + sum(not kind & _REDUCED for kind in kinds[1:])
    if pages > 1:
        yield f"{Note.FRAMES}:{pages}"
    samples = _first(structure, page, _SAMPLES, 1)
    transparency = 0 if _has_other_channel(structure, page) else 1
    if samples > _COLOURS[photometric] + transparency:
        yield Note.EXTRA_CHANNELS
    if _IPTC in page.entries:
        yield Note.IPTC
