"""Decoding in strips and encoding as a stream by libvips, at 8 and 16 bits.

Chosen over tifffile, OpenCV and OpenImageIO by measurement; docs/photos.md has the table.
"""

import functools
import io
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

import numpy as np
import pyvips

from nledn.photo.model import Photo
from nledn.photo.source import DepthName, Form, Picture, Unsupported, colours_in
from nledn.pixels import is_float, strips, white

# libvips caches files by name and would show an old photo after a change; and its cache costs
# memory that the engine needs.
pyvips.cache_set_max(0)
# Without a handler Python prints the library's warnings about odd files to the terminal.
logging.getLogger("pyvips").addHandler(logging.NullHandler())

_LOADERS = {"PNG": "pngload", "TIFF": "tiffload", "JPEG": "jpegload", "AVIF": "heifload"}
# Else libtiff takes no more than 50 MB, and a photo packed as one strip may have more. The process
# that decodes has its own limit.
_OPTIONS: Mapping[str, Mapping[str, bool]] = {"TIFF": {"unlimited": True}}
_DEPTHS: dict[str, DepthName] = {"uchar": "uint8", "ushort": "uint16", "float": "float32"}
_SPACES = {(2, 1): "b-w", (2, 2): "grey16", (3, 1): "srgb", (3, 2): "rgb16"}

_JPEG_END = b"\xff\xd9"
# Bits for any decoder of coefficients, and no marker among them.
_NONSENSE = bytes(value * 89 % 251 for value in range(1, 200))
_GREY = 128  # of blocks that a JPEG's decoder knows nothing of


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
        changes: bytes that the loader sees, by their place, instead of the file's own.
    """

    file: BinaryIO
    kind: str
    bits: int | None = None
    cmyk: bool = False
    bands: tuple[int, ...] | None = None
    place: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[int, bytes] = field(default_factory=dict)

    def decode(self) -> Picture:
        """Begin to decode it; `pyvips.Error` for a damaged file, by the strips too."""
        # Of a JPEG missing blocks are a mere warning; others cost a second look at its rows.
        return self._decoded("warning" if self.kind == "JPEG" else "error")

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

    def decode_part(self, rows: int) -> Picture:
        """Decode so many rows; those below are grey, or as far as a JPEG's decoder knows them."""
        picture = self._decoded("none")
        if self.kind == "JPEG":
            return picture
        return replace(picture, strips=_grey_below(picture.strips, rows))

    def _decoded(self, fail_on: str) -> Picture:
        image, held = self._opened(fail_on)
        if self.cmyk:
            # The file's own profile; "cmyk" names the one libvips brings, for files without.
            bits = 16 if image.format == "ushort" else 8
            image = image.icc_transform("srgb", embedded=True, input_profile="cmyk", depth=bits)
        if self.bands is not None:
            first, *others = (image.extract_band(band) for band in self.bands)
            image = first.bandjoin(others) if others else first
        depth = _DEPTHS.get(image.format)
        if depth is None:
            raise Unsupported(str(image.format))
        bands = image.bands
        kept: DepthName = "float16" if depth == "float32" and self.bits == 16 else depth
        form = Form(image.width, image.height, kept, has_alpha=bands > colours_in(bands))
        fetched = self._fetched(image, depth, held)
        return Picture(form, fetched, grey=colours_in(bands) == 1, converted=self.cmyk)

    def _fetched(self, image: Any, depth: str, _held: Any) -> Iterator[Any]:
        """Yield strips; the source is held until the last one, since libvips does not."""
        region = pyvips.Region.new(image)
        for rows in strips(image.height, image.width):
            raw = region.fetch(0, rows.start, image.width, rows.stop - rows.start)
            values = np.frombuffer(raw, depth).reshape(-1, image.width, image.bands)
            yield filled(values, self.bits)

    def _opened(self, fail_on: str, tail: bytes = b"") -> tuple[Any, Any]:
        """The picture, and the source that must outlive it.

        libvips gets an open file, since a name may look like options, and a named loader, since it
        could guess formats that run far more code.
        """
        self.file.seek(0)
        source = pyvips.SourceCustom()
        file = self.file
        if self.kind == "JPEG" and fail_on == "none":
            file = io.BytesIO(file.read() + (tail or _JPEG_END))
        read = functools.partial(_changed, file, self.changes) if self.changes else file.read
        source.on_read(read)
        source.on_seek(file.seek)
        image = pyvips.Operation.call(
            f"{_LOADERS[self.kind]}_source",
            source,
            access="sequential",
            fail_on=fail_on,
            **_OPTIONS.get(self.kind, {}),
            **self.place,
        )
        return image, (source, file)


def _changed(file: BinaryIO, changes: Mapping[int, bytes], count: int) -> bytes:
    """Read so many bytes, with changes by their place in the file."""
    begin = file.tell()
    data = bytearray(file.read(count))
    for place, new in changes.items():
        for at, byte in enumerate(new, place - begin):
            if 0 <= at < len(data):
                data[at] = byte
    return bytes(data)


def _grey_below(picture: Iterable[Any], rows: int) -> Iterator[Any]:
    """Make the strips grey from a row on."""
    for strip in picture:
        grey = np.full_like(strip, 0.5 if is_float(strip) else white(strip.dtype) // 2 + 1)
        grey[: max(0, rows)] = strip[: max(0, rows)]
        rows -= len(strip)
        yield grey


def filled(values: Any, bits: int | None) -> Any:
    """Spread uint16 values that fill the upper `bits` (None: all) over the whole range.

    The high bits are repeated in the low ones, so that 10-bit white is 65535 and not 65472.
    """
    return values if bits is None or bits >= 16 else values | (values >> bits)


def encode(
    photo: Photo,
    saver: str,
    write: Callable[[bytes], object],
    begin: Callable[[bytes], bytes],
    **options: Any,
) -> None:
    """Encode the pixels of a photo as a stream of bytes, without its metadata.

    Args:
        photo: of a depth that `saver` supports; only the channel of a grey one is copied.
        saver: "png" or "jpeg".
        write: takes the next bytes; its exceptions are raised here.
        begin: puts metadata into the first bytes, which reach to the first coded pixels.
        options: of the saver.

    Raises:
        pyvips.Error: the picture cannot be encoded.
    """
    failures: list[Exception] = []
    begins = [begin]

    def on_write(chunk: bytes) -> int:
        # An exception must not cross C: it is kept and raised below.
        try:
            if not failures:
                write(begins.pop()(bytes(chunk)) if begins else bytes(chunk))
        except Exception as error:  # noqa: BLE001  # any exception; it is raised again below
            failures.append(error)
        return -1 if failures else len(chunk)

    target = pyvips.TargetCustom()
    target.on_write(on_write)
    colours = photo.pixels[..., 0] if photo.grey else photo.pixels
    planes = [np.ascontiguousarray(each) for each in (colours, photo.alpha) if each is not None]
    try:
        image, *alpha = map(pyvips.Image.new_from_array, planes)
        space = _SPACES[colours.ndim, colours.dtype.itemsize]
        image = (image.bandjoin(alpha) if alpha else image).copy(interpretation=space)
        pyvips.Operation.call(f"{saver}save_target", image, target, keep="none", **options)
    except pyvips.Error:
        if not failures:
            raise
    if failures:
        raise failures[0]
