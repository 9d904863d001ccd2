"""PNG: chunks are read and written here, pixels by libvips.

So a damaged profile or text never costs the photo, and 16-bit files keep all their metadata.
PNG, third edition: 5 (chunks), 11.2 (IHDR), 11.3 (the others).
"""

import functools
import math
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from nledn.photo import exif, texts, vips
from nledn.photo.model import Metadata, Note, Photo
from nledn.photo.source import Damaged, Source

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP_KEYWORD = b"XML:com.adobe.xmp"
# How ImageMagick, darktable and digiKam wrote it for years; the second may hold XMP as well.
_RAW_EXIF_KEYWORDS = (b"Raw profile type exif", b"Raw profile type APP1")
_RAW_IPTC_KEYWORD = b"Raw profile type iptc"
_PALETTE_TYPE = 3
_SRGB_GAMMA = 45455
_METRE_IN_INCHES = 1 / 0.0254
_UNIT_METRE = 1
_MAX_CHUNKS = 100_000
_LARGEST_TEXT = 64 * 1024 * 1024  # unpacked: beyond it a text is a bomb and is left out
_INTERESTING = frozenset(
    {b"iCCP", b"eXIf", b"iTXt", b"zTXt", b"tEXt", b"pHYs", b"acTL", b"gAMA", b"cICP", b"sRGB"}
)


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of a PNG.

    Raises:
        Damaged: there is no header.
    """
    file.seek(len(_SIGNATURE))
    head = file.read(8 + 13)
    if len(head) < 21 or head[4:8] != b"IHDR":
        raise Damaged("no header")
    width, height, depth, colour = struct.unpack(">IIBB", head[8:18])
    found = list(_chunks(file))
    chunks = {chunk.name: chunk.data for chunk in found}
    words = (chunk.as_words() for chunk in found if chunk.encoding)
    return Source(
        format="PNG",
        size=(width, height),
        metadata=Metadata(
            icc=_icc(chunks.get(b"iCCP", b"")),
            exif=exif.bare(chunks.get(b"eXIf") or _raw_exif(chunks)),
            xmp=chunks.get(_XMP_KEYWORD),
            dpi=_dpi(chunks.get(b"pHYs", b"")),
            texts=texts.kept(words),
        ),
        notes=tuple(_notes(chunks, depth, colour)),
        decode=functools.partial(vips.decode, file, "PNG"),
    )


@dataclass(frozen=True)
class _Chunk:
    """A chunk by its type, or a text by its keyword and with its encoding."""

    name: bytes
    data: bytes
    encoding: str = ""

    def as_words(self) -> tuple[str, str]:
        return self.name.decode("latin-1"), self.data.decode(self.encoding, "surrogateescape")


def _chunks(file: BinaryIO) -> Iterator[_Chunk]:
    """Yield the chunks that are read here; sums are not checked, only pixels need them."""
    file.seek(len(_SIGNATURE))
    for _ in range(_MAX_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind not in _INTERESTING:
            file.seek(length + 4, 1)
            continue
        data = file.read(length)
        file.seek(4, 1)
        yield _text(kind, data) if kind in (b"iTXt", b"zTXt", b"tEXt") else _Chunk(kind, data)


def _text(kind: bytes, data: bytes) -> _Chunk:
    keyword, _, rest = data.partition(b"\0")
    if kind == b"tEXt":
        return _Chunk(keyword, rest, "latin-1")
    if kind == b"zTXt":
        return _Chunk(keyword, _inflated(rest[1:]), "latin-1")
    packed, rest = rest[:1] == b"\1", rest[2:]
    text = rest.split(b"\0", 2)[-1]  # after the language and the translated keyword
    return _Chunk(keyword, _inflated(text) if packed else text, "utf-8")


def _inflated(data: bytes) -> bytes:
    """Unpack; empty where it is damaged or a bomb."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, _LARGEST_TEXT)
    except zlib.error:
        return b""
    return text if unpacker.eof else b""


def _icc(chunk: bytes) -> bytes | None:
    _, found, rest = chunk.partition(b"\0")
    # A profile that cannot be unpacked is passed on as it is, for `read` to drop and say so.
    return _inflated(rest[1:]) or rest if found else None


