"""TIFF written, strip by strip.

The file begins with the unchanged EXIF block, since that is a TIFF structure itself: a new first
directory at the end points into the block, so the offsets inside a MakerNote
still hold. None of the libraries tried writes a MakerNote into a 16-bit TIFF (docs/photos.md).
TIFF 6.0, its supplement 1 for predictors; 700 for XMP, 34675 for ICC.
"""

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from nledn.photo.model import Metadata
from nledn.photo.tiff_structure import IfdEntry, TiffStructure
from nledn.pixels import Plane

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


@dataclass(frozen=True, eq=False)
class Samples:
    """The values to write: (H, W, C) of any depth with C 1 or 3, and alpha or None."""

    colours: NDArray[Any]
    alpha: Plane | None = None

    @property
    def channels(self) -> int:
        """Colours and alpha together."""
        return int(self.colours.shape[2]) + (self.alpha is not None)

    def strip(self, rows: slice) -> NDArray[Any]:
        """(rows, W, channels), a copy."""
        if self.alpha is None:
            return self.colours[rows].copy()
        return np.concatenate((self.colours[rows], self.alpha[rows, :, None]), axis=2)


def write(samples: Samples, metadata: Metadata, file: BinaryIO) -> None:
    """Write a TIFF of one page, deflated strip by strip, with its metadata.

    Args:
        samples: at most `LARGEST_BYTES`.
        metadata: ready to be written.
        file: open for writing, at its beginning.
    """
    block = metadata.exif or b"II*\0\0\0\0\0"
    order = "<" if block[:2] == b"II" else ">"
    file.write(block + bytes(len(block) % 2))
    offsets, counts, rows = _write_strips(samples, order, file)
    fields = _Fields(order)
    _describe_pixels(fields, samples, metadata.dpi)
    fields.add(_STRIP_OFFSETS, _LONG, offsets)
    fields.add(_STRIP_BYTES, _LONG, counts)
    fields.add(_ROWS, _LONG, (rows,))
    if metadata.xmp is not None:
        fields.add_bytes(_XMP, _BYTE, metadata.xmp)
    if metadata.icc is not None:
        fields.add_bytes(_ICC, _BLOB, metadata.icc)
    if metadata.exif is not None:
        _adopt(fields, metadata.exif)
    if metadata.iptc is not None:
        fields.add_bytes(_IPTC, _BLOB, metadata.iptc)
    if metadata.geo is not None:
        geo = TiffStructure(io.BytesIO(metadata.geo))
        for entry in geo.directory(geo.first_offset).entries.values():
            fields.add_copy(entry, geo)
    start = file.tell() + file.tell() % 2
    file.seek(start)
    file.write(fields.serialised(start))
    file.seek(4)
    file.write(struct.pack(order + "I", start))


def _write_strips(samples: Samples, order: str, file: BinaryIO) -> tuple[list[int], list[int], int]:
    """Offsets and lengths of the strips, and how many rows each has (the last maybe fewer)."""
    height, width = samples.colours.shape[:2]
    dtype = samples.colours.dtype
    row_bytes = width * samples.channels * dtype.itemsize
    rows = min(height, max(1, _STRIP_TARGET_BYTES // row_bytes))
    offsets, counts = [], []
    for top in range(0, height, rows):
        strip = samples.strip(slice(top, top + rows))
        if dtype.kind == "u":
            # Differences to the left neighbour, modulo the depth: the predictor of TIFF.
            strip[:, 1:] -= strip[:, :-1].copy()
        packed = zlib.compress(strip.astype(f"{order}{dtype.char}", copy=False).tobytes())
        offsets.append(file.tell())
        counts.append(len(packed))
        file.write(packed)
    return offsets, counts, rows


def _describe_pixels(fields: "_Fields", samples: Samples, dpi: tuple[float, float] | None) -> None:
    height, width, colours = samples.colours.shape
    dtype = samples.colours.dtype
    is_float = dtype.kind == "f"
    fields.add(_WIDTH, _LONG, (width,))
    fields.add(_HEIGHT, _LONG, (height,))
    fields.add(_BITS, _SHORT, (dtype.itemsize * 8,) * samples.channels)
    fields.add(_COMPRESSION, _SHORT, (_DEFLATE,))
    fields.add(_PHOTOMETRIC, _SHORT, (_RGB if colours == 3 else _BLACK_IS_0,))
    fields.add(_SAMPLES, _SHORT, (samples.channels,))
    fields.add(_PLANAR, _SHORT, (_INTERLEAVED,))
    fields.add(_PREDICTOR, _SHORT, (_NO_PREDICTOR if is_float else _HORIZONTAL,))
    fields.add(_SAMPLE_FORMAT, _SHORT, (_FLOAT if is_float else _UINT,) * samples.channels)
    if dpi is not None:
        fields.add(_DPI_UNIT, _SHORT, (_INCH,))
        for tag, value in zip((_X_DPI, _Y_DPI), dpi, strict=True):
            fields.add(tag, _RATIONAL, (round(value * _DPI_PRECISION), _DPI_PRECISION))
    fields.add(_ORIENTATION, _SHORT, (1,))
    if samples.alpha is not None:
        fields.add(_EXTRA_SAMPLES, _SHORT, (_UNASSOCIATED,))


def _adopt(fields: "_Fields", block: bytes) -> None:
    """Take over the entries of the block at the file's start; their values stay in place."""
    structure = TiffStructure(io.BytesIO(block))
    page = structure.directory(structure.first_offset)
    for tag, entry in page.entries.items():
        if tag not in LAYOUT_TAGS:
            fields.add_entry(entry, block)


class _Fields:
    """A directory in the making."""

    def __init__(self, order: str) -> None:
        self._order = order
        self._entries: dict[int, tuple[bytes, bytes]] = {}

    def add(self, tag: int, kind: int, values: tuple[int, ...] | list[int]) -> None:
        code = {_SHORT: "H", _LONG: "I", _RATIONAL: "I"}[kind]
        data = struct.pack(f"{self._order}{len(values)}{code}", *values)
        self._add(tag, kind, len(values) // (2 if kind == _RATIONAL else 1), data)

    def add_bytes(self, tag: int, kind: int, data: bytes) -> None:
        self._add(tag, kind, len(data), data)

    def add_entry(self, entry: IfdEntry, block: bytes) -> None:
        raw = block[entry.position : entry.position + 12]
        self._entries[entry.tag] = (raw, b"")

    def add_copy(self, entry: IfdEntry, structure: TiffStructure) -> None:
        """Copy a field of another structure, in its byte order or turned into ours."""
        data = structure.data(entry)
        each = entry.each_bytes
        if structure.order != self._order:
            data = b"".join(data[at : at + each][::-1] for at in range(0, len(data), each))
        self._add(entry.tag, entry.type, entry.count, data)

    def _add(self, tag: int, kind: int, count: int, data: bytes) -> None:
        self._entries[tag] = (struct.pack(self._order + "HHI", tag, kind, count), data)

    def serialised(self, start: int) -> bytes:
        """The directory for the place `start`, followed by the values that it points to."""
        heap_start = start + 2 + 12 * len(self._entries) + 4
        table = struct.pack(self._order + "H", len(self._entries))
        heap = bytearray()
        for _, (head, data) in sorted(self._entries.items()):
            table += head
            if len(head) == 12:
                continue
            if len(data) <= 4:
                table += data.ljust(4, b"\0")
                continue
            table += struct.pack(self._order + "I", heap_start + len(heap))
            heap += data + bytes(len(data) % 2)
        return table + bytes(4) + bytes(heap)
