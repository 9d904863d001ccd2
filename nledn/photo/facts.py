"""The facts of a file about its photo, checked, and the photo made of them and the pixels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nledn.photo import exif, gain_map, icc, xmp
from nledn.photo.model import Decoded, Metadata, Note, Photo
from nledn.photo.pixel_sink import Arrays
from nledn.photo.source import Source
from nledn.photo.tiff_structure import TiffDamaged

_LARGEST_DPI = 1e5
_QUARTER_TURNED = (5, 6, 7, 8)

# From stored rows and columns to upright ones (EXIF 3.0, 4.6.5.1.6); each is a view.
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


@dataclass(frozen=True)
class Facts:
    """All about a photo but its pixels; fields as in `Photo`.

    Attributes:
        format: as there.
        orientation: 1 to 8, the turn that the stored pixels still need.
        metadata: true of the upright photo.
        grey: as there.
        linear: as there.
        lossless: as there.
        notes: as there.
    """

    format: str
    orientation: int
    metadata: Metadata
    grey: bool
    linear: bool
    lossless: bool
    notes: tuple[str, ...]


def facts_of(source: Source, decoded: Decoded, stored_size: tuple[int, int]) -> Facts:
    """Check the facts of a file, now that its pixels are decoded.

    Args:
        source: the facts before decoding.
        decoded: the facts from decoding.
        stored_size: width and height of the stored pixels, px.
    """
    orientation = _orientation(source)
    size = stored_size[::-1] if orientation in _QUARTER_TURNED else stored_size
    metadata, dropped = _trusted(source.metadata, decoded, size)
    if metadata.geo is not None and orientation != 1:
        metadata = replace(metadata, geo=None)
        dropped.append(Note.GEOREFERENCE)
    if metadata.gain_map is not None:
        turned = None if decoded.converted else gain_map.turned(metadata.gain_map, orientation)
        metadata = replace(metadata, gain_map=turned)
        dropped += [] if turned else [Note.GAIN_MAP]
    return Facts(
        format=source.format,
        orientation=orientation,
        metadata=metadata,
        grey=decoded.grey,
        linear=metadata.icc is not None and icc.is_linear(metadata.icc),
        lossless=source.lossless,
        notes=_told(source.notes, decoded.notes, dropped),
    )


def _told(*groups: Sequence[str]) -> tuple[str, ...]:
    """Return each note once; where rows are missing, the missing end says nothing."""
    notes = dict.fromkeys(note for group in groups for note in group)
    if any(note.startswith(Note.CUT_OFF) for note in notes):
        notes.pop(Note.NO_END, None)
    return tuple(notes)


def assembled(path: Path, facts: Facts, canvas: Arrays) -> Photo:
    """Turn the pixels upright, and put all together."""
    turn = _TURNS[facts.orientation]
    alpha = canvas.alpha
    metadata = facts.metadata
    return Photo(
        pixels=np.ascontiguousarray(turn(canvas.pixels)),
        alpha=None if alpha is None else np.ascontiguousarray(turn(alpha)),
        icc=metadata.icc,
        exif=metadata.exif,
        xmp=metadata.xmp,
        dpi=metadata.dpi,
        texts=metadata.texts,
        geo=metadata.geo,
        iptc=metadata.iptc,
        gain_map=metadata.gain_map,
        grey=facts.grey,
        linear=facts.linear,
        lossless=facts.lossless,
        format=facts.format,
        path=path,
        notes=facts.notes,
    )


def _orientation(source: Source) -> int:
    if source.orientation is not None:
        return source.orientation
    # XMP only where EXIF is silent: programs that turn a photo often forget the one in XMP.
    told = exif.orientation(source.metadata.exif or b"")
    return told or xmp.orientation(source.metadata.xmp or b"")


def _trusted(
    metadata: Metadata, decoded: Decoded, size: tuple[int, int]
) -> tuple[Metadata, list[str]]:
    """Return parsed metadata that matches the upright pixels, and notes on the dropped rest."""
    dropped: list[str] = []
    profile = icc.srgb() if decoded.converted else decoded.icc or metadata.icc
    if profile is not None and not icc.is_usable(profile, grey=decoded.grey):
        profile = None
        dropped.append(Note.BAD_ICC)
    exif_block = metadata.exif
    if exif_block is not None:
        try:
            exif_block, is_whole = exif.sound(exif_block)
            exif_block = exif.upright(exif_block, size)
            dropped += [] if is_whole else [Note.BAD_EXIF_PART]
        except TiffDamaged:
            exif_block = None
            dropped.append(Note.BAD_EXIF)
    packet = metadata.xmp
    if packet is not None:
        try:
            packet, is_whole = xmp.sound(packet)
            packet = xmp.upright(packet, size)
            dropped += [] if is_whole else [Note.BAD_XMP_PART]
        except xmp.XmpDamaged:
            packet = None
            dropped.append(Note.BAD_XMP)
    dpi = _dpi(metadata.dpi)
    return replace(metadata, icc=profile, exif=exif_block, xmp=packet, dpi=dpi), dropped


def _dpi(found: tuple[float, float] | None) -> tuple[float, float] | None:
    if found is None:
        return None
    x, y = float(found[0]), float(found[1])
    return (x, y) if 0 < x < _LARGEST_DPI and 0 < y < _LARGEST_DPI else None
