"""Photos in and out: files become `Photo`, results become files."""

from nledn.photo.formats import output_suffix, readable_suffixes, writable_suffixes
from nledn.photo.model import Note, Photo, Pixels
from nledn.photo.reading import DEFAULT_LIMIT_MEGAPIXELS, read
from nledn.photo.writing import WriteSettings, write, write_rain

__all__ = [
    "DEFAULT_LIMIT_MEGAPIXELS",
    "Note",
    "Photo",
    "Pixels",
    "WriteSettings",
    "output_suffix",
    "read",
    "readable_suffixes",
    "writable_suffixes",
    "write",
    "write_rain",
]
