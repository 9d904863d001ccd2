"""Directories and entries of TIFF, which are also those of EXIF and of most RAW files.

TIFF 6.0, section 2, and the BigTIFF extension. Values are read only when asked for, and never
beyond the end of the file, whatever their counts claim.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_TIFF, _BIG_TIFF = 42, 43
# Olympus and Panasonic put their own numbers in place of the version.
_RAW_VERSIONS = (0x4F52, 0x5352, 0x0055)
_MAX_DIRECTORIES = 10_000  # a document has no more pages, a loop of damaged links has
_TYPE_CODES = {
    **{1: "B", 2: "B", 3: "H", 4: "I", 5: "I", 6: "b", 7: "B", 8: "h", 9: "i", 10: "i"},
    **{11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"},
}
_RATIONALS = (5, 10)

EXIF_IFD, GPS_IFD, INTEROP_IFD, SUB_IFDS = 0x8769, 0x8825, 0xA005, 0x014A


class TiffDamaged(ValueError):
    """The structure is not valid TIFF."""


@dataclass(frozen=True)
class IfdEntry:
    """One field of a directory.

    Attributes:
        tag: its number.
        type: 1 to 18, as in the standard.
        count: of the values, as the file claims.
        position: of the entry itself in the file.
        offset: of its values.
    """

    tag: int
    type: int
    count: int
    position: int
    offset: int

    @property
    def each_bytes(self) -> int:
        """The number of bytes of a number in it; 1 for an unknown type."""
        return struct.calcsize("=" + _TYPE_CODES.get(self.type, "B"))

    @property
    def value_bytes(self) -> int:
        """The number of bytes that the values take; 0 for an unknown type."""
        code = _TYPE_CODES.get(self.type)
        if code is None:
            return 0
        return struct.calcsize("=" + code) * self.count * (2 if self.type in _RATIONALS else 1)


@dataclass(frozen=True)
class Directory:
    """An IFD: entries by tag, where it ends, and the offset of the next one (0: none)."""

    entries: dict[int, IfdEntry]
    next_position: int
    next_offset: int


class TiffStructure:
    """Reads directories from an open file; `order` is "<" or ">" as in `struct`.

    Args:
        file: the open file.
        raw: take the versions of RAW files too.

    Raises:
        TiffDamaged: from the constructor and every method.
    """

    def __init__(self, file: BinaryIO, *, raw: bool = False) -> None:
        self._file = file
        self._size = file.seek(0, io.SEEK_END)
        head = self._bytes(0, 8)
        if head[:2] not in (b"II", b"MM"):
            raise TiffDamaged("no byte order")
        self.order = "<" if head[:2] == b"II" else ">"
        version = self._unpack("H", head[2:4])
        if version not in (_TIFF, _BIG_TIFF, *(_RAW_VERSIONS if raw else ())):
            raise TiffDamaged(f"version {version}")
        self.big = version == _BIG_TIFF
        self.first_offset = self._unpack("Q", self._bytes(8, 8)) if self.big else 0
        self.first_offset = self.first_offset or self._unpack("I", head[4:8])

    def directory(self, offset: int) -> Directory:
        """Read the directory at `offset`."""
        count_code, entry_bytes, offset_code = ("Q", 20, "Q") if self.big else ("H", 12, "I")
        count_bytes = struct.calcsize("=" + count_code)
        count = self._unpack(count_code, self._bytes(offset, count_bytes))
        start = offset + count_bytes
        if count * entry_bytes > self._size - start:
            raise TiffDamaged("a directory runs beyond the end")
        table = self._bytes(start, count * entry_bytes)
        entries: dict[int, IfdEntry] = {}
        for at in range(0, len(table), entry_bytes):
            entry = self._entry(table[at : at + entry_bytes], start + at)
            entries.setdefault(entry.tag, entry)
        end = start + len(table)
        try:
            next_offset = self._unpack(offset_code, self._bytes(end, struct.calcsize(offset_code)))
        except TiffDamaged:
            next_offset = 0  # some cameras leave the last link out
        return Directory(entries, end, next_offset)

    def pages(self) -> Iterator[Directory]:
        """Walk the chain of directories, each once, even in a loop; a broken link ends it."""
        seen: set[int] = set()
        offset = self.first_offset
        while offset and offset not in seen and len(seen) < _MAX_DIRECTORIES:
            seen.add(offset)
            try:
                page = self.directory(offset)
            except TiffDamaged:
                if len(seen) == 1:
                    raise
                return
            yield page
            offset = page.next_offset

    def data(self, entry: IfdEntry) -> bytes:
        """The values of `entry`, in the file's own bytes."""
        return self._bytes(entry.offset, entry.value_bytes)

    def numbers(self, entry: IfdEntry | None) -> tuple[float, ...]:
        """The values of `entry`; () where it is missing. Rationals come divided."""
        if entry is None:
            return ()
        code = _TYPE_CODES.get(entry.type)
        if code is None:
            raise TiffDamaged(f"type {entry.type}")
        values = [value[0] for value in struct.iter_unpack(self.order + code, self.data(entry))]
        if entry.type not in _RATIONALS:
            return tuple(values)
        pairs = zip(values[::2], values[1::2], strict=True)
        return tuple(top / bottom if bottom else 0.0 for top, bottom in pairs)

    def integers(self, entry: IfdEntry | None) -> tuple[int, ...]:
        """The values of `entry` as integers; () where it is missing."""
        return tuple(int(value) for value in self.numbers(entry))

    def _entry(self, raw: bytes, position: int) -> IfdEntry:
        tag, kind = struct.unpack(self.order + "HH", raw[:4])
        inline = len(raw) - 12 if self.big else 4
        count = self._unpack("Q" if self.big else "I", raw[4:-inline])
        entry = IfdEntry(tag, kind, count, position, position + len(raw) - inline)
        if entry.value_bytes <= inline:
            return entry
        offset = self._unpack("Q" if self.big else "I", raw[-inline:])
        return IfdEntry(tag, kind, count, position, offset)

    def _bytes(self, offset: int, count: int) -> bytes:
        if count > self._size - offset:
            raise TiffDamaged("a value runs beyond the end")
        self._file.seek(offset)
        return self._file.read(count)

    def _unpack(self, code: str, raw: bytes) -> int:
        return int(struct.unpack(self.order + code, raw)[0])
