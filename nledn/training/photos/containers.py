"""Pictures inside containers that no library of ours reads: Enlightenment's and Qt's."""

import struct
import zlib
from collections.abc import Iterator

EET_MAGIC = 0x1EE70F42
EET_HEADER = struct.Struct(">III")  # magic, entries, dictionary entries
EET_ENTRY = struct.Struct(">6I")  # offset, size, size unpacked, offset of name, its size, flags

QRC_MAGIC = b"qres"
QRC_HEADER = struct.Struct(">4s4I")  # magic, version, offsets of tree, data and names
QRC_COMPRESSED, QRC_FOLDER, QRC_ZSTD = 1, 2, 4


def read_eet(data: bytes, name: str) -> bytes:
    """One entry of an EET file (Enlightenment's `.edj`), stored unpacked.

    Raises:
        ValueError: no EET file.
        KeyError: it has no such entry.
    """
    magic, entries, _ = EET_HEADER.unpack_from(data)
    if magic != EET_MAGIC:
        raise ValueError("this is not an EET file")
    for index in range(entries):
        place = EET_HEADER.size + index * EET_ENTRY.size
        offset, size, _, name_offset, name_size, _ = EET_ENTRY.unpack_from(data, place)
        if data[name_offset : name_offset + name_size].rstrip(b"\0").decode() == name:
            return data[offset : offset + size]
    raise KeyError(name)


def read_qrc(data: bytes, path: str) -> bytes:
    """One file of a Qt resource collection (`.rcc`).

    Raises:
        ValueError: no such collection, or an unknown compression.
        KeyError: it has no such file.
    """
    magic, version, tree, contents, names = QRC_HEADER.unpack_from(data)
    if magic != QRC_MAGIC:
        raise ValueError("this is not a Qt resource collection")
    node_size = 14 if version < 2 else 22  # a time stamp came with version 2
    node = tree
    for part in path.strip("/").split("/"):
        children = _children(data, node, (tree, node_size))
        found = (child for child in children if _name(data, names, child) == part)
        node = next(found, -1)
        if node < 0:
            raise KeyError(path)
    (flags,) = struct.unpack_from(">H", data, node + 4)
    (offset,) = struct.unpack_from(">I", data, node + 10)
    (size,) = struct.unpack_from(">I", data, contents + offset)
    packed = data[contents + offset + 4 : contents + offset + 4 + size]
    if flags & (QRC_FOLDER | QRC_ZSTD):
        raise ValueError(f"{path} is a folder, or packed with zstd")
    # Qt's own compression: the size unpacked in four bytes, then zlib.
    return zlib.decompress(packed[4:]) if flags & QRC_COMPRESSED else packed


def _children(data: bytes, node: int, layout: tuple[int, int]) -> Iterator[int]:
    tree, node_size = layout
    (flags,) = struct.unpack_from(">H", data, node + 4)
    if not flags & QRC_FOLDER:
        return
    count, first = struct.unpack_from(">II", data, node + 6)
    for index in range(first, first + count):
        yield tree + index * node_size


def _name(data: bytes, names: int, node: int) -> str:
    (offset,) = struct.unpack_from(">I", data, node)
    (length,) = struct.unpack_from(">H", data, names + offset)
    start = names + offset + 6  # the length, and a hash
    return data[start : start + 2 * length].decode("utf-16-be")
