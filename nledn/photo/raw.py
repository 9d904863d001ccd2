"""RAW files, developed by rawpy (LibRaw) where it is installed, to 16-bit sRGB."""

import functools
from typing import Any, BinaryIO

from nledn.photo import exif
from nledn.photo.canvas import Canvas, Form
from nledn.photo.model import Decoded, Metadata, Note
from nledn.photo.source import ReaderMissing, Source
from nledn.photo.tiff_structure import TiffDamaged, TiffStructure
from nledn.pixels import strips

# The slope and the power of sRGB's curve, as LibRaw wants them.
_SRGB_CURVE = (2.4, 12.92)
_QUARTER_TURNS = (5, 6)  # LibRaw's `flip` for pictures on their side


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels of a RAW file.

    Raises:
        ReaderMissing: rawpy is not installed.
        rawpy.LibRawError: the file is damaged, or of a camera that LibRaw does not know.
    """
    try:
        import rawpy
    except ImportError as error:
        raise ReaderMissing("RAW", "rawpy") from error
    file.seek(0)
    raw = rawpy.imread(file)
    sizes = raw.sizes
    size = (sizes.width, sizes.height)
    return Source(
        format="RAW",
        size=size[::-1] if sizes.flip in _QUARTER_TURNS else size,
        metadata=Metadata(exif=_exif(file)),
        decode=functools.partial(_developed, raw),
        orientation=1,  # LibRaw turns it
        notes=(Note.RAW,),
    )


def _exif(file: BinaryIO) -> bytes | None:
    try:
        structure = TiffStructure(file)
        return exif.from_tiff(structure, structure.directory(structure.first_offset))
    except (TiffDamaged, LookupError):
        return None  # CR3, RAF and others keep theirs in ways of their own


def _developed(raw: Any, canvas: Canvas) -> Decoded:
    import rawpy

    with raw:
        pixels = raw.postprocess(
            use_camera_wb=True,
            output_bps=16,
            output_color=rawpy.ColorSpace.sRGB,
            gamma=_SRGB_CURVE,
        )
    height, width = pixels.shape[:2]
    canvas.begin(Form(width, height, "uint16", has_alpha=False))
    for rows in strips(height, width):
        canvas.put(pixels[rows])
    return Decoded(converted=True)
