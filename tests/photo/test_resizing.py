"""Smaller results: their size, their colours, and their mention elsewhere in the file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn import photo
from nledn.photo import Note, Photo, resized
from tests.photo import files


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [
        ((300, 200), 150, (150, 100)),
        ((200, 301), 100, (66, 100)),
        ((2000, 3), 100, (100, 1)),
        ((300, 200), 300, (300, 200)),
        ((300, 200), 1000, (300, 200)),
        ((300, 200), None, (300, 200)),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_the_longest_side_is_as_asked_and_nothing_grows(
    size: tuple[int, int], longest: int | None, expected: tuple[int, int], dtype: type[np.uint8]
) -> None:
    width, height = size
    pixels = np.full((height, width, 3), 77, dtype)
    found = resized(Photo(pixels), longest)
    assert found.size == expected
    assert found.pixels.dtype == dtype
    assert (found.pixels == 77).all()
    assert (found.pixels is pixels) is (size == expected)


def test_a_pattern_finer_than_the_new_pixels_becomes_its_mean() -> None:
    stripes = np.zeros((256, 256, 3), np.uint16)
    stripes[:, ::2] = 60_000
    middle = resized(Photo(stripes), 64).pixels[8:-8, 8:-8]
    assert np.abs(middle.astype(int) - 30_000).max() < 600


def test_transparent_pixels_lend_no_colour_to_those_beside_them() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, :32], pixels[:, 32:] = (255, 0, 0), (0, 255, 0)
    alpha = np.zeros((64, 64), np.uint8)
    alpha[:, :32] = 255
    found = resized(Photo(pixels, alpha), 16)
    assert found.alpha is not None
    assert found.alpha.shape == (16, 16)
    shown = found.pixels[found.alpha > 0]
    assert (shown[:, 1] == 0).all(), "no hidden green"
    assert (shown[:, 0] == 255).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_light_beyond_white_stays(dtype: type[np.float16]) -> None:
    pixels = np.full((64, 64, 3), 3.5, dtype)
    found = resized(Photo(pixels, np.ones((64, 64), dtype)), 16)
    np.testing.assert_allclose(found.pixels, 3.5, rtol=1e-3)
    assert found.alpha is not None
    assert found.alpha.dtype == dtype


def test_a_place_on_earth_that_would_be_wrong_goes_with_a_note() -> None:
    there = Photo(files.colours(40, 40), geo=b"II*\0")
    assert resized(there, 40).geo is not None
    smaller = resized(there, 20)
    assert smaller.geo is None
    assert smaller.notes == (Note.GEOREFERENCE,)


def test_the_metadata_has_the_new_size(tmp_path: Path) -> None:
    path = tmp_path / "small.jpg"
    whole = replace(Photo(files.colours(90, 60)), exif=files.exif_block())
    photo.write(resized(whole, 30), path)
    with Image.open(path) as small:
        exif = small.getexif().get_ifd(0x8769)
        assert small.size == (exif[0xA002], exif[0xA003]) == (20, 30)
