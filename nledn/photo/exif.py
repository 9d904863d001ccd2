"""EXIF, changed in place: only the fields that must match the new pixels.

Cameras keep their own notes in it (MakerNote) whose inner offsets often count from the start
of the block. So nothing is moved: values are overwritten where they stand.
"""

import io
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from nledn.photo.tiff_structure import (
    EXIF_IFD,
    GPS_IFD,
    INTEROP_IFD,
    SUB_IFDS,
    Directory,
    IfdEntry,
    TiffDamaged,
    TiffStructure,
)

PREFIX = b"Exif\0\0"
"""The prefix of the block in JPEG and HEIC."""

_ORIENTATION = 0x0112
_WIDTH, _HEIGHT = 0x0100, 0x0101
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_RESOLUTION_TAGS = (_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT)
_UNIT_DPI = {2: 1.0, 3: 2.54}  # inch, centimetre
_PIXEL_X, _PIXEL_Y = 0xA002, 0xA003
_THUMBNAIL_OFFSET, _THUMBNAIL_BYTES = 0x0201, 0x0202
_STRIP_OFFSETS, _STRIP_BYTES = 0x0111, 0x0117
_SHORT, _LONG = 3, 4
_TILE_OFFSETS, _TILE_BYTES = 0x0144, 0x0145
_PICTURES = (
    (_THUMBNAIL_OFFSET, _THUMBNAIL_BYTES),
    (_STRIP_OFFSETS, _STRIP_BYTES),
    (_TILE_OFFSETS, _TILE_BYTES),
)
_MAKER_NOTE = 0x927C
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_MOST_DIRECTORIES = 100  # cameras have six; damaged links may go round in circles
_HEAD_BYTES = 8
_ALIGNMENT = 8  # a picture that ends so near to the end of the block is its last part

_DOCUMENT_NAME, _PAGE_NAME = 0x010D, 0x011D
# Fields of a TIFF page that describe the photo rather than the layout of its pixels (EXIF 3.0,
# table 4, with the fields of Windows and the DCF rating).
DESCRIPTIVE = frozenset(
    {
        _DOCUMENT_NAME,
        _PAGE_NAME,
        0x010E,
        0x010F,
        0x0110,
        0x0112,
        0x011A,
        0x011B,
        0x0128,
        0x0131,
        0x0132,
        0x013B,
        0x013C,
    }
    | {0x4746, 0x4749, 0x8298, 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F, 0xC4A5}
)
CARRIED = DESCRIPTIVE | {EXIF_IFD, GPS_IFD, INTEROP_IFD, SUB_IFDS}
"""Fields of a TIFF page that come back, and the links to them and to previews."""

UNTELLING = frozenset({_ORIENTATION, *_RESOLUTION_TAGS})
"""Fields that every TIFF has; alone they say nothing about the photo."""

ROOT = 0
"""The first directory, in place of the tag that leads to one."""
# Which directories hang below which; a link anywhere else is damage, or a loop.
CHILDREN = {ROOT: (EXIF_IFD, GPS_IFD), EXIF_IFD: (INTEROP_IFD,), GPS_IFD: (), INTEROP_IFD: ()}
LINKS = frozenset({EXIF_IFD, GPS_IFD, INTEROP_IFD, SUB_IFDS})


def bare(block: bytes | None) -> bytes | None:
    """Remove the prefix that some containers put before the block; None if nothing is left."""
    if block is None:
        return None
    return block.removeprefix(PREFIX) or None


def orientation(block: bytes) -> int | None:
    """The orientation tag, 1 to 8; None if missing or invalid."""
    try:
        structure = TiffStructure(io.BytesIO(block))
        return tiff_orientation(structure, structure.directory(structure.first_offset))
    except TiffDamaged:
        return None


def tiff_orientation(structure: TiffStructure, page: Directory) -> int | None:
    """The orientation tag of a page, as `orientation` gives it."""
    values = structure.integers(page.entries.get(_ORIENTATION))
    return values[0] if values and 1 <= values[0] <= 8 else None


