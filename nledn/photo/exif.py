"""EXIF, changed in place, and copied out of TIFF and RAW files into a separate block.

Only the fields that must match the new pixels are changed. Cameras keep their own notes (MakerNote)
whose inner offsets often count from the start of the block. So nothing in it is moved: values are
overwritten where they stand.
"""

import io
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress

from nledn.photo import tiff_structure as tiff
from nledn.photo.tiff_structure import Directory, Field, IfdEntry, TiffDamaged, TiffStructure

PREFIX = b"Exif\0\0"
"""The prefix of the block in JPEG and HEIC."""

_ORIENTATION, _WIDTH, _HEIGHT, _PIXEL_X, _PIXEL_Y = 0x0112, 0x0100, 0x0101, 0xA002, 0xA003
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_UNIT_DPI = {2: 1.0, 3: 2.54}  # inch, centimetre
_THUMBNAIL = (0x0201, 0x0202)
_PICTURES = (_THUMBNAIL, (0x0111, 0x0117), (0x0144, 0x0145))
"""Offsets and lengths of a thumbnail, of strips and of tiles."""
_SHORT, _LONG = 3, 4
_MAKER_NOTE = 0x927C
_LARGEST_VALUE = 4 * 1024 * 1024  # no camera's MakerNote is near it
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_MOST_DIRECTORIES = 100  # cameras have six; damaged links may go round in circles
_HEAD_BYTES = 8
_ALIGNMENT = 8  # a picture that ends so near to the end of the block is its last part

# Fields of a TIFF page that describe the photo rather than the layout of its pixels (EXIF 3.0,
# table 4, with the fields of Windows and the DCF rating).
_DESCRIPTIVE = frozenset(
    {0x010D, 0x010E, 0x010F, 0x0110, 0x0112, 0x011A, 0x011B, 0x011D, 0x0128, 0x0131, 0x0132}
    | {0x013B, 0x013C, 0x4746, 0x4749, 0x8298, 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F, 0xC4A5}
)
_LINKS = frozenset({tiff.EXIF_IFD, tiff.GPS_IFD, tiff.INTEROP_IFD, tiff.SUB_IFDS})
CARRIED = _DESCRIPTIVE | _LINKS
"""Fields of a TIFF page that come back, and the links to them and to previews."""

_UNTELLING = frozenset({_ORIENTATION, _X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT})
"""Fields that every TIFF has; alone they say nothing about the photo."""

ROOT = 0
"""The first directory, in place of the tag that leads to one."""
# Which directories hang below which; a link anywhere else is damage, or a loop.
_CHILDREN = {
    ROOT: (tiff.EXIF_IFD, tiff.GPS_IFD),
    tiff.EXIF_IFD: (tiff.INTEROP_IFD,),
    tiff.GPS_IFD: (),
    tiff.INTEROP_IFD: (),
}


def bare(block: bytes | None) -> bytes | None:
    """Remove the prefix that some containers put before the block; None if nothing is left."""
    return block.removeprefix(PREFIX) or None if block else None


def orientation(block: bytes) -> int | None:
    """The orientation tag, 1 to 8; None if missing or invalid."""
    with suppress(TiffDamaged):
        return orientation_of(_Editor(block).first)
    return None


def orientation_of(page: Directory) -> int | None:
    """The orientation tag of a page; None if missing or invalid."""
    value = page.first(_ORIENTATION, 0)
    return value if 1 <= value <= 8 else None


def dpi(block: bytes) -> tuple[float, float] | None:
    """Pixels per inch, for containers that have no field for it; see `resolution`."""
    with suppress(TiffDamaged):
        return resolution(_Editor(block).first)
    return None


def resolution(page: Directory) -> tuple[float, float] | None:
    """Pixels per inch of a page, in x and y; None without a unit, or where unreadable."""
    with suppress(TiffDamaged):
        factor = _UNIT_DPI.get(page.first(_RESOLUTION_UNIT, 2))
        x, y = page.numbers(_X_RESOLUTION), page.numbers(_Y_RESOLUTION)
        return (x[0] * factor, y[0] * factor) if factor and x and y else None
    return None


