"""JPEG written: pixels by libvips, segments here (JFIF 1.02, EXIF 3.0, ICC.1 annex B, XMP part 3).

libvips streams, so a photo of 100 MP needs no second copy of itself; its own segments would
rewrite the EXIF.
"""

import functools
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from nledn.photo import exif, gain_map, iptc, texts, vips, xmp
from nledn.photo.jpeg_reading import (
    EXTENDED_PREFIX,
    GAIN_MAP_PREFIX,
    ICC_PREFIX,
    PHOTOSHOP_PREFIX,
    XMP_PREFIX,
    segment,
)
from nledn.photo.model import Note, Photo

LONGEST_SIDE_PX = 65500  # the limit of libjpeg, a little below that of the format

_SOI = b"\xff\xd8"
_APP0, _APP1, _APP2, _APP13, _COM = 0xE0, 0xE1, 0xE2, 0xED, 0xFE
_SEGMENT_BYTES = 65533  # 16 bits of length, which count themselves
_ICC_BYTES = _SEGMENT_BYTES - len(ICC_PREFIX) - 2
_MPF_PREFIX = b"MPF\0"
_MPF_BEGIN = 4 + len(_MPF_PREFIX)  # of the structure that offsets count from
_MP_PRIMARY = 0x030000
_EXTENDED_BYTES = 65400  # in each segment, behind their head


def write(photo: Photo, file: BinaryIO, *, quality: int, subsampling: str) -> None:
    """Encode `photo` (8 bits, grey or RGB, no alpha) with its metadata.

    XMP beyond 64 kB becomes extended XMP. EXIF and a comment beyond 64 kB do not fit and are left
    out; `left_out` reports them. A gain map follows the picture.

    Args:
        photo: metadata ready to be written.
        file: where it goes.
        quality: 1 to 100, on libjpeg's scale.
        subsampling: "4:4:4" or "4:2:0".
    """
    kept = photo.gain_map if has_gain_map(photo) else None
    if kept is not None and gain_map.is_told_in_xmp(kept):
        photo = replace(photo, xmp=xmp.with_gain_map(photo.xmp, len(kept)))
    begin, head = file.tell(), _SOI + b"".join(_segments(photo))
    if kept is not None and gain_map.is_of_iso(kept):
        head += segment(_APP2, GAIN_MAP_PREFIX + bytes(4))  # of version 0
    if kept is not None:
        head += _mpf()  # to be filled in
    splice = vips.Splice(file.write, functools.partial(_with_head, head))
    mode = "off" if subsampling == "4:4:4" else "on"
    vips.encode(photo, "jpeg", splice, Q=quality, subsample_mode=mode)
    assert splice.is_done
    if kept is not None:
        end, place = file.tell(), begin + len(head) - len(_mpf())
        file.write(kept)
        file.seek(place)
        file.write(_mpf(end - begin, len(kept), end - place - _MPF_BEGIN))


def has_gain_map(photo: Photo) -> bool:
    """Return whether a photo has a gain map that fits its pixels."""
    return photo.gain_map is not None and gain_map.fits(photo.gain_map, photo.size)


def left_out(photo: Photo) -> Iterator[str]:
    """Yield a note for each part of `photo` that does not fit into a JPEG."""
    if photo.exif is not None and len(exif.PREFIX + photo.exif) > _SEGMENT_BYTES:
        yield Note.NO_EXIF
    if photo.xmp is not None and not list(_xmp_segments(photo.xmp)):
        yield Note.NO_XMP
    if photo.iptc is not None and not list(_if_it_fits(_APP13, bytes(40) + photo.iptc)):
        yield Note.IPTC
    comments = list(texts.comments(photo.texts))
    if len(comments) < len(photo.texts) or any(len(each) > _SEGMENT_BYTES for each in comments):
        yield Note.NO_TEXTS


def _with_head(head: bytes, start: bytes) -> tuple[bytes, int] | None:
    """Our head in the place of the APPn segments; None while these have not ended."""
    at = len(_SOI)
    while len(start) >= at + 4:
        marker, length = start[at + 1], int.from_bytes(start[at + 2 : at + 4], "big")
        if not _APP0 <= marker <= 0xEF:
            return head, at
        at += 2 + length
    return None


def _segments(photo: Photo) -> Iterator[bytes]:
    yield segment(_APP0, _jfif(photo.dpi))
    if photo.exif is not None:
        yield from _if_it_fits(_APP1, exif.PREFIX + photo.exif)
    if photo.xmp is not None:
        yield from _xmp_segments(photo.xmp)
    if photo.iptc is not None:
        yield from _if_it_fits(_APP13, PHOTOSHOP_PREFIX + iptc.as_resource(photo.iptc))
    if photo.icc is not None:
        parts = range(0, len(photo.icc), _ICC_BYTES)
        for number, at in enumerate(parts, 1):
            count = bytes((number, len(parts)))
            yield segment(_APP2, ICC_PREFIX + count + photo.icc[at : at + _ICC_BYTES])
    for comment in texts.comments(photo.texts):
        yield from _if_it_fits(_COM, comment)


def _mpf(picture_bytes: int = 0, map_bytes: int = 0, map_at: int = 0) -> bytes:
    """The segment that tells where the gain map lies (CIPA DC-007, 5.2)."""
    fields = struct.pack("<HHI4s", 0xB000, 7, 4, b"0100")
    fields += struct.pack("<HHII", 0xB001, 4, 1, 2) + struct.pack("<HHII", 0xB002, 7, 32, 50)
    pictures = struct.pack("<IIIHH", _MP_PRIMARY, picture_bytes, 0, 0, 0)
    pictures += struct.pack("<IIIHH", 0, map_bytes, map_at, 0, 0)
    head = b"II*\0" + struct.pack("<IH", 8, 3)
    return segment(_APP2, _MPF_PREFIX + head + fields + bytes(4) + pictures)


def _xmp_segments(packet: bytes) -> Iterator[bytes]:
    """The packet and its extended XMP (part 3, 1.1.3.1); empty on failure."""
    main, extended = xmp.split(packet, _SEGMENT_BYTES - len(XMP_PREFIX))
    yield from _if_it_fits(_APP1, XMP_PREFIX + main)
    name = xmp.extension_id(main) if extended else None
    if extended is None or name is None or len(XMP_PREFIX + main) > _SEGMENT_BYTES:
        return
    for at in range(0, len(extended), _EXTENDED_BYTES):
        head = EXTENDED_PREFIX + name + struct.pack(">II", len(extended), at)
        yield segment(_APP1, head + extended[at : at + _EXTENDED_BYTES])


def _jfif(dpi: tuple[float, float] | None) -> bytes:
    unit, x, y = (0, 1, 1) if dpi is None else (1, *(min(65535, max(1, round(s))) for s in dpi))
    return b"JFIF\0" + struct.pack(">BBBHHBB", 1, 1, unit, x, y, 0, 0)


def _if_it_fits(marker: int, data: bytes) -> Iterator[bytes]:
    if len(data) <= _SEGMENT_BYTES:
        yield segment(marker, data)
