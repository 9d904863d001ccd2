"""The messages between a decoder process and its owner: lines of JSON and pixels, never a pickle.

The owner asks:

    {"read": path, "limit_megapixels": …, "damaged": …}    decode a photo
    {"header": path}                          look at its header alone

The process answers, after one {"ready": true}:

    {"header": {format, size}}                before the pixels are decoded
    {"form": {…}}                             of the pixels, which follow
    {"strip": [bytes, bands]}                 the next rows; so many bytes of them follow the line
    {"retires": true}                         before the end, of a process that takes no more
    {"done": facts or null}                   the end
    {"error": {…}}                            the end, by an error of `nledn.errors`
"""

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from nledn.errors import DerainError, PhotoError

if TYPE_CHECKING:
    from nledn.photo.model import Facts
    from nledn.photo.source import Form

MOST_STRIP_BYTES = 2**30
"""The longest strip that is taken: of one row, since others have a megapixel."""
_BLOCKS = ("icc", "exif", "xmp", "geo", "iptc", "gain_map")

# The errors of its owner when a process answers as no decoder does.
NONSENSE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


def line_of(message: dict[str, Any]) -> bytes:
    """Encode a message for sending."""
    return json.dumps(message).encode("ascii") + b"\n"


def form_received(sent: dict[str, Any], limit_px: float) -> "Form":
    """The form of pixels out of JSON, which no process may make larger than was asked for."""
    from nledn.photo.source import DepthName, Form

    form = Form(**sent)
    is_known = form.depth in get_args(DepthName) and 1 <= form.orientation <= 8
    if not (is_known and min(form.width, form.height) > 0 and form.px <= limit_px):
        raise ValueError(form)
    return form


def facts_sent(facts: "Facts") -> dict[str, Any]:
    """Facts as JSON has them."""
    blocks = {name: vars(facts)[name] for name in _BLOCKS if vars(facts)[name] is not None}
    coded = {name: base64.b64encode(block).decode("ascii") for name, block in blocks.items()}
    return {**vars(facts), **coded}


def facts_received(sent: dict[str, Any]) -> "Facts":
    """Facts out of JSON."""
    from nledn.photo.model import Facts

    blocks = {name: base64.b64decode(sent[name]) for name in _BLOCKS if sent[name] is not None}
    dpi = None if sent["dpi"] is None else (float(sent["dpi"][0]), float(sent["dpi"][1]))
    texts = tuple((keyword, text) for keyword, text in sent["texts"])
    lists = {"dpi": dpi, "texts": texts, "notes": tuple(sent["notes"])}
    return Facts(**{**sent, **blocks, **lists})


def error_received(sent: object, path: Path) -> PhotoError:
    """Return an error out of JSON, about the requested path."""
    error = DerainError.from_dict(sent)
    if not isinstance(error, PhotoError):
        raise TypeError(error)
    error.path = path
    return error
