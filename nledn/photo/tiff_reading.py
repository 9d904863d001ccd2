"""TIFF read: its structure here, its pixels by libvips (TIFF 6.0; 700 for XMP, 34675 for ICC)."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from nledn.messages import Note
from nledn.photo import exif, iptc, vips
from nledn.photo.model import Facts
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
_REFUSED_COLOURS = {8: "CIE Lab", 9: "ICC Lab", 10: "ITU Lab", 32844: "LogL", 32845: "LogLuv"}
_REFUSED_COMPRESSIONS = {
    **{34676: "LogLuv", 34677: "LogLuv", 34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA"},
    **{50000: "zstd", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL"},
}
_UINT, _FLOAT, _UNDEFINED = 1, 3, 4
_UINT_BITS, _FLOAT_BITS = (1, 2, 4, 8, 16), (16, 32)
_REDUCED, _TRANSPARENCY_MASK, _OLD_REDUCED = 1, 4, 2  # no page, but a preview or a mask
_ALPHAS = (1, 2)  # in ExtraSamples; anything else is a saved selection, infrared of a scanner …
_SEPARATE, _JPEG = 2, 7
_MOST_PAGES_LOOKED_AT = 100  # for the first one that is no preview
_MOST_CHILDREN = 16
_LARGE_BYTES = 2**16
_NOTED = frozenset({_XMP, _IPTC, _PHOTOSHOP, _ICC, _LAYERS, *_COLOUR_STATEMENTS})


def is_raw(structure: TiffStructure) -> bool:
    """Return whether a TIFF holds the values of a sensor: DNG, NEF, ARW, PEF and so on."""
    page = structure.directory(structure.first_offset)
    if _DNG_VERSION in page.entries or _is_sensor(page):
        return True
    return any(_is_sensor(child) for _, child in _children(page))


def _is_sensor(page: Directory) -> bool:
    return page.first(_PHOTOMETRIC, 0) in _SENSOR_PHOTOMETRICS


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of the first page of a TIFF that is no preview."""
    structure = TiffStructure(file)
    first = structure.directory(structure.first_offset)
    page, place = _photo_in(structure, first)
    photometric = _checked(page)
    alpha = _alpha_in(page, photometric)
    block, is_whole = exif.from_tiff(page)
    if block is None and page is not first:
        block, is_whole = exif.from_tiff(first)
    size = (page.first(_WIDTH, 0), page.first(_HEIGHT, 0))
    if min(size) < 1:
        raise Damaged("no size")
    picture = vips.VipsImage(
        file,
        "TIFF",
        bits=page.first(_BITS, 1) if _is_float(page) else None,
        cmyk=photometric == _CMYK,
        bands=_bands(page, photometric, alpha),
        place=place,
        changes={at: one for each in (first, page) for at, one in _without_large(each)},
    )
    facts = Facts(
        format="TIFF",
        icc=page.data(_ICC),
        exif=block,
        xmp=page.data(_XMP) or first.data(_XMP),
        dpi=exif.resolution(page),
        iptc=iptc_of(page) or None,
        geo=exif.chosen(page, GEO_TAGS),
        notes=(*_notes(page, photometric, alpha), *([] if is_whole else [Note.BAD_EXIF_PART])),
    )
    return Source(facts, size, picture.decode, exif.orientation_of(page) or 1, picture)


def _photo_in(structure: TiffStructure, first: Directory) -> tuple[Directory, dict[str, int]]:
    """Find the first page that is neither a preview nor a mask, or such a child of the first.

    Returns:
        Its directory, and the options of libvips that lead there.
    """
    if not _is_beside(first):
        return first, {}
    for number, child in _children(first):
        if not _is_beside(child):
            return child, {"subifd": number}
    for number, page in enumerate(islice(structure.pages(), _MOST_PAGES_LOOKED_AT)):
        if not _is_beside(page):
            return page, {"page": number}
    return first, {}


def _children(page: Directory) -> Iterator[tuple[int, Directory]]:
    """Yield the directories below a page that can be read, each with its number."""
    with suppress(TiffDamaged):
        for number, offset in enumerate(page.integers(SUB_IFDS)[:_MOST_CHILDREN]):
            with suppress(TiffDamaged):
                yield number, page.structure.directory(offset)


def _without_large(page: Directory) -> Iterator[tuple[int, bytes]]:
    """Yield where the count of each large field about no pixels stands, and 1 as a count.

    libtiff would read them all; Photoshop's layers may have more bytes than the pixels.
    """
    for tag, entry in page.entries.items():
        if tag not in LAYOUT_TAGS and entry.value_bytes > _LARGE_BYTES:
            yield entry.position + 4, page.structure.count_of_one


def _is_beside(page: Directory) -> bool:
    """Return whether a page is a preview or a mask."""
    return bool(
        page.first(_SUBFILE, 0) & (_REDUCED | _TRANSPARENCY_MASK)
        or page.first(_OLD_SUBFILE, 0) == _OLD_REDUCED
    )


