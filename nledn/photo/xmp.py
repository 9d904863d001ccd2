"""XMP, changed by property; the rest of the packet is unchanged."""

import copy
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence

from lxml import etree

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_TIFF = "{http://ns.adobe.com/tiff/1.0/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_NOTE_SPACE = "http://ns.adobe.com/xmp/note/"
_GAIN_MAP = "{http://ns.adobe.com/hdr-gain-map/1.0/}"
_APPLES_GAIN_MAP = "{http://ns.apple.com/HDRGainMap/1.0/}"
_CAMERA = "{http://ns.google.com/photos/1.0/camera/}"
_ORIENTATION = f"{_TIFF}Orientation"
_HAS_EXTENDED = f"{{{_NOTE_SPACE}}}HasExtendedXMP"
_ABOUT = f"{_RDF}about"
_FILMS = (f"{_CAMERA}MotionPhoto", f"{_CAMERA}MicroVideo")

# Properties about pictures, videos and packets beside the main one in the file: all names that
# begin so.
_COMPANIONS = (
    "{http://ns.adobe.com/xap/1.0/}Thumbnails",
    _HAS_EXTENDED,
    _GAIN_MAP,
    "{http://ns.google.com/photos/1.0/container/}Directory",
    f"{_CAMERA}MotionPhoto",
    f"{_CAMERA}MicroVideo",
)
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_IPTC_CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
_IPTC_EXTENSION = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
_PLACES = (
    f"{_EXIF}GPS",
    *(f"{_PHOTOSHOP}{name}" for name in ("City", "State", "Country")),
    *(f"{_IPTC_CORE}{name}" for name in ("Location", "CountryCode")),
    f"{_IPTC_EXTENSION}Location",
)
_LARGEST_PACKET = 64 * 1024 * 1024
_PADDING = re.compile(rb"\s+(?=<\?xpacket\s+end)")
_NO_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XmpDamaged(ValueError):
    """The packet cannot be read, or has a document type, which XMP does not use."""


def orientation(packet: bytes) -> int:
    """Return the orientation in a packet, 1 to 8; 1 if it has none."""
    try:
        root = _parsed(_text(packet)[0], recover=True)  # other damage does not turn the photo
    except XmpDamaged:
        return 1
    for element in root.iter(etree.Element):
        told = element.text if element.tag == _ORIENTATION else element.get(_ORIENTATION)
        if told and told.strip() in tuple("12345678"):
            return int(told)
    return 1


def has_gain_map(packet: bytes) -> bool:
    """Return whether a packet says that a gain map lies beside the photo."""
    return _tells(packet, lambda name, _: name.startswith(_GAIN_MAP))


def is_gain_map(packet: bytes) -> bool:
    """Return whether a packet is that of a gain map itself, Ultra HDR's or Apple's."""
    return _tells(packet, lambda name, _: name.startswith((_GAIN_MAP, _APPLES_GAIN_MAP)))


def with_gain_map(packet: bytes | None, gain_map_bytes: int) -> bytes:
    """Say that a gain map of so many bytes follows the picture (Ultra HDR 1.1, GContainer)."""
    item = '<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="image/jpeg" Item:Semantic='
    own = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"'
        ' xmlns:Container="http://ns.google.com/photos/1.0/container/"'
        ' xmlns:Item="http://ns.google.com/photos/1.0/container/item/" hdrgm:Version="1.0">'
        f'<Container:Directory><rdf:Seq>{item}"Primary"/></rdf:li>'
        f'{item}"GainMap" Item:Length="{gain_map_bytes}"/></rdf:li></rdf:Seq></Container:Directory>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()
    joined = own if packet is None else merged([packet, own])
    return joined or own


def has_film(packet: bytes) -> bool:
    """Return whether a packet says that a video lies beside the photo."""
    return _tells(
        packet,
        lambda name, value: (
            (name.startswith(_FILMS) and value not in ("", "0"))
            or (name.endswith("}Semantic") and value == "MotionPhoto")
        ),
    )


