"""The provenance of a result, in its XMP: enough to make it again.

The provenance is one `rdf:Description` with properties in our namespace; the rest of the
packet is unchanged.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from nledn.options import STRENGTH_MAX
from nledn.photo import xmp

NAMESPACE = "urn:afterrain:recipe:1.0/"
_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{xmp.RDF[1:-1]}">\n'
    '</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
)
_TEXT = r"""(?:"[^"]*"|'[^']*')"""
# A description as it is written here, which goes without any other change to the packet.
_AS_STAMPED = re.compile(
    rf'<[\w.-]+:Description [\w.-]+:about={_TEXT} xmlns:afterrain="{re.escape(NAMESPACE)}"'
    rf"(?:\s+afterrain:\w+={_TEXT})*/>\n?".encode()
)
_READ: dict[Any, Callable[[str], object]] = {
    str: str,
    float: float,
    bool: lambda text: text == "True",
}


@dataclass(frozen=True)
class Provenance:
    """The provenance of a result.

    Attributes:
        checkpoint: id of the checkpoint.
        checkpoint_sha256: of its file.
        strength: share of the rain that was removed, 0 to 1.5.
        tile: `whole`, or height×width in px.
        backend: `torch` or `openvino`.
        precision: `fp32`, `bf16` or `fp16`.
        version: of the program.
        masked: part of the photo was kept unchanged.
        partial: not every tile had been computed.
        keep_brightness: the slow part of the rain's light was given back.
        reason: why `auto` chose the checkpoint; empty if the user named it.
    """

    checkpoint: str
    checkpoint_sha256: str
    strength: float
    tile: str
    backend: str
    precision: str
    version: str
    masked: bool = False
    partial: bool = False
    keep_brightness: bool = False
    reason: str = ""


def stamped(packet: bytes | None, provenance: Provenance, size: tuple[int, int]) -> bytes:
    """Put a provenance into XMP of a photo of that size, replacing an existing one.

    A missing or corrupt packet gives a new one.
    """
    text = unstamped(packet, size).decode() if packet else _EMPTY
    rdf = next(xmp.parsed(text.encode()).iter(f"{xmp.RDF}RDF"), None)
    end = -1 if rdf is None else text.rfind(f"</{rdf.prefix}:RDF")
    if rdf is None or end < 0:  # no RDF, without a prefix, or closed where it begins
        return xmp.merged([text.encode(), stamped(None, provenance, size)]) or b""
    values = "".join(
        f"\n  afterrain:{_property(name)}="
        + quoteattr(f"{value:.4g}" if isinstance(value, float) else str(value))
        for name, value in vars(provenance).items()
        if value != ""
    )
    other = rdf.find(f"{xmp.RDF}Description")
    about = quoteattr("" if other is None else other.get(xmp.ABOUT, ""))
    ours = (
        f"<{rdf.prefix}:Description {rdf.prefix}:about={about}"
        f' xmlns:afterrain="{NAMESPACE}"{values}/>\n'
    )
    return (text[:end] + ours + text[end:]).encode()


def unstamped(packet: bytes, size: tuple[int, int]) -> bytes:
    """The packet without a provenance; an empty packet for a corrupt one."""
    try:
        found = _AS_STAMPED.sub(b"", xmp.upright(packet, size)[0])
    except xmp.XmpDamaged:
        return _EMPTY.encode()
    # Other programs put it together with the author's words, or write it as elements.
    is_gone = NAMESPACE.encode() not in found
    return found if is_gone else xmp.without(found, lambda name: f"{{{NAMESPACE}}}" in name)


def read_provenance(packet: bytes | None) -> Provenance | None:
    """The provenance in a photo's XMP; None if missing or invalid."""
    if packet is None or NAMESPACE.encode() not in packet:
        return None
    try:
        root = xmp.parsed(packet)
        values = next(filter(None, map(_values, root.iter(f"{xmp.RDF}Description"))), {})
        provenance = Provenance(**values)
    except (xmp.XmpDamaged, TypeError, ValueError):
        return None
    return provenance if 0 <= provenance.strength <= STRENGTH_MAX else None


def is_result(packet: bytes | None) -> bool:
    """Return whether a photo's XMP says that it is a result of this program."""
    return read_provenance(packet) is not None


def _values(description: etree._Element) -> dict[str, Any]:
    """The fields of a provenance in a description; empty for any other one."""
    names = ((field, f"{{{NAMESPACE}}}{_property(field.name)}") for field in fields(Provenance))
    found = ((field, description.get(name, description.findtext(name))) for field, name in names)
    return {field.name: _READ[field.type](text) for field, text in found if text is not None}


def _property(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
