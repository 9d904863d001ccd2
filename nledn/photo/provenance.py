"""The provenance of a result, in its XMP: enough to make it again.

The provenance is one `rdf:Description` with properties in our namespace; the rest of the
packet is unchanged.
"""

import re
from dataclasses import dataclass, fields
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from nledn.options import STRENGTH_MAX
from nledn.photo.xmp import XmpDamaged, merged, upright

NAMESPACE = "urn:afterrain:recipe:1.0/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META = "adobe:ns:meta/"
_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    f'<x:xmpmeta xmlns:x="{_META}"><rdf:RDF xmlns:rdf="{_RDF}">\n'
    "</rdf:RDF></x:xmpmeta>\n"
    '<?xpacket end="w"?>'
)


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
    """Put a provenance into XMP, replacing an existing one.

    Args:
        packet: the photo's; None or a corrupt one gives a new packet.
        provenance: how the result was made.
        size: width and height of the photo, px.
    """
    text = unstamped(packet, size).decode() if packet else _EMPTY
    prefix = _rdf_prefix(text)
    if prefix is None and packet:  # RDF without a prefix, or closed where it begins
        return merged([text.encode(), stamped(None, provenance, size)]) or b""
    prefix = prefix or "rdf"
    values = "".join(
        f"\n  afterrain:{_property(name)}={quoteattr(_as_text(value))}"
        for name, value in vars(provenance).items()
        if value != ""
    )
    about = re.search(rf"{prefix}:about\s*=\s*(\"[^\"]*\"|'[^']*')", text)
    ours = (
        f"<{prefix}:Description {prefix}:about={about[1] if about else quoteattr('')}"
        f' xmlns:afterrain="{NAMESPACE}"{values}/>\n'
    )
    end = text.rindex(f"</{prefix}:RDF")
    return (text[:end] + ours + text[end:]).encode()


def unstamped(packet: bytes, size: tuple[int, int]) -> bytes:
    """The packet without a provenance; an empty packet for a corrupt one."""
    try:
        text = upright(packet, size).decode()
    except XmpDamaged:
        return _EMPTY.encode()
    return re.sub(
        rf"<[\w.-]+:Description[^<>]*\"{re.escape(NAMESPACE)}\"[^<>]*/>\n?", "", text
    ).encode()


def read_provenance(packet: bytes | None) -> Provenance | None:
    """The provenance in a photo's XMP; None if missing or invalid."""
    if packet is None or NAMESPACE.encode() not in packet or b"<!DOCTYPE" in packet:
        return None
    try:
        root = ElementTree.fromstring(packet.rstrip(b"\0"))  # noqa: S314  # no document type, no entities
    except ElementTree.ParseError:
        return None
    for element in root.iter(f"{{{_RDF}}}Description"):
        found = {
            field.name: element.get(f"{{{NAMESPACE}}}{_property(field.name)}")
            for field in fields(Provenance)
        }
        if any(value is not None for value in found.values()):
            return _provenance(found)
    return None


def is_result(packet: bytes | None) -> bool:
    """Return whether a photo's XMP says that it is a result of this program."""
    return read_provenance(packet) is not None


def _provenance(found: dict[str, str | None]) -> Provenance | None:
    texts = {name: value for name, value in found.items() if value is not None}
    try:
        strength = float(texts.pop("strength"))
        masked, partial, keep_brightness = (
            texts.pop(name, "False") == "True" for name in ("masked", "partial", "keep_brightness")
        )
        provenance = Provenance(
            strength=strength,
            masked=masked,
            partial=partial,
            keep_brightness=keep_brightness,
            **texts,
        )
    except (KeyError, TypeError, ValueError):
        return None
    return provenance if 0 <= strength <= STRENGTH_MAX else None


def _rdf_prefix(text: str) -> str | None:
    found = re.search(rf"xmlns:([\w.-]+)\s*=\s*[\"']{re.escape(_RDF)}[\"']", text)
    if found is None or f"</{found[1]}:RDF" not in text:
        return None
    return found[1]


def _property(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _as_text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
