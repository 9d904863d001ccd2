"""From a file that nobody vouches for to a `Photo`.

One pure function, whose argument and result can be pickled, so that it can run in a process
that may crash or be stopped.
"""

import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nledn.errors import (
    DerainError,
    NotAPhoto,
    PhotoDamaged,
    PhotoIsEmpty,
    PhotoIsFolder,
    PhotoIsVideo,
    PhotoNeedsReader,
    PhotoNotFound,
    PhotoNotPermitted,
    PhotoTooLarge,
    PhotoUnsupported,
)
from nledn.photo import exif, heif, icc, pillow, png, raw, tiff_reading, xmp
from nledn.photo.formats import HEAD_BYTES, is_video, sniff
from nledn.photo.model import Metadata, Note, Photo, Raster
from nledn.photo.source import ReaderMissing, Source, Unsupported
from nledn.photo.tiff_structure import TiffDamaged, TiffStructure

DEFAULT_LIMIT_MEGAPIXELS = 250.0
"""Larger photos are refused unless asked for: most are bombs, or panoramas of hours of work."""

_LARGEST_DPI = 1e5

# How stored rows and columns become upright ones (EXIF 3.0, 4.6.5.1.6); a view each.
_TURNS: dict[int, Callable[[Any], Any]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored[::-1].swapaxes(0, 1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: stored[:, ::-1].swapaxes(0, 1),
}


def read(path: Path, *, limit_megapixels: float = DEFAULT_LIMIT_MEGAPIXELS) -> Photo:
    """Read the photo at `path`, by its content and not by its name.

    Orientation is applied; depth (8 or 16 bits), alpha, profile and metadata are kept. Corrupt
    metadata is dropped with a note and never costs the photo.

    Args:
        path: the file.
        limit_megapixels: refuse more, by the header, before anything is decoded.

    Raises:
        PhotoNotFound, PhotoIsFolder, PhotoIsEmpty, PhotoNotPermitted: there are no bytes.
        NotAPhoto: the content is of no format that is known here.
        PhotoIsVideo: it is a video's.
        PhotoDamaged: truncated or corrupt.
        PhotoTooLarge: more than `limit_megapixels`.
        PhotoNeedsReader: RAW, HEIC or AVIF without the package that reads it.
        PhotoUnsupported: float, signed or 32-bit pixels, or a rare compression.
    """
    path = Path(path)
    with _typed_errors(path), _open(path) as file:
        source = _opened(file, path)
        megapixels = source.size[0] * source.size[1] / 1e6
        if megapixels > limit_megapixels:
            raise PhotoTooLarge(path, megapixels, limit_megapixels)
        try:
            raster = source.decode()
        except MemoryError as error:
            detail = f"{megapixels:.0f} megapixels do not fit into memory"
            raise PhotoUnsupported(path, detail) from error
        return _assembled(path, source, raster)


@dataclass(frozen=True)
class Header:
    """What a file tells before its pixels are decoded.

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


def read_header(path: Path) -> Header:
    """Look at the photo at `path` without decoding it.

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
    except Exception as error:  # decoders raise anything at all on damaged bytes
        raise PhotoDamaged(path, _first_line(error)) from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _open(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise PhotoIsFolder(path)
        if not stat.S_ISREG(mode):
            raise NotAPhoto(path)  # a pipe would be waited for, a device never ends
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
        raise PhotoIsVideo(path) if is_video(head, path.suffix) else NotAPhoto(path)
    if kind == "TIFF" and tiff_reading.is_raw(TiffStructure(file)):
        kind = "RAW"
    if kind in ("HEIC", "AVIF"):
        return heif.opened(file, kind)
    openers = {"PNG": png.opened, "TIFF": tiff_reading.opened, "RAW": raw.opened}
    return openers.get(kind, pillow.opened)(file)


def _assembled(path: Path, source: Source, raster: Raster) -> Photo:
    turn = _TURNS[_orientation(source)]
    pixels = np.ascontiguousarray(turn(raster.pixels))
    alpha = None if raster.alpha is None else np.ascontiguousarray(turn(raster.alpha))
    height, width = pixels.shape[:2]
    metadata, dropped = _trusted(source.metadata, raster, (width, height))
    return Photo(
        pixels=pixels,
        alpha=alpha,
        icc=metadata.icc,
        exif=metadata.exif,
        xmp=metadata.xmp,
        dpi=metadata.dpi,
        grey=raster.grey,
        linear=metadata.icc is not None and icc.is_linear(metadata.icc),
        format=source.format,
        path=path,
        notes=(*source.notes, *dropped),
    )


def _orientation(source: Source) -> int:
    if source.orientation is not None:
        return source.orientation
    # XMP only where EXIF is silent: programs that turn a photo often forget the one in XMP.
    told = exif.orientation(source.metadata.exif or b"")
    return told or xmp.orientation(source.metadata.xmp or b"")


def _trusted(
    metadata: Metadata, raster: Raster, size: tuple[int, int]
) -> tuple[Metadata, list[str]]:
    """Metadata that can be parsed and is true of the upright pixels, and what had to go."""
    dropped: list[str] = []
    profile = icc.srgb() if raster.converted else metadata.icc
    if profile is not None and not icc.is_usable(profile, grey=raster.grey):
        profile = None
        dropped.append(Note.BAD_ICC)
    exif_block = metadata.exif
    if exif_block is not None:
        try:
            exif_block = exif.upright(exif_block, size)
        except TiffDamaged:
            exif_block = None
            dropped.append(Note.BAD_EXIF)
    packet = metadata.xmp
    if packet is not None:
        try:
            packet = xmp.upright(packet, size)
        except xmp.XmpDamaged:
            packet = None
            dropped.append(Note.BAD_XMP)
    return Metadata(profile, exif_block, packet, _dpi(metadata.dpi)), dropped


def _dpi(found: tuple[float, float] | None) -> tuple[float, float] | None:
    if found is None:
        return None
    x, y = float(found[0]), float(found[1])
    return (x, y) if 0 < x < _LARGEST_DPI and 0 < y < _LARGEST_DPI else None
