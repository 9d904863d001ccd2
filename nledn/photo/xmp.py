"""XMP, changed by property: the rest of the packet stays as its author wrote it."""

import re
from xml.etree import ElementTree

_TIFF = "http://ns.adobe.com/tiff/1.0/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_NOTE = "http://ns.adobe.com/xmp/note/"
_GAIN_MAP = "http://ns.adobe.com/hdr-gain-map/1.0/"
_CONTAINER = "http://ns.google.com/photos/1.0/container/"
_CAMERA = "http://ns.google.com/photos/1.0/camera/"

# What would tell of pictures, films and packets that lay beside the main one in the file.
_COMPANIONS = (
    (_NOTE, "HasExtendedXMP"),
    (_GAIN_MAP, r"[\w.-]+"),
    (_CONTAINER, "Directory"),
    (_CAMERA, r"Mo(?:tionPhoto|tionPhotoVersion|tionPhotoPresentationTimestampUs)"),
    (_CAMERA, r"MicroVideo\w*"),
)
_LARGEST_PACKET = 64 * 1024 * 1024


class XmpDamaged(ValueError):
    """Not well-formed, not UTF-8, or with a document type, which XMP has no use for."""


def orientation(packet: bytes) -> int:
    """The orientation that a packet tells, 1 to 8; 1 where it tells none."""
    text = packet.decode("utf-8", "replace")
    for prefix in _prefixes(text, _TIFF):
        found = re.search(rf"{prefix}:Orientation\s*(?:=\s*[\"']|>)\s*([1-8])\s*[\"'<]", text)
        if found:
            return int(found[1])
    return 1


def has_gain_map(packet: bytes) -> bool:
    """Whether a packet says that a gain map lies beside the photo."""
    return _GAIN_MAP.encode() in packet


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
    text = _checked(packet)
    width, height = (str(side) for side in size)
    for namespace, name, value in (
        (_TIFF, "Orientation", "1"),
        (_TIFF, "ImageWidth", width),
        (_TIFF, "ImageLength", height),
        (_EXIF, "PixelXDimension", width),
        (_EXIF, "PixelYDimension", height),
    ):
        text = _with_value(text, namespace, name, value)
    for namespace, name in ((_XMP, "Thumbnails"), *_COMPANIONS):
        text = _without(text, namespace, name)
    return text.encode()


def _checked(packet: bytes) -> str:
    if len(packet) > _LARGEST_PACKET or b"<!" in packet.replace(b"<!--", b""):
        raise XmpDamaged("a document type, or far too large")
    try:
        text = packet.rstrip(b"\0").decode("utf-8-sig")
        ElementTree.fromstring(text)  # noqa: S314  # without a document type there is no entity to expand
    except (UnicodeDecodeError, ElementTree.ParseError, ValueError) as error:
        raise XmpDamaged(str(error)) from error
    return text


def _prefixes(text: str, namespace: str) -> set[str]:
    found = re.findall(rf"xmlns:([\w.-]+)\s*=\s*[\"']{re.escape(namespace)}[\"']", text)
    return {re.escape(prefix) for prefix in found}


def _with_value(text: str, namespace: str, name: str, value: str) -> str:
    for prefix in _prefixes(text, namespace):
        text = re.sub(
            rf"(\s{prefix}:{name}\s*=\s*)([\"'])[^\"'<]*\2", rf"\g<1>\g<2>{value}\2", text
        )
        text = re.sub(rf"(<{prefix}:{name}(?:\s[^<>]*)?>)[^<]*(</)", rf"\g<1>{value}\2", text)
    return text


def _without(text: str, namespace: str, name: str) -> str:
    for prefix in _prefixes(text, namespace):
        text = re.sub(rf"\s{prefix}:{name}\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')", "", text)
        text = re.sub(rf"<{prefix}:{name}(?:\s[^<>]*)?/>", "", text)
        text = re.sub(rf"<({prefix}:{name})(?:\s[^<>]*)?>.*?</\1\s*>", "", text, flags=re.DOTALL)
    return text
