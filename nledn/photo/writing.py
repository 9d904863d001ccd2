"""Write a `Photo` to a file: same depth, colours and metadata, whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyvips

from nledn.atomic import replacing
from nledn.errors import OutputFailed, OutputTooLarge, unknown_format
from nledn.messages import Note
from nledn.photo import exif, icc, iptc, jpeg, jxl, metadata, pillow, png, tiff_writing
from nledn.photo.formats import (
    RAIN_LAYERS,
    WITHOUT_ALPHA,
    WITHOUT_METADATA,
    written_depth,
    written_format,
)
from nledn.photo.model import Photo, WriteSettings
from nledn.pixels import Floats, Pixels, Plane, in_depth, strips, white

AS_USUAL = WriteSettings()

_LONGEST_SIDE_PX = {"JPEG": jpeg.LONGEST_SIDE_PX, "WEBP": pillow.WEBP_LONGEST_SIDE_PX}
_WITHOUT_GREY = ("WEBP",)
_WITH_IPTC = ("JPEG", "TIFF")
_LARGEST_BYTES = {"TIFF": tiff_writing.LARGEST_BYTES, "BMP": 2**32 - 2**16}
# Each takes a photo that the format can hold, with metadata ready to be written.
_ENCODERS: dict[str, Callable[[Photo, BinaryIO, WriteSettings], None]] = {
    "JPEG": jpeg.write,
    "PNG": lambda photo, file, _settings: png.write(photo, file),
    "TIFF": lambda photo, file, _settings: tiff_writing.write(photo, file),
    "WEBP": pillow.write_webp,
    "BMP": lambda photo, file, _settings: pillow.write_bmp(photo, file),
    "JXL": jxl.write,
}


def write(
    photo: Photo,
    path: Path,
    settings: WriteSettings = AS_USUAL,
    *,
    sources: Sequence[Path] = (),
    on_written: Callable[[BinaryIO], None] | None = None,
) -> tuple[str, ...]:
    """Write `photo` in the format that the suffix of `path` names.

    PNG, TIFF and JPEG XL keep everything. Formats of 8 bits get 16-bit photos rounded, and all but
    TIFF floats, cut to 0 to 1. JPEG and BMP have no alpha: transparency is laid over white, as
    photo editors do. WebP has no greyscale: it gets equal channels. BMP holds no metadata but the
    resolution.

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
    _refuse_too_large(photo, path, kind)
    with replacing(path, overwrite=settings.overwrite, sources=(*own, *sources)) as file:
        with _codec_errors(path):
            fitted, notes = _fitted(photo, kind)
            _ENCODERS[kind](fitted, file, settings)
        if on_written is not None:
            file.flush()
            on_written(file)
    return tuple(notes)


