"""The messages between a decoder process and its owner: lines of JSON, never a pickle.

The owner asks:

    {"read": path, "limit_megapixels": …, "damaged": …}    decode a photo
    {"header": path}                          look at its header alone
    {"emptied": slot}                         that slot can be filled again

The process answers, after one {"ready": true}:

    {"header": {format, size}}                before the pixels are decoded
    {"form": {…}}                             of the pixels, which follow
    {"filled": [slot, pixels]}                the next pixels lie in that slot
    {"retires": true}                         before the end, of a process that takes no more
    {"done": facts or null}                   the end
    {"error": {…}}                            the end, by an error of `nledn.errors`
"""

import base64
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nledn.errors import DerainError, PhotoError

if TYPE_CHECKING:
    from nledn.photo.facts import Facts


_BLOCKS = ("icc", "exif", "xmp", "geo", "iptc", "gain_map")

# The errors of its owner when a process answers as no decoder does.
NONSENSE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


def line_of(message: dict[str, Any]) -> bytes:
    """Encode a message for sending."""
    return json.dumps(message).encode("ascii") + b"\n"


def facts_sent(facts: "Facts") -> dict[str, Any]:
    """Facts as JSON has them."""
    metadata = asdict(facts.metadata)
    for name in _BLOCKS:
        if metadata[name] is not None:
            metadata[name] = base64.b64encode(metadata[name]).decode("ascii")
    return {**vars(facts), "metadata": metadata}


def facts_received(sent: dict[str, Any]) -> "Facts":
    """Facts out of JSON."""
    from nledn.photo.facts import Facts
    from nledn.photo.model import Metadata

    metadata = dict(sent["metadata"])
    for name in _BLOCKS:
        if metadata[name] is not None:
            metadata[name] = base64.b64decode(metadata[name])
    if metadata["dpi"] is not None:
        metadata["dpi"] = (float(metadata["dpi"][0]), float(metadata["dpi"][1]))
    metadata["texts"] = tuple((keyword, text) for keyword, text in metadata["texts"])
    return Facts(**{**sent, "metadata": Metadata(**metadata), "notes": tuple(sent["notes"])})


def error_received(sent: object, path: Path) -> PhotoError:
    """Return an error out of JSON, about the requested path."""
    error = DerainError.from_dict(sent)
    if not isinstance(error, PhotoError):
        raise TypeError(error)
    error.path = path
    return error
