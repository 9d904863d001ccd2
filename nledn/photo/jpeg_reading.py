"""The segments of a JPEG, and data behind its end (ISO 10918-1, B; XMP part 3; ICC.1)."""

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from nledn.photo import exif, iptc, xmp
from nledn.photo.model import Note
from nledn.photo.source import Unsupported

XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_PREFIX = b"http://ns.adobe.com/xmp/extension/\0"
ICC_PREFIX = b"ICC_PROFILE\0"
PHOTOSHOP_PREFIX = b"Photoshop 3.0\0"
_MPF_PREFIX = b"MPF\0"
_JFIF_PREFIXES = (b"JFIF\0", b"JFXX\0")
GAIN_MAP_PREFIX = b"urn:iso:std:iso:ts:21496:-1\0"
_CREDENTIALS = b"jumb"
# Other APPn segments without facts about the photo: the coding of its pixels, and the places of
# further pictures, which have their own note.
_ABOUT_CODING = (b"Adobe\0", b"Adobe", _MPF_PREFIX, b"Ducky", b"FPXR\0", *_JFIF_PREFIXES)

_SOI, _SOS, _EOI, _COM, _JPEG_LS = 0xD8, 0xDA, 0xD9, 0xFE, 0xF7
_APP0, _APP1, _APP2, _APP13, _APP15 = 0xE0, 0xE1, 0xE2, 0xED, 0xEF
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_LOSSLESS_FRAMES = (0xC3, 0xC7, 0xCB, 0xCF)
_HIERARCHICAL_FRAMES = (0xC5, 0xC6, 0xCD, 0xCE)
_UNITS_DPI = {1: 1.0, 2: 2.54}
_MOST_SEGMENTS = 20_000
_BLOCK_BYTES = 2**20
_PADDING_BYTES = 64  # behind the end, where cameras align their files
_FILM_MARKS = (b"ftyp", b"MotionPhoto_Data", b"mpvd")
_EXTENDED_HEAD = struct.Struct(">32sII")


@dataclass
class Segments:
    """The segments of a JPEG with facts beside its pixels.

    Attributes:
        exif: all of its segments together, without the prefix.
        packets: XMP, in the order of the file.
        icc: the profile; empty if a part is missing.
        comments: in the order of the file.
        dpi: of JFIF.
        iptc: the block among Photoshop's resources.
        mpf: where the structure that tells of further pictures begins, and itself.
        notes: as in `Photo.notes`, without those from XMP.
    """

    exif: bytes | None = None
    packets: list[bytes] = field(default_factory=list)
    icc: bytes | None = None
    comments: list[bytes] = field(default_factory=list)
    dpi: tuple[float, float] | None = None
    iptc: bytes | None = None
    mpf: tuple[int, bytes] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def xmp(self) -> bytes | None:
        """All packets as one."""
        return xmp.merged(self.packets)


def read(file: BinaryIO) -> Segments:
    """Read the segments before the pixels, and look for data behind them.

    Raises:
        Unsupported: a kind of JPEG that no decoder here reads.
    """
    reader = _Reader()
    found_mpf = None
    for marker, data in segments_in(file):
        if data.startswith(_MPF_PREFIX) and found_mpf is None:
            found_mpf = file.tell() - len(data) + len(_MPF_PREFIX), data[len(_MPF_PREFIX) :]
        if marker in FRAMES or marker == _JPEG_LS:
            _check_frame(marker, data)
        elif marker == _COM:
            reader.found.comments.append(data)
        elif _APP0 <= marker <= _APP15:
            reader.take(marker, data)
    found = reader.finished()
    found.mpf = found_mpf
    found.notes += _behind_the_end(file)
    return found


