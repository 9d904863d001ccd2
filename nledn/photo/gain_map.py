"""Gain maps: the second picture of a JPEG, which brightens the first one on HDR screens.

Ultra HDR, ISO 21496-1 and Apple's. The picture is found by MPF (CIPA DC-007) or behind the end of
the first, and is kept as a separate JPEG with only the data to apply it.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from nledn.photo import xmp
from nledn.photo.jpeg_reading import (
    FRAMES,
    GAIN_MAP_PREFIX,
    ICC_PREFIX,
    XMP_PREFIX,
    Segments,
    after_end,
    segment,
    segments_in,
)
from nledn.photo.tiff_structure import TiffDamaged, TiffStructure

_START, _PIXELS, _END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
_NOT_PIXELS = frozenset({*range(0xE0, 0xF0), 0xFE})  # APPn and comments
_KEPT = (b"JFIF\0", b"Adobe", XMP_PREFIX, ICC_PREFIX, GAIN_MAP_PREFIX)
_MP_ENTRIES = 0xB002
_MP_ENTRY = 16
_MOST_PICTURES = 16
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_QUALITY = 95


@dataclass(frozen=True)
class Found:
    """A gain map that can be kept.

    Attributes:
        data: a JPEG.
        is_alone: no third picture lies beside it.
    """

    data: bytes
    is_alone: bool


def found(file: BinaryIO, segments: Segments, size: tuple[int, int]) -> Found | None:
    """Find the gain map of a JPEG; None if it is missing or unusable.

    Args:
        file: the JPEG.
        segments: its.
        size: width and height of its picture, px.
    """
    others = list(_others(file, segments))
    for data in others:
        bare = _bare(data)
        if bare is not None and fits(bare, size) and _is_sound(bare):
            return Found(bare, len(others) == 1)
    return None


def fits(gain_map: bytes, size: tuple[int, int]) -> bool:
    """Return whether a gain map has the shape of a picture of `size`, and is no larger."""
    width, height = _size(gain_map)
    is_same_shape = abs(width * size[1] - height * size[0]) <= sum(size)  # within a pixel
    return is_same_shape and 0 < width <= size[0] and 0 < height <= size[1]


def turned(gain_map: bytes, orientation: int) -> bytes:
    """Turn a gain map like its picture; encode it again only if necessary.

    Args:
        gain_map: as `found` gives it.
        orientation: 1 to 8, as EXIF counts.
    """
    if orientation not in _TURNS:
        return gain_map
    stream = io.BytesIO()
    image = _opened(gain_map).transpose(_TURNS[orientation])
    image.save(stream, "JPEG", quality=_QUALITY, subsampling=0)
    about = [part for part in segments_in(io.BytesIO(gain_map)) if part[0] in _NOT_PIXELS]
    encoded = io.BytesIO(stream.getvalue())
    coding = [part for part in segments_in(encoded) if part[0] not in _NOT_PIXELS]
    return _joined([*about, *coding], encoded.read())


def is_told_in_xmp(gain_map: bytes) -> bool:
    """Return whether it is Ultra HDR's, which the picture's XMP must name."""
    return any(xmp.has_gain_map(packet) for packet in _packets(gain_map))


def is_of_iso(gain_map: bytes) -> bool:
    """Return whether it is ISO 21496-1's, which a segment of the picture must name."""
    return any(data.startswith(GAIN_MAP_PREFIX) for _, data in segments_in(io.BytesIO(gain_map)))


def _others(file: BinaryIO, segments: Segments) -> Iterator[bytes]:
    """Yield the pictures beside the first."""
    if segments.mpf is None:
        behind = after_end(file)
        if behind is not None and behind.startswith(_START):
            yield behind
        return
    begin, data = segments.mpf
    try:
        structure = TiffStructure(io.BytesIO(data))
        entries = structure.directory(structure.first_offset).entries
        table = structure.data(entries[_MP_ENTRIES])[: _MP_ENTRY * _MOST_PICTURES]
    except (TiffDamaged, LookupError):
        return
    for at in range(_MP_ENTRY, len(table) - _MP_ENTRY + 1, _MP_ENTRY):
        _, count, offset = struct.unpack_from(structure.order + "III", table, at)
        file.seek(begin + offset)
        yield file.read(count)


def _bare(data: bytes) -> bytes | None:
    """A gain map without unneeded data; None for any other picture, or an incomplete one."""
    if not data.startswith(_START):
        return None
    file = io.BytesIO(data)
    kept = [part for part in segments_in(file) if part[0] not in _NOT_PIXELS or _is_kept(part[1])]
    pixels, end, _ = file.read().partition(_END)
    bare = _joined(kept, pixels + end)
    is_map = is_of_iso(bare) or any(xmp.is_gain_map(packet) for packet in _packets(bare))
    return bare if is_map and end else None


def _is_kept(data: bytes) -> bool:
    return data.startswith(_KEPT)


def _packets(data: bytes) -> Iterator[bytes]:
    for _, part in segments_in(io.BytesIO(data)):
        if part.startswith(XMP_PREFIX):
            yield part.removeprefix(XMP_PREFIX)


def _joined(parts: list[tuple[int, bytes]], pixels: bytes) -> bytes:
    return _START + b"".join(segment(*part) for part in parts) + _PIXELS + pixels


def _size(data: bytes) -> tuple[int, int]:
    """Width and height; 0 for none."""
    for marker, part in segments_in(io.BytesIO(data)):
        if marker in FRAMES and len(part) >= 5:
            height, width = struct.unpack_from(">HH", part, 1)
            return width, height
    return 0, 0


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=("JPEG",))


def _is_sound(data: bytes) -> bool:
    try:
        image = _opened(data)
        image.load()
    except Exception:  # noqa: BLE001  # decoders raise anything at all on damaged bytes
        return False
    return image.mode in ("L", "RGB")
