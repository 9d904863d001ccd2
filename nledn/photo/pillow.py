"""WebP, BMP, GIF and AVIF of 8 bits, read by Pillow; WebP and BMP written by it.

It silently decodes 16-bit RGB, which it cannot hold, to 8 bits, so other readers take such files.
"""

import functools
import struct
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from nledn.messages import Note
from nledn.photo import exif, xmp
from nledn.photo.model import Facts, Photo, WriteSettings, other_data, texts_of
from nledn.photo.source import Form, Picture, Source, Unsupported
from nledn.pixels import strips

WEBP_LONGEST_SIDE_PX = 16383

# `read` has its own limit, which users can set; Pillow's would stop at 179 megapixels.
Image.MAX_IMAGE_PIXELS = None

_FORMATS = ("WEBP", "BMP", "GIF", "AVIF")
_GREY_MODES = ("1", "L", "LA", "La")
# Modes that are converted before they are read, strip by strip.
_READ_AS = {"1": "L", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "PA": "RGBA"}
_MODE_NOTES = {"P": Note.PALETTE, "PA": Note.PALETTE, "1": Note.BILEVEL}
_LOSSLESS_QUALITY = 100
_WEBP_CHUNKS = frozenset(
    {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF", b"EXIF", b"XMP "}
)
_MOST_CHUNKS = 100_000
_GIF_XMP, _GIF_XMP_END = b"XMP DataXMP", b"\x01\xff\xfe\xfd"  # a ramp of bytes ends the packet
_GIF_ICC = b"ICCRGBG1012"
_LARGEST_GIF_SEARCHED = 2**26
_BMP_V5_BYTES, _BMP_HEADER_AT = 124, 14
_BMP_PROFILE, _BMP_LINKED = b"DEBM", b"KNIL"  # MBED and LINK, little-endian


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of a WebP, BMP, GIF or AVIF."""
    # Pillow warns of odd metadata, which is dropped with a note. Set at each call, since others
    # change the filters; entering and leaving a context instead is not thread-safe.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    image = Image.open(file, formats=_FORMATS)
    kind, info = str(image.format), image.info
    block, packet, comment = exif.bare(info.get("exif")), info.get("xmp"), info.get("comment")
    found: dict[str, Any] = {
        "format": kind,
        "icc": info.get("icc_profile") or None,
        "exif": block,
        "xmp": packet if isinstance(packet, bytes) else None,
        "texts": texts_of([comment] if isinstance(comment, bytes) else []),
    }
    notes: list[str] = [_MODE_NOTES[image.mode]] if image.mode in _MODE_NOTES else []
    frames = getattr(image, "n_frames", 1)
    notes += [f"{Note.FRAMES}:{frames}"] if frames > 1 else []
    if kind == "WEBP":
        chunks = _webp_chunks(file)
        notes += other_data(chunks - _WEBP_CHUNKS)
        found["lossless"] = b"VP8L" in chunks
    elif kind == "GIF":
        file.seek(0)
        data = file.read(_LARGEST_GIF_SEARCHED)
        notes += [Note.COLOUR_UNTAGGED] if _GIF_ICC in data else []
        if _GIF_XMP in data:
            packet, ended, _ = data.partition(_GIF_XMP)[2].partition(_GIF_XMP_END)
            found["xmp"] = packet if ended else b""
    elif kind == "BMP":
        found["icc"], is_linked = _bmp_profile(file)
        notes += [Note.COLOUR_UNTAGGED] if is_linked else []
        found["dpi"] = info.get("dpi")
    notes += [] if found["xmp"] is None else xmp.companions(found["xmp"])
    # AVIF turns by its own properties, which Pillow puts into the EXIF; its XMP does not count.
    orientation = exif.orientation(block or b"") or 1 if kind == "AVIF" else None
    decode = functools.partial(_decoded, image)
    return Source(Facts(**found, notes=tuple(notes)), image.size, decode, orientation)


def _webp_chunks(file: BinaryIO) -> set[bytes]:
    """The names of the chunks of a RIFF file, those of the first frame of a moving one too."""
    names: set[bytes] = set()
    file.seek(12)
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            break
        names.add(head[:4])
        if head[:4] == b"ANMF":
            names.add(file.read(24)[16:20])
            file.seek(-24, 1)
        length = int.from_bytes(head[4:], "little")
        file.seek(length + length % 2, 1)
    return names


def _bmp_profile(file: BinaryIO) -> tuple[bytes | None, bool]:
    """Return the profile, and whether it lies in another file."""
    file.seek(_BMP_HEADER_AT)
    header = file.read(_BMP_V5_BYTES)
    if len(header) < _BMP_V5_BYTES or header[:4] != struct.pack("<I", _BMP_V5_BYTES):
        return None, False
    if header[56:60] != _BMP_PROFILE:
        return None, header[56:60] == _BMP_LINKED
    at, count = struct.unpack("<II", header[112:120])
    file.seek(_BMP_HEADER_AT + at)
    return file.read(count), False


def _decoded(image: Image.Image) -> Picture:
    image.load()
    mode = _READ_AS.get(image.mode, image.mode)
    if image.mode == "P" or (image.mode in ("RGB", "L") and "transparency" in image.info):
        has_alpha = "transparency" in image.info
        mode = ("RGBA" if has_alpha else "RGB") if image.mode != "L" else "LA"
    if mode not in ("L", "LA", "RGB", "RGBA"):
        raise Unsupported(image.mode)
    form = Form(*image.size, "uint8", has_alpha=mode.endswith("A"))
    return Picture(form, _cut(image, mode), grey=image.mode in _GREY_MODES)


def _cut(image: Image.Image, mode: str) -> Iterator[Any]:
    width, height = image.size
    for rows in strips(height, width):
        part = image.crop((0, rows.start, width, rows.stop))
        strip = np.asarray(part if part.mode == mode else part.convert(mode))
        yield strip.reshape(rows.stop - rows.start, width, -1)
    image.close()


def write_webp(photo: Photo, file: BinaryIO, settings: WriteSettings) -> None:
    """Encode `photo` (8 bits, RGB, alpha); lossless at quality 100, and if the photo was."""
    pixels = photo.pixels if photo.alpha is None else np.dstack((photo.pixels, photo.alpha))
    Image.fromarray(pixels).save(
        file,
        "WEBP",
        quality=settings.quality,
        lossless=photo.lossless or settings.quality == _LOSSLESS_QUALITY,
        exact=True,  # keeps the colours below full transparency
        icc_profile=photo.icc or b"",
        exif=photo.exif or b"",
        xmp=photo.xmp or b"",
    )


def write_bmp(photo: Photo, file: BinaryIO) -> None:
    """Encode `photo` (8 bits, grey or RGB, no alpha); BMP holds no metadata but dpi."""
    pixels = np.ascontiguousarray(photo.pixels[..., 0]) if photo.grey else photo.pixels
    dpi = {} if photo.dpi is None else {"dpi": photo.dpi}
    Image.fromarray(pixels).save(file, "BMP", **dpi)
