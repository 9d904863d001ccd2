"""TIFF written, strip by strip.

The file begins with the unchanged EXIF block, since that is a TIFF structure itself: a new first
directory at the end points into the block, so the offsets inside a MakerNote
still hold. None of the libraries tried writes a MakerNote into a 16-bit TIFF (docs/photos.md).
TIFF 6.0, its supplement 1 for predictors; 700 for XMP, 34675 for ICC.
"""

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from nledn.photo.model import Photo
from nledn.photo.tiff_structure import Field, TiffStructure, serialised

LARGEST_BYTES = 4_000_000_000
"""The largest size of the pixels: offsets have 32 bits, and metadata needs a margin."""

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _STRIP_OFFSETS = 256, 257, 258, 259, 262, 273
_ORIENTATION, _SAMPLES, _ROWS, _STRIP_BYTES, _X_DPI, _Y_DPI = 274, 277, 278, 279, 282, 283
_PLANAR, _DPI_UNIT, _PREDICTOR, _EXTRA_SAMPLES, _SAMPLE_FORMAT = 284, 296, 317, 338, 339
_XMP, _IPTC, _ICC = 700, 33723, 34675
_BLACK_IS_0, _RGB = 1, 2
_UINT, _FLOAT = 1, 3
_INCH = 2
_BYTE, _SHORT, _LONG, _RATIONAL, _BLOB = 1, 3, 4, 5, 7
_DEFLATE, _NO_PREDICTOR, _HORIZONTAL, _UNASSOCIATED, _INTERLEAVED = 8, 1, 2, 2, 1
_STRIP_TARGET_BYTES = 2**19
_DPI_PRECISION = 1000

# ModelPixelScale, Intergraph's matrix, ModelTiepoint, ModelTransformation, GeoTIFF's keys, what
# GDAL adds, and the coefficients of satellites' cameras.
GEO_TAGS = frozenset({33550, 33920, 33922, 34264, 34735, 34736, 34737, 42112, 42113, 50844})
"""The fields of a GeoTIFF."""

# Fields of an EXIF block about the layout of the block's pixels, or that are replaced.
LAYOUT_TAGS = frozenset(
    {*range(254, 260), 262, 263, 266, 273, 274, *range(277, 285), 296, 317, *range(320, 326)}
    | {330, *range(338, 342), 347, 512, 513, 514, *range(529, 533), _XMP, _IPTC, _ICC}
)


def write(photo: Photo, file: BinaryIO) -> None:
    """Write a TIFF of one page, deflated strip by strip, with its metadata.

    The photo is of any depth, floats of any range; the file is open at its beginning.
    """
    block = photo.exif or b"II*\0\0\0\0\0"
    order = "<" if block[:2] == b"II" else ">"
    file.write(block + bytes(len(block) % 2))
    own = [*_layout(photo, order), *_strips(photo, order, file)]
    for tag, kind, data in (
        (_XMP, _BYTE, photo.xmp),
        (_ICC, _BLOB, photo.icc),
        (_IPTC, _BLOB, photo.iptc),
    ):
        own += [] if data is None else [Field(tag, kind, len(data), data)]
    if photo.geo is not None:
        geo = TiffStructure(io.BytesIO(photo.geo))
        entries = geo.directory(geo.first_offset).entries.values()
        own += [geo.copied(entry, order) for entry in entries]
    fields = {field.tag: field for field in (*own, *_of_exif(photo))}
    start = file.tell() + file.tell() % 2
    file.seek(start)
    file.write(serialised(fields.values(), start, order))
    file.seek(4)
    file.write(struct.pack(order + "I", start))


def _numbers(tag: int, kind: int, values: Sequence[int], order: str) -> Field:
    code = {_SHORT: "H", _LONG: "I", _RATIONAL: "I"}[kind]
    count = len(values) // (2 if kind == _RATIONAL else 1)
    return Field(tag, kind, count, struct.pack(f"{order}{len(values)}{code}", *values))


def _strips(photo: Photo, order: str, file: BinaryIO) -> Iterator[Field]:
    """Write the strips, and yield the fields that tell their places."""
    colours = photo.pixels[..., :1] if photo.grey else photo.pixels
    width, height = photo.size
    depth = colours.dtype
    channels = colours.shape[2] + (photo.alpha is not None)
    each = min(height, max(1, _STRIP_TARGET_BYTES // (width * channels * depth.itemsize)))
    offsets, counts = [], []
    for top in range(0, height, each):
        rows = slice(top, top + each)
        strip: Any = colours[rows]
        if photo.alpha is not None:
            strip = np.concatenate((strip, photo.alpha[rows, :, None]), axis=2)
        if depth.kind == "u":
            # Differences to the left neighbour, modulo the depth: the predictor of TIFF.
            strip = np.concatenate((strip[:, :1], strip[:, 1:] - strip[:, :-1]), axis=1)
        packed = zlib.compress(strip.astype(f"{order}{depth.char}", copy=False).tobytes())
        offsets.append(file.tell())
        counts.append(len(packed))
        file.write(packed)
    yield _numbers(_STRIP_OFFSETS, _LONG, offsets, order)
    yield _numbers(_STRIP_BYTES, _LONG, counts, order)
    yield _numbers(_ROWS, _LONG, [each], order)


def _layout(photo: Photo, order: str) -> Iterator[Field]:
    colours = 1 if photo.grey else 3
    channels = colours + (photo.alpha is not None)
    width, height = photo.size
    for tag, value in ((_WIDTH, width), (_HEIGHT, height)):
        yield _numbers(tag, _LONG, [value], order)
    shorts = {
        _BITS: [photo.depth_bits] * channels,
        _COMPRESSION: [_DEFLATE],
        _PHOTOMETRIC: [_RGB if colours == 3 else _BLACK_IS_0],
        _ORIENTATION: [1],
        _SAMPLES: [channels],
        _PLANAR: [_INTERLEAVED],
        _PREDICTOR: [_NO_PREDICTOR if photo.is_float else _HORIZONTAL],
        _SAMPLE_FORMAT: [_FLOAT if photo.is_float else _UINT] * channels,
        **({} if photo.dpi is None else {_DPI_UNIT: [_INCH]}),
        **({} if photo.alpha is None else {_EXTRA_SAMPLES: [_UNASSOCIATED]}),
    }
    for tag, values in shorts.items():
        yield _numbers(tag, _SHORT, values, order)
    for tag, side in zip((_X_DPI, _Y_DPI), photo.dpi or (), strict=False):
        yield _numbers(tag, _RATIONAL, [round(side * _DPI_PRECISION), _DPI_PRECISION], order)


def _of_exif(photo: Photo) -> Iterator[Field]:
    """The fields of the block at the file's start; their values stay in place."""
    if photo.exif is None:
        return
    structure = TiffStructure(io.BytesIO(photo.exif))
    for tag, entry in structure.directory(structure.first_offset).entries.items():
        if tag not in LAYOUT_TAGS:
            value_or_offset = photo.exif[entry.position + 8 : entry.position + 12]
            yield Field(tag, entry.type, entry.count, value_or_offset)
