"""Read an untrusted file into a `Photo`.

`read` does it in this process, for files that are trusted. `nledn.decoder` has the decoding done,
by `decode`, in a process that may crash or be stopped.
"""

import functools
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from nledn import errors
from nledn.errors import DerainError
from nledn.options import LIMIT_MEGAPIXELS
from nledn.photo import heif, jpeg, jxl, metadata, pillow, png, raw, tiff_reading
from nledn.photo.formats import HEAD_BYTES, is_video, named_by, sniff
from nledn.photo.model import Facts, Note, Photo
from nledn.photo.source import Arrays, Picture, PixelSink, Source, Unsupported
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


def assembled(path: Path, facts: Facts, canvas: Arrays) -> Photo:
    """Turn the pixels upright, and put all together."""
    pixels, alpha = canvas.upright()
    return Photo(pixels, alpha, path, **vars(facts))


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
        canvas: takes the pixels, as stored and not yet turned upright.
        limit_megapixels: refuse more.
        damaged: as for `read`.
        on_header: called once the header is read, before the pixels are decoded.

    Returns:
        The facts, checked and true of the upright pixels.

    Raises:
        PhotoError: as `read`.
    """
    with _typed_errors(path), _open(path) as file:
        source = _opened(file, path)
        header = Header(source.facts.format, source.size)
        if header.megapixels > limit_megapixels:
            raise errors.PhotoTooLarge(path, header.megapixels, limit_megapixels)
        if on_header is not None:
            on_header(header)
        orientation = source.orientation or metadata.orientation(source.facts)

        def put(picture: Picture) -> Picture:
            form = replace(picture.form, orientation=orientation)
            if form.px > limit_megapixels * 1e6:  # whatever the header says
                raise errors.PhotoTooLarge(path, form.px / 1e6, limit_megapixels)
            canvas.begin(form)
            for strip in picture.strips:
                canvas.put(strip)
            return replace(picture, form=form)

        return metadata.checked(source.facts, _decoded(source, put, path, damaged))


def _decoded(
    source: Source, put: Callable[[Picture], Picture], path: Path, damaged: bool
) -> Picture:
    try:
        return put(source.decode())
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
        picture = put(part.decode_part(rows))
        # The facts tell of a missing end alone.
        notes = (f"{Note.CUT_OFF}:{rows} of {height}",) if rows < height else ()
        return replace(picture, notes=notes)


def read_header(path: Path) -> Header:
    """Read the header of the photo at `path` without decoding it.

    Raises:
        PhotoError: as `read`, for what the header shows.
    """
    path = Path(path)
    with _typed_errors(path), _open(path) as file:
        source = _opened(file, path)
        return Header(source.facts.format, source.size)


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
