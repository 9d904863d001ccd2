"""JPEG, WebP, BMP, GIF and AVIF of 8 bits, read by Pillow; WebP and BMP written by it.

It silently decodes 16-bit RGB, which it cannot hold, to 8 bits, so other readers take such files.
"""

import functools
import struct
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from PIL import Image

from nledn.photo import exif, gain_map, jpeg_reading, texts, vips, xmp
from nledn.photo.model import Decoded, Metadata, Note, Photo
from nledn.photo.pixel_sink import Form, PixelSink
from nledn.photo.source import Source, Unsupported
from nledn.pixels import strips

WEBP_LONGEST_SIDE_PX = 16383

# `read` has its own limit, which users can set; Pillow's would stop at 179 megapixels.
Image.MAX_IMAGE_PIXELS = None

_FORMATS = ("JPEG", "WEBP", "BMP", "GIF", "AVIF")
_GREY_MODES = ("1", "L", "LA", "La")
# Modes that are converted before they are read, strip by strip.
_READ_AS = {"1": "L", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "PA": "RGBA"}
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


def opened(file: BinaryIO, kind: str) -> Source:
    """Read all but the pixels of a JPEG, WebP, BMP, GIF or AVIF.

    Raises:
        OSError, SyntaxError, ValueError and others of Pillow's: the file is damaged.
        Unsupported: a kind of JPEG that no decoder here reads.
    """
    # Pillow warns of odd metadata, which is dropped with a note. Set at each call, since others
    # change the filters; entering and leaving a context instead is not thread-safe.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    found = jpeg_reading.read(file) if kind == "JPEG" else None  # before Pillow's own error
    file.seek(0)
    image = Image.open(file, formats=_FORMATS)
    beside = None if found is None else gain_map.found(file, found, image.size)
    kind = "JPEG" if beside and beside.is_alone else image.format or ""
    notes = [*_notes(image, kind), *_beside(file, kind)]
    picture = None
    decode: Callable[[PixelSink], Decoded] = functools.partial(_decoded, image)
    if found is None:
        metadata = _metadata(image, file)
    else:
        metadata = replace(_jpeg_metadata(found), gain_map=beside.data if beside else None)
        others = notes.count(Note.MPO) or Note.GAIN_MAP in (*notes, *found.notes)
        notes += [note for note in found.notes if not (note == Note.MPO and others)]
        picture = vips.VipsImage(file, "JPEG", cmyk=image.mode == "CMYK")
        if image.mode == "CMYK":
            decode = picture.decode
    notes += _told_by_xmp(metadata.xmp)
    if beside is not None:
        kept = {Note.GAIN_MAP, *([Note.MPO] if beside.is_alone else [])}
        notes = [note for note in notes if note not in kept]
    # AVIF turns by its own properties, which Pillow puts into the EXIF; its XMP does not count.
    block = metadata.exif or b""
    orientation = exif.orientation(block) or 1 if kind == "AVIF" else None
    return Source(
        kind,
        image.size,
        metadata,
        decode,
        orientation,
        notes=tuple(dict.fromkeys(notes)),
        lossless=kind == "WEBP" and b"VP8L" in _webp_chunks(file),
        part=picture,
    )


def _metadata(image: Image.Image, file: BinaryIO) -> Metadata:
    kind, info = image.format, image.info
    block = exif.bare(info.get("exif"))
    packet = info.get("xmp")
    comment = info.get("comment")
    return Metadata(
        icc=_bmp_profile(file) if kind == "BMP" else info.get("icc_profile") or None,
        exif=block,
        xmp=_gif_xmp(file) if kind == "GIF" else packet if isinstance(packet, bytes) else None,
        dpi=info.get("dpi") if kind == "BMP" else exif.dpi(block or b""),
        texts=texts.from_comments([comment] if isinstance(comment, bytes) else []),
    )


def _jpeg_metadata(found: jpeg_reading.Segments) -> Metadata:
    return Metadata(
        icc=found.icc,
        exif=found.exif,
        xmp=found.xmp,
        dpi=found.dpi or exif.dpi(found.exif or b""),
        texts=texts.from_comments(found.comments),
        iptc=found.iptc,
    )


