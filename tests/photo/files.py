"""Files as cameras and programs write them, built byte by byte where no library would."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

MAKER_NOTE = b"Maker\0\0\0" + bytes(range(200))
THUMBNAIL = b"\xff\xd8THUMBNAIL-OF-THE-RAINY-PHOTO\xff\xd9"
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}


def colours(height: int = 37, width: int = 53, dtype: Any = np.uint8, channels: int = 3) -> Any:
    """Random pixels that no codec can mistake for anything simpler."""
    largest = np.iinfo(dtype).max
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(7).integers(0, largest, shape, dtype, endpoint=True)


def smooth(height: int = 40, width: int = 56) -> NDArray[np.uint8]:
    """Gradients, which lossy codecs keep well; every corner has its own colour."""
    y, x = np.mgrid[:height, :width]
    planes = (x * 255 // (width - 1), y * 255 // (height - 1), (x + y) % 128 + 60)
    return np.stack(planes, axis=2).astype(np.uint8)


def encoded(pixels: Any, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(stream, kind, **options)
    return stream.getvalue()


def saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def dng(
    sensor: Any = None,
    *more: Any,
    orientation: int = 1,
    neutral: Any = (1, 1, 1),
    resolution: Any = (72, 72),
) -> bytes:
    """A DNG (Adobe's specification 1.4) of a sensor with red, green, green and blue in a square.

    Args:
        sensor: (H, W) uint16; None for a ramp to the right.
        more: further tags, as tifffile takes them.
        orientation: as in EXIF.
        neutral: what white is on the sensor, in thousandths or as whole numbers.
        resolution: pixels per inch, across and down.
    """
    ramp = (np.mgrid[:96, :128][1] * 400 + 2000).astype(np.uint16)
    third = (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1)
    as_shot = [part for value in neutral for part in (round(value * 1000), 1000)]
    tags = [
        (50706, 1, 4, bytes((1, 4, 0, 0)), True),
        (50708, 2, 0, "Kamera Eins", True),
        (271, 2, 0, "Kamera", True),
        (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, bytes((0, 1, 1, 2)), True),
        (50721, 10, 9, third, True),
        (50728, 5, 3, as_shot, True),
        (50778, 3, 1, 21, True),
        (50717, 4, 1, 65535, True),
        (274, 3, 1, orientation, True),
        *more,
    ]
    stream = io.BytesIO()
    stored = ramp if sensor is None else sensor
    options: dict[str, Any] = {"resolution": resolution, "resolutionunit": "INCH"}
    tifffile.imwrite(stream, stored, photometric="cfa", metadata=None, extratags=tags, **options)
    return stream.getvalue()


def exif_block(
    *,
    order: str = "<",
    orientation: int = 6,
    size: tuple[int, int] = (1, 2),
    thumbnail: bool = True,
) -> bytes:
    """EXIF as a camera writes it: MakerNote with its own offset, GPS, IFD1 at the end."""
    gps = [(1, 2, b"N\0"), (2, 5, struct.pack(order + "6I", 51, 1, 30, 1, 0, 1))]
    photo_ifd = [
        (0x829A, 5, struct.pack(order + "2I", 1, 250)),
        (0x927C, 7, MAKER_NOTE),
        (0xA002, 4, struct.pack(order + "I", size[0])),
        (0xA003, 3, struct.pack(order + "H", size[1])),
    ]
    first: list[tuple[int, int, bytes]] = [
        (0x010F, 2, b"Kamera\0"),
        (0x0112, 3, struct.pack(order + "H", orientation)),
        (0x8298, 2, "© Anna\0".encode()),
    ]
    pointers = [(0x8769, 4, bytes(4)), (0x8825, 4, bytes(4))]
    first_bytes = len(_directory(first + pointers, 8, order, 0))
    exif_at = 8 + first_bytes
    gps_at = exif_at + len(_directory(photo_ifd, exif_at, order, 0))
    second_at = gps_at + len(_directory(gps, gps_at, order, 0))
    pointers = [
        (0x8769, 4, struct.pack(order + "I", exif_at)),
        (0x8825, 4, struct.pack(order + "I", gps_at)),
    ]
    block = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", 8)
    block += _directory(first + pointers, 8, order, second_at if thumbnail else 0)
    block += _directory(photo_ifd, exif_at, order, 0) + _directory(gps, gps_at, order, 0)
    if not thumbnail:
        return block
    second = [
        (0x0201, 4, bytes(4)),
        (0x0202, 4, struct.pack(order + "I", len(THUMBNAIL))),
    ]
    at = second_at + len(_directory(second, second_at, order, 0))
    second[0] = (0x0201, 4, struct.pack(order + "I", at))
    return block + _directory(second, second_at, order, 0) + THUMBNAIL


def _directory(
    entries: list[tuple[int, int, bytes]], start: int, order: str, following: int
) -> bytes:
    table = struct.pack(order + "H", len(entries))
    heap = b""
    heap_at = start + 2 + 12 * len(entries) + 4
    for tag, kind, data in sorted(entries):
        table += struct.pack(order + "HHI", tag, kind, len(data) // _SIZES[kind])
        if len(data) <= 4:
            table += data.ljust(4, b"\0")
        else:
            table += struct.pack(order + "I", heap_at + len(heap))
            heap += data + bytes(len(data) % 2)
    return table + struct.pack(order + "I", following) + heap


def xmp_packet(inner: str = "", attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"'
        f" {attributes}><dc:title>Straße im Regen</dc:title>{inner}</rdf:Description>"
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_png_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """Put a chunk right behind the header."""
    return png[:33] + png_chunk(kind, data) + png[33:]


def with_jpeg_segment(jpeg: bytes, marker: int, data: bytes) -> bytes:
    """Put a segment right behind the start of a JPEG."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data + jpeg[2:]


def with_pictures(base: bytes, *others: bytes) -> bytes:
    """A JPEG with others behind it, as MPF tells (CIPA DC-007)."""
    count = 1 + len(others)
    head = b"MM\0*" + struct.pack(">IH", 8, 3) + struct.pack(">HHI4s", 0xB000, 7, 4, b"0100")
    head += struct.pack(">HHII", 0xB001, 4, 1, count)
    head += struct.pack(">HHIII", 0xB002, 7, 16 * count, 50, 0)
    size = len(base) + 8 + len(head) + 16 * count
    entries, at = struct.pack(">IIIHH", 0x030000, size, 0, 0, 0), size
    for other in others:
        entries += struct.pack(">IIIHH", 0, len(other), at - 10, 0, 0)
        at += len(other)
    return with_jpeg_segment(base, 0xE2, b"MPF\0" + head + entries) + b"".join(others)