def resolution(structure: TiffStructure, page: Directory) -> tuple[float, float] | None:
    """Pixels per inch of a page, in x and y; None without a unit."""
    unit = (*structure.integers(page.entries.get(_RESOLUTION_UNIT)), 2)[0]
    x = structure.numbers(page.entries.get(_X_RESOLUTION))
    y = structure.numbers(page.entries.get(_Y_RESOLUTION))
    factor = _UNIT_DPI.get(int(unit))
    return (x[0] * factor, y[0] * factor) if factor and x and y else None


def dpi(block: bytes) -> tuple[float, float] | None:
    """Pixels per inch, for containers that have no field for it; None where unreadable."""
    try:
        structure = TiffStructure(io.BytesIO(block))
        return resolution(structure, structure.directory(structure.first_offset))
    except TiffDamaged:
        return None


def sound(block: bytes) -> tuple[bytes, bool]:
    """Remove links that lead to no readable directory; return whether there were none.

    Raises:
        TiffDamaged: the first directory cannot be read.
    """
    editor = _Editor(bytearray(block), TiffStructure(io.BytesIO(block)))
    is_whole = not editor.unlink_damage(editor.structure.first_offset, ROOT)
    return bytes(editor.block), is_whole


def upright(block: bytes, size: tuple[int, int]) -> bytes:
    """Make EXIF true of upright pixels of `size`.

    The orientation becomes 1, existing dimension tags follow `size`, and embedded pictures of the
    original photo are removed: those of every directory, and JPEGs that no directory leads to.
    Those inside a MakerNote stay, since only its camera knows their places. Everything else keeps
    its place, to the byte.

    Args:
        block: a TIFF structure.
        size: width and height in pixels.

    Raises:
        TiffDamaged: `block` has no readable structure.
    """
    editor = _Editor(bytearray(block), TiffStructure(io.BytesIO(block)))
    first = editor.structure.directory(editor.structure.first_offset)
    editor.set_number(first.entries.get(_ORIENTATION), 1)
    editor.set_dimensions(first, _WIDTH, _HEIGHT, size)
    for offset in editor.structure.integers(first.entries.get(EXIF_IFD))[:1]:
        editor.set_dimensions(editor.structure.directory(offset), _PIXEL_X, _PIXEL_Y, size)
    editor.remove_pictures(first)
    return bytes(editor.block)


def without_location(block: bytes) -> bytes:
    """Remove the GPS directory with all of its values.

    Raises:
        TiffDamaged: `block` has no readable structure.
    """
    editor = _Editor(bytearray(block), TiffStructure(io.BytesIO(block)))
    editor.remove_directory(GPS_IFD)
    return bytes(editor.block)


