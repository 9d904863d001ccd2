"""The formats: known by their first bytes when read, by their suffix when written."""

from typing import Any

import numpy as np

from nledn.photo.model import Photo

HEAD_BYTES = 64
"""The bytes of a file that `sniff` needs."""

_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),  # BigTIFF
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"FUJIFILMCCD-RAW", "RAW"),
    (b"IIRO", "RAW"),  # Olympus
    (b"IIRS", "RAW"),
    (b"MMOR", "RAW"),
    (b"IIU\0", "RAW"),  # Panasonic
    (b"FOVb", "RAW"),  # Sigma
    (b"\0MRM", "RAW"),  # Minolta
    (b"\xff\x0a", "JXL"),  # a bare codestream
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JXL"),
)
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm"), "HEIC"),
    **{b"hevs": "HEIC", b"crx ": "RAW"},  # Canon CR3
}
SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "MPO": (".mpo",),
    "PNG": (".png", ".apng"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
    "AVIF": (".avif",),
    "HEIC": (".heic", ".heif", ".hif"),
    "JXL": (".jxl",),
    "RAW": (
        *(".dng", ".nef", ".nrw", ".cr2", ".cr3", ".arw", ".sr2", ".raf", ".orf", ".rw2"),
        *(".pef", ".srw", ".x3f", ".mrw", ".iiq", ".3fr", ".erf", ".rwl"),
    ),
}
"""Of the formats that are read, named as in `Photo.format`; in lower case."""
_VIDEO_SUFFIXES = (
    *(".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".wmv", ".flv", ".3gp", ".ogv"),
    *(".mpg", ".mpeg", ".mts", ".m2ts"),
)
_VIDEO_SIGNATURES = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"\0\0\x01\xba",  # MPEG
    b"\0\0\x01\xb3",
    b"FLV\x01",
    b"0&\xb2u\x8ef\xcf\x11",  # WMV
)
DEEP = ("PNG", "TIFF", "JXL")
"""Formats we write that hold 16 bits a channel."""
FLOATING = ("TIFF",)
"""Formats we write that hold floating point."""
RAIN_LAYERS = ("PNG", "TIFF")
"""Formats that rain is written in."""
WITHOUT_ALPHA = ("JPEG", "BMP")
"""Formats we write that hold no transparency."""
WITHOUT_METADATA = ("BMP",)
"""Formats we write that hold neither profile nor EXIF nor XMP."""
_WRITABLE = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF"}
_WRITABLE |= {".webp": "WEBP", ".bmp": "BMP", ".jxl": "JXL"}


def sniff(head: bytes) -> str | None:
    """Name the format of a file by its first `HEAD_BYTES`, as in `Photo.format`; None if unknown.

    RAW files that are TIFF inside are "TIFF" here.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _sniff_boxes(head)
    if head[:4] == b"II*\0" and head[8:10] == b"CR":
        return "RAW"  # Canon CR2
    return next((name for start, name in _SIGNATURES if head.startswith(start)), None)


def _sniff_boxes(head: bytes) -> str | None:
    """Tell HEIC, AVIF and CR3 apart by the brands of their container, the first one best."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length, 4))]
    named = next((_BRANDS[brand] for brand in brands if brand in _BRANDS), None)
    return named or ("HEIC" if b"mif1" in brands else None)


def is_video(head: bytes, suffix: str) -> bool:
    """Return whether a file that `sniff` does not know is a video, by its first bytes or name."""
    return (
        head[4:8] == b"ftyp"
        or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
        or head.startswith(_VIDEO_SIGNATURES)
        or is_video_suffix(suffix)
    )


def is_video_suffix(suffix: str) -> bool:
    """Return whether files of that suffix, in any letter case, are videos."""
    return suffix.lower() in _VIDEO_SUFFIXES


def named_by(suffix: str) -> str | None:
    """Return the format that files of that suffix, in any letter case, should have."""
    return next((name for name, all_ in SUFFIXES.items() if suffix.lower() in all_), None)


def readable_suffixes() -> tuple[str, ...]:
    """Suffixes, in lower case, of files worth trying; for dialogs and batches."""
    return tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)


def writable_suffixes() -> tuple[str, ...]:
    """Suffixes, in lower case, that `write` takes."""
    return tuple(_WRITABLE)


def written_format(suffix: str) -> str | None:
    """The format of `suffix`, in any letter case; None if it is not written."""
    return _WRITABLE.get(suffix.lower())


def written_depth(photo: Photo, kind: str | None) -> np.dtype[Any]:
    """Return the depth that a photo has in a format that we write."""
    if kind not in DEEP:
        return np.dtype(np.uint8)
    must_be_whole = photo.is_float and kind not in FLOATING
    return np.dtype(np.uint16) if must_be_whole else photo.pixels.dtype


def output_suffix(photo: Photo) -> str:
    """Name the suffix that a result of `photo` gets by default.

    The source's own suffix if its content agrees with it and the format is written. HEIC and AVIF
    become JPEG, or TIFF if deeper than 8 bits or transparent; RAW and JPEG XL of floats become
    TIFF, MPO becomes JPEG, a BMP with alpha PNG, since our BMP has none. Anything else becomes PNG.
    """
    own = photo.path.suffix if photo.path else ""
    kind = photo.format
    if kind in ("HEIC", "AVIF"):
        return ".jpg" if photo.depth_bits == 8 and photo.alpha is None else ".tif"
    if kind == "RAW" or (photo.is_float and kind not in FLOATING):
        return ".tif"
    if kind == "BMP" and photo.alpha is not None:
        return ".png"
    kind = "JPEG" if kind == "MPO" else kind
    if written_format(own) == kind:
        return own
    return {"JPEG": ".jpg", "TIFF": ".tif", "WEBP": ".webp", "BMP": ".bmp"}.get(kind, ".png")
