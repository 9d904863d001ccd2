"""A RAW file, made from the description of DNG, on every road from file to result."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn import decoder, photo
from nledn.errors import PhotoDamaged, PhotoUnsupported
from nledn.photo import Note, iptc
from tests.batch import batches
from tests.commands import exit_code
from tests.photo import files

pytestmark = pytest.mark.usefixtures("self_tested")
XMP = files.xmp_packet()
IPTC = b"\x1c\2\5\0\3wet"
TELLING = ((700, 1, len(XMP), XMP, True), (33723, 7, len(IPTC), IPTC, True))


def _saved(folder: Path, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    return files.saved(folder, "street.dng", data)


def _corners(pixels: photo.Photo) -> list[int]:
    """The mean green of the four quarters, by rows."""
    width, height = pixels.size
    halves = (
        (slice(height // 2), slice(height // 2, None)),
        (slice(width // 2), slice(width // 2, None)),
    )
    return [
        int(pixels.pixels[down, across, 1].mean()) for down in halves[0] for across in halves[1]
    ]


def test_the_profile_is_the_same_on_every_day(tmp_path: Path) -> None:
    found = photo.read(_saved(tmp_path, files.dng())).icc
    assert found is not None
    assert found[24:36] == bytes(12)  # when it was made


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_raw_file_is_upright(tmp_path: Path, orientation: int) -> None:
    y, x = np.mgrid[:96, :128]
    quarters = np.where(y < 48, np.where(x < 64, 4000, 16000), np.where(x < 64, 28000, 50000))
    path = _saved(tmp_path, files.dng(quarters.astype(np.uint16), orientation=orientation))
    found = photo.read(path)
    # What each orientation of EXIF makes of the stored quarters 0 1 / 2 3.
    order = ("0123", "1032", "3210", "2301", "0213", "2031", "3120", "1302")[orientation - 1]
    assert np.argsort(np.argsort(_corners(found))).tolist() == [int(digit) for digit in order]
    assert found.size == decoder.read_header(path).size


def test_white_is_what_the_camera_took_for_white(tmp_path: Path) -> None:
    red, green, blue = 0.5, 1.0, 0.8
    square = np.array([[red, green], [green, blue]]) * 30000
    grey = np.tile(square, (48, 64)).astype(np.uint16)
    found = decoder.read(_saved(tmp_path, files.dng(grey, neutral=(red, green, blue)))).pixels
    inside = found[8:-8, 8:-8].astype(int)
    assert np.ptp(inside, axis=2).max() < 300


def test_what_a_raw_file_tells_comes_back(tmp_path: Path) -> None:
    found = decoder.read(_saved(tmp_path, files.dng(None, *TELLING)))
    assert (found.format, found.depth_bits, found.notes) == ("RAW", 16, (Note.RAW,))
    assert found.icc is not None
    assert found.iptc == IPTC
    assert photo.write(found, tmp_path / "a.jpg") == (Note.FEWER_BITS,)
    assert photo.write(found, tmp_path / "a.tif") == ()
    for name in ("a.jpg", "a.tif"):
        again = photo.read(tmp_path / name)
        assert again.exif is not None
        block = Image.Exif()
        block.load(again.exif)
        assert block[271] == "Kamera"
        assert again.iptc == IPTC
        assert "Straße im Regen".encode() in (again.xmp or b"")


def test_damaged_iptc_of_a_raw_file_is_said(tmp_path: Path) -> None:
    found = decoder.read(_saved(tmp_path, files.dng(None, (33723, 7, 4, b"none", True))))
    assert (found.iptc, found.notes) == (None, (Note.RAW, Note.IPTC))
    assert not iptc.is_sound(b"none")


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_raw_file_without_its_end_is_damaged(tmp_path: Path, share: float) -> None:
    data = files.dng()
    with pytest.raises(PhotoDamaged) as caught:
        decoder.read(_saved(tmp_path, data[: int(len(data) * share)]))
    assert caught.value.detail == "Input/output error"
    assert "is damaged or incomplete" in str(caught.value)


def test_a_kind_that_nothing_develops_is_named(tmp_path: Path) -> None:
    data = files.dng()
    at = data.index(b"\x03\x01\x03\0\1\0\0\0") + 8  # the compression
    with pytest.raises(PhotoUnsupported, match="unknown kind of RAW"):
        decoder.read(_saved(tmp_path, data[:at] + b"\x42\xcd" + data[at + 2 :]))  # JPEG XL


def test_a_raw_file_larger_than_a_header_may_take(tmp_path: Path) -> None:
    path = _saved(tmp_path, files.dng())
    with path.open("ab") as file:
        file.truncate(300 * 2**20)
    assert decoder.read_header(path).size == (128, 96)


def test_the_command_derains_a_raw_file(tmp_path: Path, weights: Path) -> None:
    wet = _saved(tmp_path, files.dng(None, *TELLING))
    assert exit_code("derain", wet, "--weights", weights, "--precision", "fp32") == 0
    before, after = photo.read(wet), photo.read(tmp_path / "street_derained.tif")
    taken = before.pixels.astype(int) - after.pixels
    assert after.depth_bits == 16
    assert abs(taken[before.pixels > 60 * 257].mean() - batches.LEVELS * 257) < 257
    assert exit_code("derain", wet, "-o", tmp_path / "a.jpg", "--strength", "0") == 0
    assert photo.read(tmp_path / "a.jpg").size == (128, 96)


def test_a_batch_takes_raw_files_of_a_folder(tmp_path: Path, weights: Path) -> None:
    _saved(tmp_path / "wet", files.dng(orientation=6))
    assert batches.exit_code(weights, tmp_path / "wet", tmp_path / "dry") == 0
    (result,) = (tmp_path / "dry").glob("*.tif")
    found = photo.read(result)
    assert (found.size, found.depth_bits) == ((96, 128), 16)