def upright(block: bytes, size: tuple[int, int]) -> tuple[bytes, bool]:
    """Make EXIF true of upright pixels of `size`, width and height.

    Links that lead to no readable directory are removed. The orientation becomes 1, existing
    dimension tags follow `size`, and embedded pictures of the original photo are removed: those of
    every directory, and JPEGs that no directory leads to. Those inside a MakerNote stay, since only
    its camera knows their places. Everything else keeps its place, to the byte.

    Returns:
        The block, and whether each link led somewhere.

    Raises:
        TiffDamaged: `block` has no readable structure.
    """
    editor = _Editor(block)
    is_whole = not editor.unlink_damage(editor.structure.first_offset, ROOT)
    first = editor.first
    editor.set_number(first, _ORIENTATION, 1)
    places = [(first, _WIDTH, _HEIGHT)]
    for offset in first.integers(tiff.EXIF_IFD)[:1]:
        places.append((editor.structure.directory(offset), _PIXEL_X, _PIXEL_Y))
    for directory, *tags in places:
        for tag, side in zip(tags, size, strict=True):
            editor.set_number(directory, tag, side)
    editor.remove_pictures(first)
    return editor.stream.getvalue(), is_whole


def without_location(block: bytes) -> bytes:
    """Remove the GPS directory with all of its values; `TiffDamaged` if nothing can be read."""
    editor = _Editor(block)
    link = editor.first.entries.get(tiff.GPS_IFD)
    if link is not None:
        for offset in _integers(editor.first, tiff.GPS_IFD)[:1]:
            with suppress(TiffDamaged):
                lost = editor.structure.directory(offset)
                values = [(each.offset, each.value_bytes) for each in lost.entries.values()]
                for start, count in ((offset, lost.next_position - offset), *values):
                    if not editor.holds_structure(start, start + count):
                        editor.blank(start, start + count)
        editor.take_out(link, editor.structure.first_offset)
    return editor.stream.getvalue()


def _integers(directory: Directory, tag: int) -> tuple[int, ...]:
    try:
        return directory.integers(tag)
    except TiffDamaged:
        return ()


class _Editor:
    """A block and its structure, which sees what is changed."""

    def __init__(self, block: bytes) -> None:
        self.stream = io.BytesIO(block)
        self.structure = TiffStructure(self.stream)

    @property
    def first(self) -> Directory:
        return self.structure.directory(self.structure.first_offset)

    def put(self, position: int, data: bytes) -> None:
        self.stream.seek(position)
        self.stream.write(data)

    def blank(self, start: int, end: int) -> None:
        """Overwrite a span, as far as it lies in the block."""
        held = len(self.stream.getbuffer())
        self.put(start, bytes(max(0, min(end, held) - start)))

    def holds_structure(self, start: int, end: int) -> bool:
        """Return whether a span, such as damage claims, touches the head or the first table."""
        first = self.first
        begin = self.structure.first_offset
        return start < _HEAD_BYTES or (start < first.next_position + 4 and begin < end)

    def set_number(self, directory: Directory, tag: int, value: int) -> None:
        entry = directory.entries.get(tag)
        if entry is None:
            return
        # A SHORT where it was one and still fits, else a LONG: both stand inside the entry.
        is_short = entry.type == _SHORT and value < 2**16
        code, kind = ("HHIHxx", _SHORT) if is_short else ("HHII", _LONG)
        self.put(entry.position, struct.pack(self.structure.order + code, tag, kind, 1, value))

    def unlink_damage(self, offset: int, parent: int) -> bool:
        """Remove links from a directory and those below it; return whether there were any."""
        directory = self.structure.directory(offset)
        lost: list[IfdEntry] = []
        below = False
        for tag in _CHILDREN[parent]:
            if tag in directory.entries:
                try:
                    below |= self.unlink_damage(directory.integers(tag)[0], tag)
                except (TiffDamaged, LookupError):
                    lost.append(directory.entries[tag])
        for entry in sorted(lost, key=lambda each: each.position, reverse=True):
            self.take_out(entry, offset)
        return below or bool(lost)

    def take_out(self, entry: IfdEntry, offset: int) -> None:
        """Close the table of a directory over an entry; the values elsewhere do not move."""
        order, block = self.structure.order, self.stream.getvalue()
        end = min(self.structure.directory(offset).next_position + 4, len(block))
        (count,) = struct.unpack_from(order + "H", block, offset)
        self.put(offset, struct.pack(order + "H", count - 1))
        self.put(entry.position, block[entry.position + 12 : end] + bytes(12))

    def remove_pictures(self, first: Directory) -> None:
        """Cut links to embedded pictures, and cut or blank the pictures themselves."""
        directories = list(self._directories())
        ranges = {span for each in directories for span in self._pictures(each)}
        for tag in _THUMBNAIL:
            for each in directories:
                self.set_number(each, tag, 0)
        if first.next_offset:
            self.put(first.next_position, bytes(4))
        for start, end in sorted(ranges, reverse=True):
            held = len(self.stream.getbuffer())
            if held - end <= _ALIGNMENT and start > first.next_position:
                self.stream.truncate(start)
            else:
                self.blank(start, end)
        self._blank_lost_jpegs(directories)

    def _directories(self) -> Iterator[Directory]:
        """All directories that can be reached; damaged ones lead nowhere."""
        waiting, seen = [self.structure.first_offset], set[int]()
        while waiting and len(seen) < _MOST_DIRECTORIES:
            offset = waiting.pop()
            if not offset or offset in seen:
                continue
            seen.add(offset)
            with suppress(TiffDamaged):
                found = self.structure.directory(offset)
                yield found
                waiting.append(found.next_offset)
                for tag in _LINKS:
                    waiting += _integers(found, tag)

    def _pictures(self, directory: Directory) -> Iterator[tuple[int, int]]:
        """The places of embedded pictures, cut at the end of the block."""
        held = len(self.stream.getbuffer())
        for tags in _PICTURES:
            offsets, counts = (_integers(directory, tag) for tag in tags)
            for start, count in zip(offsets, counts, strict=False):
                end = min(start + count, held)
                if _HEAD_BYTES <= start < end:
                    yield start, end

    def _blank_lost_jpegs(self, directories: list[Directory]) -> None:
        """Blank JPEGs whose directory is damaged, up to the last end of one before a MakerNote."""
        block = self.stream.getvalue()
        notes = [each.entries[_MAKER_NOTE] for each in directories if _MAKER_NOTE in each.entries]
        spans = ((note.offset, note.offset + note.value_bytes) for note in notes)
        kept = sorted(span for span in spans if span[1] <= len(block))
        begin = _HEAD_BYTES
        for start, end in (*kept, (len(block), len(block))):
            first = block.find(_JPEG_START, begin, start)
            if first >= 0:
                last = block.rfind(_JPEG_END, first, start)
                self.blank(first, start if last < 0 else last + len(_JPEG_END))
            begin = max(begin, end)


