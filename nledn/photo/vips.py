"""libvips at our service: decodes in strips, encodes as a stream, at 8 and 16 bits alike.

Chosen by trial over tifffile, OpenCV and OpenImageIO; docs/photos.md has the table.
"""

import logging
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import pyvips

from nledn.photo.canvas import Canvas, DepthName, Form, colours_in
from nledn.photo.model import Decoded, Photo
from nledn.photo.source import Unsupported
from nledn.pixels import Plane, strips

# libvips knows files by name and would show an old photo after a change; and what it keeps
# costs memory that the engine needs.
pyvips.cache_set_max(0)
# Without a handler Python prints the library's warnings about odd files to the terminal.
logging.getLogger("pyvips").addHandler(logging.NullHandler())

_LOADERS = {"PNG": "pngload", "TIFF": "tiffload", "JPEG": "jpegload", "AVIF": "heifload"}
_VIPS_FORMATS = {np.dtype(np.uint8): "uchar", np.dtype(np.uint16): "ushort"}
_DEPTHS: dict[str, DepthName] = {"uchar": "uint8", "ushort": "uint16"}
_SPACES = {(2, 1): "b-w", (2, 2): "grey16", (3, 1): "srgb", (3, 2): "rgb16"}

VipsError = pyvips.Error
"""What libvips raises, for damaged files and failed writes alike."""


def decode(  # what the kinds of files differ in
    file: BinaryIO,
    kind: str,
    canvas: Canvas,
    *,
    bits: int | None = None,
    cmyk: bool = False,
    opaque: bool = False,
) -> Decoded:
    """Decode the first picture of an open file.

    Args:
        file: where it is read from; wherever it stands.
        kind: "PNG", "TIFF", "JPEG" or "AVIF".
        canvas: where the pixels go.
        bits: how many bits of 16 the file really fills (10, 12); None for all.
        cmyk: whether the pixels are to be converted from CMYK to sRGB.
        opaque: whether what follows the colours is no transparency, and left out.

    Raises:
        VipsError: the file is truncated or corrupt.
        Unsupported: float or 32-bit pixels.
    """
    # Held until the last strip is fetched: libvips itself keeps no reference to its callbacks.
    source = _source(file)
    image = _opened(source, _LOADERS[kind])
    if cmyk:
        image = _cmyk_to_srgb(image)
    if opaque:
        image = image.extract_band(0, n=colours_in(image.bands))
    if image.format not in _DEPTHS:
        raise Unsupported(str(image.format))
    _fetch(image, bits, canvas)
    return Decoded(grey=colours_in(image.bands) == 1, converted=cmyk)


def _source(file: BinaryIO) -> Any:
    """The open file as libvips sees it; not by name, which may hold what it takes for options."""
    file.seek(0)
    source = pyvips.SourceCustom()
    source.on_read(file.read)
    source.on_seek(file.seek)
    return source


def _opened(source: Any, loader: str) -> Any:
    # The loader by name: what libvips would guess includes formats that run far more code.
    return pyvips.Operation.call(f"{loader}_source", source, access="sequential", fail_on="error")


def _cmyk_to_srgb(image: Any) -> Any:
    depth = 16 if image.format == "ushort" else 8
    # The file's own profile; "cmyk" names the one libvips brings, for files without.
    return image.icc_transform("srgb", embedded=True, input_profile="cmyk", depth=depth)


def _fetch(image: Any, bits: int | None, canvas: Canvas) -> None:
    width, height, bands = image.width, image.height, image.bands
    depth = _DEPTHS[image.format]
    canvas.begin(Form(width, height, depth, has_alpha=bands > colours_in(bands)))
    region = pyvips.Region.new(image)
    for rows in strips(height, width):
        raw = region.fetch(0, rows.start, width, rows.stop - rows.start)
        canvas.put(filled(np.frombuffer(raw, depth).reshape(-1, width, bands), bits))


def filled(values: Any, bits: int | None) -> Any:
    """Spread uint16 values that fill the upper `bits` (None: all) over the whole range.

    The high bits are repeated in the low ones, so that 10-bit white is 65535 and not 65472.
    """
    return values if bits is None or bits >= 16 else values | (values >> bits)


def encode(photo: Photo, saver: str, write: Callable[[bytes], object], **options: Any) -> None:
    """Encode the pixels of a photo as a stream of bytes, without its metadata.

    Nothing is copied but the one channel of a grey photo.

    Args:
        photo: pixels and alpha as `saver` takes them.
        saver: "png" or "jpeg".
        write: takes the next bytes; what it raises is raised here.
        options: of the saver.

    Raises:
        VipsError: the picture cannot be encoded.
    """
    failures: list[Exception] = []

    def on_write(chunk: bytes) -> int:
        # An exception must not cross C: it is kept and raised below.
        try:
            if not failures:
                write(bytes(chunk))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is raised again below
            failures.append(error)
        return -1 if failures else len(chunk)

    target = pyvips.TargetCustom()
    target.on_write(on_write)
    colours = np.ascontiguousarray(photo.pixels[..., 0] if photo.grey else photo.pixels)
    try:
        image = _picture(colours, photo.alpha)
        pyvips.Operation.call(f"{saver}save_target", image, target, keep="none", **options)
    except pyvips.Error:
        if not failures:
            raise
    if failures:
        raise failures[0]


def _picture(colours: Any, alpha: Plane | None) -> Any:
    """Wrap arrays, (H, W) or (H, W, 3), as a picture; they must outlive it."""
    image = _wrapped(colours)
    if alpha is not None:
        image = image.bandjoin(_wrapped(np.ascontiguousarray(alpha)))
    return image.copy(interpretation=_SPACES[colours.ndim, colours.dtype.itemsize])


def _wrapped(array: Any) -> Any:
    height, width = array.shape[:2]
    bands = array.shape[2] if array.ndim == 3 else 1
    return pyvips.Image.new_from_memory(array, width, height, bands, _VIPS_FORMATS[array.dtype])


class Splice:
    """Puts metadata into a stream of bytes, where the encoder would have put its own.

    Args:
        write: takes the bytes of the finished file.
        replace: gets the stream's start, as far as it has come; gives what to write instead and
            how many bytes of the start that replaces, or None while it cannot tell yet.
    """

    def __init__(
        self,
        write: Callable[[bytes], object],
        replace: Callable[[bytes], tuple[bytes, int] | None],
    ) -> None:
        self._write = write
        self._replace = replace
        self._start = b""
        self.is_done = False

    def __call__(self, chunk: bytes) -> None:
        """Take the next bytes of the encoder."""
        if self.is_done:
            self._write(chunk)
            return
        self._start += chunk
        replaced = self._replace(self._start)
        if replaced is not None:
            self.is_done = True
            self._write(replaced[0] + self._start[replaced[1] :])
            self._start = b""
