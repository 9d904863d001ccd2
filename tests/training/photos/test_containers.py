import struct
import zlib

import pytest

from nledn.training.photos.containers import read_eet, read_qrc


def eet(entries: dict[str, bytes]) -> bytes:
    """An EET file as Enlightenment lays it out: header, directory, names, contents."""
    names = [name.encode() + b"\0" for name in entries]
    name_at = 12 + 24 * len(entries)
    data_at = name_at + sum(map(len, names))
    directory, contents = b"", b""
    for name, data in zip(names, entries.values(), strict=True):
        directory += struct.pack(
            ">6I", data_at + len(contents), len(data), len(data), name_at, len(name), 0
        )
        name_at, contents = name_at + len(name), contents + data
    return struct.pack(">3I", 0x1EE70F42, len(entries), 0) + directory + b"".join(names) + contents


def qrc(version: int, data: bytes, flags: int) -> bytes:
    """A collection that holds /pictures/cat.jpg and, beside it, an empty /pictures/dog.jpg."""
    size = 14 if version < 2 else 22
    stamp = b"" if version < 2 else bytes(8)
    packed = struct.pack(">I", len(data)) + zlib.compress(data) if flags & 1 else data
    names, offsets = b"", {}
    for name in ("pictures", "cat.jpg", "dog.jpg"):
        offsets[name] = len(names)
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
    tree = struct.pack(">IHII", 0, 2, 1, 1) + stamp
    tree += struct.pack(">IHII", offsets["pictures"], 2, 2, 2) + stamp
    tree += struct.pack(">IHHHI", offsets["cat.jpg"], flags, 0, 0, 0) + stamp
    tree += struct.pack(">IHHHI", offsets["dog.jpg"], 0, 0, 0, 4 + len(packed)) + stamp
    assert len(tree) == 4 * size
    contents = struct.pack(">I", len(packed)) + packed + struct.pack(">I", 0)
    names_at = 20 + len(tree) + len(contents)
    header = b"qres" + struct.pack(">4I", version, 20, 20 + len(tree), names_at)
    return header + tree + contents + names


def test_an_entry_of_an_eet_file() -> None:
    data = eet({"edje/file": b"layout", "edje/images/0": b"a picture"})
    assert read_eet(data, "edje/images/0") == b"a picture"
    with pytest.raises(KeyError):
        read_eet(data, "edje/images/1")
    with pytest.raises(ValueError, match="not an EET"):
        read_eet(bytes(12), "edje/images/0")


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("flags", [0, 1])
def test_a_file_of_a_qt_collection(version: int, flags: int) -> None:
    data = qrc(version, b"a picture " * 9, flags)
    assert read_qrc(data, "/pictures/cat.jpg") == b"a picture " * 9
    assert read_qrc(data, "/pictures/dog.jpg") == b""


def test_what_is_not_in_a_collection_or_cannot_be_unpacked() -> None:
    data = qrc(2, b"a picture", 0)
    for missing in ("/pictures/cow.jpg", "/cat.jpg", "/pictures/cat.jpg/ear"):
        with pytest.raises(KeyError):
            read_qrc(data, missing)
    with pytest.raises(ValueError, match="folder"):
        read_qrc(data, "/pictures")
    with pytest.raises(ValueError, match="zstd"):
        read_qrc(qrc(3, b"a picture", 4), "/pictures/cat.jpg")
    with pytest.raises(ValueError, match="not a Qt"):
        read_qrc(bytes(20), "/pictures/cat.jpg")