def from_tiff(page: Directory) -> tuple[bytes | None, bool]:
    """Copy the description of a photo out of a page of a TIFF or RAW file, values unread.

    Returns:
        EXIF in the byte order of the file, or None if there is none; and whether it is whole.
    """
    found, is_whole = _copied(page, ROOT, _DESCRIPTIVE)
    if {field.tag for field in found} <= _UNTELLING:
        return None, is_whole
    return tiff.structured(found, page.structure.order), is_whole


def from_parts(parts: Mapping[int, bytes]) -> bytes | None:
    """Put directories that a file keeps as a TIFF structure each (CR3) into one block.

    They come by the tag that leads to them, `ROOT` for the first, without which there is None.

    Raises:
        TiffDamaged: a part has no readable structure.
    """
    structures = {tag: TiffStructure(io.BytesIO(part)) for tag, part in parts.items()}
    if ROOT not in structures or len({each.order for each in structures.values()}) != 1:
        return None
    fields: list[Field] = []
    for tag, structure in structures.items():
        page = structure.directory(structure.first_offset)
        found, _ = _copied(page, tag, _DESCRIPTIVE if tag == ROOT else None)
        fields += found if tag == ROOT else [Field(tag, _LONG, 1, below=tuple(found))]
    return tiff.structured(fields, structures[ROOT].order)


def chosen(page: Directory, tags: frozenset[int]) -> bytes | None:
    """Copy some fields of a page into a new TIFF structure; None if all are missing."""
    found = [field for field in _copied(page, ROOT, tags)[0] if field.tag in tags]
    return tiff.structured(found, page.structure.order) if found else None


def _copied(
    page: Directory, parent: int, wanted: frozenset[int] | None
) -> tuple[list[Field], bool]:
    """Copy fields: those `wanted` (None: all), and the directories below.

    Returns:
        The fields, and whether each of them could be read.
    """
    found: list[Field] = []
    is_whole = True
    for tag, entry in page.entries.items():
        try:
            if tag in _CHILDREN[parent]:
                child = page.structure.directory(page.integers(tag)[0])
                below, is_below_whole = _copied(child, tag, None)
                is_whole &= is_below_whole
                found += [Field(tag, _LONG, 1, below=tuple(below))] if below else []
            elif tag in _LINKS or not (wanted is None or tag in wanted):
                continue
            elif entry.type <= 13 and 0 < entry.value_bytes <= _LARGEST_VALUE:
                found.append(page.structure.copied(entry, page.structure.order))
        except (TiffDamaged, LookupError):
            is_whole = False
    return found, is_whole
