"""The writer gets what the reader gave, and lossless formats give it back."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nledn import photo
from nledn.pixels import white
from tests.photo import files


@st.composite
def photos(draw: st.DrawFn) -> photo.Photo:
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    dtype: Any = draw(st.sampled_from([np.uint8, np.uint16]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    largest = np.iinfo(dtype).max
    pixels: Any = random.integers(0, largest, (height, width, 3), dtype, endpoint=True)
    grey = draw(st.booleans())
    if grey:
        pixels[...] = pixels[..., :1]
    alpha: Any = None
    if draw(st.booleans()):
        alpha = random.integers(0, largest, (height, width), dtype, endpoint=True)
    return photo.Photo(pixels, alpha, grey=grey)


def _there_and_back(sent: photo.Photo, suffix: str, **settings: Any) -> photo.Photo:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        photo.write(sent, path, photo.WriteSettings(**settings))
        return photo.read(path)


@given(photos(), st.sampled_from([".png", ".tif"]))
def test_png_and_tiff_give_everything_back(sent: photo.Photo, suffix: str) -> None:
    back = _there_and_back(sent, suffix)
    assert (back.pixels.dtype, back.grey, back.notes) == (sent.pixels.dtype, sent.grey, ())
    np.testing.assert_array_equal(back.pixels, sent.pixels)
    if sent.alpha is None:
        assert back.alpha is None
    else:
        np.testing.assert_array_equal(back.alpha, sent.alpha)


@given(photos())
def test_lossless_webp_gives_8_bits_back(sent: photo.Photo) -> None:
    back = _there_and_back(sent, ".webp", quality=100)
    factor = 257 if sent.depth_bits == 16 else 1
    np.testing.assert_array_equal(back.pixels, np.rint(sent.pixels / factor))
    if sent.alpha is not None and back.alpha is not None:  # opaque alpha is not stored
        np.testing.assert_array_equal(back.alpha, np.rint(sent.alpha / factor))


@given(photos())
def test_bmp_lays_transparency_over_white(sent: photo.Photo) -> None:
    back = _there_and_back(sent, ".bmp")
    largest = white(sent.pixels.dtype)
    cover = 1.0 if sent.alpha is None else sent.alpha[..., None] / largest
    expected = 255 * (sent.pixels / largest * cover + (1 - cover))
    # Two roundings, one after the other, of 16-bit photos with alpha.
    assert np.abs(back.pixels - expected).max() <= (1.5 if largest > 255 else 0.5) + 1e-9
    assert back.grey is sent.grey


@given(photos())
def test_jpeg_of_any_photo_is_a_jpeg_of_its_size(sent: photo.Photo) -> None:
    back = _there_and_back(sent, ".jpg")
    assert (back.format, back.size, back.grey, back.alpha) == ("JPEG", sent.size, sent.grey, None)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp", ".jxl"])
def test_second_generation_equals_the_first(tmp_path: Path, suffix: str) -> None:
    first = tmp_path / f"a{suffix}"
    photo.write(photo.Photo(files.smooth(), dpi=(72.0, 72.0)), first)
    opened = photo.read(first)
    second = tmp_path / f"b{suffix}"
    photo.write(opened, second)
    again = photo.read(second)
    if suffix in (".png", ".tif", ".bmp"):
        np.testing.assert_array_equal(again.pixels, opened.pixels)
        assert first.read_bytes() == second.read_bytes()
    else:
        assert np.abs(again.pixels.astype(int) - opened.pixels).max() <= 12


def test_jpeg_quality_is_as_asked_and_colours_are_whole(tmp_path: Path) -> None:
    sent = photo.Photo(files.smooth())
    for quality in (95, 80):
        path = tmp_path / f"{quality}.jpg"
        photo.write(sent, path, photo.WriteSettings(quality=quality))
        expected = files.encoded(files.smooth(), "JPEG", quality=quality)
        with Image.open(path) as image, Image.open(files.saved(tmp_path, "b", expected)) as other:
            assert image.layer[0][1:3] == (1, 1)  # type: ignore[attr-defined]
            assert image.quantization == other.quantization  # type: ignore[attr-defined]


def test_default_is_quality_95_and_all_colours(tmp_path: Path) -> None:
    photo.write(photo.Photo(files.smooth()), tmp_path / "a.jpg")
    as_asked = photo.WriteSettings(quality=95)
    photo.write(photo.Photo(files.smooth()), tmp_path / "b.jpg", as_asked)
    assert (tmp_path / "a.jpg").read_bytes() == (tmp_path / "b.jpg").read_bytes()


def test_16_bits_are_rounded_and_not_cut(tmp_path: Path) -> None:
    levels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    sent = photo.Photo(np.stack([levels] * 3, axis=2))
    photo.write(sent, tmp_path / "a.bmp")
    found = photo.read(tmp_path / "a.bmp").pixels[..., 0]
    np.testing.assert_array_equal(found, np.rint(levels / 257))


def test_a_derived_photo_is_written_with_its_own_size(tmp_path: Path) -> None:
    whole = photo.Photo(files.colours(40, 50), exif=files.exif_block())
    top_left: Any = np.ascontiguousarray(whole.pixels[:8, :9])
    part = replace(whole, pixels=top_left)
    photo.write(part, tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as image:
        details = image.getexif().get_ifd(0x8769)
        assert (details[0xA002], details[0xA003]) == (9, 8)