@dataclass(frozen=True)
class _Editor:
    block: bytearray
    structure: TiffStructure

    def set_number(self, entry: IfdEntry | None, value: int) -> None:
        if entry is None:
            return
        order = self.structure.order
        # A SHORT where it was one and still fits, else a LONG: both stand inside the entry.
        if entry.type == _SHORT and value < 2**16:
            packed = struct.pack(order + "HHIHxx", entry.tag, _SHORT, 1, value)
        else:
            packed = struct.pack(order + "HHII", entry.tag, _LONG, 1, value)
        self.block[entry.position : entry.position + 12] = packed

    def unlink_damage(self, offset: int, parent: int) -> bool:
        """Remove links from a directory and those below it; return whether there were any."""
        directory = self.structure.directory(offset)
        lost: list[IfdEntry] = []
        below = False
        for tag in CHILDREN[parent]:
            entry = directory.entries.get(tag)
            if entry is None:
                continue
            try:
                below |= self.unlink_damage(self.structure.integers(entry)[0], tag)
            except (TiffDamaged, LookupError):
                lost.append(entry)
        for entry in sorted(lost, key=lambda each: each.position, reverse=True):
            self._take_out(entry, offset, directory)
        return below or bool(lost)

    def _take_out(self, entry: IfdEntry, offset: int, directory: Directory) -> None:
        """Close the table over an entry; the values, which lie elsewhere, do not move."""
        order, block = self.structure.order, self.block
        count = struct.unpack_from(order + "H", block, offset)[0]
        struct.pack_into(order + "H", block, offset, count - 1)
        end = min(directory.next_position + 4, len(block))
        block[entry.position : end] = block[entry.position + 12 : end] + bytes(12)

    def remove_directory(self, tag: int) -> None:
        """Blank a directory that the first one leads to, and remove the link."""
        offset = self.structure.first_offset
        first = self.structure.directory(offset)
        link = first.entries.get(tag)
        if link is None:
            return
        for at in self._integers(first, tag)[:1]:
            with suppress(TiffDamaged):
                lost = self.structure.directory(at)
                spans = [(at, lost.next_position)]
                entries = lost.entries.values()
                spans += [(each.offset, each.offset + each.value_bytes) for each in entries]
                for start, end in spans:
                    held = self.block[start:end]
                    self.block[start:end] = bytes(len(held))
        self._take_out(link, offset, first)

    def set_dimensions(
        self, directory: Directory, width_tag: int, height_tag: int, size: tuple[int, int]
    ) -> None:
        self.set_number(directory.entries.get(width_tag), size[0])
        self.set_number(directory.entries.get(height_tag), size[1])

    def remove_pictures(self, first: Directory) -> None:
        """Cut links to embedded pictures, and cut or blank the pictures themselves."""
        directories = list(self._directories())
        ranges = {span for each in directories for span in self._pictures(each)}
        for tag in (_THUMBNAIL_OFFSET, _THUMBNAIL_BYTES):
            for each in directories:
                self.set_number(each.entries.get(tag), 0)
        if first.next_offset:
            self.block[first.next_position : first.next_position + 4] = bytes(4)
        for start, end in sorted(ranges, reverse=True):
            if len(self.block) - end <= _ALIGNMENT and start > first.next_position:
                del self.block[start:]
            else:
                self.block[start:end] = bytes(end - start)
        self._blank_lost_jpegs(directories)

    def _directories(self) -> Iterator[Directory]:
        """All directories that can be reached; damaged ones lead nowhere."""
        waiting, seen = [self.structure.first_offset], set[int]()
        while waiting and len(seen) < _MOST_DIRECTORIES:
            offset = waiting.pop()
            if not offset or offset in seen:
                continue
            seen.add(offset)
            try:
                found = self.structure.directory(offset)
            except TiffDamaged:
                continue
            yield found
            waiting.append(found.next_offset)
            for tag in LINKS:
                waiting += self._integers(found, tag)

    def _pictures(self, directory: Directory) -> Iterator[tuple[int, int]]:
        """The places of embedded pictures, cut at the end of the block."""
        for offsets_tag, bytes_tag in _PICTURES:
            offsets = self._integers(directory, offsets_tag)
            counts = self._integers(directory, bytes_tag)
            for start, count in zip(offsets, counts, strict=False):
                end = min(start + count, len(self.block))
                if _HEAD_BYTES <= start < end:
                    yield start, end

    def _integers(self, directory: Directory, tag: int) -> tuple[int, ...]:
        try:
            return self.structure.integers(directory.entries.get(tag))
        except TiffDamaged:
            return ()

    def _blank_lost_jpegs(self, directories: list[Directory]) -> None:
        """Blank JPEGs whose directory is damaged, up to the last end of one before a MakerNote."""
        notes = [each.entries[_MAKER_NOTE] for each in directories if _MAKER_NOTE in each.entries]
        spans = ((note.offset, note.offset + note.value_bytes) for note in notes)
        kept = sorted(span for span in spans if span[1] <= len(self.block))
        begin = _HEAD_BYTES
        for start, end in (*kept, (len(self.block), len(self.block))):
            first = self.block.find(_JPEG_START, begin, start)
            if first >= 0:
                last = self.block.rfind(_JPEG_END, first, start)
                last = start if last < 0 else last + len(_JPEG_END)
                self.block[first:last] = bytes(last - first)
            begin = max(begin, end)
