"""JPEG XL read and written: every depth, alpha, grey, profile, metadata, and what is refused."""

import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import numpy as np
import OpenImageIO
import pytest

from nledn import decoder, photo, pipeline
from nledn.errors import PhotoDamaged, PhotoNeedsReader, PhotoTooLarge, PhotoUnsupported
from nledn.photo import Note, Photo, WriteSettings
from nledn.temporary_files import remove_abandoned
from tests.batch import batches
from tests.photo import files, icc_profiles

REPOSITORY = Path(__file__).resolve().parents[2]
EXIF = files.exif_block(orientation=1, thumbnail=False)
XMP = files.xmp_packet()
LOSSLESS = WriteSettings(quality=100)


def written(folder: Path, sent: Photo, settings: WriteSettings = LOSSLESS) -> Path:
    photo.write(sent, folder / "a.jxl", settings)
    return folder / "a.jxl"


def values(depth: Any, channels: int = 3) -> Any:
    return files.colours(dtype=depth, channels=channels).reshape(37, 53, channels)


def boxes(path: Path) -> list[tuple[bytes, bytes]]:
    data, found = path.read_bytes(), []
    while data:
        length, name = struct.unpack(">I4s", data[:8])
        found.append((name, data[8:length]))
        data = data[length:]
    return found


def with_box(path: Path, name: bytes, body: bytes) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[:32] + struct.pack(">I4s", len(body) + 8, name) + body + data[32:])
    return path


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("grey", [False, True])
def test_without_loss_every_value_comes_back(
    tmp_path: Path, depth: Any, has_alpha: bool, grey: bool
) -> None:
    pixels = np.repeat(values(depth, 1), 3, axis=2) if grey else values(depth)
    alpha = values(depth, 1)[::-1, :, 0] if has_alpha else None
    found = decoder.read(written(tmp_path, Photo(pixels, alpha, grey=grey)))
    assert (found.format, found.notes, found.lossless) == ("JXL", (), True)
    assert found.pixels.dtype == depth
    np.testing.assert_array_equal(found.pixels, pixels)
    assert found.grey is (grey and not has_alpha)
    if alpha is not None:
        np.testing.assert_array_equal(found.alpha, alpha)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("profile", [icc_profiles.grey_profile(2.2), icc_profiles.display_p3()])
def test_grey_with_a_profile_comes_back(
    tmp_path: Path, depth: Any, has_alpha: bool, profile: bytes
) -> None:
    pixels = np.repeat(values(depth, 1), 3, axis=2)
    alpha = values(depth, 1)[::-1, :, 0] if has_alpha else None
    found = decoder.read(written(tmp_path, Photo(pixels, alpha, grey=True, icc=profile)))
    assert (found.icc, found.notes, found.lossless) == (profile, (), True)
    np.testing.assert_array_equal(found.pixels, pixels)
    np.testing.assert_array_equal(found.alpha, alpha)


@pytest.mark.parametrize("depth", ["half", "float"])
def test_floats_are_read_and_go_into_a_tiff(tmp_path: Path, depth: str) -> None:
    stored = np.random.default_rng(1).random((40, 56, 3))
    stored = stored.astype("float16" if depth == "half" else "float32")
    output = OpenImageIO.ImageOutput.create("jpegxl")
    assert output is not None
    spec = OpenImageIO.ImageSpec(56, 40, 3, depth)
    spec.attribute("jpegxl:distance", 0.0)
    assert output.open(str(tmp_path / "a.jxl"), spec)
    assert output.write_image(stored)
    assert output.close()
    found = decoder.read(tmp_path / "a.jxl")
    assert found.pixels.dtype == stored.dtype
    np.testing.assert_array_equal(found.pixels, stored)
    assert photo.output_suffix(found) == ".tif"
    assert photo.write(found, tmp_path / "b.jxl") == (f"{Note.NO_FLOAT}:16",)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_with_loss_it_is_near_and_smaller(tmp_path: Path, depth: Any) -> None:
    pixels = np.kron(files.smooth(), np.ones((4, 4, 1))).astype(depth)
    pixels *= np.iinfo(depth).max // 255
    sent = Photo(pixels)
    sizes = [
        written(tmp_path, sent, WriteSettings(quality=quality, overwrite=True)).stat().st_size
        for quality in (20, 80, 95)
    ]
    assert sizes == sorted(sizes)
    found = decoder.read(tmp_path / "a.jxl")
    assert (found.pixels.dtype, found.lossless) == (depth, False)
    error = np.abs(found.pixels.astype(float) - pixels) * 255 / np.iinfo(depth).max
    assert error.mean() < 2


def test_metadata_and_profile_come_back(tmp_path: Path) -> None:
    profile = icc_profiles.display_p3()
    sent = Photo(files.smooth(), exif=EXIF, xmp=XMP, icc=profile, iptc=b"\x1c\2\x19\0\4rain")
    found = decoder.read(written(tmp_path, sent))
    assert found.icc == profile
    assert found.exif is not None
    assert files.MAKER_NOTE in found.exif
    assert found.xmp is not None
    for word in ("Straße im Regen", "rain"):
        assert word.encode() in found.xmp
    assert photo.output_suffix(found) == ".jxl"


