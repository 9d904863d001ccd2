"""All eight orientations, in every container: upright pixels, and a tag that says so."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from nledn import photo
from nledn.photo import Note
from tests.photo import files

ORIENTATIONS = range(1, 9)
# What EXIF says each value means, spelt out: where the stored first row and column belong.
UPRIGHT: dict[int, Any] = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: np.fliplr(np.rot90(a, -1)),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.fliplr(np.rot90(a, 1)),
    8: lambda a: np.rot90(a, 1),
}


def _tag(path: Path) -> object:
    with Image.open(path) as image:
        return image.getexif().get(0x0112, 1)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_upright_as_pillow_turns_it(tmp_path: Path, kind: str, orientation: int) -> None:
    block = b"Exif\0\0" + files.exif_block(orientation=orientation)
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    path = files.saved(tmp_path, "a", files.encoded(files.smooth(), kind, exif=block, **options))
    found = photo.read(path)
    with Image.open(path) as image:
        turned = ImageOps.exif_transpose(image)
        expected = np.asarray(turned)
    assert found.pixels.shape == expected.shape
    assert np.abs(found.pixels.astype(int) - expected).mean() < 1
    assert found.pixels.flags.c_contiguous
    suffix = photo.output_suffix(found)
    photo.write(found, tmp_path / f"b{suffix}")
    assert _tag(tmp_path / f"b{suffix}") == 1
    assert photo.read(tmp_path / f"b{suffix}").size == found.size


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiff_and_its_alpha(tmp_path: Path, dtype: Any, orientation: int) -> None:
    stored = files.colours(dtype=dtype, channels=4)
    tifffile.imwrite(
        tmp_path / "a.tif",
        stored,
        photometric="rgb",
        extrasamples=["unassalpha"],
        extratags=[(274, 3, 1, orientation, True)],
    )
    found = photo.read(tmp_path / "a.tif")
    expected = UPRIGHT[orientation](stored)
    np.testing.assert_array_equal(found.pixels, expected[..., :3])
    np.testing.assert_array_equal(found.alpha, expected[..., 3])
    photo.write(found, tmp_path / "b.tif")
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        page = file.pages.first
        assert page.tags[274].value == 1
    np.testing.assert_array_equal(photo.read(tmp_path / "b.tif").pixels, found.pixels)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_png_of_16_bits(tmp_path: Path, orientation: int) -> None:
    stored = files.colours(dtype=np.uint16)
    photo.write(photo.Photo(stored), tmp_path / "a.png")
    data = files.with_png_chunk(
        (tmp_path / "a.png").read_bytes(), b"eXIf", files.exif_block(orientation=orientation)
    )
    found = photo.read(files.saved(tmp_path, "b.png", data))
    np.testing.assert_array_equal(found.pixels, UPRIGHT[orientation](stored))


def test_damage_elsewhere_in_xmp_does_not_turn_a_photo(tmp_path: Path) -> None:
    packet = files.xmp_packet("<dc:title>\x01</dc:title>", 'tiff:Orientation="6"')
    data = files.encoded(files.smooth(), "JPEG", xmp=packet)
    found = photo.read(files.saved(tmp_path, "a", data))
    assert found.size == (40, 56)
    assert found.notes == (Note.BAD_XMP_PART,)
    assert found.xmp is not None
    assert b'tiff:Orientation="1"' in found.xmp
    assert "Straße im Regen".encode() in found.xmp


def test_xmp_does_not_contradict_exif(tmp_path: Path) -> None:
    block = b"Exif\0\0" + files.exif_block(orientation=1)
    packet = files.xmp_packet(attributes='tiff:Orientation="6"')
    found = photo.read(
        files.saved(tmp_path, "a", files.encoded(files.smooth(), "JPEG", exif=block, xmp=packet))
    )
    assert found.size == (56, 40)
    assert found.xmp is not None
    assert b'tiff:Orientation="1"' in found.xmp


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_values_that_mean_nothing_turn_nothing(tmp_path: Path, orientation: int) -> None:
    block = b"Exif\0\0" + files.exif_block(orientation=orientation)
    data = files.encoded(files.smooth(), "PNG", exif=block)
    found = photo.read(files.saved(tmp_path, "a.png", data))
    np.testing.assert_array_equal(found.pixels, files.smooth())
