"""All data of a file come back in its own format, or a note says that they do not.

Each format that is read has a row; each row has all kinds of things. A format without a row fails.
"""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from nledn import photo
from nledn.photo import Note, Photo, WriteSettings, formats, iptc, jxl
from tests.photo import files

DATA = Path(__file__).parent / "data"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EXIF = files.exif_block(orientation=1, thumbnail=False)
XMP = files.xmp_packet()
IPTC = b"\x1c\2\5\0\3wet\x1c\2\x19\0\4rain\x1c\2\x5a\0\5Essen"

KINDS = (
    "exif", "xmp", "iptc", "profile", "other colour", "texts", "alpha", "channels", "pages", "film",
    "gain map", "georeference", "resolution", "times", "other data",
)  # fmt: skip

KEPT = "kept"
NEVER = "the format has no such thing"
OF_EXIF = "in the EXIF, which is kept"


def _jpeg(**options: Any) -> bytes:
    return files.encoded(files.smooth(), "JPEG", **options)


def _png(kind: bytes = b"", data: bytes = b"", **options: Any) -> bytes:
    png = files.encoded(files.smooth(), "PNG", **options)
    return files.with_png_chunk(png, kind, data) if kind else png


def _tiff(pixels: Any = None, **options: Any) -> bytes:
    stream = io.BytesIO()
    stored = files.smooth() if pixels is None else pixels
    tifffile.imwrite(stream, stored, photometric="rgb", metadata=None, **options)
    return stream.getvalue()


def _tiff_with(*tags: Any) -> bytes:
    return _tiff(extratags=tags)


def _webp(**options: Any) -> bytes:
    return files.encoded(files.smooth(), "WEBP", lossless=True, **options)


def _webp_with_chunk(name: bytes) -> bytes:
    data = _webp(exif=EXIF) + name + struct.pack("<I", 4) + b"data"
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def _jxl(**options: Any) -> bytes:
    stream = io.BytesIO()
    jxl.write(Photo(files.smooth(), **options), stream, WriteSettings(quality=100))
    return stream.getvalue()


def _gif_with(application: bytes, data: bytes) -> bytes:
    gif = files.encoded(files.smooth(), "GIF")
    return gif[:-1] + b"\x21\xff\x0b" + application + data + b"\0;"


def _seen(count: int) -> list[Image.Image]:
    return [Image.fromarray(np.roll(files.smooth(), 15 * n, axis=1)) for n in range(count)]


def _pages(kind: str) -> bytes:
    first, *others = _seen(3)
    return files.encoded(first, kind, save_all=True, append_images=others)


def _bmp_with_profile(name: bytes) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 124, 4, 4, 1, 24, 0, 48, 2835, 2835, 0, 0)
    header += bytes(16) + name + bytes(48) + struct.pack("<IIII", 0, 124 + 48, len(PROFILE), 0)
    pixels = bytes(48)
    head = b"BM" + struct.pack("<IHHI", 14 + 124 + 48 + len(PROFILE), 0, 0, 14 + 124)
    return head + header + pixels + PROFILE


EXTRA = np.dstack([files.smooth()] * 2)[:, :, :5].copy()
SEEN = np.dstack([files.smooth(), files.smooth()[:, :, :1]])
MOTION = files.xmp_packet(
    attributes='xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1"'
)
GAIN_MAP = files.xmp_packet(attributes='hdrgm:Version="1.0"')
FILM = b"\0\0\0\x18ftypmp42" + bytes(range(1, 101))