def _notes(image: Image.Image, kind: str) -> Iterator[str]:
    simple = {"P": Note.PALETTE, "PA": Note.PALETTE, "1": Note.BILEVEL, "CMYK": Note.CMYK}
    if image.mode in simple:
        yield simple[image.mode]
    if kind == "MPO":
        yield Note.MPO
    elif kind != "JPEG" and getattr(image, "n_frames", 1) > 1:
        yield f"{Note.FRAMES}:{getattr(image, 'n_frames', 1)}"


def _told_by_xmp(packet: bytes | None) -> Iterator[str]:
    if packet is not None and xmp.has_gain_map(packet):
        yield Note.GAIN_MAP
    if packet is not None and xmp.has_film(packet):
        yield Note.FILM


def _beside(file: BinaryIO, kind: str) -> Iterator[str]:
    """Note data that Pillow does not report."""
    if kind == "WEBP":
        others = {chunk for chunk in _webp_chunks(file) if chunk not in _WEBP_CHUNKS}
        if others:
            names = sorted(chunk.decode("ascii", "replace").strip() for chunk in others)
            yield f"{Note.OTHER_DATA}:{', '.join(names)}"
    elif kind == "GIF":
        file.seek(0)
        if _GIF_ICC in file.read(_LARGEST_GIF_SEARCHED):
            yield Note.COLOUR_UNTAGGED
    elif kind == "BMP" and _bmp_header(file)[56:60] == _BMP_LINKED:
        yield Note.COLOUR_UNTAGGED


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


def _gif_xmp(file: BinaryIO) -> bytes | None:
    file.seek(0)
    _, found, rest = file.read(_LARGEST_GIF_SEARCHED).partition(_GIF_XMP)
    packet, ended, _ = rest.partition(_GIF_XMP_END)
    return packet if found and ended else b"" if found else None


def _bmp_header(file: BinaryIO) -> bytes:
    file.seek(_BMP_HEADER_AT)
    header = file.read(_BMP_V5_BYTES)
    return header if header[:4] == struct.pack("<I", _BMP_V5_BYTES) else b""


def _bmp_profile(file: BinaryIO) -> bytes | None:
    header = _bmp_header(file)
    if header[56:60] != _BMP_PROFILE or len(header) < _BMP_V5_BYTES:
        return None
    at, count = struct.unpack("<II", header[112:120])
    file.seek(_BMP_HEADER_AT + at)
    return file.read(count)


def _decoded(image: Image.Image, canvas: PixelSink) -> Decoded:
    image.load()
    mode = _READ_AS.get(image.mode, image.mode)
    if image.mode == "P" or (image.mode in ("RGB", "L") and "transparency" in image.info):
        has_alpha = "transparency" in image.info
        mode = ("RGBA" if has_alpha else "RGB") if image.mode != "L" else "LA"
    if mode not in ("L", "LA", "RGB", "RGBA"):
        raise Unsupported(image.mode)
    width, height = image.size
    canvas.begin(Form(width, height, "uint8", has_alpha=mode.endswith("A")))
    for rows in strips(height, width):
        part = image.crop((0, rows.start, width, rows.stop))
        strip = np.asarray(part if part.mode == mode else part.convert(mode))
        canvas.put(strip.reshape(rows.stop - rows.start, width, -1))
    image.close()
    return Decoded(grey=image.mode in _GREY_MODES)


def write_webp(photo: Photo, file: BinaryIO, *, quality: int) -> None:
    """Encode `photo` (8 bits, RGB, with or without alpha) with its metadata.

    Args:
        photo: metadata ready to be written.
        file: where it goes.
        quality: 1 to 99; 100 is lossless, and so is a photo that was.
    """
    pixels = photo.pixels if photo.alpha is None else np.dstack((photo.pixels, photo.alpha))
    Image.fromarray(pixels).save(
        file,
        "WEBP",
        quality=quality,
        lossless=photo.lossless or quality == _LOSSLESS_QUALITY,
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