def _tells(packet: bytes, is_it: Callable[[str, str], bool]) -> bool:
    """Return whether a packet has a property with that name and value."""
    try:
        root = _parsed(_text(packet)[0], recover=True)
    except XmpDamaged:
        return False
    return any(
        is_it(str(name), str(value).strip())
        for element in root.iter(etree.Element)
        for name, value in ((element.tag, element.text or ""), *element.attrib.items())
    )


def sound(packet: bytes) -> tuple[bytes, bool]:
    """Return the readable part of a packet, and whether that is all of it.

    Raises:
        XmpDamaged: it holds no property that can be read.
    """
    data, is_whole = _text(packet)
    try:
        _parsed(data)
    except XmpDamaged:
        root = _parsed(data, recover=True)
        if not any(True for each in _descriptions(root) for _ in _properties(each)):
            raise
        etree.strip_tags(root, etree.Entity)  # names without a declaration
        mended = bytes(etree.tostring(root.getroottree(), encoding="utf-8"))
        _parsed(mended)
        return mended, False
    return data, is_whole


def upright(packet: bytes, size: tuple[int, int]) -> bytes:
    """Make XMP true of upright pixels of `size`, alone in their file.

    The orientation becomes 1, existing dimensions follow `size`; thumbnails and links to gain
    maps, videos and further packets are removed.

    Args:
        packet: with or without the `xpacket` lines.
        size: width and height in pixels.

    Raises:
        XmpDamaged: the packet cannot be read.
    """
    data = _text(packet)[0]
    root = _parsed(data)
    width, height = (str(side) for side in size)
    values = {
        _ORIENTATION: "1",
        f"{_TIFF}ImageWidth": width,
        f"{_TIFF}ImageLength": height,
        f"{_EXIF}PixelXDimension": width,
        f"{_EXIF}PixelYDimension": height,
    }
    changes = [_change(element, values) for element in list(root.iter(etree.Element))]
    return etree.tostring(root.getroottree(), encoding="utf-8") if any(changes) else data


def without_location(packet: bytes) -> bytes:
    """Remove all properties about the place of a photo.

    Raises:
        XmpDamaged: the packet cannot be read.
    """
    root = _parsed(_text(packet)[0])
    for description in list(root.iter(f"{_RDF}Description")):
        for name in list(description.attrib):
            if str(name).startswith(_PLACES):
                del description.attrib[name]
        for child in list(description.iterchildren(etree.Element)):
            if child.tag.startswith(_PLACES):
                description.remove(child)
    return bytes(etree.tostring(root.getroottree(), encoding="utf-8"))


def merged(packets: Sequence[bytes]) -> bytes | None:
    """Merge packets into the first one; a property in two of them keeps its first value.

    Packets that cannot be read are left out; if none can, the first one comes back.
    """
    if len(packets) < 2:
        return packets[0] if packets else None
    roots = []
    for packet in packets:
        try:
            roots.append(_parsed(sound(packet)[0]))
        except XmpDamaged:
            continue
    with_properties = [(root, each) for root in roots for each in list(_descriptions(root))[:1]]
    if not with_properties:
        return packets[0]
    first, target = with_properties[0]
    known = {name for each in _descriptions(first) for name in _properties(each)}
    for root in roots:
        for description in _descriptions(root) if root is not first else ():
            _take_over(description, target, known)
            known |= set(_properties(description))
    return bytes(etree.tostring(first.getroottree(), encoding="utf-8"))


def extension_id(packet: bytes) -> bytes | None:
    """Return the name of the extended packet that belongs to this one (XMP part 3, 1.1.3.1)."""
    found = re.search(rb"HasExtendedXMP\s*(?:=\s*[\"']|>)\s*([0-9A-Fa-f]{32})", packet)
    return found[1].upper() if found else None


def unpadded(packet: bytes) -> bytes:
    """Remove a packet's padding for editors."""
    return _PADDING.sub(b"\n", packet)


