"""Writing: suffixes, sources, limits, full disks, rain layers."""

import errno
import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from nledn import photo, pipeline, pixels
from nledn.errors import (
    OutputDiskFull,
    OutputExists,
    OutputFormatUnknown,
    OutputTooLarge,
    WouldReplaceSource,
)
from nledn.photo import tiff_writing
from tests.photo import files
from tests.test_engine import Brightest, derainer_of

OVERWRITE = photo.WriteSettings(overwrite=True)


def _photo(**fields: Any) -> photo.Photo:
    return replace(photo.Photo(files.smooth()), **fields)


def test_own_source_is_never_replaced(tmp_path: Path) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    before = path.read_bytes()
    with pytest.raises(WouldReplaceSource):
        photo.write(photo.read(path), path, OVERWRITE)
    with pytest.raises(WouldReplaceSource):
        photo.write(_photo(), path, OVERWRITE, sources=(path,))
    with pytest.raises(WouldReplaceSource):
        photo.write_rain(np.zeros((4, 4, 3), np.float32), path, overwrite=True, sources=(path,))
    assert path.read_bytes() == before


def test_earlier_result_only_when_asked(tmp_path: Path) -> None:
    photo.write(_photo(), tmp_path / "a.png")
    with pytest.raises(OutputExists):
        photo.write(_photo(), tmp_path / "a.png")
    photo.write(_photo(), tmp_path / "a.png", OVERWRITE)


@pytest.mark.parametrize("name", ["a.heic", "a.avif", "a", "a.gif", "a.png.txt", "a.dng"])
def test_suffixes_that_are_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputFormatUnknown) as caught:
        photo.write(_photo(), tmp_path / name)
    assert caught.value.suffix == Path(name).suffix
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [*photo.writable_suffixes(), ".JPG", ".Tif"])
def test_suffix_names_the_format(tmp_path: Path, suffix: str) -> None:
    photo.write(_photo(), tmp_path / f"Straße{suffix}")
    found = photo.read(tmp_path / f"Straße{suffix}")
    kinds = {".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF"}
    assert found.format == kinds.get(suffix.lower(), suffix[1:].upper())
    assert photo.output_suffix(found) == suffix
    assert suffix.lower() in photo.readable_suffixes()


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("JPEG", "a.JPG", ".JPG"),
        ("JPEG", "a.jpeg", ".jpeg"),
        ("JPEG", "a.jfif", ".jpg"),
        ("PNG", "a.jpg", ".png"),
        ("JPEG", "a.png", ".jpg"),
        ("TIFF", "a", ".tif"),
        ("MPO", "a.mpo", ".jpg"),
        ("MPO", "a.JPG", ".JPG"),
        ("HEIC", "a.heic", ".jpg"),
        ("AVIF", "a.avif", ".jpg"),
        ("RAW", "a.nef", ".tif"),
        ("GIF", "a.gif", ".png"),
        ("WEBP", "a.webp", ".webp"),
        ("BMP", "a.bmp", ".bmp"),
    ],
)
def test_default_suffix_of_a_result(kind: str, name: str, expected: str) -> None:
    assert photo.output_suffix(_photo(format=kind, path=Path(name))) == expected


def test_default_suffix_keeps_depth_and_alpha() -> None:
    deep = _photo(pixels=files.colours(dtype=np.uint16), format="HEIC", path=Path("a.heic"))
    alpha = files.smooth()[..., 0]
    assert photo.output_suffix(deep) == ".tif"
    assert photo.output_suffix(_photo(format="AVIF", alpha=alpha)) == ".tif"
    assert photo.output_suffix(_photo(format="BMP", alpha=alpha, path=Path("a.bmp"))) == ".png"


@pytest.mark.parametrize(("suffix", "side"), [(".jpg", 65501), (".webp", 16384)])
def test_more_than_the_format_can_hold(tmp_path: Path, suffix: str, side: int) -> None:
    wide = _photo(pixels=np.zeros((1, side, 3), np.uint8))
    with pytest.raises(OutputTooLarge):
        photo.write(wide, tmp_path / f"a{suffix}")
    tall = _photo(pixels=np.zeros((side - 1, 1, 3), np.uint8))
    photo.write(tall, tmp_path / f"b{suffix}")
    assert photo.read(tmp_path / f"b{suffix}").size == (1, side - 1)


