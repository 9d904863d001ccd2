"""The segments of a JPEG, and data behind its end (ISO 10918-1, B; XMP part 3; ICC.1)."""

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from nledn.messages import Note
from nledn.photo import exif, iptc, xmp
from nledn.photo.model import Facts, texts_of
from nledn.photo.source import Unsupported

XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_PREFIX = b"http://ns.adobe.com/xmp/extension/\0"
ICC_PREFIX = b"ICC_PROFILE\0"
GAIN_MAP_PREFIX = b"urn:iso:std:iso:ts:21496:-1\0"
MPF_PREFIX = b"MPF\0"
PHOTOSHOP_PREFIX = b"Photoshop 3.0\0"
_JFIF = b"JFIF\0"
_CREDENTIALS = b"jumb"
_TIFF_HEADS = (b"II*\0", b"MM\0*")
# Other APPn segments without facts about the photo: the coding of its pixels.
_ABOUT_CODING = (b"Adobe", b"Ducky", b"FPXR\0", _JFIF, b"JFXX\0", MPF_PREFIX)

SOI, SOS, EOI = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
APP0, APP1, APP2, APP13, _APP15, COM, _JPEG_LS = 0xE0, 0xE1, 0xE2, 0xED, 0xEF, 0xFE, 0xF7
_PREFIXES = {
    APP0: (_JFIF,),
    APP1: (exif.PREFIX, XMP_PREFIX, EXTENDED_PREFIX),
    APP2: (ICC_PREFIX, GAIN_MAP_PREFIX, MPF_PREFIX),
    APP13: (PHOTOSHOP_PREFIX,),
}
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_REFUSED_FRAMES = {
    **dict.fromkeys((0xC3, 0xC7, 0xCB, 0xCF), "lossless JPEG"),
    **dict.fromkeys((0xC5, 0xC6, 0xCD, 0xCE), "hierarchical JPEG"),
    _JPEG_LS: "JPEG-LS",
}
_UNITS_DPI = {1: 1.0, 2: 2.54}
_MOST_SEGMENTS = 20_000
_BLOCK_BYTES = 2**20
_PADDING_BYTES = 64  # behind the end, where cameras align their files
_FILM_MARKS = (b"ftyp", b"MotionPhoto_Data", b"mpvd")
_EXTENDED_HEAD = struct.Struct(">32sII")


@dataclass(frozen=True)
class Segments:
    """The segments of a JPEG.

    Attributes:
        facts: beside its pixels; the notes are without those from XMP.
        size: width and height of its picture, px; 0 where its frame is missing.
        channels: 1, 3 or 4.
        mpf: where the structure that tells of further pictures begins, and itself.
    """

    facts: Facts
    size: tuple[int, int]
    channels: int
    mpf: tuple[int, bytes] | None


def read(file: BinaryIO) -> Segments:
    """Read the segments before the pixels, and look for data behind them."""
    size, channels, mpf = (0, 0), 0, None
    known: defaultdict[bytes, list[bytes]] = defaultdict(list)
    comments: list[bytes] = []
    others: set[str] = set()
    for marker, data in segments_in(file):
        prefix = next((p for p in _PREFIXES.get(marker, ()) if data.startswith(p)), None)
        if marker in FRAMES or marker == _JPEG_LS:
            size, channels = _frame(marker, data)
        elif marker == COM:
            comments.append(data)
        elif prefix == exif.PREFIX and known[prefix] and data[6:10] in _TIFF_HEADS:
            others.add("EXIF")  # a second block, which no program would read
        elif prefix is not None:
            known[prefix].append(data.removeprefix(prefix))
            if prefix == MPF_PREFIX and mpf is None:
                mpf = file.tell() - len(known[prefix][0]), known[prefix][0]
        elif APP0 <= marker <= _APP15 and _CREDENTIALS in data[:32]:
            known[_CREDENTIALS].append(data)
        elif APP0 <= marker <= _APP15 and not data.startswith(_ABOUT_CODING):
            others.add(f"APP{marker - APP0}")
    packets, extended_is_whole = _with_extensions(known[XMP_PREFIX], known[EXTENDED_PREFIX])
    block = iptc.in_resources(b"".join(known[PHOTOSHOP_PREFIX]))
    notes = {
        Note.GAIN_MAP: GAIN_MAP_PREFIX in known,
        Note.CREDENTIALS: _CREDENTIALS in known,
        Note.EXTENDED_XMP: not extended_is_whole,
        Note.IPTC: block == b"",
        f"{Note.OTHER_DATA}:{', '.join(sorted(others))}": bool(others),
    }
    facts = Facts(
        icc=_profile(known[ICC_PREFIX]),
        exif=b"".join(known[exif.PREFIX]) if exif.PREFIX in known else None,
        xmp=xmp.merged(packets),
        dpi=next(filter(None, map(_dpi, known[_JFIF])), None),
        texts=texts_of(comments),
        iptc=block or None,
        notes=(*(note for note, is_true in notes.items() if is_true), *_behind_the_end(file)),
    )
    return Segments(facts, size, channels, mpf)