def split(packet: bytes, limit_bytes: int) -> tuple[bytes, bytes | None]:
    """Fit a packet into a limit by moving its largest properties into an extended packet.

    Args:
        packet: one that can be read.
        limit_bytes: for the main packet.

    Returns:
        The main packet, which names the extended one, and that one; None if all fits.
    """
    packet = unpadded(packet) if len(packet) > limit_bytes else packet
    if len(packet) <= limit_bytes:
        return packet, None
    main = _parsed(packet)
    target = next(_descriptions(main))
    outer = etree.Element("{adobe:ns:meta/}xmpmeta", nsmap={"x": "adobe:ns:meta/"})
    rdf = etree.SubElement(outer, f"{_RDF}RDF", nsmap={"rdf": _RDF[1:-1]})
    away = etree.SubElement(rdf, f"{_RDF}Description", {_ABOUT: target.get(_ABOUT, "")})
    left = len(packet) + 200  # for the name of the extended packet
    for size, holder, name in sorted(_sizes(main), key=lambda each: -each[0]):
        if left <= limit_bytes:
            break
        value = holder.attrib.pop(name, None)
        if value is not None:
            away.set(name, value)
        else:
            away.append(holder.find(name))
        left -= size
    extended = etree.tostring(outer, encoding="utf-8")
    name = hashlib.md5(extended, usedforsecurity=False).hexdigest().upper()
    target.set(_HAS_EXTENDED, name)
    return etree.tostring(main.getroottree(), encoding="utf-8"), extended


def _sizes(root: etree._Element) -> Iterator[tuple[int, etree._Element, str]]:
    """Yield the bytes of each property, its description and its name."""
    for description in _descriptions(root):
        for name, value in description.attrib.items():
            if name != _ABOUT:
                yield len(str(value).encode()), description, str(name)
        for child in description.iterchildren(etree.Element):
            yield len(etree.tostring(child)), description, str(child.tag)


def _descriptions(root: etree._Element) -> Iterator[etree._Element]:
    for rdf in root.iter(f"{_RDF}RDF"):
        yield from rdf.iterchildren(f"{_RDF}Description")


def _properties(description: etree._Element) -> Iterator[str]:
    yield from (str(name) for name in description.attrib if name != _ABOUT)
    yield from (str(child.tag) for child in description.iterchildren(etree.Element))


def _take_over(description: etree._Element, target: etree._Element, known: set[str]) -> None:
    for name, value in description.attrib.items():
        if name != _ABOUT and name not in known:
            target.set(name, value)
    for child in description.iterchildren(etree.Element):
        if child.tag not in known:
            target.append(copy.deepcopy(child))


def _change(element: etree._Element, values: dict[str, str]) -> bool:
    """Set the values of an element and its attributes, and drop companions; False if unchanged."""
    before = (element.text, dict(element.attrib))
    if element.tag in values and not len(element):
        element.text = values[element.tag]
    for name in element.keys():  # noqa: SIM118  # an element iterates over its children
        if name in values:
            element.set(name, values[name])
        elif name.startswith(_COMPANIONS):
            del element.attrib[name]
    parent = element.getparent()
    if parent is not None and element.tag.startswith(_COMPANIONS):
        parent.remove(element)
        return True
    return before != (element.text, dict(element.attrib))


def _text(packet: bytes) -> tuple[bytes, bool]:
    """Return a packet in UTF-8, without characters invalid in XML, and whether it was complete.

    Raises:
        XmpDamaged: far too large, or with a document type.
    """
    encoding = "utf-16" if packet[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    stripped = packet if encoding == "utf-16" else packet.rstrip(b"\0")
    try:
        text, is_whole = stripped.decode(encoding), True
    except UnicodeDecodeError:
        text, is_whole = stripped.decode(encoding, "replace"), False
    clean = _NO_XML.sub("\ufffd", text)
    data = clean.encode()
    if len(data) > _LARGEST_PACKET or b"<!" in _NO_MARKUP.sub(b"", data):
        raise XmpDamaged("a document type, or far too large")
    return data, is_whole and clean == text


def _parsed(data: bytes, *, recover: bool = False) -> etree._Element:
    # Without a document type no entity is expanded, so nothing grows: values may be large.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, recover=recover, huge_tree=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmpDamaged(str(error)) from error
    if root is None:
        raise XmpDamaged("nothing in it can be read")
    return root