class _Reader:
    """Takes APPn segments, one after the other."""

    def __init__(self) -> None:
        self.found = Segments()
        self._profile: list[tuple[int, int, bytes]] = []
        self._extended: dict[bytes, bytearray] = {}
        self._others: set[str] = set()
        self._resources = b""
        self._takers: dict[tuple[int, bytes], Callable[[bytes], None]] = {
            (_APP0, b"JFIF\0"): self._take_jfif,
            (_APP1, exif.PREFIX): self._take_exif,
            (_APP1, XMP_PREFIX): self.found.packets.append,
            (_APP1, EXTENDED_PREFIX): self._take_extension,
            (_APP2, ICC_PREFIX): self._take_profile,
            (_APP2, GAIN_MAP_PREFIX): lambda _: self.found.notes.append(Note.GAIN_MAP),
            (_APP13, PHOTOSHOP_PREFIX): self._take_resources,
        }

    def take(self, marker: int, data: bytes) -> None:
        """Take a segment."""
        for (its_marker, prefix), taker in self._takers.items():
            if marker == its_marker and data.startswith(prefix):
                taker(data.removeprefix(prefix))
                return
        if _CREDENTIALS in data[:32]:
            self.found.notes.append(Note.CREDENTIALS)
        elif not data.startswith(_ABOUT_CODING):
            self._others.add(f"APP{marker - _APP0}")

    def finished(self) -> Segments:
        """Return the collected facts."""
        if self._profile:
            numbers = [number for number, _, _ in self._profile]
            counts = {count for _, count, _ in self._profile}
            is_whole = sorted(numbers) == [*range(1, len(numbers) + 1)] and counts == {len(numbers)}
            parts = (part for _, _, part in sorted(self._profile))
            self.found.icc = b"".join(parts) if is_whole else b""
        self._join_extension()
        block = iptc.in_resources(self._resources)
        self.found.iptc = block or None
        self.found.notes += [Note.IPTC] if block == b"" else []
        if self._others:
            self.found.notes.append(f"{Note.OTHER_DATA}:{', '.join(sorted(self._others))}")
        return self.found

    def _take_jfif(self, data: bytes) -> None:
        if len(data) >= 7 and self.found.dpi is None:
            unit, x, y = struct.unpack_from(">BHH", data, 2)
            factor = _UNITS_DPI.get(unit)
            self.found.dpi = (x * factor, y * factor) if factor and x and y else None

    def _take_exif(self, data: bytes) -> None:
        self.found.exif = (self.found.exif or b"") + data

    def _take_profile(self, data: bytes) -> None:
        number, count = (*data[:2], 0, 0)[:2]
        self._profile.append((number, count, data[2:]))

    def _take_resources(self, data: bytes) -> None:
        self._resources += data

    def _take_extension(self, data: bytes) -> None:
        name, total, offset = b"", 0, 0
        if len(data) >= _EXTENDED_HEAD.size:
            name, total, offset = _EXTENDED_HEAD.unpack_from(data)
        part = data[_EXTENDED_HEAD.size :]
        whole = self._extended.setdefault(name.upper(), bytearray())
        # Parts come in order; with a gap, or more than announced, the packet cannot be read.
        if offset == len(whole) and offset + len(part) <= total:
            whole += part

    def _join_extension(self) -> None:
        """Put extended XMP behind the packets that name it; note it if it cannot be read."""
        for name, data in self._extended.items():
            is_named = any(xmp.extension_id(packet) == name for packet in self.found.packets)
            try:
                packet, is_whole = xmp.sound(bytes(data))
            except xmp.XmpDamaged:
                is_named = is_whole = False
            if is_named:
                self.found.packets.append(packet)
            if not (is_named and is_whole):
                self.found.notes.append(Note.EXTENDED_XMP)


def segments_in(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield markers with their data up to the pixels, and leave the file there."""
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        head = file.read(2)
        while len(head) == 2 and head[1] == 0xFF:  # fill bytes
            head = head[1:] + file.read(1)
        if len(head) < 2 or head[0] != 0xFF or head[1] in (_SOS, _EOI):
            return
        length = int.from_bytes(file.read(2), "big")
        data = file.read(max(0, length - 2))
        yield head[1], data


def _check_frame(marker: int, data: bytes) -> None:
    if marker == _JPEG_LS:
        raise Unsupported("JPEG-LS")
    if marker in _LOSSLESS_FRAMES:
        raise Unsupported("lossless JPEG")
    if marker in _HIERARCHICAL_FRAMES:
        raise Unsupported("hierarchical JPEG")
    bits, channels = (*data[:1], 8)[0], (*data[5:6], 3)[0]
    if bits != 8:
        raise Unsupported(f"JPEG of {bits} bits")
    if channels not in (1, 3, 4):
        raise Unsupported(f"JPEG of {channels} channels")


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
    elif rest.startswith(b"\xff\xd8\xff"):
        yield Note.MPO
    else:
        yield Note.TRAILER


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
        at = window.find(bytes((0xFF, _EOI)))
        if at >= 0:
            return (window[at + 2 :] + file.read(_BLOCK_BYTES))[:_BLOCK_BYTES]
        before = window[-1:]
    return None


def segment(marker: int, data: bytes) -> bytes:
    """Return a segment as it stands in a file."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def segments_of(data: bytes) -> Segments:
    """Read the segments of a JPEG that is part of another file."""
    return read(io.BytesIO(data))
