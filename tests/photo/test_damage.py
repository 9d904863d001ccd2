"""Files that are none, that end early or that lie: a typed error each, and never a warning."""

import os
import pickle
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nledn import photo
from nledn.errors import (
    NotAPhoto,
    PhotoDamaged,
    PhotoError,
    PhotoIsEmpty,
    PhotoIsFolder,
    PhotoIsVideo,
    PhotoNotFound,
    PhotoNotPermitted,
    PhotoTooLarge,
)
from tests.photo import files

DATA = Path(__file__).parent / "data"
KINDS = ["JPEG", "PNG", "TIFF", "WEBP", "BMP", "AVIF"]


def test_missing(tmp_path: Path) -> None:
    for name in ("none.jpg", "x" * 300, "with\0zero.jpg"):
        with pytest.raises(PhotoNotFound):
            photo.read(tmp_path / name)


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(PhotoIsFolder):
        photo.read(tmp_path)


def test_empty(tmp_path: Path) -> None:
    with pytest.raises(PhotoIsEmpty):
        photo.read(files.saved(tmp_path, "a.jpg", b""))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))

    def refuse(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    # The tests may run as root, whom no mode keeps out.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PhotoNotPermitted) as caught:
        photo.read(path)
    assert caught.value.path == path


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    with pytest.raises(NotAPhoto):
        photo.read(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    "content", [b"Dear diary", b"<svg/>", b"RIFF....WAVE", bytes(100), b"\xff"]
)
def test_other_content(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotAPhoto):
        photo.read(files.saved(tmp_path, "a.jpg", content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("clip.mp4", b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41"),
        ("clip.mov", b"\0\0\0\x14ftypqt  \0\0\x02\0qt  "),
        ("clip.mov", b"\0\0\0\x08wide\0\0\0\0mdat"),
        ("clip.avi", b"RIFF\0\0\0\0AVI LIST"),
        ("clip.MKV", b"\x1aE\xdf\xa3\x01"),
        ("clip.MTS", b"\0\0\0\0G@"),
        ("renamed.jpg", b"\0\0\0\x20ftypmp42"),
    ],
)
def test_videos_are_told_from_other_content(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(PhotoIsVideo):
        photo.read(files.saved(tmp_path, name, content))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_truncated(tmp_path: Path, kind: str, part: float) -> None:
    data = files.encoded(files.colours(), kind)
    with pytest.raises(PhotoDamaged) as caught:
        photo.read(files.saved(tmp_path, "a", data[: int(len(data) * part)]))
    assert caught.value.detail


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_truncated_heic(tmp_path: Path, part: float) -> None:
    data = (DATA / "eight_bits.heic").read_bytes()
    with pytest.raises(PhotoDamaged):
        photo.read(files.saved(tmp_path, "a", data[: int(len(data) * part)]))


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_truncated_16_bit_tiff(tmp_path: Path, compression: str | None) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif",
        files.colours(dtype=np.uint16),
        compression=compression,
    )
    data = (tmp_path / "a.tif").read_bytes()
    with pytest.raises(PhotoDamaged):
        photo.read(files.saved(tmp_path, "b.tif", data[:-50]))


def test_flipped_bit_in_a_16_bit_png(tmp_path: Path) -> None:
    photo.write(photo.Photo(files.colours(dtype=np.uint16)), tmp_path / "a.png")
    data = bytearray((tmp_path / "a.png").read_bytes())
    data[len(data) // 2] ^= 0x10
    with pytest.raises(PhotoDamaged):
        photo.read(files.saved(tmp_path, "b.png", bytes(data)))


def test_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = files.saved(tmp_path, "wrong.jpg", files.encoded(files.smooth(), "PNG"))
    found = photo.read(path)
    assert found.format == "PNG"
    assert photo.output_suffix(found) == ".png"


@pytest.mark.parametrize(
    "name", ["Straße 雨 ☔.png", "a[page=2].png", "b.tif[0]", "-o.png", " .png"]
)
def test_names_of_every_kind(tmp_path: Path, name: str) -> None:
    deep = photo.Photo(files.colours(dtype=np.uint16))
    folder = tmp_path / "été"
    folder.mkdir()
    photo.write(deep, folder / "a.png")
    path = (folder / "a.png").rename(folder / name)
    np.testing.assert_array_equal(photo.read(path).pixels, deep.pixels)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no names outside Unicode")
def test_names_outside_unicode(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png"))
    photo.write(photo.Photo(files.colours(dtype=np.uint16)), path)
    assert photo.read(path).depth_bits == 16


def _png_that_claims(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = files.png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return (
        b"\x89PNG\r\n\x1a\n"
        + files.png_chunk(b"IHDR", head)
        + pixels
        + files.png_chunk(b"IEND", b"")
    )


def _patched(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def _bomb(kind: str) -> bytes:
    if kind == "PNG":
        return _png_that_claims(100_000, 100_000)
    data = files.encoded(files.smooth(), kind)
    if kind == "JPEG":
        return _patched(data, data.index(b"\xff\xc0") + 5, struct.pack(">HH", 65500, 65500))
    if kind == "BMP":
        return _patched(data, 18, struct.pack("<ii", 100_000, 100_000))
    if kind == "GIF":
        return _patched(data, 6, struct.pack("<HH", 65535, 65535))
    at = data.index(struct.pack("<HHI", 256, 4, 1))
    return _patched(data, at + 8, struct.pack("<I", 10**7))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "TIFF"])
def test_headers_that_claim_too_much(tmp_path: Path, kind: str) -> None:
    started = time.monotonic()
    with pytest.raises(PhotoTooLarge) as caught:
        photo.read(files.saved(tmp_path, "a", _bomb(kind)))
    assert caught.value.megapixels > caught.value.limit == 250.0
    assert time.monotonic() - started < 5


def test_limit_can_be_moved(tmp_path: Path) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.colours(40, 50), "PNG"))
    assert photo.read(path, limit_megapixels=0.002).megapixels == 0.002
    with pytest.raises(PhotoTooLarge):
        photo.read(path, limit_megapixels=0.0019)


def test_header_within_the_limit_that_lies(tmp_path: Path) -> None:
    with pytest.raises(PhotoDamaged):
        photo.read(files.saved(tmp_path, "a.png", _png_that_claims(9000, 9000)))


def test_directory_that_is_its_own_next_page(tmp_path: Path) -> None:
    data = bytearray(files.encoded(files.smooth(), "TIFF"))
    first = struct.unpack("<I", data[4:8])[0]
    end = first + 2 + 12 * struct.unpack("<H", data[first : first + 2])[0]
    data[end : end + 4] = struct.pack("<I", first)
    found = photo.read(files.saved(tmp_path, "a.tif", bytes(data)))
    np.testing.assert_array_equal(found.pixels, files.smooth())


def test_photos_and_errors_cross_processes(tmp_path: Path) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    found = pickle.loads(pickle.dumps(photo.read(path)))
    np.testing.assert_array_equal(found.pixels, files.smooth())
    with pytest.raises(PhotoTooLarge) as caught:
        photo.read(path, limit_megapixels=0.001)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (PhotoTooLarge, str(caught.value))


def _sample(kind: str) -> bytes:
    if kind == "HEIC":
        return (DATA / "ten_bits.heic").read_bytes()
    options: dict[str, Any] = {"exif": b"Exif\0\0" + files.exif_block()} if kind != "BMP" else {}
    return files.encoded(files.smooth(16, 24), kind, **options)


SAMPLES = {kind: _sample(kind) for kind in [*KINDS, "HEIC"]}


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_gives_a_photo_or_a_typed_error(
    tmp_path: Path, kind: str, data: st.DataObject
) -> None:
    damaged = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + 1] = data.draw(st.binary(min_size=1, max_size=3))
    path = files.saved(tmp_path, "a", bytes(damaged))
    try:
        found = photo.read(path, limit_megapixels=1)
    except PhotoError:
        return
    assert found.pixels.ndim == 3