def _raw_exif(chunks: dict[bytes, bytes]) -> bytes | None:
    """EXIF in hexadecimal, after a line with its name and one with its length."""
    for keyword in _RAW_EXIF_KEYWORDS:
        lines = chunks.get(keyword, b"").strip().split(b"\n", 2)
        if len(lines) != 3:
            continue
        try:
            block = bytes.fromhex(lines[2].decode("ascii"))
        except ValueError:
            continue
        if keyword == _RAW_EXIF_KEYWORDS[0] or block.startswith(exif.PREFIX):
            return block
    return None


def _dpi(chunk: bytes) -> tuple[float, float] | None:
    if len(chunk) != 9 or chunk[8] != _UNIT_METRE:
        return None
    x, y = struct.unpack(">II", chunk[:8])
    return (x / _METRE_IN_INCHES, y / _METRE_IN_INCHES) if x and y else None


def _notes(chunks: dict[bytes, bytes], depth: int, colour: int) -> Iterator[str]:
    if colour == _PALETTE_TYPE:
        yield Note.PALETTE
    elif depth == 1:
        yield Note.BILEVEL
    frames = int.from_bytes(chunks.get(b"acTL", b"")[:4], "big")
    if frames > 1:
        yield f"{Note.FRAMES}:{frames}"
    gamma = int.from_bytes(chunks.get(b"gAMA", b""), "big")
    odd_gamma = gamma not in (0, _SRGB_GAMMA) and b"sRGB" not in chunks
    if b"iCCP" not in chunks and (odd_gamma or b"cICP" in chunks):
        yield Note.COLOUR_UNTAGGED
    if _RAW_IPTC_KEYWORD in chunks:
        yield Note.IPTC


def write(photo: Photo, write_bytes: Callable[[bytes], object]) -> None:
    """Encode `photo` (8 or 16 bits, grey or RGB, with or without alpha) with its metadata.

    Args:
        photo: metadata ready to be written.
        write_bytes: takes the next bytes of the file.
    """
    splice = vips.Splice(write_bytes, functools.partial(_with_metadata, photo))
    # The filter that made the smallest files of those tried (docs/photos.md).
    vips.encode(photo, "png", splice, filter="sub", compression=6)
    assert splice.is_done


def _with_metadata(photo: Photo, start: bytes) -> tuple[bytes, int] | None:
    """Our chunks in the place of those between header and pixels.

    Returns:
        What to write instead of the first bytes of `start`, and how many of these; None while
        the pixels have not begun.
    """
    at = len(_SIGNATURE)
    header_end = at + 12 + 13
    while len(start) >= at + 8:
        length, kind = int.from_bytes(start[at : at + 4], "big"), start[at + 4 : at + 8]
        if kind == b"IDAT":
            return start[:header_end] + b"".join(_metadata_chunks(photo)), at
        at += 12 + length
    return None


def _metadata_chunks(photo: Photo) -> Iterator[bytes]:
    if photo.icc is not None:
        yield _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(photo.icc))
    if photo.dpi is not None:
        x, y = (math.floor(side * _METRE_IN_INCHES + 0.5) for side in photo.dpi)
        yield _chunk(b"pHYs", struct.pack(">IIB", x, y, _UNIT_METRE))
    if photo.exif is not None:
        yield _chunk(b"eXIf", photo.exif)
    if photo.xmp is not None:
        yield _international(_XMP_KEYWORD, photo.xmp)
    for keyword, text in photo.texts:
        yield _written_text(keyword.encode("latin-1"), text)


def _written_text(keyword: bytes, text: str) -> bytes:
    try:
        return _chunk(b"tEXt", keyword + b"\0" + text.encode("latin-1"))
    except UnicodeEncodeError:
        return _international(keyword, texts.as_bytes(text))


def _international(keyword: bytes, text: bytes) -> bytes:
    """UTF-8, not packed, in no named language."""
    return _chunk(b"iTXt", keyword + b"\0\0\0\0\0" + text)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
