"""JPEG: pixels by libvips, segments here (JFIF 1.02, EXIF 3.0, ICC.1 annex B, XMP part 3).

libvips streams, so a photo of 100 MP needs no second copy of itself; its own segments would
rewrite the EXIF.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from nledn.messages import Note
from nledn.photo import exif, gain_map, iptc, vips, xmp
from nledn.photo import jpeg_segments as jpeg
from nledn.photo.jpeg_segments import APP1, APP2, Segments, segment
from nledn.photo.model import Facts, Photo, WriteSettings
from nledn.photo.source import Damaged, Source
from nledn.photo.tiff_structure import Field, TiffDamaged, TiffStructure, structured

LONGEST_SIDE_PX = 65500  # the limit of libjpeg, a little below that of the format

_TABLES = b"\xff\xdb"
_CMYK_CHANNELS = 4
_SEGMENT_BYTES = 65533  # 16 bits of length, which count themselves
_ICC_BYTES = _SEGMENT_BYTES - len(jpeg.ICC_PREFIX) - 2
_MPF_BEGIN = 4 + len(jpeg.MPF_PREFIX)  # of the structure that offsets count from
_MP_VERSION, _MP_PICTURES, _MP_ENTRIES, _MP_PRIMARY = 0xB000, 0xB001, 0xB002, 0x030000
_LONG, _BLOB = 4, 7
_EXTENDED_BYTES = 65400  # in each segment, behind their head


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of a JPEG."""
    segments = jpeg.read(file)
    found = segments.facts
    if min(segments.size) < 1:
        raise Damaged("no frame")
    brightening, others = gain_map.found(file, segments)
    is_mpo = _is_mpo(segments)
    is_cmyk = segments.channels == _CMYK_CHANNELS
    told: list[str] = [*([Note.CMYK] if is_cmyk else []), *([Note.MPO] if is_mpo else [])]
    # A picture behind the end is one of those that MPF or the gain map's own segment tells of.
    is_known = is_mpo or Note.GAIN_MAP in found.notes
    told += [note for note in found.notes if not (note == Note.MPO and is_known)]
    told += [] if found.xmp is None else xmp.companions(found.xmp)
    kept = set[str]()
    if brightening is not None:
        kept = {Note.GAIN_MAP, Note.MPO} if others == 1 else {Note.GAIN_MAP}
    facts = replace(
        found,
        format="MPO" if is_mpo and Note.MPO not in kept else "JPEG",
        gain_map=brightening,
        notes=tuple(note for note in told if note not in kept),
    )
    picture = vips.VipsImage(file, "JPEG", cmyk=is_cmyk)
    return Source(facts, segments.size, picture.decode, part=picture)


def _is_mpo(segments: Segments) -> bool:
    """Return whether MPF tells of several pictures that are not those of Ultra HDR."""
    if segments.mpf is None or xmp.has_gain_map(segments.facts.xmp or b""):
        return False
    try:
        structure = TiffStructure(io.BytesIO(segments.mpf[1]))
        return structure.directory(structure.first_offset).first(_MP_PICTURES, 0) > 1
    except TiffDamaged:
        return False


def write(photo: Photo, file: BinaryIO, settings: WriteSettings) -> None:
    """Encode `photo` (8 bits, grey or RGB, no alpha) with its metadata; a gain map follows it.

    XMP beyond 64 kB becomes extended XMP. EXIF and a comment beyond 64 kB do not fit and are left
    out; `left_out` reports them.
    """
    kept = photo.gain_map if has_gain_map(photo) else None
    about = Facts() if kept is None else jpeg.read(io.BytesIO(kept)).facts
    if kept is not None and xmp.has_gain_map(about.xmp or b""):  # Ultra HDR's
        photo = replace(photo, xmp=xmp.with_gain_map(photo.xmp, len(kept)))
    begin, head = file.tell(), jpeg.SOI + b"".join(_segments(photo))
    if Note.GAIN_MAP in about.notes:  # ISO 21496-1's
        head += segment(APP2, jpeg.GAIN_MAP_PREFIX + bytes(4))  # of version 0
    if kept is not None:
        head += _mpf()  # to be filled in

    def with_head(start: bytes) -> bytes:
        """Our head in the place of all before the tables of the coding."""
        return head + start[start.index(_TABLES) :]

    vips.encode(photo, "jpeg", file.write, with_head, Q=settings.quality, subsample_mode="off")
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
    if photo.iptc is not None and len(photo.iptc) + 40 > _SEGMENT_BYTES:
        yield Note.IPTC
    comments = photo.comments
    if len(comments) < len(photo.texts) or any(len(each) > _SEGMENT_BYTES for each in comments):
        yield Note.NO_TEXTS


def _segments(photo: Photo) -> Iterator[bytes]:
    unit, sides = (0, (1, 1)) if photo.dpi is None else (1, photo.dpi)
    x, y = (min(65535, max(1, round(side))) for side in sides)
    jfif = struct.pack(">BBBHHBB", 1, 1, unit, x, y, 0, 0)
    yield segment(jpeg.APP0, b"JFIF\0" + jfif)
    if photo.exif is not None:
        yield from _if_it_fits(APP1, exif.PREFIX + photo.exif)
    if photo.xmp is not None:
        yield from _xmp_segments(photo.xmp)
    if photo.iptc is not None:
        yield from _if_it_fits(jpeg.APP13, jpeg.PHOTOSHOP_PREFIX + iptc.as_resource(photo.iptc))
    if photo.icc is not None:
        parts = range(0, len(photo.icc), _ICC_BYTES)
        for number, at in enumerate(parts, 1):
            count = bytes((number, len(parts)))
            yield segment(APP2, jpeg.ICC_PREFIX + count + photo.icc[at : at + _ICC_BYTES])
    for comment in photo.comments:
        yield from _if_it_fits(jpeg.COM, comment)


def _mpf(picture_bytes: int = 0, map_bytes: int = 0, map_at: int = 0) -> bytes:
    """The segment that tells where the gain map lies (CIPA DC-007, 5.2)."""
    pictures = struct.pack("<IIIHH", _MP_PRIMARY, picture_bytes, 0, 0, 0)
    pictures += struct.pack("<IIIHH", 0, map_bytes, map_at, 0, 0)
    fields = (
        Field(_MP_VERSION, _BLOB, 4, b"0100"),
        Field(_MP_PICTURES, _LONG, 1, struct.pack("<I", 2)),
        Field(_MP_ENTRIES, _BLOB, len(pictures), pictures),
    )
    return segment(APP2, jpeg.MPF_PREFIX + structured(fields, "<"))


def _xmp_segments(packet: bytes) -> Iterator[bytes]:
    """The packet and its extended XMP (part 3, 1.1.3.1); empty on failure."""
    main, extended = xmp.split(packet, _SEGMENT_BYTES - len(jpeg.XMP_PREFIX))
    yield from _if_it_fits(APP1, jpeg.XMP_PREFIX + main)
    name = xmp.extension_id(main) if extended else None
    if extended is None or name is None or len(jpeg.XMP_PREFIX + main) > _SEGMENT_BYTES:
        return
    for at in range(0, len(extended), _EXTENDED_BYTES):
        head = jpeg.EXTENDED_PREFIX + name + struct.pack(">II", len(extended), at)
        yield segment(APP1, head + extended[at : at + _EXTENDED_BYTES])


def _if_it_fits(marker: int, data: bytes) -> Iterator[bytes]:
    if len(data) <= _SEGMENT_BYTES:
        yield segment(marker, data)
