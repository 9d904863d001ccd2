"""XMP, changed by property; the rest of the packet is unchanged."""

import copy
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from lxml import etree

from nledn.messages import Note

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_TIFF = "{http://ns.adobe.com/tiff/1.0/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_NOTE_SPACE = "http://ns.adobe.com/xmp/note/"
_GAIN_MAP = "{http://ns.adobe.com/hdr-gain-map/1.0/}"
_APPLES_GAIN_MAP = "{http://ns.apple.com/HDRGainMap/1.0/}"
_CAMERA = "{http://ns.google.com/photos/1.0/camera/}"
_ORIENTATION = f"{_TIFF}Orientation"
_HAS_EXTENDED = f"{{{_NOTE_SPACE}}}HasExtendedXMP"
ABOUT = f"{RDF}about"
_FILMS = (f"{_CAMERA}MotionPhoto", f"{_CAMERA}MicroVideo")

# Properties about pictures, videos and packets beside the main one in the file: all names that
# begin so.
_COMPANIONS = (
    "{http://ns.adobe.com/xap/1.0/}Thumbnails",
    _HAS_EXTENDED,
    _GAIN_MAP,
    "{http://ns.google.com/photos/1.0/container/}Directory",
    *_FILMS,
)
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_IPTC_CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
_IPTC_EXTENSION = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
_PLACES = (
    *(f"{_PHOTOSHOP}{name}" for name in ("City", "State", "Country")),
    *(f"{_IPTC_CORE}{name}" for name in ("Location", "CountryCode")),
    f"{_IPTC_EXTENSION}Location",
)
_LARGEST_PACKET = 64 * 1024 * 1024
_PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{}</rdf:RDF></x:xmpmeta>'
)
_PADDING = re.compile(rb"(?<!\s)\s++(?=<\?xpacket\s+end)")
_NO_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|(<!)", re.DOTALL)
_DIMENSIONS = (
    (f"{_TIFF}ImageWidth", f"{_EXIF}PixelXDimension"),
    (f"{_TIFF}ImageLength", f"{_EXIF}PixelYDimension"),
)
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XmpDamaged(ValueError):
    """The packet cannot be read, or has a document type, which XMP does not use."""


def packet_of(description: str) -> bytes:
    """Return a packet of an `rdf:Description`, or of none."""
    return _PACKET.format(description).encode()


def orientation(packet: bytes) -> int:
    """Return the orientation in a packet, 1 to 8; 1 if it has none."""
    for name, value in _values(packet):
        if name == _ORIENTATION and value in tuple("12345678"):
            return int(value)
    return 1


def has_gain_map(packet: bytes) -> bool:
    """Return whether a packet says that a gain map lies beside the photo."""
    return any(name.startswith(_GAIN_MAP) for name, _ in _values(packet))


def is_gain_map(packet: bytes) -> bool:
    """Return whether a packet is that of a gain map itself, Ultra HDR's or Apple's."""
    return any(name.startswith((_GAIN_MAP, _APPLES_GAIN_MAP)) for name, _ in _values(packet))


def with_gain_map(packet: bytes | None, gain_map_bytes: int) -> bytes:
    """Say that a gain map of so many bytes follows the picture (Ultra HDR 1.1, GContainer)."""
    item = '<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="image/jpeg" Item:Semantic='
    own = packet_of(
        '<rdf:Description rdf:about="" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"'
        ' xmlns:Container="http://ns.google.com/photos/1.0/container/"'
        ' xmlns:Item="http://ns.google.com/photos/1.0/container/item/" hdrgm:Version="1.0">'
        f'<Container:Directory><rdf:Seq>{item}"Primary"/></rdf:li>'
        f'{item}"GainMap" Item:Length="{gain_map_bytes}"/></rdf:li></rdf:Seq></Container:Directory>'
        "</rdf:Description>"
    )
    return own if packet is None else merged([packet, own]) or own


