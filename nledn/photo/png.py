"""PNG: chunks are read and written here, pixels by libvips.

So a damaged profile or text never costs the photo, and 16-bit files keep all their metadata.
PNG, third edition: 5 (chunks), 11.2 (IHDR), 11.3 (the others).
"""

import math
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple

from nledn.messages import Note
from nledn.photo import exif, vips, xmp
from nledn.photo.jpeg_segments import XMP_PREFIX
from nledn.photo.model import Facts, Photo, other_data
from nledn.photo.source import Damaged, Source, Unsupported

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP_KEYWORD = b"XML:com.adobe.xmp"
# The old way of ImageMagick, darktable and digiKam; of APP1, EXIF or XMP.
_RAW_KEYWORD = b"Raw profile type "
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


class _Text(NamedTuple):
    keyword: bytes
    text: bytes
    encoding: str

    def as_words(self) -> tuple[str, str]:
        return self.keyword.decode("latin-1"), self.text.decode(self.encoding, "surrogateescape")


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of a PNG."""
    file.seek(len(_SIGNATURE))
    head = file.read(8 + 13)
    if head[4:8] == _PHONE:
        raise Unsupported("PNG for an iPhone's screen, CgBI")
    if len(head) < 21 or head[4:8] != b"IHDR":
        raise Damaged("no header")
    width, height, depth, colour = struct.unpack(">IIBB", head[8:18])
    found = list(_chunks(file))
    behind = list(_behind(file))
    chunks = dict(reversed(found))  # of equals the first
    texts = [_text(kind, data) for kind, data in found if kind in _TEXTS]
    by_keyword = {each.keyword: each.text for each in reversed(texts)}
    raw = dict(_raw_profiles(by_keyword))
    shared = raw.get(b"APP1", b"")
    packets = [each.text for each in texts if each.keyword == _XMP_KEYWORD]
    old = raw.get(b"xmp", shared if shared.startswith(XMP_PREFIX) else None)
    packets += [] if old is None else [old.removeprefix(XMP_PREFIX)]
    block = raw.get(b"exif", shared if shared.startswith(exif.PREFIX) else None)
    picture = vips.VipsImage(file, "PNG")
    facts = Facts(
        format="PNG",
        icc=_icc(chunks.get(b"iCCP", b"")) or raw.get(b"icc", raw.get(b"icm")),
        exif=exif.bare(chunks.get(b"eXIf") or block),
        xmp=xmp.merged(packets),
        dpi=_dpi(chunks.get(b"pHYs", b"")),
        texts=tuple(each.as_words() for each in texts),
        notes=(*_notes(chunks, by_keyword, depth, colour), *behind),
    )
    return Source(facts, (width, height), picture.decode, part=picture)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks, filled where they are read; sums are not checked, only pixels need them."""
    file.seek(len(_SIGNATURE))
    for _ in range(_MAX_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            file.seek(8 - len(head), 1)
            return
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        data = file.read(length) if kind in _LARGE or length <= _LARGEST_SMALL else b""
        file.seek(length - len(data) + 4, 1)
        yield kind, data


def _text(kind: bytes, data: bytes) -> _Text:
    keyword, _, rest = data.partition(b"\0")
    if kind == b"tEXt":
        return _Text(keyword, rest, "latin-1")
    if kind == b"zTXt":
        return _Text(keyword, _inflated(rest[1:]), "latin-1")
    is_packed = rest[:1] == b"\1"
    text = rest[2:].split(b"\0", 2)[-1]  # after the language and the translated keyword
    return _Text(keyword, _inflated(text) if is_packed else text, "utf-8")


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
    # A profile that cannot be unpacked is passed on unchanged; `reading` drops and notes it.
    return _inflated(rest[1:]) or rest if found else None


def _raw_profiles(texts: Mapping[bytes, bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and blocks, in hexadecimal after a line with a name and one with a length.

    A damaged one gives an invalid block, which `reading` drops and notes.
    """
    for keyword, text in texts.items():
        if keyword.startswith(_RAW_KEYWORD):
            try:
                block = bytes.fromhex(text.strip().split(b"\n", 2)[2].decode("ascii"))
            except (LookupError, ValueError):
                block = _UNREADABLE
            yield keyword.removeprefix(_RAW_KEYWORD), block


def _dpi(chunk: bytes) -> tuple[float, float] | None:
    if len(chunk) != 9 or chunk[8] != _UNIT_METRE:
        return None
    x, y = struct.unpack(">II", chunk[:8])
    return (x / _METRE_IN_INCHES, y / _METRE_IN_INCHES) if x and y else None


def _notes(
    chunks: Mapping[bytes, bytes], texts: Mapping[bytes, bytes], depth: int, colour: int
) -> Iterator[str]:
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
    if _RAW_KEYWORD + b"iptc" in texts:
        yield Note.IPTC
    if _CREDENTIALS in chunks:
        yield Note.CREDENTIALS
    yield from other_data(chunks.keys() - _NO_LOSS - _LARGE - {_CREDENTIALS})


def _has_odd_chromaticities(chunk: bytes) -> bool:
    if len(chunk) != 4 * len(_SRGB_CHROMATICITIES):
        return False
    found = struct.unpack(">8I", chunk)
    pairs = zip(found, _SRGB_CHROMATICITIES, strict=True)
    return any(abs(one - other) > _CHROMATICITY_TOLERANCE for one, other in pairs)


def write(photo: Photo, file: BinaryIO) -> None:
    """Encode `photo` (8 or 16 bits, grey or RGB, with or without alpha) with its metadata."""

    def with_metadata(start: bytes) -> bytes:
        """Our chunks in the place of libvips's, between header and pixels."""
        header_end, pixels = len(_SIGNATURE) + 12 + 13, start.index(b"IDAT") - 4
        return start[:header_end] + b"".join(_metadata_chunks(photo)) + start[pixels:]

    # The filter that made the smallest files of those tried (docs/photos.md).
    vips.encode(photo, "png", file.write, with_metadata, filter="sub", compression=6)


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
    for words, text in photo.texts:
        keyword = words.encode("latin-1")
        try:
            yield _chunk(b"tEXt", keyword + b"\0" + text.encode("latin-1"))
        except UnicodeEncodeError:
            yield _international(keyword, text.encode("utf-8", "surrogateescape"))


def _international(keyword: bytes, text: bytes) -> bytes:
    """UTF-8, not packed, in no named language."""
    return _chunk(b"iTXt", keyword + b"\0\0\0\0\0" + text)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