# Of each kind: a file that holds it and the note that must come, or `KEPT`; or why there is none.
INVENTORY: dict[str, dict[str, tuple[bytes, str] | str]] = {
    "JPEG": {
        "exif": (_jpeg(exif=b"Exif\0\0" + EXIF), KEPT),
        "xmp": (_jpeg(xmp=XMP), KEPT),
        "iptc": (
            files.with_jpeg_segment(_jpeg(), 0xED, b"Photoshop 3.0\0" + iptc.as_resource(IPTC)),
            KEPT,
        ),
        "profile": (_jpeg(icc_profile=PROFILE), KEPT),
        "other colour": OF_EXIF,
        "texts": (files.with_jpeg_segment(_jpeg(), 0xFE, b"wet"), KEPT),
        "alpha": NEVER,
        "channels": NEVER,
        "pages": (_pages("MPO"), Note.MPO),
        "film": (_jpeg() + FILM, Note.FILM),
        "gain map": (files.with_pictures(_jpeg(), _jpeg(xmp=GAIN_MAP)), KEPT),
        "georeference": NEVER,
        "resolution": (_jpeg(dpi=(300, 300)), KEPT),
        "times": OF_EXIF,
        "other data": (
            files.with_jpeg_segment(_jpeg(), 0xEB, b"own data"),
            f"{Note.OTHER_DATA}:APP11",
        ),
    },
    "PNG": {
        "exif": (_png(exif=EXIF), KEPT),
        "xmp": (_png(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP), KEPT),
        "iptc": (_png(b"tEXt", b"Raw profile type iptc\0\niptc\n 4\n00000000\n"), Note.IPTC),
        "profile": (_png(icc_profile=PROFILE), KEPT),
        "other colour": (_png(b"cICP", b"\x09\x10\0\1"), Note.COLOUR_UNTAGGED),
        "texts": (_png(b"zTXt", b"Author\0\0" + zlib.compress(b"Ann")), KEPT),
        "alpha": (files.encoded(SEEN, "PNG"), KEPT),
        "channels": NEVER,
        "pages": (_pages("PNG"), f"{Note.FRAMES}:3"),
        "film": (_png() + FILM, Note.TRAILER),
        "gain map": NEVER,
        "georeference": NEVER,
        "resolution": (_png(dpi=(300, 300)), KEPT),
        "times": OF_EXIF,
        "other data": (_png(b"prVt", b"own data"), f"{Note.OTHER_DATA}:prVt"),
    },
    "TIFF": {
        "exif": (_tiff_with((0x010F, 2, 0, "Kamera", True)), KEPT),
        "xmp": (_tiff_with((700, 1, len(XMP), XMP, True)), KEPT),
        "iptc": (_tiff_with((33723, 7, len(IPTC), IPTC, True)), KEPT),
        "profile": (_tiff(iccprofile=PROFILE), KEPT),
        "other colour": (_tiff_with((318, 5, 2, (1, 3, 1, 3), True)), Note.COLOUR_UNTAGGED),
        "texts": OF_EXIF,
        "alpha": (_tiff(SEEN, extrasamples=["unassalpha"]), KEPT),
        "channels": (
            _tiff(EXTRA, extrasamples=["unspecified", "unassalpha"], planarconfig="contig"),
            Note.EXTRA_CHANNELS,
        ),
        "pages": (_pages("TIFF"), f"{Note.FRAMES}:3"),
        "film": NEVER,
        "gain map": NEVER,
        "georeference": (_tiff_with((33550, 12, 3, (1.0, 2.0, 3.0), True)), KEPT),
        "resolution": (_tiff(resolution=(300, 300), resolutionunit="INCH"), KEPT),
        "times": OF_EXIF,
        "other data": (_tiff_with((50000, 1, 4, b"data", True)), f"{Note.OTHER_DATA}:50000"),
    },
    "WEBP": {
        "exif": (_webp(exif=EXIF), KEPT),
        "xmp": (_webp(xmp=XMP), KEPT),
        "iptc": NEVER,
        "profile": (_webp(icc_profile=PROFILE), KEPT),
        "other colour": NEVER,
        "texts": NEVER,
        "alpha": (files.encoded(SEEN, "WEBP", lossless=True, exact=True), KEPT),
        "channels": NEVER,
        "pages": (_pages("WEBP"), f"{Note.FRAMES}:3"),
        "film": NEVER,
        "gain map": (_webp(xmp=GAIN_MAP), Note.GAIN_MAP),
        "georeference": NEVER,
        "resolution": OF_EXIF,
        "times": OF_EXIF,
        "other data": (_webp_with_chunk(b"OWND"), f"{Note.OTHER_DATA}:OWND"),
    },
    "BMP": {
        "profile": (_bmp_with_profile(b"DEBM"), Note.NO_PROFILE),
        "other colour": (_bmp_with_profile(b"KNIL"), Note.COLOUR_UNTAGGED),
        "resolution": (files.encoded(files.smooth(), "BMP", dpi=(300, 300)), KEPT),
    },
    "GIF": {
        "xmp": (_gif_with(b"XMP DataXMP", XMP + b"\x01\xff\xfe\xfd"), KEPT),
        "profile": (_gif_with(b"ICCRGBG1012", b"\4data"), Note.COLOUR_UNTAGGED),
        "texts": (files.encoded(files.smooth(), "GIF", comment=b"wet"), KEPT),
        "pages": (_pages("GIF"), f"{Note.FRAMES}:3"),
    },
    "AVIF": {
        "exif": (files.encoded(files.smooth(), "AVIF", exif=b"Exif\0\0" + EXIF), KEPT),
        "xmp": (files.encoded(files.smooth(), "AVIF", xmp=XMP), KEPT),
        "profile": (files.encoded(files.smooth(), "AVIF", icc_profile=PROFILE), KEPT),
        "alpha": (files.encoded(SEEN, "AVIF"), KEPT),
        "resolution": OF_EXIF,
        "times": OF_EXIF,
    },
    "HEIC": {
        "exif": "read as AVIF's, by the same reader",
        "profile": "read as AVIF's, by the same reader",
        "other colour": ((DATA / "ten_bits.heic").read_bytes(), KEPT),
    },
    "JXL": {
        "exif": (_jxl(exif=EXIF), KEPT),
        "xmp": (_jxl(xmp=XMP), KEPT),
        "iptc": NEVER,
        "profile": (_jxl(icc=PROFILE), KEPT),
        "texts": NEVER,
        "alpha": (_jxl(alpha=files.smooth()[..., 0]), KEPT),
        "film": NEVER,
        "georeference": NEVER,
        "resolution": OF_EXIF,
        "times": OF_EXIF,
        "gain map": "in tests/photo/test_jxl.py, as are other boxes",
    },
    "MPO": {"pages": (_pages("MPO"), Note.MPO)},
    "RAW": {
        "exif": (files.dng(), KEPT),  # and of each camera's kind in tests/photo/test_raw.py
        "xmp": (files.dng(None, (700, 1, len(XMP), XMP, True)), KEPT),
        "iptc": (files.dng(None, (33723, 7, len(IPTC), IPTC, True)), KEPT),
        "profile": "developed to sRGB",
        "resolution": OF_EXIF,
        "times": OF_EXIF,
    },
}


