"""Decoding in strips and encoding as a stream by libvips, at 8 and 16 bits.

Chosen over tifffile, OpenCV and OpenImageIO by measurement; docs/photos.md has the table.
"""

import io
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import pyvips

from nledn.photo.model import Decoded, Photo
from nledn.photo.pixel_sink import DepthName, Form, PixelSink, colours_in
from nledn.photo.source import Unsupported
from nledn.pixels import Plane, is_float, strips, white

# libvips caches files by name and would show an old photo after a change; and its cache costs
# memory that the engine needs.
pyvips.cache_set_max(0)
# Without a handler Python prints the library's warnings about odd files to the terminal.
logging.getLogger("pyvips").addHandler(logging.NullHandler())

_LOADERS = {"PNG": "pngload", "TIFF": "tiffload", "JPEG": "jpegload", "AVIF": "heifload"}
_VIPS_FORMATS = {np.dtype(np.uint8): "uchar", np.dtype(np.uint16): "ushort"}
_DEPTHS: dict[str, DepthName] = {"uchar": "uint8", "ushort": "uint16", "float": "float32"}
_SPACES = {(2, 1): "b-w", (2, 2): "grey16", (3, 1): "srgb", (3, 2): "rgb16"}

_JPEG_END = b"\xff\xd9"
# Bits for any decoder of coefficients, and no marker among them.
_NONSENSE = bytes(value * 89 % 251 for value in range(1, 200))
_GREY = 128  # of blocks that a JPEG's decoder knows nothing of

VipsError = pyvips.Error
"""The error of libvips, both for damaged files and for failed writes."""


@dataclass(frozen=True, eq=False)
class VipsImage:
    """A picture in an open file.

    Attributes:
        file: it is read from; any position.
        kind: "PNG", "TIFF", "JPEG" or "AVIF".
        bits: how many bits of 16 the file really fills (10, 12), or 16 of a float; None for all.
        cmyk: convert the pixels from CMYK to sRGB.
        bands: those of the colours, and of alpha, that are taken; None for all.
        place: of the picture in its file, as the loader's options.
    """

    file: BinaryIO
    kind: str
    bits: int | None = None
    cmyk: bool = False
    bands: tuple[int, ...] | None = None
    place: Mapping[str, int] = field(default_factory=dict)

    def decode(self, canvas: PixelSink) -> Decoded:
        """Decode it onto a canvas.

        Raises:
            VipsError: the file is truncated or corrupt.
            Unsupported: 32-bit whole numbers.
        """
        return self._decoded(canvas, "error")

    def readable_rows(self) -> int:
        """Return how many rows from the top can be read: all only if no pixel is missing."""
        if self.kind == "JPEG":
            return self._jpeg_rows()
        rows = 0
        with suppress(pyvips.Error):
            for row in self._rows("error"):
                rows += len(row)
        return rows

    def _jpeg_rows(self) -> int:
        """Return the number of present rows, but one less than all if detail is missing.

        A JPEG without its end is decoded with an added end, once more with random bits before it.
        Rows that these bits change were missing.
        """
        rows = height = 0
        is_whole = True
        with suppress(pyvips.Error):
            filled_up = self._rows("none", tail=_NONSENSE + _JPEG_END)
            for row, other in zip(self._rows("none"), filled_up, strict=True):
                height += 1
                is_whole &= np.array_equal(row, other)
                rows = height if (row != _GREY).any() else rows
        return rows if is_whole else min(rows, height - 1)

    def _rows(self, fail_on: str, tail: bytes = b"") -> Iterator[Any]:
        """Yield the values of one row after the other."""
        image, _held = self._opened(fail_on, tail)
        region = pyvips.Region.new(image)
        depth = _DEPTHS.get(image.format, "uint8")
        for row in range(image.height):
            yield np.frombuffer(region.fetch(0, row, image.width, 1), depth)[None]

    def decode_part(self, canvas: PixelSink, rows: int) -> Decoded:
        """Decode so many rows; those below are grey, or as far as a JPEG's decoder knows them.

        Raises:
            VipsError, Unsupported: as `decode`.
        """
        return self._decoded(canvas if self.kind == "JPEG" else _GreyBelow(canvas, rows), "none")

    def _decoded(self, canvas: PixelSink, fail_on: str) -> Decoded:
        # Held until the last strip is fetched: libvips itself keeps no reference to its callbacks.
        image, _held = self._opened(fail_on)
        if self.cmyk:
            image = _cmyk_to_srgb(image)
        if self.bands is not None:
            first, *others = (image.extract_band(band) for band in self.bands)
            image = first.bandjoin(others) if others else first
        if image.format not in _DEPTHS:
            raise Unsupported(str(image.format))
        _fetch(image, self.bits, canvas)
        return Decoded(grey=colours_in(image.bands) == 1, converted=self.cmyk)

    def _opened(self, fail_on: str, tail: bytes = b"") -> tuple[Any, Any]:
        """The picture, and the source that must outlive it.

        libvips gets an open file, since a name may look like options, and a named loader, since it
        could guess formats that run far more code.
        """
        self.file.seek(0)
        source = pyvips.SourceCustom()
        is_ended = self.kind == "JPEG" and fail_on == "none"
        ended = _Ended(self.file, tail or _JPEG_END) if is_ended else self.file
        source.on_read(ended.read)
        source.on_seek(ended.seek)
        image = pyvips.Operation.call(
            f"{_LOADERS[self.kind]}_source",
            source,
            access="sequential",
            fail_on=fail_on,
            **self.place,
        )
        return image, (source, ended)


