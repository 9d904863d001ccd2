"""Write a `Photo` to a file: same depth, colours and metadata, whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from nledn.atomic import replacing
from nledn.errors import OutputFailed, OutputTooLarge, unknown_format
from nledn.photo import exif, icc, iptc, jpeg, jxl, pillow, png, tiff_writing, vips, xmp
from nledn.photo.formats import (
    RAIN_LAYERS,
    WITHOUT_ALPHA,
    WITHOUT_METADATA,
    written_depth,
    written_format,
)
from nledn.photo.model import Metadata, Note, Photo
from nledn.photo.stripping import Strip
from nledn.photo.tiff_structure import TiffDamaged
from nledn.pixels import Floats, Pixels, Plane, in_depth, strips

_LONGEST_SIDE_PX = {"JPEG": jpeg.LONGEST_SIDE_PX, "WEBP": pillow.WEBP_LONGEST_SIDE_PX}
_WITHOUT_GREY = ("WEBP",)
_WITH_IPTC = ("JPEG", "TIFF")
_LARGEST_BYTES = {"TIFF": tiff_writing.LARGEST_BYTES, "BMP": 2**32 - 2**16}


@dataclass(frozen=True)
class WriteSettings:
    """The settings for writing results.

    Attributes:
        quality: 1 to 100, of JPEG, WebP and JPEG XL; 100 of the last two is lossless.
        subsampling: of JPEG's colours: "4:4:4" keeps them all, "4:2:0" a quarter.
        overwrite: whether an earlier result may be replaced; a source never is.
        strip: the metadata to leave out; `nledn.pipeline.write` does.
        keep_times: the file gets the times of its source; `nledn.pipeline.write` does.
        longest_side_px: larger photos are reduced to it; `nledn.pipeline.write` does.

    Example:
        >>> small = nledn.photo.WriteSettings(quality=85, longest_side_px=16)
        >>> written = nledn.write(result, Path("small.jpg"), small)
        >>> max(written.size)
        16
    """

    quality: int = 95
    subsampling: Literal["4:4:4", "4:2:0"] = "4:4:4"
    overwrite: bool = False
    strip: Strip = "none"
    keep_times: bool = False
    longest_side_px: int | None = None


def write(
    photo: Photo,
    path: Path,
    settings: WriteSettings = WriteSettings(),
    *,
    sources: Sequence[Path] = (),
    on_written: Callable[[BinaryIO], None] | None = None,
) -> tuple[str, ...]:
    """Write `photo` in the format that the suffix of `path` names.

    PNG, TIFF and JPEG XL keep everything. Formats of 8 bits get 16-bit photos rounded, and
    all but TIFF floats, cut to 0 to 1. JPEG and BMP have
    no alpha: transparency is laid over white, as photo editors do. WebP has no greyscale: it gets
    equal channels. BMP holds no metadata but the resolution.

    Args:
        photo: the photo; its metadata is made true of its pixels.
        path: .jpg, .jpeg, .png, .tif, .tiff, .webp, .bmp or .jxl.
        settings: quality, and whether to replace an earlier result.
        sources: files that are never replaced; the photo's own is always among them.
        on_written: called with the file, whole and open for reading too, before it gets its name.

    Returns:
        Notes on data that did not fit into the format, as in `Photo.notes`.

    Raises:
        OutputFormatUnknown: the suffix is none of these.
        OutputTooLarge: more than the format can hold.
        WriteError: its other kinds, as `nledn.atomic.replacing` says.
    """
    kind = written_format(path.suffix)
    if kind is None:
        raise unknown_format(path)
    own = () if photo.path is None else (photo.path,)
    photo, notes = _with_iptc_for(photo, kind)
    _refuse_too_large(photo, path, kind)
    with replacing(path, overwrite=settings.overwrite, sources=(*own, *sources)) as file:
        with _codec_errors(path):
            _encode(_fitted(_consistent(photo), kind), file, kind, settings)
        if on_written is not None:
            file.flush()
            on_written(file)
    return (*_left_out(photo, kind), *notes)


def write_rain(
    rain: Floats,
    path: Path,
    *,
    overwrite: bool = False,
    sources: Sequence[Path] = (),
) -> None:
    """Write a rain layer, which is subtracted from the rainy photo.

    Args:
        rain: (H, W, 3) float32 in (-1, 1).
        path: .tif or .tiff for the exact values (float32, signed), .png for 16 bits,
            round(32768 + 32767·rain).
        overwrite: whether an earlier file may be replaced.
        sources: files that are never replaced.

    Raises:
        OutputFormatUnknown: the suffix is none of these.
        OutputTooLarge: more than a TIFF can hold.
        WriteError: its other kinds, as `nledn.atomic.replacing` says.
    """
    kind = written_format(path.suffix)
    if kind not in RAIN_LAYERS:
        raise unknown_format(path)
    if kind == "TIFF" and rain.nbytes > tiff_writing.LARGEST_BYTES:
        raise OutputTooLarge(path, f"{rain.nbytes / 1e9:.1f} GB")
    with (
        replacing(path, overwrite=overwrite, sources=sources) as file,
        _codec_errors(path),
    ):
        if kind == "TIFF":
            tiff_writing.write(tiff_writing.Samples(rain), Metadata(), file)
        else:
            png.write(Photo(_rain_as_16_bits(rain)), file.write)


def _rain_as_16_bits(rain: Floats) -> Pixels:
    values = np.empty(rain.shape, np.uint16)
    for rows in strips(*rain.shape[:2]):
        # In double: 32768 + 32767·rain has more digits than a float32.
        values[rows] = np.rint(32768 + 32767 * rain[rows].astype(np.float64))
    return values


@contextmanager
def _codec_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (vips.VipsError, ValueError, jxl.NotEncoded) as error:
        raise OutputFailed(path, " ".join(str(error).split())) from error


def _refuse_too_large(photo: Photo, path: Path, kind: str) -> None:
    width, height = photo.size
    longest = _LONGEST_SIDE_PX.get(kind)
    if longest is not None and max(width, height) > longest:
        raise OutputTooLarge(path, f"{width} × {height} pixels; {kind} allows {longest} per side")
    stored = photo.pixels.nbytes + (0 if photo.alpha is None else photo.alpha.nbytes)
    if stored > _LARGEST_BYTES.get(kind, stored):
        raise OutputTooLarge(path, f"{stored / 1e9:.1f} GB; {kind} allows about 4")


def _consistent(photo: Photo) -> Photo:
    """Metadata true of the present pixels; corrupt metadata is left out."""
    block, packet = photo.exif, photo.xmp
    if block is not None:
        try:
            block = exif.upright(exif.sound(block)[0], photo.size)
        except TiffDamaged:
            block = None
    if packet is not None:
        try:
            packet = xmp.upright(xmp.sound(packet)[0], photo.size)
        except xmp.XmpDamaged:
            packet = None
    return replace(photo, exif=block, xmp=packet)


def _fitted(photo: Photo, kind: str) -> Photo:
    """Convert a photo to one that `kind` can hold."""
    photo = _in_depth(photo, written_depth(photo, kind))
    if kind in WITHOUT_ALPHA and photo.alpha is not None:
        photo = _over_white(photo, photo.alpha)
    if kind in _WITHOUT_GREY and photo.grey:
        photo = _as_rgb(photo)
    return photo


def _with_iptc_for(photo: Photo, kind: str) -> tuple[Photo, tuple[str, ...]]:
    """Move IPTC into XMP if the format has no place for it, and note texts that do not fit."""
    if photo.iptc is None or kind in _WITH_IPTC:
        return photo, ()
    packet, is_whole = iptc.into_xmp(photo.iptc, photo.xmp)
    is_kept = is_whole and kind not in WITHOUT_METADATA
    return replace(photo, xmp=packet, iptc=None), () if is_kept else (Note.IPTC,)


def _left_out(photo: Photo, kind: str) -> Iterator[str]:
    """Note metadata that `kind` has no room for; the kinds are those of `Metadata`."""
    depth = written_depth(photo, kind)
    if depth != photo.pixels.dtype:
        yield f"{Note.NO_FLOAT}:{depth.itemsize * 8}" if photo.is_float else Note.FEWER_BITS
    if photo.alpha is not None and kind in WITHOUT_ALPHA:
        yield Note.NO_ALPHA
    if photo.geo is not None and kind != "TIFF":
        yield Note.GEOREFERENCE
    if photo.gain_map is not None and not (kind == "JPEG" and jpeg.has_gain_map(photo)):
        yield Note.GAIN_MAP
    if photo.dpi is not None and kind in ("WEBP", "JXL") and exif.dpi(photo.exif or b"") is None:
        yield Note.NO_RESOLUTION
    if kind == "JPEG":
        yield from jpeg.left_out(photo)
    elif photo.texts and kind != "PNG":
        yield Note.NO_TEXTS
    if kind in WITHOUT_METADATA:
        there = ((photo.exif, Note.NO_EXIF), (photo.xmp, Note.NO_XMP), (photo.icc, Note.NO_PROFILE))
        yield from (note for block, note in there if block is not None)


def _in_depth(photo: Photo, depth: "np.dtype[Any]") -> Photo:
    alpha = None if photo.alpha is None else in_depth(photo.alpha, depth)
    return replace(photo, pixels=in_depth(photo.pixels, depth), alpha=alpha)


def _over_white(photo: Photo, alpha: Plane) -> Photo:
    """Lay 8-bit pixels over white by their alpha, in the file's own encoding."""
    pixels = np.empty_like(photo.pixels)
    for rows in strips(*photo.pixels.shape[:2]):
        cover = alpha[rows, :, None].astype(np.uint32)
        over = photo.pixels[rows] * cover + 255 * (255 - cover)
        pixels[rows] = (over + 127) // 255
    return replace(photo, pixels=pixels, alpha=None)


