"""JPEG, WebP, BMP, GIF and AVIF of 8 bits, read by Pillow; WebP and BMP written by it.

It decodes what it cannot hold (16-bit RGB) to 8 bits without a word, so such files go elsewhere.
"""

import functools
import warnings
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from PIL import Image, JpegImagePlugin

from nledn.photo import exif, texts, vips, xmp
from nledn.photo.canvas import Canvas, Form
from nledn.photo.model import Decoded, Metadata, Note, Photo
from nledn.photo.source import Source, Unsupported
from nledn.pixels import strips

WEBP_LONGEST_SIDE_PX = 16383

# `read` has a limit of its own, which people can set; Pillow's would stop at 179 megapixels.
Image.MAX_IMAGE_PIXELS = None

_FORMATS = ("JPEG", "WEBP", "BMP", "GIF", "AVIF")
_WITHOUT_DPI = ("WEBP", "AVIF")
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"
_IPTC = b"Photoshop 3.0\0"
_IPTC_RESOURCE = b"8BIM\x04\x04"
_GREY_MODES = ("1", "L", "LA", "La")
# Modes that become another one before they are read out, strip by strip.
_READ_AS = {"1": "L", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "PA": "RGBA"}
_LOSSLESS_QUALITY = 100


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of a JPEG, WebP, BMP, GIF or AVIF.

    Raises:
        OSError, SyntaxError, ValueError and others of Pillow's: the file is damaged.
    """
    # Pillow warns of odd metadata, which is dropped with a note. Set anew at each call, for the
    # filters of others; entering and leaving a context instead is not safe among threads.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    file.seek(0)
    image = Image.open(file, formats=_FORMATS)
    kind = image.format or ""
    block = exif.bare(image.info.get("exif"))
    metadata = Metadata(
        icc=image.info.get("icc_profile") or None,
        exif=block,
        xmp=_xmp(image),
        dpi=exif.dpi(block or b"") if kind in _WITHOUT_DPI else image.info.get("dpi"),
        texts=texts.from_comments(_comments(image)),
    )
    if image.mode == "CMYK" and isinstance(image, JpegImagePlugin.JpegImageFile):
        decode = functools.partial(vips.decode, file, "JPEG", cmyk=True)
    else:
        decode = functools.partial(_decoded, image)
    notes = tuple(dict.fromkeys(_notes(image, metadata)))
    # AVIF turns by properties of its own, which Pillow puts into the EXIF; its XMP is not asked.
    orientation = exif.orientation(block or b"") or 1 if kind == "AVIF" else None
    return Source(kind, image.size, metadata, decode, orientation, notes)


def _xmp(image: Image.Image) -> bytes | None:
    packet = image.info.get("xmp")
    return packet if isinstance(packet, bytes) else None


def _comments(image: Image.Image) -> list[bytes]:
    if hasattr(image, "applist"):  # a JPEG's, all of them; `info` has the last
        return [data for name, data in image.applist if name == "COM"]
    comment = image.info.get("comment")
    return [comment] if isinstance(comment, bytes) else []


def _notes(image: Image.Image, metadata: Metadata) -> Iterator[str]:
    simple = {"P": Note.PALETTE, "PA": Note.PALETTE, "1": Note.BILEVEL, "CMYK": Note.CMYK}
    if image.mode in simple:
        yield simple[image.mode]
    if image.format == "MPO":
        yield Note.MPO
    elif getattr(image, "n_frames", 1) > 1:
        yield f"{Note.FRAMES}:{getattr(image, 'n_frames', 1)}"
    if metadata.xmp is not None and xmp.has_gain_map(metadata.xmp):
        yield Note.GAIN_MAP
    for _, data in getattr(image, "applist", ()):
        if data.startswith(_ISO_GAIN_MAP):
            yield Note.GAIN_MAP
        elif data.startswith(_EXTENDED_XMP):
            yield Note.EXTENDED_XMP
        elif data.startswith(_IPTC) and _IPTC_RESOURCE in data:
            yield Note.IPTC


def _decoded(image: Image.Image, canvas: Canvas) -> Decoded:
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
        quality: 1 to 99; 100 is lossless.
    """
    pixels = photo.pixels if photo.alpha is None else np.dstack((photo.pixels, photo.alpha))
    Image.fromarray(pixels).save(
        file,
        "WEBP",
        quality=quality,
        lossless=quality == _LOSSLESS_QUALITY,
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
