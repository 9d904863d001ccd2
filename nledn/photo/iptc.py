"""IPTC: the old block (IIM 4.2) in JPEG and TIFF, and its words as XMP elsewhere."""

import struct
from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile
from xml.sax.saxutils import escape

from nledn.photo import xmp

_RESOURCE = b"8BIM\x04\x04"
_RESOURCE_HEAD = b"8BIM"
_MARK = 0x1C
_LONGEST = 0x7FFF  # a length beyond it tells how long the length is; no text is
_ABOUT_BLOCK = {(1, 90), (2, 0)}  # its encoding and its version
# Dataset of record 2, XMP property and the container of its value (IPTC Core 1.3, mapping).
_AS_XMP = {
    5: ("dc:title", "Alt"),
    25: ("dc:subject", "Bag"),
    55: ("photoshop:DateCreated", ""),
    80: ("dc:creator", "Seq"),
    90: ("photoshop:City", ""),
    95: ("photoshop:State", ""),
    101: ("photoshop:Country", ""),
    105: ("photoshop:Headline", ""),
    110: ("photoshop:Credit", ""),
    115: ("photoshop:Source", ""),
    116: ("dc:rights", "Alt"),
    120: ("dc:description", "Alt"),
}
_DATE_CREATED = 55
_PLACES = {(2, number) for number in (26, 27, 90, 92, 95, 100, 101)}


def in_resources(data: bytes) -> bytes | None:
    """Return the block among Photoshop's resources; empty for one that is damaged."""
    at = 0
    while at + 12 <= len(data) and data[at : at + 4] == _RESOURCE_HEAD:
        kind, name_bytes = data[at : at + 6], data[at + 6] + 1
        start = at + 6 + name_bytes + name_bytes % 2
        size = int.from_bytes(data[start : start + 4], "big")
        block = data[start + 4 : start + 4 + size]
        if kind == _RESOURCE:
            return block if list(_records(block)) else b""
        at = start + 4 + size + size % 2
    return b"" if _RESOURCE in data else None


def as_resource(block: bytes) -> bytes:
    """Return the block as one of Photoshop's resources, as a JPEG holds it."""
    return _RESOURCE + bytes(2) + struct.pack(">I", len(block)) + block + bytes(len(block) % 2)


def is_sound(block: bytes) -> bool:
    """Return whether a block holds anything that can be read."""
    return any(True for _ in _records(block))


def without_location(block: bytes) -> bytes:
    """Remove the names of places."""
    kept = (record for record in _records(block) if record[:2] not in _PLACES)
    return b"".join(
        struct.pack(">BBBH", _MARK, record, dataset, len(value)) + value
        for record, dataset, value in kept
    )


def into_xmp(block: bytes, packet: bytes | None) -> tuple[bytes | None, bool]:
    """Add the words of a block to XMP if they are missing; return whether all found a place."""
    words: defaultdict[int, list[str]] = defaultdict(list)
    is_whole = True
    for record, dataset, value in _records(block):
        if record == 2 and dataset in _AS_XMP:
            text = _text(value)
            words[dataset].append(_date(text) if dataset == _DATE_CREATED else text)
        elif (record, dataset) not in _ABOUT_BLOCK:
            is_whole = False
    if not words:
        return packet, is_whole
    properties = "".join(_property(number, values) for number, values in sorted(words.items()))
    own = xmp.packet_of(
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">{properties}</rdf:Description>'
    )
    return xmp.merged([own] if packet is None else [packet, own]), is_whole


def _property(number: int, values: list[str]) -> str:
    name, holder = _AS_XMP[number]
    if not holder:
        return f"<{name}>{escape(values[0])}</{name}>"
    language = ' xml:lang="x-default"' if holder == "Alt" else ""
    items = "".join(f"<rdf:li{language}>{escape(value)}</rdf:li>" for value in values)
    return f"<{name}><rdf:{holder}>{items}</rdf:{holder}></{name}>"


def _records(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield record, dataset and value, up to the first that is damaged."""
    at = 0
    while at + 5 <= len(block) and block[at] == _MARK:
        record, dataset, size = struct.unpack_from(">BBH", block, at + 1)
        if size > _LONGEST or at + 5 + size > len(block):
            return
        yield record, dataset, block[at + 5 : at + 5 + size]
        at += 5 + size


def _date(text: str) -> str:
    """Turn a date such as 20200131 into 2020-01-31, as XMP has it; 00 is an unknown part."""
    if len(text) != 8 or not text.isdecimal():
        return text
    parts = (text[:4], text[4:6], text[6:])
    return "-".join(takewhile(lambda part: part != "00", parts))


def _text(value: bytes) -> str:
    """UTF-8, whatever the block says, else Latin-1."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
