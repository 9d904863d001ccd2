"""HEIC and AVIF: headers by pi-heif, and the pixels of HEIC.

The pixels of AVIF come from Pillow, which is nearest to the original (mean error 1.2 where libvips
has 3.3: it interpolates the colours), and beyond 8 bits, which Pillow cuts, from libvips.
Both containers turn the picture by their own properties, which pi-heif and libvips apply; the
orientation in their EXIF is only a copy and is not applied again.
"""

import functools
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np

from nledn.photo import exif, pillow, vips, xmp
from nledn.photo.model import Decoded, Metadata, Note
from nledn.photo.pixel_sink import DepthName, Form, PixelSink, colours_in
from nledn.photo.source import ReaderMissing, Source, Unsupported
from nledn.pixels import strips

_CLEAN_APERTURE = struct.pack(">I", 40) + b"clap"
_HEADER_BYTES = 2**20
_MODES = {
    "L": 1,
    "I;16": 1,
    "I;16L": 1,
    "L;10": 1,
    "L;12": 1,
    "LA": 2,
    "RGB": 3,
    "RGBA": 4,
    "L;16": 1,
    "LA;16": 2,
    "RGB;16": 3,
    "RGBA;16": 4,
}
_HDR_TRANSFERS = (16, 18)  # PQ and HLG in ITU-T H.273
_SRGB_PRIMARIES = (1, 2)  # BT.709, and "not said"


def opened(file: BinaryIO, kind: str) -> Source:
    """Read all but the pixels of a HEIC or AVIF file.

    Args:
        file: the open file.
        kind: "HEIC" or "AVIF".

    Raises:
        ReaderMissing: pi-heif is not installed.
        ValueError, RuntimeError, EOFError: the file is damaged.
    """
    try:
        import pi_heif
    except ImportError as error:
        raise ReaderMissing(kind, "pi-heif") from error
    file.seek(0)

    container = pi_heif.open_heif(file, convert_hdr_to_8bit=False)
    picture = container[container.primary_index]
    info = picture.info
    notes = list(_notes(container, info))
    bits = int(info.get("bit_depth", 8))
    if kind == "AVIF" and bits == 8 and not _is_clipped(file):
        source = pillow.opened(file, kind)
        return replace(source, notes=tuple(dict.fromkeys((*source.notes, *notes))))
    if kind == "AVIF":
        # libvips makes three channels of one.
        bands = {1: (0,), 2: (0, 3)}.get(_MODES.get(picture.mode, 0))
        decode = vips.VipsImage(file, "AVIF", bits=bits, bands=bands).decode
    else:
        decode = functools.partial(_decoded, picture, bits)
    block, packet = exif.bare(info.get("exif")), info.get("xmp") or None
    if packet is not None and xmp.has_film(packet):
        notes.append(Note.FILM)
    metadata = Metadata(
        icc=info.get("icc_profile") or None, exif=block, xmp=packet, dpi=exif.dpi(block or b"")
    )
    unique = tuple(dict.fromkeys(notes))
    return Source(kind, picture.size, metadata, decode, orientation=1, notes=unique)


def _is_clipped(file: BinaryIO) -> bool:
    """Return whether a file has a clean aperture, which Pillow does not know (ISO 14496-12).

    Any match in the header counts; a false one only costs time.
    """
    file.seek(0)
    return _CLEAN_APERTURE in file.read(_HEADER_BYTES)


def _notes(container: Any, info: dict[str, Any]) -> Iterator[str]:
    if len(container) > 1:
        yield f"{Note.FRAMES}:{len(container)}"
    if any("gainmap" in name.lower() for name in info.get("aux", {})):
        yield Note.GAIN_MAP
    if info.get("depth_images"):
        yield Note.DEPTH
    kinds = {str(block.get("type")) for block in info.get("metadata") or ()} - {"Exif", "XMP"}
    if kinds:
        yield f"{Note.OTHER_DATA}:{', '.join(sorted(kinds))}"
    colour = info.get("nclx_profile") or {}
    hdr = colour.get("transfer_characteristics") in _HDR_TRANSFERS
    wide = colour.get("color_primaries", 1) not in _SRGB_PRIMARIES
    if hdr or (wide and not info.get("icc_profile")):
        yield Note.COLOUR_UNTAGGED


def _decoded(picture: Any, bits: int, canvas: PixelSink) -> Decoded:
    if picture.mode not in _MODES:
        raise Unsupported(picture.mode)
    values = np.asarray(picture)
    height, width = values.shape[:2]
    values = values.reshape(height, width, _MODES[picture.mode])
    channels = values.shape[2]
    is_deep = values.dtype == np.uint16
    depth: DepthName = "uint16" if is_deep else "uint8"
    canvas.begin(Form(width, height, depth, has_alpha=channels > colours_in(channels)))
    for rows in strips(height, width):
        canvas.put(vips.filled(values[rows], bits if is_deep else None))
    return Decoded(grey=colours_in(channels) == 1)