def _cells() -> list[tuple[str, str, tuple[bytes, str]]]:
    return [
        (kind, thing, cell)
        for kind, row in INVENTORY.items()
        for thing, cell in row.items()
        if not isinstance(cell, str)
    ]


def test_every_format_that_is_read_has_a_row() -> None:
    assert set(INVENTORY) == set(formats.SUFFIXES)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_row_has_every_kind_of_thing(kind: str) -> None:
    assert tuple(INVENTORY[kind]) == KINDS


@pytest.mark.parametrize("kind", INVENTORY)
def test_a_row_has_no_other_thing(kind: str) -> None:
    assert set(INVENTORY[kind]) <= set(KINDS)


def _things(found: Photo) -> dict[str, Any]:
    return {
        "exif": found.exif,
        "xmp": found.xmp,
        "iptc": found.iptc,
        "profile": found.icc,
        "texts": found.texts or None,
        "alpha": found.alpha,
        "georeference": found.geo,
        "resolution": found.dpi,
        "other colour": found.pixels,
        "gain map": found.gain_map,
    }


@pytest.mark.parametrize(("kind", "thing", "cell"), _cells())
def test_a_thing_comes_back_or_is_noted(
    kind: str, thing: str, cell: tuple[bytes, str], tmp_path: Path
) -> None:
    data, outcome = cell
    found = photo.read(files.saved(tmp_path, "in.jxl", data))  # by content but for JPEG XL
    assert found.format == kind or (kind, found.format) == ("JPEG", "MPO")
    suffix = photo.output_suffix(found)
    left_out = photo.write(found, tmp_path / f"out{suffix}")
    told = (*found.notes, *left_out)
    if outcome != KEPT:
        assert outcome in told
        return
    assert not [note for note in told if note not in (Note.PALETTE, Note.RAW)]
    again = photo.read(tmp_path / f"out{suffix}")
    assert _things(found)[thing] is not None
    assert _things(again)[thing] is not None
    assert again.notes == ()


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_iptc_becomes_xmp_where_there_is_no_place_for_it(tmp_path: Path, suffix: str) -> None:
    sent = Photo(files.smooth(), iptc=IPTC, xmp=XMP)
    assert photo.write(sent, tmp_path / f"a{suffix}") == ()
    found = photo.read(tmp_path / f"a{suffix}").xmp
    assert found is not None
    for word in ("rain", "Essen", "Straße im Regen"):
        assert word.encode() in found
    assert b"wet" not in found  # XMP has another title
    assert photo.write(sent, tmp_path / "a.bmp")[-1] == Note.IPTC


@pytest.mark.parametrize(
    ("told", "meant"), [("20200131", "2020-01-31"), ("20200000", "2020"), ("1 May 20", "1 May 20")]
)
def test_the_date_of_iptc_becomes_one_of_xmp(tmp_path: Path, told: str, meant: str) -> None:
    block = b"\x1c\2\x37\0\x08" + told.encode()
    photo.write(Photo(files.smooth(), iptc=block), tmp_path / "a.png")
    found = photo.read(tmp_path / "a.png").xmp
    assert found is not None
    assert f"DateCreated>{meant}<".encode() in found
