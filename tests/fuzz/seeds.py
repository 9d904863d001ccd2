"""Whole photos of every format that is read, each small, for mutations to begin with."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image, ImageCms

from nledn.photo import Photo, WriteSettings, jxl
from tests.photo.files import dng, encoded, exif_block, smooth, with_pictures, xmp_packet

DATA = Path(__file__).resolve().parents[1] / "photo" / "data"  # what no library here writes
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def whole_photos() -> dict[str, bytes]:
    """By a file name whose ending tells the format."""
    eight, deep = smooth(), smooth().astype(np.uint16) * 257
    grey, seen = eight[:, :, 0].copy(), np.dstack([eight, eight[:, :, :1]])
    exif = exif_block()
    return {
        "baseline.jpg": encoded(eight, "JPEG", exif=b"Exif\0\0" + exif, icc_profile=PROFILE),
        "progressive.jpg": encoded(eight, "JPEG", progressive=True, xmp=xmp_packet("")),
        "gain map.jpg": with_pictures(
            encoded(eight, "JPEG"), encoded(grey, "JPEG", xmp=xmp_packet("", 'hdrgm:Version="1.0"'))
        ),
        "grey.jpg": encoded(grey, "JPEG", restart_marker_blocks=2),
        "cmyk.jpg": encoded(Image.fromarray(eight).convert("CMYK"), "JPEG"),
        "eight.png": encoded(eight, "PNG", icc_profile=PROFILE, exif=exif),
        "alpha.png": encoded(seen, "PNG"),
        "palette.png": encoded(Image.fromarray(eight).quantize(64), "PNG", transparency=3),
        "sixteen.png": encoded(Image.fromarray(deep[:, :, 0].copy()), "PNG"),
        "strips.tif": _tiff(eight, rowsperstrip=7, compression="zlib"),
        "deep.tif": _tiff(deep, rowsperstrip=16, predictor=True, compression="zlib"),
        "lzw.tif": encoded(eight, "TIFF", compression="tiff_lzw"),
        "tiles.tif": _tiff(eight, tile=(16, 16), compression="zlib"),
        "floats.tif": _tiff(eight / np.float32(128), rowsperstrip=9, compression="zlib"),
        "half.tif": _tiff((eight / 128).astype(np.float16), tile=(16, 16)),
        "big.tif": _tiff(eight, bigtiff=True),
        "pages.tif": encoded(
            Image.fromarray(eight), "TIFF", save_all=True, append_images=[Image.fromarray(grey)]
        ),
        "lossy.webp": encoded(eight, "WEBP", quality=70, icc_profile=PROFILE),
        "lossless.webp": encoded(seen, "WEBP", lossless=True, exif=exif),
        "plain.bmp": encoded(eight, "BMP"),
        "palette.bmp": encoded(Image.fromarray(eight).quantize(16), "BMP"),
        "moving.gif": encoded(
            Image.fromarray(eight), "GIF", save_all=True, append_images=[Image.fromarray(grey)]
        ),
        "sensor.dng": dng(),
        "lossy.jxl": _jxl(Photo(eight, xmp=xmp_packet("")), 80),
        "deep.jxl": _jxl(Photo(deep, alpha=deep[:, :, 0], exif=exif, icc=PROFILE), 100),
        "photo.avif": encoded(eight, "AVIF", quality=70),
        **{path.name: path.read_bytes() for path in sorted(DATA.glob("*.hei*"))},
    }


def _jxl(photo: Photo, quality: int) -> bytes:
    stream = io.BytesIO()
    jxl.write(photo, stream, WriteSettings(quality=quality))
    return stream.getvalue()


def _tiff(pixels: np.ndarray[tuple[int, ...], np.dtype[Any]], **options: Any) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, pixels, photometric="rgb", **options)
    return stream.getvalue()
