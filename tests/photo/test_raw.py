"""EXIF and XMP of RAW files, wherever the kinds of cameras keep them."""

import io
import struct
from pathlib import Path

import pytest

from nledn.photo import Note, exif, raw
from tests.photo import files

EXIF = files.exif_block(orientation=1, thumbnail=False)
XMP = files.xmp_packet()


def _jpeg() -> bytes:
    return files.encoded(files.smooth(), "JPEG", exif=b"Exif\0\0" + EXIF, xmp=XMP)


def _box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


def _raf() -> bytes:
    head = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0")
    return head + struct.pack(">II", 100, len(_jpeg())) + bytes(8) + _jpeg() + bytes(100)


def _cr3() -> bytes:
    block = files.exif_block(orientation=1, thumbnail=False)
    at = {name: int.from_bytes(_value(block, tag), "little") for name, tag in _LINKS.items()}
    cmt1 = block
    cmt2 = block[:4] + struct.pack("<I", at["CMT2"]) + block[8:]
    cmt4 = block[:4] + struct.pack("<I", at["CMT4"]) + block[8:]
    inner = b"".join(
        _box(name.encode(), part) for name, part in (("CMT1", cmt1), ("CMT2", cmt2), ("CMT4", cmt4))
    )
    packet = _box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + XMP)
    return (
        _box(b"ftyp", b"crx \0\0\0\1crx isom")
        + _box(b"moov", _box(b"uuid", bytes(16) + inner))
        + packet
    )


_LINKS = {"CMT2": 0x8769, "CMT4": 0x8825}


def _value(block: bytes, tag: int) -> bytes:
    at = block.index(struct.pack("<HHI", tag, 4, 1)) + 8
    return block[at : at + 4]


def _mrw() -> bytes:
    return b"\0MRM" + struct.pack(">I", 500) + b"\0TTW" + struct.pack(">I", len(EXIF)) + EXIF


KINDS = {
    "DNG": EXIF,
    "ORF": b"IIRO" + EXIF[4:],
    "ORF, old": b"IIRS" + EXIF[4:],
    "RW2": b"IIU\0" + EXIF[4:],
    "RAF": _raf(),
    "CR3": _cr3(),
    "MRW": _mrw(),
    "X3F": b"FOVb" + bytes(300) + _jpeg(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_exif_comes_back(kind: str) -> None:
    facts = raw.facts_of(io.BytesIO(KINDS[kind]))
    assert Note.RAW_EXIF not in facts.notes
    assert facts.exif is not None
    assert b"Kamera" in facts.exif
    block, is_whole = exif.upright(facts.exif, (1, 1))
    assert is_whole
    assert struct.pack("<6I", 51, 1, 30, 1, 0, 1) in block  # the place


@pytest.mark.parametrize("kind", ["RAF", "CR3", "X3F"])
def test_xmp_comes_back(kind: str) -> None:
    found = raw.facts_of(io.BytesIO(KINDS[kind])).xmp
    assert found is not None
    assert "Straße im Regen".encode() in found


def test_a_raw_file_without_exif_says_so(tmp_path: Path) -> None:
    facts = raw.facts_of(io.BytesIO(b"FOVb" + bytes(300)))
    assert facts.exif is None
    assert Note.RAW_EXIF in facts.notes
