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

from nledn.photo import exif, jpeg_reading, texts, vips, xmp
from nledn.photo.model import Metadata, Note, Photo
from nledn.photo.source import Damaged, Source, Unsupported

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP_KEYWORD = b"XML:com.adobe.xmp"
# The old way of ImageMagick, darktable and digiKam; the second may hold XMP as well.
_RAW_EXIF_KEYWORDS = (b"Raw profile type exif", b"Raw profile type APP1")
_RAW_XMP_KEYWORDS = (b"Raw profile type xmp", b"Raw profile type APP1")
_RAW_ICC_KEYWORDS = (b"Raw profile type icc", b"Raw profile type icm")
_RAW_IPTC_KEYWORD = b"Raw profile type iptc"
_PALETTE_TYPE = 3
_SRGB_GAMMA = 45455
_METRE_IN_INCHES = 1 / 0.0254
_UNIT_METRE = 1
_MAX_CHUNKS = 100_000
_LARGEST_TEXT = 64 * 1024 * 1024  # unpacked: a longer text is a bomb and is left out
_UNREADABLE = b"?"
_LARGEST_BEHIND = 2**16  # of the data behind the end, looked at
_LARGEST_SMALL = 64  # bytes of a chunk that is looked into, beside those below
_LARGE = frozenset({b"iCCP", b"eXIf", b"iTXt", b"zTXt", b"tEXt"})
_TEXTS = (b"iTXt", b"zTXt", b"tEXt")
_CREDENTIALS = b"caBX"
_PHONE = b"CgBI"
# Chunks about the pixels alone, about frames, which have a note, and the time of the last change,
# which a result's file has itself.
_NO_LOSS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"sBIT", b"bKGD", b"hIST", b"sPLT", b"tIME", b"fcTL"}
    | {b"fdAT", b"acTL", b"pHYs", b"gAMA", b"cHRM", b"cICP", b"sRGB", b"mDCV", b"cLLI", b"iDOT"}
)
# White, red, green and blue of sRGB as x and y, in steps of 1/100,000.
_SRGB_CHROMATICITIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
_CHROMATICITY_TOLERANCE = 1000


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of a PNG.

    Raises:
        Damaged: the header is missing.
        Unsupported: Xcode has written it for iPhones alone.
    """
    file.seek(len(_SIGNATURE))
    head = file.read(8 + 13)
    if head[4:8] == _PHONE:
        raise Unsupported("PNG for an iPhone's screen, CgBI")
    if len(head) < 21 or head[4:8] != b"IHDR":
        raise Damaged("no header")
    width, height, depth, colour = struct.unpack(">IIBB", head[8:18])
    found = list(_chunks(file))
    behind = list(_behind(file))
    chunks = {chunk.name: chunk.data for chunk in reversed(found)}  # of equals the first
    packets = [chunk.data for chunk in found if chunk.name == _XMP_KEYWORD]
    packets += [packet for packet in [_raw_xmp(chunks)] if packet is not None]
    picture = vips.VipsImage(file, "PNG")
    kinds = {chunk.name for chunk in found if not chunk.encoding}
    words = (chunk.as_words() for chunk in found if chunk.encoding)
    return Source(
        format="PNG",
        size=(width, height),
        metadata=Metadata(
            icc=_icc(chunks.get(b"iCCP", b"")) or _raw_profile(chunks, _RAW_ICC_KEYWORDS),
            exif=exif.bare(chunks.get(b"eXIf") or _raw_exif(chunks)),
            xmp=xmp.merged(packets),
            dpi=_dpi(chunks.get(b"pHYs", b"")),
            texts=texts.kept(words),
        ),
        notes=(*_notes(chunks, kinds, depth, colour), *behind),
        decode=picture.decode,
        part=picture,
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
            file.seek(8 - len(head), 1)
            return
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        data = file.read(length) if kind in _LARGE or length <= _LARGEST_SMALL else b""
        file.seek(length - len(data) + 4, 1)
        yield _text(kind, data) if kind in _TEXTS else _Chunk(kind, data)


def _text(kind: bytes, data: bytes) -> _Chunk:
    keyword, _, rest = data.partition(b"\0")
    if kind == b"tEXt":
        return _Chunk(keyword, rest, "latin-1")
    if kind == b"zTXt":
        return _Chunk(keyword, _inflated(rest[1:]), "latin-1")
    packed, rest = rest[:1] == b"\1", rest[2:]
    text = rest.split(b"\0", 2)[-1]  # after the language and the translated keyword
    return _Chunk(keyword, _inflated(text) if packed else text, "utf-8")


def _behind(file: BinaryIO) -> Iterator[str]:
    """Note data behind the last chunk; the file's position is behind its head."""
    file.seek(-8, 1)
    rest = file.read(_LARGEST_BEHIND)
    if rest[4:8] != b"IEND":
        yield Note.NO_END
    elif rest[12:].strip(b"\0"):
        yield Note.TRAILER


