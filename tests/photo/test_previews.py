"""No picture of the rain stays inside the EXIF of a result."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn import photo
from nledn.photo import exif
from tests.photo import files
from tests.photo.files import _directory

PREVIEW = b"\xff\xd8\xff\xe0PREVIEW-OF-THE-RAINY-PHOTO" + bytes(range(99)) + b"\xff\xd9"
NOTE = b"Maker\0\0\0\xff\xd8\xff\xe0HER-OWN-PREVIEW\xff\xd9"
HEAD = b"II*\0" + struct.pack("<I", 8)
MAKE = (0x010F, 2, b"Kamera\0")
Entries = list[tuple[int, int, bytes]]


def _long(value: int) -> bytes:
    return struct.pack("<I", value)


def _pointed(at: int, offsets_tag: int = 0x0201, bytes_tag: int = 0x0202) -> Entries:
    return [(offsets_tag, 4, _long(at)), (bytes_tag, 4, _long(len(PREVIEW)))]


def _size(entries: Entries) -> int:
    return len(_directory(entries, 0, "<", 0))


def in_the_first(offsets_tag: int = 0x0201, bytes_tag: int = 0x0202) -> bytes:
    at = 8 + _size([MAKE, *_pointed(0, offsets_tag, bytes_tag)])
    return (
        HEAD + _directory([MAKE, *_pointed(at, offsets_tag, bytes_tag)], 8, "<", 0) + PREVIEW
        + b"What comes after it"
    )  # fmt: skip


def in_the_third() -> bytes:
    second = 8 + _size([MAKE])
    third = second + _size([MAKE])
    at = third + _size(_pointed(0))
    return (
        HEAD + _directory([MAKE], 8, "<", second) + _directory([MAKE], second, "<", third)
        + _directory(_pointed(at), third, "<", 0) + PREVIEW
    )  # fmt: skip


def in_a_sub_directory() -> bytes:
    below = 8 + _size([MAKE, (0x014A, 4, bytes(4))])
    at = below + _size(_pointed(0))
    top: Entries = [MAKE, (0x014A, 4, _long(below))]
    return HEAD + _directory(top, 8, "<", 0) + _directory(_pointed(at), below, "<", 0) + PREVIEW


def in_the_photo_directory() -> bytes:
    below = 8 + _size([MAKE, (0x8769, 4, bytes(4))])
    at = below + _size([(0x927C, 7, NOTE), *_pointed(0)])
    top: Entries = [MAKE, (0x8769, 4, _long(below))]
    return (
        HEAD + _directory(top, 8, "<", 0)
        + _directory([(0x927C, 7, NOTE), *_pointed(at)], below, "<", 0) + PREVIEW
    )  # fmt: skip


def damaged(kind: str) -> bytes:
    second = 8 + _size([MAKE])
    table = bytearray(_directory(_pointed(second + _size(_pointed(0))), second, "<", 0))
    following = second
    if kind == "too many entries":
        table[0:2] = b"\xff\xff"
    elif kind == "no offset":
        table[2:4] = b"\0\0"
    elif kind == "unknown type":
        table[4:6] = b"\x63\0"
    elif kind == "too long":
        table[2 + 12 + 8 : 2 + 24] = _long(10**6)
    else:
        following = 10**6  # beyond the end
    return HEAD + _directory([MAKE], 8, "<", following) + bytes(table) + PREVIEW


BLOCKS = {
    "IFD0": in_the_first(),
    "IFD0, strips": in_the_first(0x0111, 0x0117),
    "IFD0, tiles": in_the_first(0x0144, 0x0145),
    "IFD2": in_the_third(),
    "SubIFD": in_a_sub_directory(),
    "Exif IFD": in_the_photo_directory(),
    **{
        f"IFD1, {kind}": damaged(kind)
        for kind in ("too many entries", "no offset", "unknown type", "too long", "beyond")
    },
}


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_the_preview_is_gone(tmp_path: Path, name: str, suffix: str) -> None:
    block = BLOCKS[name]
    assert PREVIEW in block
    data = files.encoded(files.smooth(), "JPEG", exif=b"Exif\0\0" + block)
    rainy = photo.read(files.saved(tmp_path, "a.jpg", data))
    result = tmp_path / f"result{suffix}"
    photo.write(rainy, result)
    written = result.read_bytes()
    assert b"PREVIEW-OF-THE-RAINY-PHOTO" not in written
    assert PREVIEW[-60:] not in written
    with Image.open(result) as image:
        assert image.getexif()[0x010F].strip("\0") == "Kamera"
        assert np.asarray(image).shape == files.smooth().shape


def test_all_else_stays_to_the_byte() -> None:
    block = BLOCKS["Exif IFD"]
    changed, _ = exif.upright(block, (56, 40))
    assert NOTE in changed
    block = BLOCKS["IFD0"]
    changed, _ = exif.upright(block, (56, 40))
    assert changed.endswith(bytes(len(PREVIEW)) + b"What comes after it")


@pytest.mark.parametrize("target", [8, 0, 14])
def test_directories_in_a_circle_come_to_an_end(target: int) -> None:
    top: Entries = [MAKE, (0x014A, 4, _long(target)), (0x8769, 4, _long(8))]
    block = HEAD + _directory(top, 8, "<", 8)
    assert b"Kamera" in exif.upright(block, (56, 40))[0]