def _checked(page: Directory) -> int:
    """Return the photometric interpretation, after checking that the pixels are supported."""
    photometric = page.first(_PHOTOMETRIC, -1)
    if photometric not in _COLOURS:
        name = _REFUSED_COLOURS.get(photometric, f"photometric interpretation {photometric}")
        raise Unsupported(name)
    compression = page.first(_COMPRESSION, 1)
    if compression not in _READABLE_COMPRESSIONS:
        raise Unsupported(_REFUSED_COMPRESSIONS.get(compression, f"compression {compression}"))
    _check_numbers(page, photometric)
    if photometric == _YCBCR and compression != _JPEG:
        raise Unsupported("YCbCr without JPEG")  # libvips takes it for RGB
    if _is_separate(page) and _TILE_WIDTH in page.entries:
        raise Unsupported("tiles in separate planes")
    return photometric


def _check_numbers(page: Directory, photometric: int) -> None:
    bits = page.integers(_BITS) or (1,)
    kinds = page.integers(_SAMPLE_FORMAT) or (_UINT,)
    is_float = _is_float(page)
    if not (is_float or set(kinds) <= {_UINT, _UNDEFINED}):
        raise Unsupported("float and whole numbers" if _FLOAT in kinds else "signed")
    if len(set(bits)) != 1 or bits[0] not in (_FLOAT_BITS if is_float else _UINT_BITS):
        raise Unsupported(f"{'/'.join(map(str, bits))} bits" + ", float" * is_float)
    if is_float and photometric not in (_BLACK_IS_0, _RGB):
        raise Unsupported("float, neither RGB nor grey with black as 0")
    if is_float and bits[0] == 16 and _is_separate(page):
        raise Unsupported("16-bit float in separate planes")  # libvips mixes them up


def _is_float(page: Directory) -> bool:
    return set(page.integers(_SAMPLE_FORMAT)) == {_FLOAT}


def _is_separate(page: Directory) -> bool:
    return page.first(_PLANAR, 1) == _SEPARATE and page.first(_SAMPLES, 1) > 1


def _alpha_in(page: Directory, photometric: int) -> int | None:
    """Return the band of transparency: the first extra one that ExtraSamples names as such.

    Without ExtraSamples the fourth band counts, as in other programs.
    """
    samples, colours = page.first(_SAMPLES, 1), _COLOURS[photometric]
    if _EXTRA_SAMPLES not in page.entries:
        return colours if samples > colours else None
    extras = page.integers(_EXTRA_SAMPLES)[: max(0, samples - colours)]
    return next((colours + at for at, kind in enumerate(extras) if kind in _ALPHAS), None)


def _bands(page: Directory, photometric: int, alpha: int | None) -> tuple[int, ...] | None:
    """Return the bands to take from libvips, CMYK as RGB; None for all."""
    if photometric == _PALETTE or page.first(_SAMPLES, 1) == _COLOURS[photometric]:
        return None
    colours = 3 if photometric == _CMYK else _COLOURS[photometric]
    shift = _COLOURS[photometric] - colours
    return (*range(colours), *(() if alpha is None else (alpha - shift,)))


def iptc_of(page: Directory) -> bytes | None:
    """Return the block in its field or among Photoshop's resources; empty for a damaged one."""
    block = page.data(_IPTC)
    if block is not None:
        # Written as LONG by some, so with bytes in the order of the file.
        return block if iptc.is_sound(block) else b""
    return iptc.in_resources(page.data(_PHOTOSHOP) or b"")


def _notes(page: Directory, photometric: int, alpha: int | None) -> Iterator[str]:
    simple = {_PALETTE: Note.PALETTE, _CMYK: Note.CMYK}
    if photometric in simple:
        yield simple[photometric]
    elif page.first(_BITS, 1) == 1:
        yield Note.BILEVEL
    pages = list(page.structure.pages())
    photos = sum(not _is_beside(other) for other in pages)
    if photos > 1:
        yield f"{Note.FRAMES}:{photos}"
    extras = page.first(_SAMPLES, 1) - _COLOURS[photometric] - (alpha is not None)
    if extras > 0 or any(other.first(_SUBFILE, 0) & _TRANSPARENCY_MASK for other in pages):
        yield Note.EXTRA_CHANNELS
    if iptc_of(page) == b"":
        yield Note.IPTC
    if _LAYERS in page.entries:
        yield Note.LAYERS
    if _ICC not in page.entries and _COLOUR_STATEMENTS & page.entries.keys():
        yield Note.COLOUR_UNTAGGED
    others = sorted(page.entries.keys() - (LAYOUT_TAGS | GEO_TAGS | exif.CARRIED | _NOTED))
    if others:
        yield f"{Note.OTHER_DATA}:{', '.join(map(str, others))}"
