"""Photos in and out: files become `Photo`, results become files."""

from nledn.messages import Note
from nledn.photo.formats import is_video_suffix, output_suffix, readable_suffixes, writable_suffixes
from nledn.photo.icc import in_srgb
from nledn.photo.model import Photo, WriteSettings
from nledn.photo.reading import Header, read
from nledn.photo.writing import resized, write, write_rain

__all__ = [
    "Header",
    "Note",
    "Photo",
    "WriteSettings",
    "in_srgb",
    "is_video_suffix",
    "output_suffix",
    "read",
    "readable_suffixes",
    "resized",
    "writable_suffixes",
    "write",
    "write_rain",
]
