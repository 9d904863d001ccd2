"""TIFF read: its structure here, its pixels by libvips (TIFF 6.0; 700 for XMP, 34675 for ICC)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from nledn.photo import exif, exif_copying, iptc, vips
from nledn.photo.model import Metadata, Note
from nledn.photo.source import Damaged, Source, Unsupported
from nledn.photo.tiff_structure import SUB_IFDS, Directory, TiffDamaged, TiffStructure
from nledn.photo.tiff_writing import GEO_TAGS, LAYOUT_TAGS

_SUBFILE, _OLD_SUBFILE = 254, 255
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_SAMPLES, _PLANAR, _TILE_WIDTH, _EXTRA_SAMPLES, _SAMPLE_FORMAT = 277, 284, 322, 338, 339
_XMP, _IPTC, _PHOTOSHOP, _ICC, _LAYERS, _DNG_VERSION = 700, 33723, 34377, 34675, 37724, 50706
_COLOUR_STATEMENTS = frozenset({301, 318, 319})
_WHITE_IS_0, _BLACK_IS_0, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
_SENSOR_PHOTOMETRICS = (32803, 34892)  # a colour filter array, and linear RAW
# None, CCITT, LZW, JPEG, Deflate, PackBits: those of our libvips (docs/photos.md).
_READABLE_COMPRESSIONS = (1, 2, 3, 4, 5, 7, 8, 32773, 32946)
_COLOURS = {_WHITE_IS_0: 1, _BLACK_IS_0: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _YCBCR: 3}
_REFUSED_COLOURS = {
    **{8: "CIE Lab", 9: "ICC Lab", 10: "ITU Lab", 32844: "LogL", 32845: "LogLuv"},
}
_REFUSED_COMPRESSIONS = {
    **{34676: "LogLuv", 34677: "LogLuv", 34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA"},
    **{50000: "zstd", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL"},
}
_UINT, _FLOAT, _UNDEFINED = 1, 3, 4
_UINT_BITS, _FLOAT_BITS = (1, 2, 4, 8, 16), (16, 32)
_REDUCED, _TRANSPARENCY_MASK, _OLD_REDUCED = 1, 4, 2  # no page, but a preview or a mask
_ALPHAS = (1, 2)  # in ExtraSamples; anything else is a saved selection, infrared of a scanner …
_SEPARATE = 2
_JPEG = 7
_MOST_PAGES_LOOKED_AT = 100  # for the first one that is no preview
_NOTED = frozenset({_XMP, _IPTC, _PHOTOSHOP, _ICC, _LAYERS, *_COLOUR_STATEMENTS})


def is_raw(structure: TiffStructure) -> bool:
    """Return whether a TIFF holds the values of a sensor: DNG, NEF, ARW, PEF and so on."""
    page = structure.directory(structure.first_offset)
    if _DNG_VERSION in page.entries or _is_sensor(structure, page):
        return True
    offsets = structure.integers(page.entries.get(SUB_IFDS))
    return any(_is_sensor(structure, structure.directory(offset)) for offset in offsets[:16])


def _is_sensor(structure: TiffStructure, page: Directory) -> bool:
    return _first(structure, page, _PHOTOMETRIC, 0) in _SENSOR_PHOTOMETRICS


@dataclass(frozen=True)
class _Place:
    """The picture in its file: its directory, and the options of libvips that lead there."""

    page: Directory
    options: dict[str, int]


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of the first page of a TIFF that is no preview.

    Raises:
        Damaged: the page cannot be read.
        Unsupported: signed or 32-bit whole numbers, or a rare compression.
    """
    structure = TiffStructure(file)
    first = structure.directory(structure.first_offset)
    place = _photo_in(structure, first)
    page = place.page
    photometric = _checked(structure, page)
    alpha = _alpha_in(structure, page, photometric)
    block, is_whole = exif_copying.from_tiff(structure, page)
    if block is None and page is not first:
        block, is_whole = exif_copying.from_tiff(structure, first)
    picture = vips.VipsImage(
        file,
        "TIFF",
        bits=_first(structure, page, _BITS, 1) if _is_float(structure, page) else None,
        cmyk=photometric == _CMYK,
        bands=_bands(structure, page, photometric, alpha),
        place=place.options,
    )
    return Source(
        format="TIFF",
        size=_size(structure, page),
        metadata=Metadata(
            icc=_optional(structure, page, _ICC),
            exif=block,
            xmp=_optional(structure, page, _XMP) or _optional(structure, first, _XMP),
            dpi=_resolution(structure, page),
            iptc=iptc_of(structure, page) or None,
            geo=exif_copying.fields(structure, page, GEO_TAGS),
        ),
        orientation=exif.tiff_orientation(structure, page) or 1,
        notes=(
            *_notes(structure, page, photometric, alpha),
            *([] if is_whole else [Note.BAD_EXIF_PART]),
        ),
        decode=picture.decode,
        part=picture,
    )