def companions(packet: bytes) -> Iterator[str]:
    """Note a gain map and a video that a packet says lie beside the photo."""
    if has_gain_map(packet):
        yield Note.GAIN_MAP
    if any(
        (name.startswith(_FILMS) and value not in ("", "0"))
        or (name.endswith("}Semantic") and value == "MotionPhoto")
        for name, value in _values(packet)
    ):
        yield Note.FILM


def _values(packet: bytes) -> Iterator[tuple[str, str]]:
    """Yield names and values of all elements and attributes, as far as they can be read."""
    try:
        root, _ = _read(packet)  # other damage does not turn the photo
    except XmpDamaged:
        return
    for element in root.iter(etree.Element):
        for name, value in ((element.tag, element.text or ""), *element.attrib.items()):
            yield str(name), str(value).strip()


def sound(packet: bytes) -> tuple[bytes, bool]:
    """Return the readable part of a packet, and whether that is all of it; see `parsed`."""
    root, whole = _sound(packet)
    return serialised(root) if whole is None else whole, whole is not None


def upright(packet: bytes, size: tuple[int, int]) -> tuple[bytes, bool]:
    """Make XMP true of upright pixels of `size`, width and height, alone in their file.

    The orientation becomes 1, existing dimensions follow `size`; thumbnails and links to gain
    maps, videos and further packets are removed.

    Returns:
        The packet, and whether all of it could be read.

    Raises:
        XmpDamaged: it holds no property that can be read.
    """
    root, whole = _sound(packet)
    values = {_ORIENTATION: "1"}
    for names, side in zip(_DIMENSIONS, size, strict=True):
        values |= dict.fromkeys(names, str(side))
    changes = [_change(element, values) for element in list(root.iter(etree.Element))]
    data = serialised(root) if whole is None or any(changes) else whole
    return data, whole is not None


def without_location(packet: bytes) -> bytes:
    """Remove all properties about the place of a photo; see `parsed`."""
    return without(packet, tells_place)


def tells_place(name: str) -> bool:
    """Return whether `{namespace}name` of a property, or `prefix:name` of a text, is a place's."""
    # Drones and apps use EXIF's names in other namespaces.
    is_gps = re.split("[:}]", name)[-1].lower().startswith("gps")
    return is_gps or name.startswith(_PLACES)


def without(packet: bytes, is_unwanted: Callable[[str], bool]) -> bytes:
    """Remove properties by their names, at any depth, and empty descriptions; see `parsed`."""
    root = parsed(packet)
    for element in list(root.iter(etree.Element)):
        for name in filter(is_unwanted, element.keys()):
            del element.attrib[name]
        for child in list(element.iterchildren(etree.Element)):
            if is_unwanted(child.tag):
                element.remove(child)
    for description in list(_descriptions(root)):
        if not any(True for _ in _properties(description)):
            description.getparent().remove(description)
    etree.cleanup_namespaces(root)
    return serialised(root)


def merged(packets: Sequence[bytes]) -> bytes | None:
    """Merge packets into the first one; a property in two of them keeps its first value.

    Packets that cannot be read are left out; if none can, the first one comes back.
    """
    if len(packets) < 2:
        return packets[0] if packets else None
    roots = []
    for packet in packets:
        with suppress(XmpDamaged):
            roots.append(parsed(packet))
    first = next((root for root in roots if any(True for _ in _descriptions(root))), None)
    if first is None:
        return packets[0]
    target = next(_descriptions(first))
    known = {name for each in _descriptions(first) for name in _properties(each)}
    for root in roots:
        for description in _descriptions(root) if root is not first else ():
            _take_over(description, target, known)
            known |= set(_properties(description))
    return serialised(first)


def _take_over(description: etree._Element, target: etree._Element, known: set[str]) -> None:
    for name, value in description.attrib.items():
        if name != ABOUT and name not in known:
            target.set(name, value)
    for child in description.iterchildren(etree.Element):
        if child.tag not in known:
            target.append(copy.deepcopy(child))


