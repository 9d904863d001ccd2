"""Ways to spoil a file: at random, and with knowledge of the format."""

import struct
import zlib
from collections.abc import Callable
from random import Random

from tests.photo.files import png_chunk

Mutation = Callable[[bytes, bytes, Random], bytes]

EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 60_000)
SIDES = (0, 1, 4096, 60_000, 65_535, 2**31 - 1)
BOMB_BYTES = 300_000_000  # of zeros, which zlib packs into 290 kB
IFD_TAGS = {b"II*\0": "<", b"MM\0*": ">"}


def mutated(data: bytes, other: bytes, rng: Random) -> tuple[str, bytes]:
    """A spoilt copy, and what was done to it.

    Args:
        data: the file.
        other: another, to take parts of.
        rng: decides everything.
    """
    names = rng.choices(list(MUTATIONS), WEIGHTS, k=rng.choice((1, 1, 1, 2, 3)))
    for name in names:
        data = MUTATIONS[name](data, other, rng)
    return "+".join(names), data


def flip_bits(data: bytes, _other: bytes, rng: Random) -> bytes:
    """One to thirty bits anywhere."""
    spoilt = bytearray(data)
    for _ in range(rng.randint(1, 30) if spoilt else 0):
        spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def truncate(data: bytes, _other: bytes, rng: Random) -> bytes:
    """The end is missing."""
    return data[: rng.randrange(len(data) + 1)]


def splice(data: bytes, other: bytes, rng: Random) -> bytes:
    """A piece of another file in the place of a piece of this one."""
    at, to = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    begin, end = sorted(rng.randrange(len(other) + 1) for _ in range(2))
    return data[:at] + other[begin:end] + data[to:]


def lie(data: bytes, _other: bytes, rng: Random) -> bytes:
    """A number among the first bytes, where headers are, becomes an extreme one."""
    width, order = rng.choice("BHI"), rng.choice("<>")
    size = struct.calcsize(width)
    if len(data) <= size:
        return data
    at = rng.randrange(min(len(data) - size, 600))
    value = rng.choice(EXTREMES) & (256**size - 1)
    return data[:at] + struct.pack(order + width, value) + data[at + size :]


def repeat(data: bytes, _other: bytes, rng: Random) -> bytes:
    """A piece comes up to forty times."""
    at, to = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:to] + data[at:to] * rng.randint(1, 40) + data[to:]


def blank(data: bytes, _other: bytes, rng: Random) -> bytes:
    """Zeros, as a disk leaves them that lost power."""
    at, to = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:at] + bytes(to - at) + data[to:]


def enlarge(data: bytes, _other: bytes, rng: Random) -> bytes:
    """The header claims other sides, with a checksum that fits."""
    width, height = rng.choice(SIDES), rng.choice(SIDES)
    if data.startswith(b"\x89PNG") and len(data) > 33:
        header = struct.pack(">II", width, height) + data[24:29]
        return data[:8] + png_chunk(b"IHDR", header) + data[33:]
    if data.startswith(b"BM"):
        return data[:18] + struct.pack("<II", width, height) + data[26:]
    if data.startswith(b"\xff\xd8"):
        return _with_jpeg_size(data, width & 0xFFFF, height & 0xFFFF)
    if data[:4] in IFD_TAGS:
        return _with_entry(data, rng.choice((256, 257)), width)
    return lie(data, data, rng)


def _with_jpeg_size(data: bytes, width: int, height: int) -> bytes:
    for marker in (b"\xff\xc0\0", b"\xff\xc2\0"):
        at = data.find(marker)
        if at >= 0:
            return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]
    return data


def spoil_tags(data: bytes, _other: bytes, rng: Random) -> bytes:
    """Strips, tiles, samples and offsets of a TIFF that make no sense."""
    if data[:4] not in IFD_TAGS:
        return lie(data, data, rng)
    tag = rng.choice((258, 259, 262, 273, 277, 278, 279, 284, 317, 322, 323, 324, 325, 34675))
    return _with_entry(data, tag, rng.choice(EXTREMES))


def _with_entry(data: bytes, tag: int, value: int) -> bytes:
    order = IFD_TAGS[data[:4]]
    at = data.find(struct.pack(order + "H", tag), 8)
    if at < 0 or at + 12 > len(data):
        return data
    return data[: at + 8] + struct.pack(order + "I", value & 0xFFFFFFFF) + data[at + 12 :]


def close_the_circle(data: bytes, _other: bytes, rng: Random) -> bytes:
    """A TIFF whose pages have no end: the next is the first, or lies in itself."""
    if data[:4] not in IFD_TAGS or len(data) < 10:
        return splice(data, data, rng)
    order = IFD_TAGS[data[:4]]
    (first,) = struct.unpack_from(order + "I", data, 4)
    if first + 2 > len(data):
        return data
    (count,) = struct.unpack_from(order + "H", data, first)
    at = first + 2 + 12 * count
    return data[:at] + struct.pack(order + "I", first + rng.choice((0, 0, 12))) + data[at + 4 :]


def spoil_profile(data: bytes, _other: bytes, rng: Random) -> bytes:
    """An ICC profile whose tags and sizes are others."""
    at = data.find(b"acsp")
    if at < 0:
        return flip_bits(data, data, rng)
    begin = at - 36 + rng.randrange(0, 300)
    return data[:begin] + rng.randbytes(rng.randint(1, 12)) + data[begin + 8 :]


def bomb(data: bytes, _other: bytes, rng: Random) -> bytes:
    """A PNG that unpacks into much more than it is: pixels, a profile, a comment."""
    if not data.startswith(b"\x89PNG") or len(data) < 33:
        return repeat(data, data, rng)
    kind = rng.choice((b"iCCP", b"zTXt", b"iTXt", b"IDAT"))
    before = {b"iCCP": b"x\0\0", b"zTXt": b"Comment\0\0", b"iTXt": b"c\0\1\0\0\0"}.get(kind, b"")
    return data[:33] + png_chunk(kind, before + _packed_zeros()) + data[33:]


def _packed_zeros() -> bytes:
    packer, piece = zlib.compressobj(9), bytes(1_000_000)
    parts = [packer.compress(piece) for _ in range(BOMB_BYTES // len(piece))]
    return b"".join([*parts, packer.flush()])


MUTATIONS: dict[str, Mutation] = {
    "bits": flip_bits,
    "cut": truncate,
    "splice": splice,
    "lie": lie,
    "repeat": repeat,
    "zeros": blank,
    "sides": enlarge,
    "tags": spoil_tags,
    "circle": close_the_circle,
    "profile": spoil_profile,
    "bomb": bomb,
}
WEIGHTS = (8, 4, 4, 8, 2, 2, 4, 4, 2, 2, 0.3)