def _photo_in(structure: TiffStructure, first: Directory) -> _Place:
    """Find the first page that is neither a preview nor a mask, or such a child of the first."""
    if not _is_beside(structure, first):
        return _Place(first, {})
    for number, offset in enumerate(structure.integers(first.entries.get(SUB_IFDS))[:16]):
        try:
            child = structure.directory(offset)
        except TiffDamaged:
            continue
        if not _is_beside(structure, child):
            return _Place(child, {"subifd": number})
    for number, page in enumerate(structure.pages()):
        if number == _MOST_PAGES_LOOKED_AT:
            break
        if not _is_beside(structure, page):
            return _Place(page, {"page": number})
    return _Place(first, {})


def _is_beside(structure: TiffStructure, page: Directory) -> bool:
    """Return whether a page is a preview or a mask."""
    return bool(
        _first(structure, page, _SUBFILE, 0) & (_REDUCED | _TRANSPARENCY_MASK)
        or _first(structure, page, _OLD_SUBFILE, 0) == _OLD_REDUCED
    )


def _is_mask(structure: TiffStructure, page: Directory) -> bool:
    return bool(_first(structure, page, _SUBFILE, 0) & _TRANSPARENCY_MASK)


def _checked(structure: TiffStructure, page: Directory) -> int:
    """Return the photometric interpretation, after checking that the pixels are supported."""
    photometric = _first(structure, page, _PHOTOMETRIC, -1)
    if photometric not in _COLOURS:
        name = _REFUSED_COLOURS.get(photometric, f"photometric interpretation {photometric}")
        raise Unsupported(name)
    compression = _first(structure, page, _COMPRESSION, 1)
    if compression not in _READABLE_COMPRESSIONS:
        raise Unsupported(_REFUSED_COMPRESSIONS.get(compression, f"compression {compression}"))
    _check_numbers(structure, page, photometric)
    if photometric == _YCBCR and compression != _JPEG:
        raise Unsupported("YCbCr without JPEG")  # libvips takes it for RGB
    if _is_separate(structure, page) and _TILE_WIDTH in page.entries:
        raise Unsupported("tiles in separate planes")
    return photometric


def _check_numbers(structure: TiffStructure, page: Directory, photometric: int) -> None:
    bits = structure.integers(page.entries.get(_BITS)) or (1,)
    kinds = structure.integers(page.entries.get(_SAMPLE_FORMAT)) or (_UINT,)
    is_float = _is_float(structure, page)
    if not (is_float or set(kinds) <= {_UINT, _UNDEFINED}):
        raise Unsupported("float and whole numbers" if _FLOAT in kinds else "signed")
    if len(set(bits)) != 1 or bits[0] not in (_FLOAT_BITS if is_float else _UINT_BITS):
        raise Unsupported(f"{'/'.join(map(str, bits))} bits" + ", float" * is_float)
    if is_float and photometric not in (_BLACK_IS_0, _RGB):
        raise Unsupported("float, neither RGB nor grey with black as 0")
    if is_float and bits[0] == 16 and _is_separate(structure, page):
        raise Unsupported("16-bit float in separate planes")  # libvips mixes them up


def _is_float(structure: TiffStructure, page: Directory) -> bool:
    return set(structure.integers(page.entries.get(_SAMPLE_FORMAT))) == {_FLOAT}