def test_a_derained_jxl_is_one_again(tmp_path: Path) -> None:
    source = written(tmp_path, Photo(values(np.uint16), exif=EXIF))
    rainy = decoder.read(source)
    result = pipeline.derain(rainy, batches.engine(), strength=0.5)
    pipeline.write(result, tmp_path / "dry.jxl")
    found = decoder.read(tmp_path / "dry.jxl")
    np.testing.assert_array_equal(found.pixels, result.clean().pixels)


def test_packed_metadata_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, Photo(files.smooth()))
    with_box(path, b"brob", b"xml " + brotli.compress(XMP))
    with_box(path, b"brob", b"Exif" + brotli.compress(bytes(4) + EXIF))
    found = decoder.read(path)
    assert (found.exif is not None, found.notes) == (True, ())
    assert "Straße im Regen".encode() in (found.xmp or b"")


@pytest.mark.parametrize(
    ("name", "body", "note"),
    [
        (b"brob", b"Exifnot packed", Note.BAD_EXIF),
        (b"Exif", b"\0\0", Note.BAD_EXIF),
        (b"xml ", b"no XML", Note.BAD_XMP),
        (b"jhgm", b"a gain map", Note.GAIN_MAP),
        (b"jumb", b"claims", Note.CREDENTIALS),
        (b"ownd", b"data", f"{Note.OTHER_DATA}:ownd"),
        (b"brob", b"ownd" + brotli.compress(b"data"), f"{Note.OTHER_DATA}:ownd"),
    ],
)
def test_other_boxes_are_said(tmp_path: Path, name: bytes, body: bytes, note: str) -> None:
    path = with_box(written(tmp_path, Photo(files.smooth())), name, body)
    assert decoder.read(path).notes == (note,)


def test_a_bare_codestream_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, Photo(files.smooth()))
    path.write_bytes(dict(boxes(path))[b"jxlc"])
    found = decoder.read(path)
    np.testing.assert_array_equal(found.pixels, files.smooth())
    assert decoder.read_header(path).size == (56, 40)


@pytest.mark.parametrize("size", [(8, 8), (40, 50), (48, 64), (100, 3), (600, 400), (513, 257)])
def test_the_header_tells_the_size(tmp_path: Path, size: tuple[int, int]) -> None:
    path = written(tmp_path, Photo(np.zeros((*size, 3), np.uint8)))
    assert decoder.read_header(path).size == size[::-1]
    with pytest.raises(PhotoTooLarge):
        decoder.read(path, limit_megapixels=1e-6)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.98])
def test_what_is_cut_off_is_damaged(tmp_path: Path, share: float) -> None:
    path = written(tmp_path, Photo(values(np.uint8)))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(PhotoDamaged):
        decoder.read(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signal")
def test_what_a_killed_process_encoded_goes_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    code = (
        "import os, sys, numpy, OpenImageIO\nfrom pathlib import Path\nfrom nledn import photo\n"
        "OpenImageIO.ImageOutput.create = lambda kind: os.kill(os.getpid(), 9)\n"
        "grey = photo.Photo(numpy.zeros((8, 8, 3), numpy.uint8))\n"
        "photo.write(grey, Path(sys.argv[1]))"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    command = [sys.executable, "-c", code, str(tmp_path / "a.jxl")]
    ended = subprocess.run(command, cwd=REPOSITORY, env=environment, check=False)
    assert ended.returncode == -9
    assert list((tmp_path / "temporary").iterdir())
    remove_abandoned()
    assert [each.name for each in tmp_path.rglob("*")] == ["temporary"]


def test_a_name_that_its_reader_does_not_open_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, Photo(files.smooth()))
    with pytest.raises(PhotoUnsupported, match=r"does not end in \.jxl"):
        decoder.read(path.rename(tmp_path / "a.jpg"))


def test_without_its_reader_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, Photo(files.smooth()))
    monkeypatch.setitem(__import__("sys").modules, "OpenImageIO", None)
    with pytest.raises(PhotoNeedsReader) as caught:
        photo.read(path)
    assert (caught.value.kind, caught.value.package) == ("JPEG XL", "openimageio")


def test_what_has_no_room_is_said(tmp_path: Path) -> None:
    rich = Photo(files.smooth(), texts=(("Title", "Rain"),), dpi=(300, 300), geo=b"geo")
    told = photo.write(rich, tmp_path / "b.jxl")
    assert set(told) == {Note.NO_TEXTS, Note.NO_RESOLUTION, Note.GEOREFERENCE}
    assert photo.write(replace(rich, texts=(), geo=None, exif=EXIF), tmp_path / "c.jxl")
