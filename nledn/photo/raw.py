"""RAW files, developed by rawpy (LibRaw) to 16-bit sRGB."""

import functools
import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from nledn.messages import Note
from nledn.photo import exif, jpeg_segments, tiff_reading
from nledn.photo.model import Facts
from nledn.photo.source import Damaged, Form, Picture, Source, Unsupported
from nledn.photo.tiff_structure import EXIF_IFD, GPS_IFD, TiffDamaged, TiffStructure
from nledn.pixels import strips

# The slope and the power of sRGB's curve, in LibRaw's form.
_SRGB_CURVE = (2.4, 12.92)
_XMP = 700
_FUJI, _MINOLTA = b"FUJIFILMCCD-RAW", b"\0MRM"
_CANON_PARTS = {exif.ROOT: b"CMT1", EXIF_IFD: b"CMT2", GPS_IFD: b"CMT4"}
_CANON_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_JPEG_WITH_EXIF = b"Exif\0\0"
_LARGEST_HEADER = 2**22
_TRANSPOSED = 4  # the bit in LibRaw's `flip`


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of a RAW file."""
    import rawpy

    with _libraw_errors():
        raw = rawpy.imread(file)
    sizes = raw.sizes
    size = (sizes.width, sizes.height)
    if sizes.flip & _TRANSPOSED:
        size = size[::-1]
    decode = functools.partial(_developed, raw)
    return Source(facts_of(file), size, decode, orientation=1)  # LibRaw turns it


@contextmanager
def _libraw_errors() -> Iterator[None]:
    import rawpy

    try:
        yield
    except rawpy.LibRawFileUnsupportedError as error:
        raise Unsupported("unknown kind of RAW, or damaged") from error
    except rawpy.LibRawUnsufficientMemoryError as error:
        raise MemoryError from error
    except rawpy.LibRawError as error:
        raise Damaged(error.args[0].decode("utf-8", "replace")) from error


def facts_of(file: BinaryIO) -> Facts:
    """EXIF, XMP and IPTC of a RAW file, and notes on what cannot be read of them."""
    for read in (_of_tiff, _of_fuji, _of_canon, _of_preview):
        with suppress(TiffDamaged, LookupError, struct.error, ValueError):
            found = read(file)
            if found is not None and found.exif is not None:
                iptc = [Note.IPTC] if found.iptc == b"" else []
                return Facts(
                    format="RAW",
                    exif=found.exif,
                    xmp=found.xmp,
                    iptc=found.iptc or None,
                    notes=(Note.RAW, *iptc),
                )
    return Facts(format="RAW", notes=(Note.RAW, Note.RAW_EXIF))


def _of_tiff(file: BinaryIO) -> Facts | None:
    """DNG, NEF, ARW, ORF, RW2 and others, which are a TIFF, some with another version."""
    structure = TiffStructure(file, raw=True)
    page = structure.directory(structure.first_offset)
    block, _ = exif.from_tiff(page)
    return Facts(exif=block, xmp=page.data(_XMP), iptc=tiff_reading.iptc_of(page))


def _of_fuji(file: BinaryIO) -> Facts | None:
    """RAF: a preview, whose place is in the header, has the EXIF."""
    file.seek(0)
    head = file.read(92)
    if not head.startswith(_FUJI):
        return None
    at, count = struct.unpack(">II", head[84:92])
    file.seek(at)
    return _of_jpeg(file.read(count))


def _of_canon(file: BinaryIO) -> Facts | None:
    """CR3: boxes, with a TIFF structure for each directory of the EXIF."""
    file.seek(0)
    data = file.read(_LARGEST_HEADER)
    if data[4:8] != b"ftyp":
        return None
    parts = {tag: part for tag, name in _CANON_PARTS.items() if (part := _box(data, name))}
    _, found, packet = data.partition(_CANON_XMP)
    ended = packet.partition(b"</x:xmpmeta>")
    whole = ended[0] + ended[1] if found and ended[1] else None
    return Facts(exif=exif.from_parts(parts), xmp=whole)


def _box(data: bytes, name: bytes) -> bytes | None:
    at = data.find(name)
    if at < 4:
        return None
    length = int.from_bytes(data[at - 4 : at], "big")
    return data[at + 4 : at - 4 + length]


def _of_preview(file: BinaryIO) -> Facts | None:
    """X3F, MRW and others: the EXIF of a preview, or of a TIFF structure near the beginning."""
    file.seek(0)
    head = file.read(_LARGEST_HEADER)
    if head.startswith(_MINOLTA):
        at = head.find(b"\0TTW")
        if at >= 0:
            return _of_tiff(io.BytesIO(head[at + 8 :]))
    at = head.find(_JPEG_WITH_EXIF)
    start = head.rfind(b"\xff\xd8", 0, at) if at >= 0 else -1
    return _of_jpeg(head[start:]) if start >= 0 else None


def _of_jpeg(data: bytes) -> Facts:
    return jpeg_segments.read(io.BytesIO(data)).facts


def _developed(raw: Any) -> Picture:
    import rawpy

    with raw, _libraw_errors():
        pixels = raw.postprocess(
            use_camera_wb=True, output_bps=16, output_color=rawpy.ColorSpace.sRGB, gamma=_SRGB_CURVE
        )
    height, width = pixels.shape[:2]
    form = Form(width, height, "uint16", has_alpha=False)
    return Picture(form, (pixels[rows] for rows in strips(height, width)), converted=True)