@pytest.mark.parametrize("suffix", [".tif", ".bmp"])
def test_more_bytes_than_the_format_can_count(tmp_path: Path, suffix: str) -> None:
    # A broadcast array has the size but not the memory.
    huge: Any = np.broadcast_to(np.uint8(0), (50_000, 50_000, 3))
    with pytest.raises(OutputTooLarge):
        photo.write(_photo(pixels=huge), tmp_path / f"a{suffix}")


class _FullDisk:
    """A file on a disk with room for a few bytes."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "_FullDisk":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def fileno(self) -> int:
        raise io.UnsupportedOperation("writes must use this object")

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > 100:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return int(self._file.write(data))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp", ".jxl"])
def test_full_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setattr(
        "nledn.atomic.open",
        lambda *args, **more: _FullDisk(os.fdopen(*args, **more)),
        raising=False,
    )
    with pytest.raises(OutputDiskFull):
        photo.write(_photo(pixels=files.colours(200, 200)), tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp", ".jxl"])
def test_a_disk_that_is_really_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:

    def open_full(_descriptor: int, mode: str, **_: Any) -> Any:
        return Path("/dev/full").open(mode)

    monkeypatch.setattr("nledn.atomic.open", open_full, raising=False)
    with pytest.raises(OutputDiskFull):
        photo.write(_photo(pixels=files.colours(200, 200)), tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
def test_transparency_is_laid_over_white(tmp_path: Path, suffix: str) -> None:
    alpha = np.zeros((16, 16), np.uint8)
    alpha[:, 8:] = 255
    black = _photo(pixels=np.zeros((16, 16, 3), np.uint8), alpha=alpha)
    photo.write(black, tmp_path / f"a{suffix}")
    found = photo.read(tmp_path / f"a{suffix}").pixels
    assert found[:, :8].min() > 250
    assert found[:, 8:].max() < 5


@given(
    numpy_st.arrays(
        np.float32,
        numpy_st.array_shapes(min_dims=2, max_dims=2, max_side=9).map(lambda side: (*side, 3)),
        elements=st.floats(-1, 1, width=32, exclude_min=True, exclude_max=True),
    )
)
def test_rain_layers_keep_their_values(tmp_path_factory: pytest.TempPathFactory, rain: Any) -> None:
    folder = tmp_path_factory.mktemp("rain")
    photo.write_rain(rain, folder / "a.tif")
    np.testing.assert_array_equal(tifffile.imread(folder / "a.tif"), rain)
    photo.write_rain(rain, folder / "a.png")
    stored = photo.read(folder / "a.png").pixels
    np.testing.assert_array_equal(stored, np.rint(32768 + 32767 * rain.astype(np.float64)))


def test_rain_layer_in_8_bits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputFormatUnknown):
        photo.write_rain(np.zeros((4, 4, 3), np.float32), tmp_path / "a.jpg")


def test_photos_of_many_strips_have_no_seams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pixels, "_STRIP_PX", 300)
    monkeypatch.setattr(tiff_writing, "_STRIP_TARGET_BYTES", 1000)
    stored = files.colours(61, 47, dtype=np.uint16, channels=4)
    sent = photo.Photo(np.ascontiguousarray(stored[..., :3]), stored[..., 3].copy())
    for suffix in (".tif", ".png"):
        photo.write(sent, tmp_path / f"a{suffix}")
        found = photo.read(tmp_path / f"a{suffix}")
        np.testing.assert_array_equal(found.pixels, sent.pixels)
        np.testing.assert_array_equal(found.alpha, sent.alpha)
    photo.write(sent, tmp_path / "a.bmp")
    cover = sent.alpha.astype(float)[..., None] / 65535  # type: ignore[union-attr]
    expected = 255 * (sent.pixels / 65535 * cover + 1 - cover)
    assert np.abs(photo.read(tmp_path / "a.bmp").pixels - expected).max() <= 1.5


def test_times_are_kept_where_only_paths_take_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    os.utime(source, (10**9, 10**9))
    by_path = os.utime

    def as_on_windows(path: int | Path, **times: Any) -> None:
        if isinstance(path, int):
            raise TypeError("utime: path should be string, bytes or os.PathLike, not int")
        by_path(path, **times)

    monkeypatch.setattr(os, "utime", as_on_windows)
    result = pipeline.derain(photo.read(source), derainer_of(Brightest()))
    pipeline.write(result, tmp_path / "b.png", photo.WriteSettings(keep_times=True))
    assert (tmp_path / "b.png").stat().st_mtime == 10**9
