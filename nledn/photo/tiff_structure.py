"""Directories and entries of TIFF, which are also those of EXIF and of most RAW files.

TIFF 6.0, section 2, and the BigTIFF extension. Values are read only when asked for, and never
beyond the end of the file, whatever their counts claim.
"""

import io
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
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
    def value_bytes(self) -> int:
        """The number of bytes that the values take; 0 for an unknown type."""
        each = struct.calcsize("=" + _TYPE_CODES.get(self.type, ""))
        return each * self.count * (2 if self.type in _RATIONALS else 1)


@dataclass(frozen=True)
class Field:
    """A field to be written.

    Attributes:
        tag: its number.
        type: 1 to 13, as in the standard.
        count: of the values.
        data: the values in the byte order of the file; four bytes may be an offset as well.
        below: the fields of the directory that it leads to, in place of data.
    """

    tag: int
    type: int
    count: int
    data: bytes = b""
    below: tuple["Field", ...] = ()


@dataclass(frozen=True)
class Directory:
    """An IFD of a structure: entries by tag, its end, and the offset of the next one (0: none)."""

    structure: "TiffStructure"
    entries: dict[int, IfdEntry]
    next_position: int
    next_offset: int

    def numbers(self, tag: int) -> tuple[float, ...]:
        """The values of a field; () where it is missing. Rationals come divided.

        Raises:
            TiffDamaged: they cannot be read.
        """
        entry = self.entries.get(tag)
        if entry is None:
            return ()
        code = _TYPE_CODES.get(entry.type)
        if code is None:
            raise TiffDamaged(f"type {entry.type}")
        unpacked = struct.iter_unpack(self.structure.order + code, self.structure.data(entry))
        values = [value for (value,) in unpacked]
        if entry.type not in _RATIONALS:
            return tuple(values)
        pairs = zip(values[::2], values[1::2], strict=True)
        return tuple(top / bottom if bottom else 0.0 for top, bottom in pairs)

    def integers(self, tag: int) -> tuple[int, ...]:
        """The values of a field as integers; see `numbers`."""
        return tuple(int(value) for value in self.numbers(tag))

    def first(self, tag: int, default: int) -> int:
        """The first integer of a field; the default where it is missing or cannot be read."""
        with suppress(TiffDamaged):
            return (*self.integers(tag), default)[0]
        return default

    def data(self, tag: int) -> bytes | None:
        """The file's own bytes of a field; None where it is missing, empty if unreadable."""
        entry = self.entries.get(tag)
        if entry is None:
            return None
        try:
            return self.structure.data(entry)
        except TiffDamaged:
            return b""


class TiffStructure:
    """Reads directories from an open file, of RAW too; `order` is "<" or ">" as in `struct`.

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
        version = self._number("H", 2)
        if version not in (_TIFF, _BIG_TIFF, *(_RAW_VERSIONS if raw else ())):
            raise TiffDamaged(f"version {version}")
        self._is_big = version == _BIG_TIFF
        self.first_offset = self._number("Q", 8) if self._is_big else 0
        self.first_offset = self.first_offset or self._number("I", 4)

    def directory(self, offset: int) -> Directory:
        """Read the directory at `offset`."""
        word, inline_bytes = ("Q", 8) if self._is_big else ("I", 4)
        layout = struct.Struct(f"{self.order}HH{word}{word}")
        count = self._number("Q" if self._is_big else "H", offset)
        start = offset + (8 if self._is_big else 2)
        end = start + count * layout.size
        entries: dict[int, IfdEntry] = {}
        fields = layout.iter_unpack(self._bytes(start, end - start))
        positions = range(start, end, layout.size)
        for position, (tag, kind, values, place) in zip(positions, fields, strict=True):
            entry = IfdEntry(tag, kind, values, position, place)
            if entry.value_bytes <= inline_bytes:
                entry = replace(entry, offset=position + layout.size - inline_bytes)
            entries.setdefault(entry.tag, entry)
        next_offset = 0
        with suppress(TiffDamaged):  # some cameras leave the last link out
            next_offset = self._number(word, end)
        return Directory(self, entries, end, next_offset)

    @property
    def count_of_one(self) -> bytes:
        """The count of a field with one value, as it stands in the file."""
        return struct.pack(self.order + ("Q" if self._is_big else "I"), 1)

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

    def copied(self, entry: IfdEntry, order: str) -> Field:
        """A copy of `entry` to be written in that byte order."""
        data = self.data(entry)
        if order != self.order:
            each = struct.calcsize("=" + _TYPE_CODES.get(entry.type, "B"))
            data = b"".join(data[at : at + each][::-1] for at in range(0, len(data), each))
        return Field(entry.tag, entry.type, entry.count, data)

    def _bytes(self, offset: int, count: int) -> bytes:
        if count > self._size - offset:
            raise TiffDamaged("a value runs beyond the end")
        self._file.seek(offset)
        return self._file.read(count)

    def _number(self, code: str, offset: int) -> int:
        data = self._bytes(offset, struct.calcsize("=" + code))
        return int(struct.unpack(self.order + code, data)[0])


def structured(fields: Iterable[Field], order: str) -> bytes:
    """Return a TIFF structure of one directory."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    return head + struct.pack(order + "I", 8) + serialised(fields, 8, order)


def serialised(fields: Iterable[Field], start: int, order: str) -> bytes:
    """Return a directory for the place `start`, followed by the values that it points to."""
    found = sorted(fields, key=lambda field: field.tag)
    heap_start = start + 2 + 12 * len(found) + 4
    heap = bytearray()
    table = struct.pack(order + "H", len(found))
    for field in found:
        table += struct.pack(order + "HHI", field.tag, field.type, field.count)
        place = heap_start + len(heap)
        data = serialised(field.below, place, order) if field.below else field.data
        if len(data) <= 4:
            table += data.ljust(4, b"\0")
            continue
        table += struct.pack(order + "I", place)
        heap += data + bytes(len(data) % 2)
    return table + bytes(4) + bytes(heap)
