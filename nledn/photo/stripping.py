"""Metadata left out of a result by choice: all of it, or only the place of the photo."""

from contextlib import suppress
from dataclasses import replace
from typing import Literal

from nledn.photo import exif, iptc, xmp
from nledn.photo.model import Photo
from nledn.photo.tiff_structure import TiffDamaged

Strip = Literal["none", "location", "all"]
"""The metadata to leave out. Profile and resolution, which the pixels need, are kept."""


def stripped(photo: Photo, strip: Strip) -> Photo:
    """Return a photo without some of its metadata; an unreadable block is removed whole."""
    if strip == "none":
        return photo
    block, packet = None, None
    if strip == "location":
        with suppress(TiffDamaged):
            block = None if photo.exif is None else exif.without_location(photo.exif)
        with suppress(xmp.XmpDamaged):
            packet = None if photo.xmp is None else xmp.without_location(photo.xmp)
    texts = photo.texts if strip == "location" else ()
    words = iptc.without_location(photo.iptc) if strip == "location" and photo.iptc else None
    return replace(photo, exif=block, xmp=packet, texts=texts, geo=None, iptc=words or None)
