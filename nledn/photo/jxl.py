"""JPEG XL: pixels by OpenImageIO (libjxl), boxes and the first fields here (ISO 18181-1 and -2).

OpenImageIO decodes everything as soon as it opens a file, by its name, and writes its own EXIF.
So the size is read here, and EXIF and XMP go into a container of ours around its codestream.
"""

import functools
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from nledn.messages import Note
from nledn.photo import icc
from nledn.photo.model import Facts, Photo, WriteSettings, other_data
from nledn.photo.source import Damaged, DepthName, Form, Picture, Source, Unsupported, colours_in
from nledn.pixels import strips
from nledn.temporary_files import temporary_folder

_CODESTREAM, _SIGNATURE = b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"
_TYPE = b"\0\0\0\x14ftypjxl \0\0\0\0jxl "
_PARTS = {b"jxlc": 0, b"jxlp": 4}  # boxes of the codestream, and the bytes of their head
_EXIF, _XMP, _PACKED, _JPEG_PARTS = b"Exif", b"xml ", b"brob", b"jbrd"
_TOLD = {b"jhgm": Note.GAIN_MAP, b"jumb": Note.CREDENTIALS}
_SILENT = frozenset(
    {b"JXL ", b"ftyp", b"jxll", b"jxli", b"free", b"skip"}
    | {*_PARTS, _CODESTREAM, _EXIF, _XMP, _JPEG_PARTS, *_TOLD}
)
_LARGEST_METADATA = 2**26
_HEAD_BYTES = 64
_MOST_BOXES = 10_000
_RATIOS = {1: (1, 1), 2: (6, 5), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_DEPTHS: dict[str, DepthName] = {
    **{"uint8": "uint8", "uint16": "uint16", "half": "float16", "float": "float32"}
}
_NAMES = {depth: name for name, depth in _DEPTHS.items()}
# Of 12 megapixels without loss 3 took 2.6 s of the processor and 5.0 MB, 7 12.0 s and 4.2 MB.
_EFFORT = 3
_LOSSLESS_QUALITY = 100


class _Basics(NamedTuple):
    """The first fields of a codestream.

    Attributes:
        size: upright, in px.
        is_moving: it has several frames.
        has_alpha: its one channel beyond the colours is transparency.
        is_lossless: the colours stay as they are.
    """

    size: tuple[int, int]
    is_moving: bool = False
    has_alpha: bool = False
    is_lossless: bool = False


class NotEncoded(Exception):
    """libjxl does not encode it."""


def opened(file: BinaryIO) -> Source:
    """Read all but the pixels and the profile of a JPEG XL."""
    import OpenImageIO  # noqa: F401

    name = os.fspath(file.name)
    if not name.lower().endswith(".jxl") or not name.isprintable():
        raise Unsupported("JPEG XL under a name that does not end in .jxl, or is not Unicode")
    boxes = _boxes(file)
    basics = _basics(_Bits(boxes[_CODESTREAM]))
    exif = boxes.get(_EXIF)
    facts = Facts(
        format="JXL",
        exif=None if exif is None else exif[4 + int.from_bytes(exif[:4], "big") :],
        xmp=boxes.get(_XMP),
        notes=(
            *([f"{Note.FRAMES}:several"] if basics.is_moving else []),
            *(note for box, note in _TOLD.items() if box in boxes),
            *other_data(boxes.keys() - _SILENT),
        ),
        lossless=basics.is_lossless and _JPEG_PARTS not in boxes,
    )
    decode = functools.partial(_decoded, name, basics.has_alpha)
    return Source(facts, basics.size, decode, orientation=1)


def _boxes(file: BinaryIO) -> dict[bytes, bytes]:
    """Read the boxes by their names: EXIF and XMP, unpacked, and where the codestream begins."""
    found = {_CODESTREAM: b""}
    for name, start, end in _places(file):
        file.seek(start)
        if name in _PARTS:
            found[_CODESTREAM] += file.read(min(_HEAD_BYTES, end - start))[_PARTS[name] :]
        content, data = _metadata(file, name, end)
        found.setdefault(content, data)
    return found


def _places(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each box, and where its content begins and ends."""
    end_of_file = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(2) == _CODESTREAM:
        yield b"jxlc", 0, end_of_file  # as if it lay in a box
        return
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        length, name, large = struct.unpack(">I4sQ", file.read(16).ljust(16, b"\0"))
        start = at + (16 if length == 1 else 8)
        at = min({0: end_of_file, 1: at + large}.get(length, at + length), end_of_file)
        if at < start:
            return
        yield name, start, at


def _metadata(file: BinaryIO, name: bytes, end: int) -> tuple[bytes, bytes]:
    """Read what a box is called and holds; nothing for one that tells nothing of the photo."""
    import brotli

    is_packed = name == _PACKED
    if is_packed:
        name = file.read(4)
    if name not in (_EXIF, _XMP):
        return name, b""
    data = file.read(min(max(0, end - file.tell()), _LARGEST_METADATA))
    if is_packed:
        try:
            data = brotli.Decompressor().process(data, output_buffer_limit=_LARGEST_METADATA)
        except brotli.error:
            data = b""
    return name, data


class _Bits:
    """Numbers out of a codestream, the lowest bit first."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(_CODESTREAM):
            raise Damaged("no codestream")
        self._left = int.from_bytes(data[2:], "little")
        self._bits = 8 * (len(data) - 2)

    def take(self, count: int) -> int:
        if count > self._bits:
            raise Damaged("the codestream ends")
        value = self._left & ((1 << count) - 1)
        self._left >>= count
        self._bits -= count
        return value

    def choose(self, *ways: tuple[int, int]) -> int:
        """One of four: a number, and how many bits follow to be added to it."""
        least, count = ways[self.take(2)]
        return least + self.take(count)


def _basics(bits: _Bits) -> _Basics:
    width, height = _size(bits)
    if bits.take(1):  # all is as usual: 8 bits, lossy
        return _Basics((width, height))
    if bits.take(1):
        if bits.take(3) >= 4:  # on its side
            width, height = height, width
        if bits.take(1):
            _size(bits)  # that it was meant to be shown in
        if bits.take(1):
            return _Basics((width, height))  # a preview, whose fields are not read here
        if bits.take(1):
            return _Basics((width, height), is_moving=True)
    has_alpha, is_lossless = _channels(bits)
    return _Basics((width, height), has_alpha=has_alpha, is_lossless=is_lossless)


def _channels(bits: _Bits) -> tuple[bool, bool]:
    """Return `has_alpha` and `is_lossless`, so far as the fields before say no other."""
    _skip_depth(bits)
    bits.take(1)
    extra = bits.choose((0, 0), (1, 0), (2, 4), (1, 12))
    if extra > 1:
        return False, False
    if extra and not bits.take(1):
        kind = bits.choose((0, 0), (1, 0), (2, 4), (18, 6))
        _skip_depth(bits)
        bits.choose((0, 0), (3, 0), (4, 0), (1, 3))
        name_bytes = bits.choose((0, 0), (0, 4), (16, 5), (48, 10))
        if kind or name_bytes:  # no alpha, or one with a name
            return not kind, False
        bits.take(1)
    return extra == 1, not bits.take(1)


def _skip_depth(bits: _Bits) -> None:
    if bits.take(1):
        bits.choose((32, 0), (16, 0), (24, 0), (1, 6))
        bits.take(4)
    else:
        bits.choose((8, 0), (10, 0), (12, 0), (1, 6))


def _size(bits: _Bits) -> tuple[int, int]:
    sides = ((1, 9), (1, 13), (1, 18), (1, 30))
    is_small = bits.take(1)
    height = 8 * (bits.take(5) + 1) if is_small else bits.choose(*sides)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return height * across // down, height
    return 8 * (bits.take(5) + 1) if is_small else bits.choose(*sides), height


def _decoded(name: str, has_alpha: bool) -> Picture:
    import OpenImageIO as oiio  # noqa: N813  # as all of its documentation writes it

    oiio.attribute("threads", 1)
    straight = oiio.ImageSpec()
    straight.attribute("oiio:UnassociatedAlpha", 1)
    picture = oiio.ImageInput.open(name, straight)
    if picture is None or picture.format_name() != "jpegxl":
        raise Damaged(oiio.geterror())
    spec = picture.spec()
    depth = _DEPTHS.get(str(spec.format))
    if depth is None:
        raise Unsupported(f"JPEG XL of {spec.format}")
    profile = spec.getattribute("ICCProfile")
    found = None if profile is None else np.asarray(profile, np.uint8).tobytes()
    if found is not None and icc.colour_space(found) == b"CMYK":
        raise Unsupported("JPEG XL of CMYK")
    colours, alpha = colours_in(spec.nchannels), spec.alpha_channel
    if spec.nchannels == 2 and has_alpha:  # it does not say so beside grey
        alpha = 1
    bands = [*range(colours), *([alpha] if alpha >= 0 else [])]
    form = Form(spec.width, spec.height, depth, has_alpha=alpha >= 0)
    notes = (Note.EXTRA_CHANNELS,) if spec.nchannels > len(bands) else ()
    return Picture(form, _fetched(picture, bands), grey=colours == 1, notes=notes, icc=found)


def _fetched(picture: Any, bands: list[int]) -> Iterator[Any]:
    spec = picture.spec()
    for rows in strips(spec.height, spec.width):
        strip = picture.read_scanlines(rows.start, rows.stop, 0, 0, spec.nchannels, spec.format)
        if strip is None:
            raise Damaged(picture.geterror())
        yield strip[..., bands]
    picture.close()


def write(photo: Photo, file: BinaryIO, settings: WriteSettings) -> None:
    """Encode a photo of 8 or 16 bits; lossless at quality 100, and if the photo was.

    Raises:
        NotEncoded: libjxl refuses, as it does most floats beyond 0 to 1.
    """
    quality = _LOSSLESS_QUALITY if photo.lossless else settings.quality
    with temporary_folder() as folder:
        path = folder / "photo.jxl"
        _encode(photo, path, quality)
        with path.open("rb") as encoded:
            parts = list(_codestream_of(encoded))
    file.write(_SIGNATURE + _TYPE)
    if photo.exif is not None:
        _write_box(file, _EXIF, bytes(4) + photo.exif)
    if photo.xmp is not None:
        _write_box(file, _XMP, photo.xmp)
    _write_box(file, b"jxlc", b"".join(parts))


def _encode(photo: Photo, path: Path, quality: int) -> None:
    import OpenImageIO as oiio  # noqa: N813  # as all of its documentation writes it

    # It takes no grey with alpha, nor with a profile of colours.
    is_grey_profile = photo.icc is None or icc.colour_space(photo.icc) == b"GRAY"
    is_grey = photo.grey and photo.alpha is None and is_grey_profile
    values: Any = photo.pixels[..., :1] if is_grey else photo.pixels
    if photo.alpha is not None:
        values = np.dstack((values, photo.alpha))
    height, width, channels = values.shape
    spec = oiio.ImageSpec(width, height, channels, _NAMES[values.dtype.name])
    spec.attribute("oiio:UnassociatedAlpha", 1)
    spec.attribute("Compression", f"jpegxl:{quality}")
    spec.attribute("jpegxl:effort", _EFFORT)
    if photo.icc is not None:
        kind = oiio.TypeDesc(f"uint8[{len(photo.icc)}]")
        spec.attribute("ICCProfile", kind, np.frombuffer(photo.icc, np.uint8))
    output = oiio.ImageOutput.create("jpegxl")
    assert output is not None, "the wheel has libjxl"
    is_open = output.open(os.fspath(path), spec)
    is_done = is_open and output.write_image(np.ascontiguousarray(values))
    if not (output.close() and is_done) or not path.stat().st_size:
        raise NotEncoded(output.geterror() or oiio.geterror())


def _codestream_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield the parts of the codestream in a file that OpenImageIO wrote."""
    for name, start, end in _places(file):
        if name in _PARTS:
            file.seek(start)
            yield file.read(end - start)[_PARTS[name] :]


def _write_box(file: BinaryIO, name: bytes, data: bytes) -> None:
    size = 8 + len(data)
    if size < 2**32:
        file.write(struct.pack(">I4s", size, name))
    else:
        file.write(struct.pack(">I4sQ", 1, name, size + 8))
    file.write(data)
