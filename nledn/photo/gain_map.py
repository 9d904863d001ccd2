"""Gain maps: the second picture of a JPEG, which brightens the first one on HDR screens.

Ultra HDR, ISO 21496-1 and Apple's. The picture is found by MPF (CIPA DC-007) or behind the end of
the first, and is kept as a separate JPEG with only the data to apply it.
"""

import io
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from PIL import Image, ImageOps

from nledn.messages import Note
from nledn.photo import jpeg_segments as jpeg
from nledn.photo import xmp
from nledn.photo.jpeg_segments import Segments, after_end, segment, segments_in
from nledn.photo.source import Unsupported
from nledn.photo.tiff_structure import TiffDamaged, TiffStructure

_NOT_PIXELS = frozenset({*range(0xE0, 0xF0), jpeg.COM})
_KEPT = (b"JFIF\0", b"Adobe", jpeg.XMP_PREFIX, jpeg.ICC_PREFIX, jpeg.GAIN_MAP_PREFIX)
_MP_ENTRIES = 0xB002
_MP_ENTRY = 16
_MOST_PICTURES = 16
_ORIENTATION = 0x0112  # of EXIF
_QUALITY = 95


def found(file: BinaryIO, segments: Segments) -> tuple[bytes | None, int]:
    """Find the gain map of a JPEG, itself a JPEG; None if it is missing or unusable.

    Also return how many pictures lie beside the first.
    """
    others = list(_others(file, segments))
    usable = (bare for data in others if (bare := _bare(data)) and fits(bare, segments.size))
    return next(filter(_is_sound, usable), None), len(others)


def fits(gain_map: bytes, size: tuple[int, int]) -> bool:
    """Return whether a gain map has the shape of a picture of `size`, and is no larger."""
    width, height = _read(gain_map).size
    is_same_shape = abs(width * size[1] - height * size[0]) <= sum(size)  # within a pixel
    return is_same_shape and 0 < width <= size[0] and 0 < height <= size[1]


def turned(gain_map: bytes, orientation: int) -> bytes:
    """Turn a gain map by an orientation of EXIF; encode it again only if necessary."""
    if orientation == 1:
        return gain_map
    image, encoded = _opened(gain_map), io.BytesIO()
    image.getexif()[_ORIENTATION] = orientation
    image = ImageOps.exif_transpose(image)
    image.save(encoded, "JPEG", quality=_QUALITY, subsampling=0)
    about = [part for part in segments_in(io.BytesIO(gain_map)) if part[0] in _NOT_PIXELS]
    coding = [part for part in segments_in(encoded) if part[0] not in _NOT_PIXELS]
    return _joined([*about, *coding], encoded.read())


def _read(gain_map: bytes) -> Segments:
    return jpeg.read(io.BytesIO(gain_map))


def _others(file: BinaryIO, segments: Segments) -> Iterator[bytes]:
    """Yield the pictures beside the first."""
    if segments.mpf is None:
        behind = after_end(file)
        if behind is not None and behind.startswith(jpeg.SOI):
            yield behind
        return
    begin, data = segments.mpf
    with suppress(TiffDamaged):
        structure = TiffStructure(io.BytesIO(data))
        entries = structure.directory(structure.first_offset).data(_MP_ENTRIES) or b""
        table = entries[: _MP_ENTRY * _MOST_PICTURES]
        for at in range(_MP_ENTRY, len(table) - _MP_ENTRY + 1, _MP_ENTRY):
            _, count, offset = struct.unpack_from(structure.order + "III", table, at)
            file.seek(begin + offset)
            yield file.read(count)


def _bare(data: bytes) -> bytes | None:
    """A gain map without unneeded data; None for any other picture, or an incomplete one."""
    if not data.startswith(jpeg.SOI):
        return None
    file = io.BytesIO(data)
    kept = [
        (marker, part)
        for marker, part in segments_in(file)
        if marker not in _NOT_PIXELS or part.startswith(_KEPT)
    ]
    pixels, end, _ = file.read().partition(jpeg.EOI)
    bare = _joined(kept, pixels + end)
    try:
        facts = _read(bare).facts
    except Unsupported:
        return None
    is_map = Note.GAIN_MAP in facts.notes or xmp.is_gain_map(facts.xmp or b"")
    return bare if is_map and end else None


def _joined(parts: list[tuple[int, bytes]], pixels: bytes) -> bytes:
    return jpeg.SOI + b"".join(segment(*part) for part in parts) + jpeg.SOS + pixels


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=("JPEG",))


def _is_sound(data: bytes) -> bool:
    try:
        image = _opened(data)
        image.load()
    except Exception:  # noqa: BLE001  # decoders raise anything at all on damaged bytes
        return False
    return image.mode in ("L", "RGB")
