"""EXIF copied out of TIFF and RAW files into a separate block; values move, unread."""

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nledn.photo.exif import CHILDREN, DESCRIPTIVE, LINKS, ROOT, UNTELLING
from nledn.photo.tiff_structure import Directory, IfdEntry, TiffDamaged, TiffStructure

_LONG = 4
_LARGEST_VALUE = 4 * 1024 * 1024  # no camera's MakerNote is near it


@dataclass(frozen=True)
class _Value:
    tag: int
    type: int
    count: int
    data: bytes = b""
    children: list["_Value"] = field(default_factory=list)


def from_tiff(structure: TiffStructure, page: Directory) -> tuple[bytes | None, bool]:
    """Copy the description of a photo out of a TIFF page into a separate block.

    Args:
        structure: the TIFF (or RAW) file.
        page: its page of the photo.

    Returns:
        EXIF in the byte order of the file, values copied unread, or None if there is none; and
        whether all of it could be copied.
    """
    copier = _Copier(structure)
    values = copier.copied(page, ROOT, DESCRIPTIVE)
    if {value.tag for value in values} <= UNTELLING:
        return None, copier.is_whole
    return _block(values, structure.order), copier.is_whole


def from_parts(parts: Mapping[int, bytes]) -> bytes | None:
    """Put directories that a file keeps as a TIFF structure each (CR3) into one block.

    Args:
        parts: by the tag that leads to them; `ROOT` for the first directory.

    Returns:
        None where the first directory is missing.

    Raises:
        TiffDamaged: a part has no readable structure, or another byte order.
    """
    structures = {tag: TiffStructure(io.BytesIO(part)) for tag, part in parts.items()}
    if ROOT not in structures or len({each.order for each in structures.values()}) != 1:
        return None
    values: list[_Value] = []
    for tag, structure in sorted(structures.items()):
        page = structure.directory(structure.first_offset)
        found = _Copier(structure).copied(page, tag, DESCRIPTIVE if tag == ROOT else None)
        values += found if tag == ROOT else [_Value(tag, _LONG, 1, children=found)]
    return _block(sorted(values, key=lambda value: value.tag), structures[ROOT].order)


def fields(structure: TiffStructure, page: Directory, tags: frozenset[int]) -> bytes | None:
    """Copy some fields of a page into a new TIFF structure; None if all are missing."""
    copied = _Copier(structure).copied(page, ROOT, tags)
    values = [value for value in copied if value.tag in tags]
    return _block(values, structure.order) if values else None


def _block(values: list[_Value], order: str) -> bytes:
    head = b"II*\0" if order == "<" else b"MM\0*"
    return head + struct.pack(order + "I", 8) + _serialised(values, 8, order)


class _Copier:
    """Copies entries; `is_whole` turns False when one cannot be read."""

    def __init__(self, structure: TiffStructure) -> None:
        self._structure = structure
        self.is_whole = True

    def copied(self, page: Directory, parent: int, wanted: frozenset[int] | None) -> list[_Value]:
        """Copy the entries of `page`: those `wanted` (None: all), and the directories below."""
        values: list[_Value] = []
        for tag, entry in sorted(page.entries.items()):
            if tag in CHILDREN[parent] or (tag not in LINKS and (wanted is None or tag in wanted)):
                try:
                    values += self._value(entry, parent)
                except (TiffDamaged, LookupError):
                    self.is_whole = False
        return values

    def _value(self, entry: IfdEntry, parent: int) -> Iterator[_Value]:
        structure = self._structure
        if entry.tag in CHILDREN[parent]:
            child = structure.directory(structure.integers(entry)[0])
            below = self.copied(child, entry.tag, None)
            if below:
                yield _Value(entry.tag, _LONG, 1, children=below)
        elif entry.type <= 13 and 0 < entry.value_bytes <= _LARGEST_VALUE:
            yield _Value(entry.tag, entry.type, entry.count, structure.data(entry))


def _serialised(values: list[_Value], start: int, order: str) -> bytes:
    heap_start = start + 2 + 12 * len(values) + 4
    heap = bytearray()
    table = struct.pack(order + "H", len(values))
    for value in values:
        table += struct.pack(order + "HHI", value.tag, value.type, value.count)
        if len(value.data) <= 4 and not value.children:
            table += value.data.ljust(4, b"\0")
            continue
        table += struct.pack(order + "I", heap_start + len(heap))
        heap += value.data or _serialised(value.children, heap_start + len(heap), order)
        heap += bytes(len(heap) % 2)
    return table + bytes(4) + bytes(heap)
