"""A file whose header was read: its kind, its size and the way to its pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from nledn.photo.model import Decoded, Metadata
from nledn.photo.pixel_sink import PixelSink


class Damaged(ValueError):
    """The format is known, but the file breaks its rules."""


class Unsupported(ValueError):
    """The format is known, but its kind of pixels is not supported."""


class ReaderMissing(ImportError):
    """A package that reads this format is not installed.

    Attributes:
        kind: the format, for the user.
        package: the one to install.
    """

    def __init__(self, kind: str, package: str) -> None:
        super().__init__(package)
        self.kind = kind
        self.package = package


class Part(Protocol):
    """The rows of a damaged file that can be read."""

    def readable_rows(self) -> int:
        """Return how many rows from the top can be read."""
        ...

    def decode_part(self, canvas: PixelSink, rows: int) -> Decoded:
        """Decode so many rows; those below become grey."""
        ...


@dataclass(frozen=True, eq=False)
class Source:
    """The facts of a file without its pixels.

    Attributes:
        format: as in `Photo.format`.
        size: width and height as stored, before the orientation is applied.
        metadata: as found, unchecked.
        decode: decodes the pixels onto a canvas; raises its decoder's errors.
        orientation: 1 to 8, as in EXIF, still to be applied; None: as in EXIF or XMP.
        notes: as in `Photo.notes`.
        lossless: as in `Photo.lossless`.
        part: decodes the readable part of a damaged file; None without one.
    """

    format: str
    size: tuple[int, int]
    metadata: Metadata
    decode: Callable[[PixelSink], Decoded]
    orientation: int | None = None
    notes: tuple[str, ...] = ()
    lossless: bool = False
    part: Part | None = None
