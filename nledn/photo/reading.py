"""Read an untrusted file into a `Photo`.

`read` does it in this process, for files that are trusted. `nledn.decoder` has the decoding done,
by `decode`, in a process that may crash or be stopped.
"""

import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from nledn.errors import (
    DerainError,
    NotAFile,
    NotAPhoto,
    NotItsFormat,
    PhotoCutOff,
    PhotoDamaged,
    PhotoIsEmpty,
    PhotoIsFolder,
    PhotoIsVideo,
    PhotoNeedsReader,
    PhotoNotFound,
    PhotoNotPermitted,
    PhotoTakesMemory,
    PhotoTooLarge,
    PhotoUnsupported,
)
from nledn.options import LIMIT_MEGAPIXELS
from nledn.photo import heif, jxl, pillow, png, raw, tiff_reading
from nledn.photo.facts import Facts, assembled, facts_of
from nledn.photo.formats import HEAD_BYTES, is_video, named_by, sniff
from nledn.photo.model import Decoded, Note, Photo
from nledn.photo.pixel_sink import Arrays, Form, PixelSink
from nledn.photo.source import ReaderMissing, Source, Unsupported
from nledn.photo.tiff_structure import TiffStructure

_OF_PYTHON = re.compile(r"<_io\.\w+[^>]*>")


@dataclass(frozen=True)
class Header:
    """The facts of a file before its pixels are decoded.

    Attributes:
        format: as in `Photo.format`.
        size: width and height as stored, px, before the orientation is applied.
    """

    format: str
    size: tuple[int, int]

    @property
    def megapixels(self) -> float:
        """Millions of pixels."""
        return self.size[0] * self.size[1] / 1e6


def read(path: Path, *, limit_megapixels: float = LIMIT_MEGAPIXELS, damaged: bool = False) -> Photo:
    """Read the photo at `path`, by its content and not by its name.

    Orientation is applied; depth (8 or 16 bits), alpha, profile and metadata are kept. Corrupt
    metadata is dropped with a note and never costs the photo.

    Args:
        path: the file.
        limit_megapixels: refuse more, by the header, before anything is decoded.
        damaged: open what can be read of a damaged file, where that is at least half of its rows.

    Raises:
        PhotoNotFound, PhotoIsFolder, PhotoIsEmpty, PhotoNotPermitted: no bytes can be read.
        NotAPhoto: the content is of an unknown format.
        PhotoIsVideo: the file is a video.
        PhotoDamaged: truncated or corrupt.
        PhotoCutOff: the same, but `damaged` would open it.
        PhotoTooLarge: more than `limit_megapixels`.
        PhotoTakesMemory: it does not fit into memory.
        PhotoNeedsReader: RAW, HEIC or AVIF without the package that reads it.
        PhotoUnsupported: float, signed or 32-bit pixels, or a rare compression.
    """
    path = Path(path)
    arrays = Arrays()
    facts = decode(path, arrays, limit_megapixels=limit_megapixels, damaged=damaged)
    with _typed_errors(path):
        return assembled(path, facts, arrays)


def decode(
    path: Path,
    canvas: PixelSink,
    *,
    limit_megapixels: float,
    damaged: bool = False,
    on_header: Callable[[Header], object] | None = None,
) -> Facts:
    """Decode the photo at `path` onto a canvas.

    Args:
        path: the file.
        canvas: where the pixels go, as stored and not yet turned upright.
        limit_megapixels: refuse more.
        damaged: as for `read`.
        on_header: called once the header is read, before the pixels are decoded.

    Raises:
        PhotoError: as `read`.
    """
    with _typed_errors(path), _open(path) as file:
        source = _opened(file, path)
        header = Header(source.format, source.size)
        if header.megapixels > limit_megapixels:
            raise PhotoTooLarge(path, header.megapixels, limit_megapixels)
        if on_header is not None:
            on_header(header)
        limited = _Limited(canvas, path, limit_megapixels)
        decoded = _decoded(source, limited, path, damaged)
        return facts_of(source, decoded, limited.size)


def _decoded(source: Source, canvas: "_Limited", path: Path, damaged: bool) -> Decoded:
    try:
        return source.decode(canvas)
    except (DerainError, ReaderMissing, Unsupported, MemoryError):
        raise
    except Exception as error:  # decoders raise anything at all on damaged bytes
        part = source.part
        if part is None:
            raise
        rows, height = part.readable_rows(), source.size[1]
        if rows < height:
            if rows * 2 < height:
                raise
            if not damaged:
                raise PhotoCutOff(path, _first_line(error), rows, height) from error
        decoded = part.decode_part(canvas, rows)
        note = Note.NO_END if rows == height else f"{Note.CUT_OFF}:{rows} of {height}"
        return replace(decoded, notes=(note,))


class _Limited:
    """A canvas with a limit on the pixels, whatever the header says."""

    def __init__(self, canvas: PixelSink, path: Path, limit_megapixels: float) -> None:
        self._canvas = canvas
        self._path = path
        self._limit = limit_megapixels
        self.put = canvas.put

    def begin(self, form: Form) -> None:
        self.size = (form.width, form.height)
        if form.px > self._limit * 1e6:
            raise PhotoTooLarge(self._path, form.px / 1e6, self._limit)
        self._canvas.begin(form)


def read_header(path: Path) -> Header:
    """Read the header of the photo at `path` without decoding it.

    Raises:
        PhotoError: as `read`, for what the header shows.
    """
    path = Path(path)
    with _typed_errors(path), _open(path) as file:
        source = _opened(file, path)
        return Header(source.format, source.size)


@contextmanager
def _typed_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except DerainError:
        raise
    except ReaderMissing as error:
        raise PhotoNeedsReader(path, error.kind, error.package) from error
    except Unsupported as error:
        raise PhotoUnsupported(path, str(error)) from error
    except PermissionError as error:
        raise PhotoNotPermitted(path) from error
    except MemoryError as error:
        raise PhotoTakesMemory(path) from error
    except Exception as error:  # decoders raise anything at all on damaged bytes
        raise PhotoDamaged(path, _first_line(error)) from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Pillow names the file as Python shows it.
    return _OF_PYTHON.sub("", lines[-1]).strip() if lines else ""


def _open(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise PhotoIsFolder(path)
        if not stat.S_ISREG(mode):
            raise NotAFile(path)
        return path.open("rb")
    except PermissionError:
        raise
    except (OSError, ValueError) as error:
        # Missing, or a name that cannot be one: too long, with a zero, a link to itself.
        raise PhotoNotFound(path) from error


def _opened(file: BinaryIO, path: Path) -> Source:
    head = file.read(HEAD_BYTES)
    if not head:
        raise PhotoIsEmpty(path)
    kind = sniff(head)
    if kind is None:
        if is_video(head, path.suffix):
            raise PhotoIsVideo(path)
        named = named_by(path.suffix)
        raise NotItsFormat(path, named) if named else NotAPhoto(path)
    if kind == "TIFF" and tiff_reading.is_raw(TiffStructure(file)):
        kind = "RAW"
    if kind in ("HEIC", "AVIF"):
        return heif.opened(file, kind)
    openers = {
        "PNG": png.opened,
        "TIFF": tiff_reading.opened,
        "RAW": raw.opened,
        "JXL": jxl.opened,
    }
    return openers[kind](file) if kind in openers else pillow.opened(file, kind)
