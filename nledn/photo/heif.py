"""HEIC and AVIF: headers by pi-heif, and the pixels of HEIC.

The pixels of AVIF come from Pillow, which is nearest to the original (mean error 1.2 where libvips
has 3.3: it interpolates the colours), and beyond 8 bits, which Pillow cuts, from libvips.
Both containers turn the picture by properties of their own, which pi-heif and libvips apply; the
orientation in their EXIF is a copy for the curious and is not applied again.
"""

import functools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np

from nledn.photo import exif, pillow, vips
from nledn.photo.canvas import Canvas, DepthName, Form, colours_in
from nledn.photo.model import Decoded, Metadata, Note
from nledn.photo.source import ReaderMissing, Source, Unsupported
from nledn.pixels import strips

_MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "L;16": 1, "LA;16": 2, "RGB;16": 3, "RGBA;16": 4}
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
    notes = tuple(_notes(container, picture.info))
    bits = int(picture.info.get("bit_depth", 8))
    if kind == "AVIF" and bits == 8:
        source = pillow.opened(file)
        return replace(source, notes=tuple(dict.fromkeys((*source.notes, *notes))))
    if kind == "AVIF":
        decode = functools.partial(vips.decode, file, "AVIF", bits=bits)
    else:
        decode = functools.partial(_decoded, picture, bits)
    block = exif.bare(picture.info.get("exif"))
    metadata = Metadata(
        icc=picture.info.get("icc_profile") or None,
        exif=block,
        xmp=picture.info.get("xmp") or None,
        dpi=exif.dpi(block or b""),
    )
    return Source(kind, picture.size, metadata, decode, orientation=1, notes=notes)


def _notes(container: Any, info: dict[str, Any]) -> Iterator[str]:
    if len(container) > 1:
        yield f"{Note.FRAMES}:{len(container)}"
    if any("gainmap" in name.lower() for name in info.get("aux", {})):
        yield Note.GAIN_MAP
    colour = info.get("nclx_profile") or {}
    hdr = colour.get("transfer_characteristics") in _HDR_TRANSFERS
    wide = colour.get("color_primaries", 1) not in _SRGB_PRIMARIES
    if not info.get("icc_profile") and (hdr or wide):
        yield Note.COLOUR_UNTAGGED


def _decoded(picture: Any, bits: int, canvas: Canvas) -> Decoded:
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