def extension_id(packet: bytes) -> bytes | None:
    """Return the name of the extended packet that belongs to this one (XMP part 3, 1.1.3.1)."""
    found = re.search(rb"HasExtendedXMP\s*(?:=\s*[\"']|>)\s*([0-9A-Fa-f]{32})", packet)
    return found[1].upper() if found else None


def split(packet: bytes, limit_bytes: int) -> tuple[bytes, bytes | None]:
    """Fit a readable packet into a limit by moving its largest properties into an extended one.

    Returns:
        The main packet, which names the extended one, and that one; None if all fits.
    """
    if len(packet) > limit_bytes:
        packet = _PADDING.sub(b"\n", packet)  # that editors may use
    if len(packet) <= limit_bytes:
        return packet, None
    main = parsed(packet)
    target = next(_descriptions(main))
    extension = parsed(packet_of("<rdf:Description/>"))
    away = next(_descriptions(extension))
    away.set(ABOUT, target.get(ABOUT, ""))
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
    extended = serialised(extension)
    name = hashlib.md5(extended, usedforsecurity=False).hexdigest().upper()
    target.set(_HAS_EXTENDED, name)
    return serialised(main), extended


def _sizes(root: etree._Element) -> Iterator[tuple[int, etree._Element, str]]:
    """Yield the bytes of each property, its description and its name."""
    for description in _descriptions(root):
        for name, value in description.attrib.items():
            if name != ABOUT:
                yield len(str(value).encode()), description, str(name)
        for child in description.iterchildren(etree.Element):
            yield len(etree.tostring(child)), description, str(child.tag)


def _descriptions(root: etree._Element) -> Iterator[etree._Element]:
    for rdf in root.iter(f"{RDF}RDF"):
        yield from rdf.iterchildren(f"{RDF}Description")


def _properties(description: etree._Element) -> Iterator[str]:
    yield from (str(name) for name in description.attrib if name != ABOUT)
    yield from (str(child.tag) for child in description.iterchildren(etree.Element))


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


def parsed(packet: bytes) -> etree._Element:
    """Return the root of the readable part of a packet.

    Raises:
        XmpDamaged: it holds no property that can be read.
    """
    return _sound(packet)[0]


def serialised(root: etree._Element) -> bytes:
    """Return a packet with all that stands around its root."""
    return bytes(etree.tostring(root.getroottree(), encoding="utf-8"))


def _sound(packet: bytes) -> tuple[etree._Element, bytes | None]:
    """Return the root of the readable part of a packet, and the packet where that is all of it."""
    root, whole = _read(packet)
    if whole is None:
        if not any(True for each in _descriptions(root) for _ in _properties(each)):
            raise XmpDamaged("no property can be read")
        etree.strip_tags(root, etree.Entity)  # names without a declaration
        root, mended = _read(serialised(root))
        if mended is None:
            raise XmpDamaged("it cannot be mended")
    return root, whole


def _read(packet: bytes) -> tuple[etree._Element, bytes | None]:
    """Return what can be read of a packet, and the packet in UTF-8 where that is all of it.

    Raises:
        XmpDamaged: nothing can be read, or it is far too large, or has a document type.
    """
    encoding = "utf-16" if packet[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    stripped = packet if encoding == "utf-16" else packet.rstrip(b"\0")
    try:
        text, is_whole = stripped.decode(encoding), True
    except UnicodeDecodeError:
        text, is_whole = stripped.decode(encoding, "replace"), False
    clean = _NO_XML.sub("\ufffd", text)
    data = clean.encode()
    # Any other "<!" ends the search: of many unclosed ones each would be searched to the end.
    if len(data) > _LARGEST_PACKET or any(found[1] for found in _NO_MARKUP.finditer(data)):
        raise XmpDamaged("a document type, or far too large")
    # Without a document type no entity is expanded, so nothing grows: values may be large.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, recover=True, huge_tree=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmpDamaged(str(error)) from error
    if root is None:
        raise XmpDamaged("nothing in it can be read")
    is_whole &= clean == text and not parser.error_log.filter_from_errors()
    return root, data if is_whole else None