def _as_rgb(photo: Photo) -> Photo:
    """8-bit grey as equal channels; a profile for one channel would not fit them."""
    if photo.icc is None or icc.colour_space(photo.icc) != b"GRAY":
        return replace(photo, grey=False)
    pixels = np.empty_like(photo.pixels)
    pixels[...] = icc.grey_to_srgb(photo.pixels[..., 0], photo.icc)[..., None]
    return replace(photo, pixels=pixels, icc=icc.srgb(), grey=False)


def _encode(photo: Photo, file: BinaryIO, kind: str, settings: WriteSettings) -> None:
    encoders: dict[str, Callable[[], None]] = {
        "JPEG": lambda: jpeg.write(
            photo, file, quality=settings.quality, subsampling=settings.subsampling
        ),
        "PNG": lambda: png.write(photo, file.write),
        "TIFF": lambda: _write_tiff(photo, file),
        "WEBP": lambda: pillow.write_webp(photo, file, quality=settings.quality),
        "BMP": lambda: pillow.write_bmp(photo, file),
        "JXL": lambda: jxl.write(photo, file, quality=settings.quality),
    }
    encoders[kind]()


def _write_tiff(photo: Photo, file: BinaryIO) -> None:
    colours = photo.pixels[..., :1] if photo.grey else photo.pixels
    metadata = Metadata(photo.icc, photo.exif, photo.xmp, photo.dpi, geo=photo.geo, iptc=photo.iptc)
    tiff_writing.write(tiff_writing.Samples(colours, photo.alpha), metadata, file)
