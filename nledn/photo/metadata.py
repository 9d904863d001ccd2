"""Metadata checked, made true of its pixels, left out by choice, and copied beside a result."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from nledn.atomic import replacing
from nledn.errors import OutputExists, WriteError
from nledn.messages import Note
from nledn.photo import exif, gain_map, icc, iptc, xmp
from nledn.photo.model import Facts, Photo, Strip, Texts
from nledn.photo.source import Picture
from nledn.photo.tiff_structure import TiffDamaged

_LARGEST_SIDECAR_BYTES = 64 * 2**20
_COPIED = b"<!-- Copied by AfterRain; edited since, unless this is the SHA-256 of the above: "
_LARGEST_DPI = 1e5
_LONGEST_TEXT = 2**20
# Metadata that is read and written elsewhere, and pictures of the original photo.
_NO_TEXTS = ("Raw profile type ", "XML:", "Thumb::")

SomeFacts = TypeVar("SomeFacts", bound=Facts)


def upright(facts: SomeFacts, size: tuple[int, int]) -> tuple[SomeFacts, list[str]]:
    """Return facts whose EXIF and XMP are true of upright pixels, and notes on the dropped rest.

    The size is width and height in pixels.
    """
    changed: dict[str, Any] = {}
    notes: list[str] = []
    for name, made_true, damaged, damaged_part in (
        ("exif", exif.upright, Note.BAD_EXIF, Note.BAD_EXIF_PART),
        ("xmp", xmp.upright, Note.BAD_XMP, Note.BAD_XMP_PART),
    ):
        if getattr(facts, name) is not None:
            try:
                changed[name], is_whole = made_true(getattr(facts, name), size)
                notes += [] if is_whole else [damaged_part]
            except (TiffDamaged, xmp.XmpDamaged):
                changed[name] = None
                notes.append(damaged)
    return replace(facts, **changed), notes


def orientation(facts: Facts) -> int:
    """Return the turn that EXIF or XMP asks for, 1 to 8.

    XMP counts only where EXIF is silent: programs that turn a photo often forget the one in XMP.
    """
    return exif.orientation(facts.exif or b"") or xmp.orientation(facts.xmp or b"")


def checked(found: Facts, picture: Picture) -> Facts:
    """Return facts that can be parsed and are true of the upright photo; note the dropped ones."""
    orientation = picture.form.orientation
    facts, dropped = upright(found, picture.form.upright_size)
    profile = icc.srgb() if picture.converted else picture.icc or facts.icc
    if profile is not None and not icc.is_usable(profile, grey=picture.grey):
        profile = None
        dropped.insert(0, Note.BAD_ICC)
    geo = facts.geo if orientation == 1 else None
    dropped += [Note.GEOREFERENCE] if facts.geo != geo else []
    brightening = None
    if facts.gain_map is not None and not picture.converted:
        brightening = gain_map.turned(facts.gain_map, orientation)
    dropped += [Note.GAIN_MAP] if facts.gain_map and not brightening else []
    notes = dict.fromkeys((*facts.notes, *picture.notes, *dropped))
    if any(note.startswith(Note.CUT_OFF) for note in notes):
        notes.pop(Note.NO_END, None)  # says nothing where rows are missing
    dpi = facts.dpi or exif.dpi(facts.exif or b"")
    if dpi is not None and not all(0 < side < _LARGEST_DPI for side in dpi):
        dpi = None
    return replace(
        facts,
        icc=profile,
        dpi=dpi and (float(dpi[0]), float(dpi[1])),
        texts=_words(facts.texts),
        geo=geo,
        gain_map=brightening,
        grey=picture.grey,
        linear=profile is not None and icc.is_linear(profile),
        notes=tuple(notes),
    )


def _words(found: Texts) -> Texts:
    """Leave out metadata stored as text, and a million characters."""
    return tuple(
        (keyword, text)
        for keyword, text in found
        if text and len(text) <= _LONGEST_TEXT and not keyword.startswith(_NO_TEXTS)
    )


def stripped(photo: Photo, strip: Strip) -> Photo:
    """Return a photo without some of its metadata; an unreadable block is removed whole."""
    if strip == "none":
        return photo
    if strip == "all":
        return replace(photo, exif=None, xmp=None, texts=(), geo=None, iptc=None)
    block, packet = None, None
    with suppress(TiffDamaged):
        block = None if photo.exif is None else exif.without_location(photo.exif)
    with suppress(xmp.XmpDamaged):
        packet = None if photo.xmp is None else xmp.without_location(photo.xmp)
    words = iptc.without_location(photo.iptc or b"") or None
    # ImageMagick writes EXIF into the texts of a PNG too, as `exif:GPSLatitude`.
    texts = tuple(text for text in photo.texts if not xmp.tells_place(text[0]))
    return replace(photo, exif=block, xmp=packet, geo=None, iptc=words, texts=texts)


def with_sidecars(
    photo: Photo, result: Path, *, overwrite: bool, strip: Strip, sources: Sequence[Path]
) -> tuple[str, ...]:
    """Write the XMP files of a photo again beside its result, true of the upright pixels.

    They are `photo.xmp` and `photo.jpg.xmp`, and get the result's name. Edited copies are kept.

    Args:
        photo: the written result; its path is that of the source.
        result: its file.
        overwrite: whether earlier ones may be replaced.
        strip: the metadata to leave out.
        sources: files that are never replaced.

    Returns:
        A note if one could not be copied.
    """
    if photo.path is None or strip == "all":
        return ()
    notes: tuple[str, ...] = ()
    pairs = {
        photo.path.with_suffix(".xmp"): result.with_suffix(".xmp"),
        photo.path.with_name(f"{photo.path.name}.xmp"): result.with_name(f"{result.name}.xmp"),
    }
    for source, target in pairs.items():
        if not os.path.isfile(source):  # noqa: PTH113  # False for a name that is too long
            continue
        try:
            if source.stat().st_size > _LARGEST_SIDECAR_BYTES:
                continue
            packet, _ = xmp.upright(source.read_bytes(), photo.size)
            if strip == "location":
                packet = xmp.without_location(packet)
            if os.path.isfile(target) and not _is_copy(target.read_bytes()):  # noqa: PTH113
                raise OutputExists(target)
            with replacing(target, overwrite=overwrite, sources=(*sources, source)) as file:
                file.write(_as_copy(packet))
        except (OSError, WriteError, xmp.XmpDamaged):
            notes = (Note.SIDECAR,)  # the result itself is kept
    return notes


def _as_copy(sidecar: bytes) -> bytes:
    """Add a comment by which `_is_copy` knows it; programs that edit XMP leave comments out."""
    content = sidecar.partition(_COPIED)[0]
    return content + _COPIED + hashlib.sha256(content).hexdigest().encode() + b" -->\n"


def _is_copy(sidecar: bytes) -> bool:
    return sidecar == _as_copy(sidecar)
