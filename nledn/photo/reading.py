"""Read an untrusted file into a `Photo`.

`read` does it in this process, for files that are trusted. `nledn.decoder` has the decoding done,
by `decode`, in a process that may crash or be stopped.
"""

import functools
import re
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

from nledn import errors
from nledn.errors import DerainError
from nledn.messages import Note
from nledn.options import LIMIT_MEGAPIXELS
from nledn.photo import heif, jpeg, jxl, metadata, pillow, png, raw, tiff_reading
from nledn.photo.formats import HEAD_BYTES, is_video, named_by, sniff
from nledn.photo.model import Facts, Photo
from nledn.photo.source import Arrays, Form, Picture, Source, Unsupported
from nledn.photo.tiff_structure import TiffStructure

# Each reads all but the pixels. It raises `Unsupported`; `ImportError` without its package; and its
# library's own errors for a damaged file.
_OPENERS: dict[str, Callable[[BinaryIO], Source]] = {
    "JPEG": jpeg.opened,
    "PNG": png.opened,
    "TIFF": tiff_reading.opened,
    "HEIC": heif.opened,
    "AVIF": functools.partial(heif.opened, kind="AVIF"),
    "JXL": jxl.opened,
    "RAW": raw.opened,
}  # else Pillow
# The name for the user of each format with an extra package, and the package to install.
_READERS = {
    "HEIC": ("HEIC", "pi-heif"),
    "AVIF": ("AVIF", "pi-heif"),
    "JXL": ("JPEG XL", "openimageio"),
    "RAW": ("RAW", "rawpy"),
}
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


Piece: TypeAlias = Header | Form | npt.NDArray[Any] | Facts
"""A piece of a photo that is being decoded; see `decode`."""


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
    path, arrays = Path(path), Arrays()
    with _typed_errors(path):
        for piece in decode(path, limit_megapixels=limit_megapixels, damaged=damaged):
            match piece:
                case Facts():
                    facts = piece
                case Form():
                    arrays.begin(piece)
                case np.ndarray():
                    arrays.put(piece)
        return assembled(path, facts, arrays)


def assembled(path: Path, facts: Facts, canvas: Arrays) -> Photo:
    """Turn the pixels upright, and put all together."""
    pixels, alpha = canvas.upright()
    return Photo(pixels, alpha, path, **vars(facts))


def decode(path: Path, *, limit_megapixels: float, damaged: bool = False) -> Iterator[Piece]:
    """Decode the photo at `path` piece by piece.

    Args:
        path: the file.
        limit_megapixels: refuse more.
        damaged: as for `read`.

    Yields:
        The header, before the pixels are decoded; their form; their rows from the top, as in
        `Picture.strips` and not yet turned upright; the facts, true of the upright pixels. Of a
        damaged photo the form and the rows come a second time.

    Raises:
        PhotoError: as `read`.
    """
    with _typed_errors(path), _open(path) as file:
        source = _opened(file, path)
        header = Header(source.facts.format, source.size)
        if header.megapixels > limit_megapixels:
            raise errors.PhotoTooLarge(path, header.megapixels, limit_megapixels)
        yield header
        orientation = source.orientation or metadata.orientation(source.facts)

        def laid_out(picture: Picture) -> Generator[Piece, None, Picture]:
            form = replace(picture.form, orientation=orientation)
            if form.px > limit_megapixels * 1e6:  # whatever the header says
                raise errors.PhotoTooLarge(path, form.px / 1e6, limit_megapixels)
            yield form
            yield from picture.strips
            return replace(picture, form=form)

        picture = yield from _decoded(source, laid_out, path, damaged)
        yield metadata.checked(source.facts, picture)


def _decoded(
    source: Source,
    laid_out: Callable[[Picture], Generator[Piece, None, Picture]],
    path: Path,
    damaged: bool,
) -> Generator[Piece, None, Picture]:
    try:
        return (yield from laid_out(source.decode()))
    except (DerainError, Unsupported, MemoryError):
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
                raise errors.PhotoCutOff(path, _first_line(error), rows, height) from error
        picture = yield from laid_out(part.decode_part(rows))
        # The facts tell of a missing end alone.
        notes = (f"{Note.CUT_OFF}:{rows} of {height}",) if rows < height else ()
        return replace(picture, notes=notes)


@contextmanager
def _typed_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except DerainError:
        raise
    except Unsupported as error:
        raise errors.PhotoUnsupported(path, str(error)) from error
    except PermissionError as error:
        raise errors.PhotoNotPermitted(path) from error
    except MemoryError as error:
        raise errors.PhotoTakesMemory(path) from error
    except Exception as error:  # decoders raise anything at all on damaged bytes
        raise errors.PhotoDamaged(path, _first_line(error)) from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Pillow names the file as Python shows it.
    return _OF_PYTHON.sub("", lines[-1]).strip() if lines else ""


def _open(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise errors.PhotoIsFolder(path)
        if not stat.S_ISREG(mode):
            raise errors.NotAFile(path)
        return path.open("rb")
    except PermissionError:
        raise
    except (OSError, ValueError) as error:
        # Missing, or a name that cannot be one: too long, with a zero, a link to itself.
        raise errors.PhotoNotFound(path) from error


def _opened(file: BinaryIO, path: Path) -> Source:
    head = file.read(HEAD_BYTES)
    if not head:
        raise errors.PhotoIsEmpty(path)
    kind = sniff(head)
    if kind is None:
        if is_video(head, path.suffix):
            raise errors.PhotoIsVideo(path)
        named = named_by(path.suffix)
        raise errors.NotItsFormat(path, named) if named else errors.NotAPhoto(path)
    if kind == "TIFF" and tiff_reading.is_raw(TiffStructure(file)):
        kind = "RAW"
    file.seek(0)
    try:
        return _OPENERS.get(kind, pillow.opened)(file)
    except ImportError as error:
        raise errors.PhotoNeedsReader(path, *_READERS[kind]) from error
