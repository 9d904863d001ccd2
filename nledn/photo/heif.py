"""HEIC and AVIF: headers by pi-heif, and the pixels of HEIC.

The pixels of AVIF come from Pillow, which is nearest to the original (mean error 1.2 where libvips
has 3.3: it interpolates the colours), and beyond 8 bits, which Pillow cuts, from libvips.
Both containers turn the picture by their own properties, which pi-heif and libvips apply; the
orientation in their EXIF is only a copy and is not applied again.
"""

import functools
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np

from nledn.messages import Note
from nledn.photo import exif, pillow, vips, xmp
from nledn.photo.model import Facts
from nledn.photo.source import DepthName, Form, Picture, Source, Unsupported, colours_in
from nledn.pixels import strips

_CLEAN_APERTURE = struct.pack(">I", 40) + b"clap"
_HEADER_BYTES = 2**20
_CHANNELS = {"L": 1, "I": 1, "LA": 2, "RGB": 3, "RGBA": 4}  # by the mode's name before the bits
_HDR_TRANSFERS = (16, 18)  # PQ and HLG in ITU-T H.273
_SRGB_PRIMARIES = (1, 2)  # BT.709, and "not said"


def opened(file: BinaryIO, kind: str = "HEIC") -> Source:
    """Read all but the pixels of a HEIC or AVIF file."""
    import pi_heif

    container = pi_heif.open_heif(file, convert_hdr_to_8bit=False)
    picture = container[container.primary_index]
    info = picture.info
    notes = tuple(_notes(container, info))
    bits = int(info.get("bit_depth", 8))
    file.seek(0)
    # Pillow does not know a clean aperture (ISO 14496-12). A false match only costs time.
    is_clipped = _CLEAN_APERTURE in file.read(_HEADER_BYTES)
    if kind == "AVIF" and bits == 8 and not is_clipped:
        file.seek(0)
        source = pillow.opened(file)
        return replace(source, facts=replace(source.facts, notes=(*source.facts.notes, *notes)))
    decode: Callable[[], Picture] = functools.partial(_decoded, picture, bits)
    if kind == "AVIF":
        # libvips makes three channels of one.
        bands = {1: (0,), 2: (0, 3)}.get(_channels(picture))
        decode = vips.VipsImage(file, "AVIF", bits=bits, bands=bands).decode
    packet = info.get("xmp") or None
    facts = Facts(
        format=kind,
        icc=info.get("icc_profile") or None,
        exif=exif.bare(info.get("exif")),
        xmp=packet,
        notes=(*notes, *xmp.companions(packet or b"")),
    )
    return Source(facts, picture.size, decode, orientation=1)


def _channels(picture: Any) -> int:
    return _CHANNELS.get(picture.mode.partition(";")[0], 0)


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


def _decoded(picture: Any, bits: int) -> Picture:
    channels = _channels(picture)
    if not channels:
        raise Unsupported(picture.mode)
    values = np.asarray(picture)
    height, width = values.shape[:2]
    values = values.reshape(height, width, channels)
    is_deep = values.dtype == np.uint16
    depth: DepthName = "uint16" if is_deep else "uint8"
    form = Form(width, height, depth, has_alpha=channels > colours_in(channels))
    parts = (values[rows] for rows in strips(height, width))
    full = (vips.filled(part, bits if is_deep else None) for part in parts)
    return Picture(form, full, grey=colours_in(channels) == 1)