def _is_separate(structure: TiffStructure, page: Directory) -> bool:
    is_separate = _first(structure, page, _PLANAR, 1) == _SEPARATE
    return is_separate and _first(structure, page, _SAMPLES, 1) > 1


def _alpha_in(structure: TiffStructure, page: Directory, photometric: int) -> int | None:
    """Return the band of transparency: the first extra one that ExtraSamples names as such.

    Without ExtraSamples the fourth band counts, as in other programs.
    """
    samples = _first(structure, page, _SAMPLES, 1)
    colours = _COLOURS[photometric]
    entry = page.entries.get(_EXTRA_SAMPLES)
    if entry is None:
        return colours if samples > colours else None
    extras = structure.integers(entry)[: max(0, samples - colours)]
    return next((colours + at for at, kind in enumerate(extras) if kind in _ALPHAS), None)


def _bands(
    structure: TiffStructure, page: Directory, photometric: int, alpha: int | None
) -> tuple[int, ...] | None:
    """Return the bands to take from libvips, CMYK as RGB; None for all."""
    if photometric == _PALETTE or _first(structure, page, _SAMPLES, 1) == _COLOURS[photometric]:
        return None
    colours = 3 if photometric == _CMYK else _COLOURS[photometric]
    shift = _COLOURS[photometric] - colours
    return (*range(colours), *(() if alpha is None else (alpha - shift,)))


def _size(structure: TiffStructure, page: Directory) -> tuple[int, int]:
    width = _first(structure, page, _WIDTH, 0)
    height = _first(structure, page, _HEIGHT, 0)
    if width < 1 or height < 1:
        raise Damaged("no size")
    return width, height


def _first(structure: TiffStructure, page: Directory, tag: int, default: int) -> int:
    return (*structure.integers(page.entries.get(tag)), default)[0]


def _optional(structure: TiffStructure, page: Directory, tag: int) -> bytes | None:
    """Read an optional field; an unreadable one is empty, and then dropped."""
    entry = page.entries.get(tag)
    if entry is None:
        return None
    try:
        return structure.data(entry)
    except TiffDamaged:
        return b""


def iptc_of(structure: TiffStructure, page: Directory) -> bytes | None:
    """Return the block in its field or among Photoshop's resources; empty for a damaged one."""
    block = _optional(structure, page, _IPTC)
    if block is not None:
        # Written as LONG by some, so with bytes in the order of the file.
        return block if iptc.is_sound(block) else b""
    return iptc.in_resources(_optional(structure, page, _PHOTOSHOP) or b"")


def _resolution(structure: TiffStructure, page: Directory) -> tuple[float, float] | None:
    try:
        return exif.resolution(structure, page)
    except TiffDamaged:
        return None


def _notes(
    structure: TiffStructure, page: Directory, photometric: int, alpha: int | None
) -> Iterator[str]:
    simple = {_PALETTE: Note.PALETTE, _CMYK: Note.CMYK}
    if photometric in simple:
        yield simple[photometric]
    elif _first(structure, page, _BITS, 1) == 1:
        yield Note.BILEVEL
    pages = sum(not _is_beside(structure, other) for other in structure.pages())
    if pages > 1:
        yield f"{Note.FRAMES}:{pages}"
    extras = _first(structure, page, _SAMPLES, 1) - _COLOURS[photometric] - (alpha is not None)
    if extras > 0 or any(_is_mask(structure, other) for other in structure.pages()):
        yield Note.EXTRA_CHANNELS
    if iptc_of(structure, page) == b"":
        yield Note.IPTC
    if _LAYERS in page.entries:
        yield Note.LAYERS
    if _ICC not in page.entries and _COLOUR_STATEMENTS & page.entries.keys():
        yield Note.COLOUR_UNTAGGED
    known = LAYOUT_TAGS | GEO_TAGS | exif.CARRIED | _NOTED
    others = sorted(page.entries.keys() - known)
    if others:
        yield f"{Note.OTHER_DATA}:{', '.join(map(str, others))}"