def write_rain(
    rain: Floats, path: Path, *, overwrite: bool = False, sources: Sequence[Path] = ()
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
    values: Pixels = rain
    if kind != "TIFF":
        values = np.empty(rain.shape, np.uint16)
        for rows in strips(*rain.shape[:2]):
            # In double: 32768 + 32767·rain has more digits than a float32.
            values[rows] = np.rint(32768 + 32767 * rain[rows].astype(np.float64))
    layer = Photo(values)
    _refuse_too_large(layer, path, kind)
    with replacing(path, overwrite=overwrite, sources=sources) as file, _codec_errors(path):
        _ENCODERS[kind](layer, file, AS_USUAL)


@contextmanager
def _codec_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (pyvips.Error, ValueError, jxl.NotEncoded) as error:
        raise OutputFailed(path, " ".join(str(error).split())) from error


def _refuse_too_large(photo: Photo, path: Path, kind: str) -> None:
    width, height = photo.size
    longest = _LONGEST_SIDE_PX.get(kind)
    if longest is not None and max(width, height) > longest:
        raise OutputTooLarge(path, f"{width} × {height} pixels; {kind} allows {longest} per side")
    stored = photo.pixels.nbytes + (0 if photo.alpha is None else photo.alpha.nbytes)
    if stored > _LARGEST_BYTES.get(kind, stored):
        raise OutputTooLarge(path, f"{stored / 1e9:.1f} GB; {kind} allows about 4")


def _fitted(photo: Photo, kind: str) -> tuple[Photo, list[str]]:
    """Convert a photo to one that `kind` can hold, and note what it has no room for."""
    notes: list[str] = []
    depth = written_depth(photo, kind)
    if depth != photo.pixels.dtype:
        is_float = photo.is_float
        notes.append(f"{Note.NO_FLOAT}:{depth.itemsize * 8}" if is_float else Note.FEWER_BITS)
        alpha = None if photo.alpha is None else in_depth(photo.alpha, depth)
        photo = replace(photo, pixels=in_depth(photo.pixels, depth), alpha=alpha)
    if photo.alpha is not None and kind in WITHOUT_ALPHA:
        notes.append(Note.NO_ALPHA)
        photo = replace(photo, pixels=_over_white(photo.pixels, photo.alpha), alpha=None)
    if photo.grey and kind in _WITHOUT_GREY:
        photo = _as_rgb(photo)
    is_iptc_lost = False
    if photo.iptc is not None and kind not in _WITH_IPTC:
        packet, is_whole = iptc.into_xmp(photo.iptc, photo.xmp)
        is_iptc_lost = not is_whole or kind in WITHOUT_METADATA
        photo = replace(photo, xmp=packet, iptc=None)
    notes += [*_left_out(photo, kind), *([Note.IPTC] if is_iptc_lost else [])]
    return metadata.upright(photo, photo.size)[0], notes


def _left_out(photo: Photo, kind: str) -> Iterator[str]:
    """Note metadata that `kind` has no room for."""
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


def _over_white(colours: Pixels, alpha: Plane) -> Pixels:
    """Lay 8-bit pixels over white by their alpha, in the file's own encoding."""
    pixels = np.empty_like(colours)
    for rows in strips(*colours.shape[:2]):
        cover = alpha[rows, :, None].astype(np.uint32)
        over = colours[rows] * cover + 255 * (255 - cover)
        pixels[rows] = (over + 127) // 255
    return pixels


def _as_rgb(photo: Photo) -> Photo:
    """8-bit grey as equal channels; a profile for one channel would not fit them."""
    if photo.icc is None or icc.colour_space(photo.icc) != b"GRAY":
        return replace(photo, grey=False)
    pixels = np.empty_like(photo.pixels)
    pixels[...] = icc.grey_to_srgb(photo.pixels[..., 0], photo.icc)[..., None]
    return replace(photo, pixels=pixels, icc=icc.srgb(), grey=False)


def resized(photo: Photo, longest_side_px: int | None) -> Photo:
    """Return a photo whose longest side is at most so long; one that fits comes back unchanged.

    Reduced with Lanczos in the file's own encoding, as photo editors do by default; transparent
    pixels lend no colour to those beside them. The georeference of a GeoTIFF would no longer be
    true and is removed.
    """
    width, height = photo.size
    if longest_side_px is None or max(width, height) <= longest_side_px:
        return photo
    scale = longest_side_px / max(width, height)
    across, along = (max(round(side * scale), 1) / side for side in (width, height))
    depth = photo.pixels.dtype
    most = white(depth)
    # libvips knows no half floats.
    known: Any = np.float32 if depth == np.float16 else depth
    planes = [photo.pixels] if photo.alpha is None else [photo.pixels, photo.alpha]
    arrays = [np.ascontiguousarray(plane, known) for plane in planes]
    image, *alpha = map(pyvips.Image.new_from_array, arrays)
    if alpha:
        image = image.bandjoin(alpha).premultiply(max_alpha=most)
    image = image.resize(across, vscale=along, kernel="lanczos3")
    if alpha:
        image = image.unpremultiply(max_alpha=most)
    if depth.kind != "f":
        image = image.rint().cast("uchar" if most == 255 else "ushort")
    values = image.numpy().astype(depth, copy=False)
    return replace(
        photo,
        pixels=np.ascontiguousarray(values[..., :3]),
        alpha=np.ascontiguousarray(values[..., 3]) if alpha else None,
        geo=None,
        notes=photo.notes if photo.geo is None else (*photo.notes, Note.GEOREFERENCE),
    )