def _dpi(jfif: bytes) -> tuple[float, float] | None:
    if len(jfif) < 7:
        return None
    unit, x, y = struct.unpack_from(">BHH", jfif, 2)
    factor = _UNITS_DPI.get(unit)
    return (x * factor, y * factor) if factor and x and y else None


def _profile(parts: list[bytes]) -> bytes | None:
    """Join a profile in its order; empty if a part is missing."""
    if not parts:
        return None
    parts = sorted(parts)  # each begins with its number, and how many there are
    heads = [(number, len(parts)) for number in range(1, len(parts) + 1)]
    is_whole = [tuple(part[:2]) for part in parts] == heads
    return b"".join(part[2:] for part in parts) if is_whole else b""


def _with_extensions(packets: list[bytes], parts: list[bytes]) -> tuple[list[bytes], bool]:
    """Put extended XMP behind the packets that name it; return whether all of it can be read."""
    extended: defaultdict[bytes, bytes] = defaultdict(bytes)
    for part in parts:
        head, data = part[: _EXTENDED_HEAD.size], part[_EXTENDED_HEAD.size :]
        name, total, offset = _EXTENDED_HEAD.unpack(head.ljust(_EXTENDED_HEAD.size, b"\0"))
        # Parts come in order; with a gap, or more than announced, the packet cannot be read.
        known = extended[name.upper()]
        if offset == len(known) and offset + len(data) <= total:
            extended[name.upper()] += data
    names = {xmp.extension_id(packet) for packet in packets}
    found, all_whole = list(packets), True
    for name, data in extended.items():
        try:
            packet, is_whole = xmp.sound(data)
        except xmp.XmpDamaged:
            all_whole = False
            continue
        found += [packet] if name in names else []
        all_whole &= is_whole and name in names
    return found, all_whole


def segments_in(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield markers with their data up to the pixels, and leave the file there."""
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        head = file.read(2)
        while len(head) == 2 and head[1] == 0xFF:  # fill bytes
            head = head[1:] + file.read(1)
        if len(head) < 2 or head[0] != 0xFF or head in (SOS, EOI):
            return
        length = int.from_bytes(file.read(2), "big")
        data = file.read(max(0, length - 2))
        yield head[1], data


def segment(marker: int, data: bytes) -> bytes:
    """Return a segment as it stands in a file."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _frame(marker: int, data: bytes) -> tuple[tuple[int, int], int]:
    """Return size and channels, after checking that a decoder here reads such frames."""
    if marker in _REFUSED_FRAMES:
        raise Unsupported(_REFUSED_FRAMES[marker])
    if len(data) < 6 or not data[5]:
        return (0, 0), 0
    bits, height, width, channels = struct.unpack(">BHHB", data[:6])
    if bits != 8:
        raise Unsupported(f"JPEG of {bits} bits")
    if channels not in (1, 3, 4):
        raise Unsupported(f"JPEG of {channels} channels")
    return (width, height), channels


def _behind_the_end(file: BinaryIO) -> Iterator[str]:
    """Note data behind the end mark; the file's position is at the pixels."""
    rest = _next_after_end(file)
    if rest is None:
        yield Note.NO_END
        return
    if len(rest.strip(b"\0\xff")) <= _PADDING_BYTES:
        return
    if any(mark in rest for mark in _FILM_MARKS):
        yield Note.FILM
    else:
        yield Note.MPO if rest.startswith(SOI + b"\xff") else Note.TRAILER


def after_end(file: BinaryIO) -> bytes | None:
    """Return what follows the end mark of a JPEG; None where there is none."""
    for _ in segments_in(file):
        pass
    begin = _next_after_end(file)
    return None if begin is None else begin + file.read()


def _next_after_end(file: BinaryIO) -> bytes | None:
    """The first bytes behind the end mark; None without one.

    Coded pixels never hold these two bytes: an FF among them is followed by a zero or a restart.
    """
    before = b""
    while block := file.read(_BLOCK_BYTES):
        window = before + block
        at = window.find(EOI)
        if at >= 0:
            return (window[at + 2 :] + file.read(_BLOCK_BYTES))[:_BLOCK_BYTES]
        before = window[-1:]
    return None