class _Ended:
    """A file with some more bytes behind its last one."""

    def __init__(self, file: BinaryIO, tail: bytes) -> None:
        self._file = file
        self._tail = tail
        self._bytes = file.seek(0, io.SEEK_END)
        self._at = 0

    def read(self, count: int) -> bytes:
        self._file.seek(min(self._at, self._bytes))
        data = self._file.read(count)
        data += self._tail[max(0, self._at - self._bytes) :][: count - len(data)]
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int) -> int:
        end = self._bytes + len(self._tail)
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: end}
        self._at = start[whence] + offset
        return self._at


class _GreyBelow:
    """A canvas whose rows below a given one are grey."""

    def __init__(self, canvas: PixelSink, rows: int) -> None:
        self._canvas = canvas
        self._left = rows
        self.begin = canvas.begin

    def put(self, strip: Any) -> None:
        grey = np.full_like(strip, 0.5 if is_float(strip) else white(strip.dtype) // 2 + 1)
        grey[: max(0, self._left)] = strip[: max(0, self._left)]
        self._left -= len(strip)
        self._canvas.put(grey)


def _cmyk_to_srgb(image: Any) -> Any:
    depth = 16 if image.format == "ushort" else 8
    # The file's own profile; "cmyk" names the one libvips brings, for files without.
    return image.icc_transform("srgb", embedded=True, input_profile="cmyk", depth=depth)


def _fetch(image: Any, bits: int | None, canvas: PixelSink) -> None:
    width, height, bands = image.width, image.height, image.bands
    depth = _DEPTHS[image.format]
    kept: DepthName = "float16" if depth == "float32" and bits == 16 else depth
    canvas.begin(Form(width, height, kept, has_alpha=bands > colours_in(bands)))
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

    Only the channel of a grey photo is copied.

    Args:
        photo: pixels and alpha that `saver` supports.
        saver: "png" or "jpeg".
        write: takes the next bytes; its exceptions are raised here.
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
        except Exception as error:  # noqa: BLE001  # any exception; it is raised again below
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
    """Puts metadata into a stream of bytes, in place of the encoder's own.

    Args:
        write: takes the bytes of the finished file.
        replace: takes the stream's start so far; returns the bytes to write instead and the number
            of bytes that they replace, or None if it needs more.
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
