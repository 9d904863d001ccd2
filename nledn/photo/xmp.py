"""XMP, changed by property: the rest of the packet stays as its author wrote it."""

from lxml import etree

_TIFF = "{http://ns.adobe.com/tiff/1.0/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_GAIN_MAP = "{http://ns.adobe.com/hdr-gain-map/1.0/}"
_CAMERA = "{http://ns.google.com/photos/1.0/camera/}"
_ORIENTATION = f"{_TIFF}Orientation"

# What would tell of pictures, films and packets that lay beside the main one in the file: all
# properties whose names begin so.
_COMPANIONS = (
    "{http://ns.adobe.com/xap/1.0/}Thumbnails",
    "{http://ns.adobe.com/xmp/note/}HasExtendedXMP",
    _GAIN_MAP,
    "{http://ns.google.com/photos/1.0/container/}Directory",
    f"{_CAMERA}MotionPhoto",
    f"{_CAMERA}MicroVideo",
)
_LARGEST_PACKET = 64 * 1024 * 1024


class XmpDamaged(ValueError):
    """Not well-formed, not UTF-8, or with a document type, which XMP has no use for."""


def orientation(packet: bytes) -> int:
    """Return the orientation that a packet tells, 1 to 8; 1 where it tells none."""
    try:
        root = _root(_checked(packet), recover=True)  # damage elsewhere does not turn the photo
    except XmpDamaged:
        return 1
    for element in root.iter(etree.Element):
        told = element.text if element.tag == _ORIENTATION else element.get(_ORIENTATION)
        if told and told.strip() in tuple("12345678"):
            return int(told)
    return 1


def has_gain_map(packet: bytes) -> bool:
    """Return whether a packet says that a gain map lies beside the photo."""
    return _GAIN_MAP.strip("{}").encode() in packet


def upright(packet: bytes, size: tuple[int, int]) -> bytes:
    """Make XMP true of upright pixels of `size`, alone in their file.

    The orientation becomes 1, dimensions that are there follow `size`; thumbnails go, and so
    does what points to gain maps, films and further packets.

    Args:
        packet: UTF-8, with or without the `xpacket` lines.
        size: width and height in pixels.

    Raises:
        XmpDamaged: the packet cannot be read.
    """
    data = _checked(packet)
    root = _root(data)
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


def _change(element: etree._Element, values: dict[str, str]) -> bool:
    """Set the values of an element and its attributes, and drop companions; False for neither."""
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


def _checked(packet: bytes) -> bytes:
    """Return a packet without a mark of its encoding or padding by zeros."""
    if len(packet) > _LARGEST_PACKET or b"<!" in packet.replace(b"<!--", b""):
        raise XmpDamaged("a document type, or far too large")
    try:
        return packet.rstrip(b"\0").decode("utf-8-sig").encode()
    except UnicodeDecodeError as error:
        raise XmpDamaged(str(error)) from error


def _root(data: bytes, *, recover: bool = False) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, recover=recover
    )
    try:
        root = etree.fromstring(data, parser)  # without a document type no entity is expanded
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmpDamaged(str(error)) from error
    if root is None:
        raise XmpDamaged("nothing in it can be read")
    return root