def _inflated(data: bytes) -> bytes:
    """Unpack; empty if damaged or a bomb."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, _LARGEST_TEXT)
    except zlib.error:
        return b""
    return text if unpacker.eof else b""


def _icc(chunk: bytes) -> bytes | None:
    _, found, rest = chunk.partition(b"\0")
    # A profile that cannot be unpacked is passed on unchanged; `read` drops and notes it.
    return _inflated(rest[1:]) or rest if found else None


def _raw_exif(chunks: dict[bytes, bytes]) -> bytes | None:
    block = _raw_profile(chunks, _RAW_EXIF_KEYWORDS[:1])
    other = _raw_profile(chunks, _RAW_EXIF_KEYWORDS[1:])
    return block or (other if other is not None and other.startswith(exif.PREFIX) else None)


def _raw_xmp(chunks: dict[bytes, bytes]) -> bytes | None:
    packet = _raw_profile(chunks, _RAW_XMP_KEYWORDS[:1])
    other = _raw_profile(chunks, _RAW_XMP_KEYWORDS[1:])
    if other is not None and other.startswith(jpeg_reading.XMP_PREFIX):
        packet = packet or other
    return None if packet is None else packet.removeprefix(jpeg_reading.XMP_PREFIX)


def _raw_profile(chunks: dict[bytes, bytes], keywords: tuple[bytes, ...]) -> bytes | None:
    """A block in hexadecimal, after a line with its name and one with its length.

    A damaged one gives an invalid block, which `facts_of` drops and notes.
    """
    for keyword in keywords:
        if keyword not in chunks:
            continue
        lines = chunks[keyword].strip().split(b"\n", 2)
        try:
            return bytes.fromhex(lines[2].decode("ascii"))
        except (LookupError, ValueError):
            return _UNREADABLE
    return None


def _dpi(chunk: bytes) -> tuple[float, float] | None:
    if len(chunk) != 9 or chunk[8] != _UNIT_METRE:
        return None
    x, y = struct.unpack(">II", chunk[:8])
    return (x / _METRE_IN_INCHES, y / _METRE_IN_INCHES) if x and y else None


def _notes(chunks: dict[bytes, bytes], kinds: set[bytes], depth: int, colour: int) -> Iterator[str]:
    if colour == _PALETTE_TYPE:
        yield Note.PALETTE
    elif depth == 1:
        yield Note.BILEVEL
    frames = int.from_bytes(chunks.get(b"acTL", b"")[:4], "big")
    if frames > 1:
        yield f"{Note.FRAMES}:{frames}"
    gamma = int.from_bytes(chunks.get(b"gAMA", b""), "big")
    is_odd = gamma not in (0, _SRGB_GAMMA) or _has_odd_chromaticities(chunks.get(b"cHRM", b""))
    is_tagged = b"iCCP" in chunks or b"sRGB" in chunks
    if b"cICP" in chunks or (is_odd and not is_tagged):  # cICP goes before a profile
        yield Note.COLOUR_UNTAGGED
    if _RAW_IPTC_KEYWORD in chunks:
        yield Note.IPTC
    if _CREDENTIALS in chunks:
        yield Note.CREDENTIALS
    others = {name for name in kinds if name not in (_NO_LOSS | _LARGE | {_CREDENTIALS})}
    if others:
        names = sorted(name.decode("ascii", "replace") for name in others)
        yield f"{Note.OTHER_DATA}:{', '.join(names)}"


def _has_odd_chromaticities(chunk: bytes) -> bool:
    if len(chunk) != 4 * len(_SRGB_CHROMATICITIES):
        return False
    found = struct.unpack(">8I", chunk)
    pairs = zip(found, _SRGB_CHROMATICITIES, strict=True)
    return any(abs(one - other) > _CHROMATICITY_TOLERANCE for one, other in pairs)


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
    """Replace the chunks between header and pixels by ours.

    Returns:
        The bytes that replace the first ones of `start`, and the number of these; None until the
        pixels begin.
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
