"""Words that a file holds beside its photo: the texts of a PNG, the comment of a JPEG or a GIF."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

Texts: TypeAlias = tuple[tuple[str, str], ...]
"""Keyword and text, in the file's order. Bytes that are not UTF-8 become lone surrogates."""

COMMENT = "Comment"
"""PNG's keyword for the comment of JPEG and GIF (PNG, third edition, 11.3.3.1)."""

_LONGEST = 2**20
# Metadata that is read and written elsewhere, and pictures of the original photo.
_OTHERS = ("Raw profile type ", "XML:", "Thumb::")


def kept(found: Iterable[tuple[str, str]]) -> Texts:
    """Keep the texts that are words, not metadata stored as text or a million characters."""
    return tuple(
        (keyword, text)
        for keyword, text in found
        if text and len(text) <= _LONGEST and not keyword.startswith(_OTHERS)
    )


def from_comments(comments: Iterable[bytes]) -> Texts:
    """The comments of a JPEG or a GIF, in whatever encoding; most are UTF-8."""
    texts = (comment.rstrip(b"\0").decode("utf-8", "surrogateescape") for comment in comments)
    return kept((COMMENT, text) for text in texts)


def comments(texts: Texts) -> Iterator[bytes]:
    """Yield the texts that a JPEG can hold, unchanged to the byte if they came from one."""
    for keyword, text in texts:
        if keyword == COMMENT:
            yield as_bytes(text)


def as_bytes(text: str) -> bytes:
    """UTF-8, or the file's own bytes."""
    return text.encode("utf-8", "surrogateescape")
