"""Every kind of file has an answer: depth, alpha, grey, palette, CMYK, frames, RAW, HEIC."""

import struct
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from nledn import photo
from nledn.errors import PhotoNeedsReader, PhotoUnsupported
from nledn.photo import Note
from tests.photo import files, icc_profiles

DATA = Path(__file__).parent / "data"
TIFF_LAYOUTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "big-endian": {"byteorder": ">"},
    "deflate": {"compression": "zlib", "predictor": True},
    "tiled": {"tile": (16, 16)},
    "bigtiff": {"bigtiff": True},
}


def _read(folder: Path, data: bytes, name: str = "photo") -> photo.Photo:
    return photo.read(files.saved(folder, name, data))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_keeps_depth_alpha_and_grey(tmp_path: Path, dtype: Any, channels: int) -> None:
    stored = files.colours(dtype=dtype, channels=channels)
    order = stored if channels == 1 else stored[..., [2, 1, 0, 3][:channels]]
    ok, data = cv2.imencode(".png", order)
    assert ok
    found = _read(tmp_path, data.tobytes())
    expected = stored[..., :3] if channels > 1 else np.repeat(stored[..., None], 3, axis=2)
    np.testing.assert_array_equal(found.pixels, expected)
    assert found.pixels.dtype == dtype
    assert found.pixels.flags.c_contiguous
    assert (found.format, found.grey, found.notes) == ("PNG", channels == 1, ())
    if channels == 4:
        np.testing.assert_array_equal(found.alpha, stored[..., 3])
    else:
        assert found.alpha is None


def test_png_of_grey_and_alpha(tmp_path: Path) -> None:
    stored = files.colours(channels=2)
    found = _read(tmp_path, files.encoded(Image.fromarray(stored, "LA"), "PNG"))
    assert found.grey
    np.testing.assert_array_equal(found.pixels[..., 1], stored[..., 0])
    np.testing.assert_array_equal(found.alpha, stored[..., 1])


@pytest.mark.parametrize("layout", TIFF_LAYOUTS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiff_keeps_depth_in_every_layout(tmp_path: Path, layout: str, dtype: Any) -> None:
    stored = files.colours(dtype=dtype)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", **TIFF_LAYOUTS[layout])
    found = photo.read(tmp_path / "a.tif")
    np.testing.assert_array_equal(found.pixels, stored)
    assert (found.pixels.dtype, found.format, found.notes) == (dtype, "TIFF", ())


def test_tiff_of_lzw_as_photoshop_writes(tmp_path: Path) -> None:
    stored = files.colours(dtype=np.uint16)
    ok, data = cv2.imencode(".tif", stored[..., ::-1])  # LZW with predictor is its default
    assert ok
    np.testing.assert_array_equal(_read(tmp_path, data.tobytes()).pixels, stored)


@pytest.mark.parametrize("layout", TIFF_LAYOUTS)
def test_a_tiff_with_more_in_its_layers_than_in_its_pixels(tmp_path: Path, layout: str) -> None:
    stored, layers = files.colours(), bytes(60_000_000)
    tags: list[Any] = [(37724, 7, len(layers), layers, True)]
    options = {"photometric": "rgb", "extratags": tags, **TIFF_LAYOUTS[layout]}
    tifffile.imwrite(tmp_path / "a.tif", stored, **options)
    found = photo.read(tmp_path / "a.tif")
    np.testing.assert_array_equal(found.pixels, stored)
    assert Note.LAYERS in found.notes


def test_a_large_tiff_of_one_packed_strip(tmp_path: Path) -> None:
    stored = np.tile(files.colours(400, 600, np.uint16), (9, 9, 1))
    whole: dict[str, Any] = {"compression": "zlib", "rowsperstrip": stored.shape[0]}
    options = {"photometric": "rgb", "compressionargs": {"level": 0}, **whole}
    tifffile.imwrite(tmp_path / "a.tif", stored, **options)
    np.testing.assert_array_equal(photo.read(tmp_path / "a.tif").pixels, stored)


def test_tiff_of_separate_planes(tmp_path: Path) -> None:
    stored = files.colours(dtype=np.uint16)
    planes = np.ascontiguousarray(np.moveaxis(stored, 2, 0))
    tifffile.imwrite(tmp_path / "a.tif", planes, photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(photo.read(tmp_path / "a.tif").pixels, stored)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiff_grey_has_white_where_it_belongs(tmp_path: Path, photometric: str, dtype: Any) -> None:
    grey = files.colours(dtype=dtype, channels=1)
    stored = grey if photometric == "minisblack" else np.iinfo(dtype).max - grey
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric=photometric)
    found = photo.read(tmp_path / "a.tif")
    assert found.grey
    for channel in range(3):
        np.testing.assert_array_equal(found.pixels[..., channel], grey)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiff_alpha_is_straight(tmp_path: Path, dtype: Any) -> None:
    stored = files.colours(dtype=dtype, channels=4)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extrasamples=["unassalpha"])
    found = photo.read(tmp_path / "a.tif")
    np.testing.assert_array_equal(found.pixels, stored[..., :3])
    np.testing.assert_array_equal(found.alpha, stored[..., 3])


def test_tiff_alpha_that_was_multiplied_in_is_taken_out(tmp_path: Path) -> None:
    straight = np.full((8, 8, 3), 40000, np.uint16)
    alpha = np.full((8, 8, 1), 32768, np.uint16)
    stored = np.concatenate((straight // 2, alpha), axis=2)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extrasamples=["assocalpha"])
    found = photo.read(tmp_path / "a.tif")
    assert abs(found.pixels.astype(int) - 40000).max() <= 2
    np.testing.assert_array_equal(found.alpha, alpha[..., 0])


@pytest.mark.parametrize(("photometric", "colours"), [("rgb", 3), ("minisblack", 1)])
def test_a_tiff_channel_that_is_no_transparency_is_dropped_and_said(
    tmp_path: Path, photometric: str, colours: int
) -> None:
    stored = files.colours(dtype=np.uint16, channels=colours + 1)
    options: dict[str, Any] = {"photometric": photometric, "planarconfig": "contig"}
    tifffile.imwrite(tmp_path / "a.tif", stored, extrasamples=["unspecified"], **options)
    found = photo.read(tmp_path / "a.tif")
    assert found.alpha is None
    np.testing.assert_array_equal(found.pixels[..., :colours], stored[..., :colours])
    assert found.notes == (Note.EXTRA_CHANNELS,)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
def test_ycbcr_that_would_be_taken_for_rgb_is_refused(tmp_path: Path, compression: str) -> None:
    image = Image.new("RGB", (16, 16), (200, 50, 20)).convert("YCbCr")
    image.save(tmp_path / "a.tif", compression=compression)
    with pytest.raises(PhotoUnsupported):
        photo.read(tmp_path / "a.tif")


def test_ycbcr_of_jpeg_has_its_colours(tmp_path: Path) -> None:
    image = Image.new("RGB", (16, 16), (200, 50, 20)).convert("YCbCr")
    image.save(tmp_path / "a.tif", compression="jpeg", quality=100)
    assert abs(photo.read(tmp_path / "a.tif").pixels.astype(int) - (200, 50, 20)).max() <= 3


def test_tiff_channels_beyond_alpha_are_dropped_and_said(tmp_path: Path) -> None:
    stored = files.colours(dtype=np.uint16, channels=5)
    kinds = ["unassalpha", "unspecified"]
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extrasamples=kinds)
    found = photo.read(tmp_path / "a.tif")
    np.testing.assert_array_equal(found.alpha, stored[..., 3])
    assert found.notes == (Note.EXTRA_CHANNELS,)


@pytest.mark.parametrize("dtype", [np.float64, np.uint32, np.int16])
def test_tiff_of_other_numbers_is_refused(tmp_path: Path, dtype: Any) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((8, 8, 3), dtype), photometric="rgb")
    with pytest.raises(PhotoUnsupported):
        photo.read(tmp_path / "a.tif")


@pytest.mark.parametrize(("tag", "value"), [(259, 50000), (258, 12), (262, 9)])
def test_rare_tiff_is_refused(tmp_path: Path, tag: int, value: int) -> None:
    data = bytearray(files.encoded(files.smooth()[..., 0], "TIFF"))
    at = data.index(struct.pack("<HHI", tag, 3, 1))
    data[at + 8 : at + 10] = struct.pack("<H", value)
    with pytest.raises(PhotoUnsupported):
        _read(tmp_path, bytes(data))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF"])
def test_palette_becomes_rgb(tmp_path: Path, kind: str) -> None:
    image = Image.fromarray(files.smooth()).quantize(16)
    found = _read(tmp_path, files.encoded(image, kind))
    np.testing.assert_array_equal(found.pixels, np.asarray(image.convert("RGB")))
    assert found.notes == (Note.PALETTE,)
    assert not found.grey


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_transparent_colour_of_a_palette_becomes_alpha(tmp_path: Path, kind: str) -> None:
    image = Image.fromarray(files.smooth()).quantize(16)
    found = _read(tmp_path, files.encoded(image, kind, transparency=3))
    expected = np.where(np.asarray(image) == 3, 0, 255)
    np.testing.assert_array_equal(found.alpha, expected)


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("TIFF", {"compression": "group4"})])
def test_black_and_white_becomes_grey(tmp_path: Path, kind: str, options: dict[str, Any]) -> None:
    image = Image.fromarray(files.smooth()).convert("1")
    found = _read(tmp_path, files.encoded(image, kind, **options))
    np.testing.assert_array_equal(found.pixels[..., 0], np.asarray(image) * np.uint8(255))
    assert (found.grey, found.notes) == (True, (Note.BILEVEL,))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_goes_through_its_profile(tmp_path: Path, kind: str) -> None:
    cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    data = files.encoded(cyan, kind, icc_profile=icc_profiles.cmyk_profile())
    found = _read(tmp_path, data)
    # The test's profile makes cyan a grey of L* 50, which is 119 in sRGB.
    assert abs(found.pixels.astype(int) - 119).max() <= 4
    assert Note.CMYK in found.notes
    assert found.icc is not None
    assert found.icc[16:20] == b"RGB "


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_without_profile_is_converted_plainly(tmp_path: Path, kind: str) -> None:
    image = Image.new("CMYK", (32, 16), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 16, 16))
    found = _read(tmp_path, files.encoded(image, kind))
    assert found.pixels[:, :8].max() < 70
    assert found.pixels[:, -8:].min() > 240
    assert Note.CMYK in found.notes


def test_cmyk_of_16_bits_stays_deep(tmp_path: Path) -> None:
    x = np.linspace(0, 65535, 4096).astype(np.uint16)
    stored = np.zeros((4, 4096, 4), np.uint16)
    stored[..., 3] = x
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="separated")
    found = photo.read(tmp_path / "a.tif")
    assert found.depth_bits == 16
    assert len(np.unique(found.pixels[0, :, 1])) > 1000


def test_lab_is_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", files.colours(), photometric="cielab")
    with pytest.raises(PhotoUnsupported):
        photo.read(tmp_path / "a.tif")


def test_jpeg_keeps_grey_and_colour(tmp_path: Path) -> None:
    colour = _read(tmp_path, files.encoded(files.smooth(), "JPEG", quality=95))
    grey = _read(tmp_path, files.encoded(files.smooth()[..., 0], "JPEG", quality=95))
    assert (colour.format, colour.grey, colour.size) == ("JPEG", False, (56, 40))
    assert grey.grey
    np.testing.assert_array_equal(grey.pixels[..., 0], grey.pixels[..., 2])


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "TIFF"])
def test_first_of_several_frames_and_said(tmp_path: Path, kind: str) -> None:
    frames = [Image.fromarray(np.roll(files.smooth(), 15 * turn, axis=1)) for turn in range(3)]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = files.encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    found = _read(tmp_path, data)
    assert f"{Note.FRAMES}:3" in found.notes
    error = np.abs(found.pixels.astype(int) - files.smooth())
    assert error.mean() < 12  # a GIF has 256 colours; the others are off by fifty


def test_preview_in_a_tiff_is_no_page(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(files.colours(), photometric="rgb")
        file.write(files.colours(8, 8), photometric="rgb", subfiletype=1)
    assert photo.read(tmp_path / "a.tif").notes == ()


def test_mpo_gives_the_main_picture(tmp_path: Path) -> None:
    main, other = Image.fromarray(files.smooth()), Image.fromarray(255 - files.smooth())
    data = files.encoded(main, "MPO", save_all=True, append_images=[other], quality=95)
    found = _read(tmp_path, data, "photo.jpg")
    assert (found.format, found.notes) == ("MPO", (Note.MPO,))
    assert np.abs(found.pixels.astype(int) - files.smooth()).mean() < 4
    assert photo.output_suffix(found) == ".jpg"


def test_gain_map_is_dropped_with_all_that_speaks_of_it(tmp_path: Path) -> None:
    packet = files.xmp_packet(attributes='hdrgm:Version="1.0"')
    data = files.encoded(files.smooth(), "JPEG", xmp=packet)
    data = files.with_jpeg_segment(data, 0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0")
    found = _read(tmp_path, data)
    assert found.notes == (Note.GAIN_MAP,)
    assert found.xmp is not None
    assert b"hdrgm:Version" not in found.xmp
    assert "Straße im Regen".encode() in found.xmp


def test_iptc_and_extended_xmp_are_dropped_and_said(tmp_path: Path) -> None:
    data = files.encoded(files.smooth(), "JPEG")
    data = files.with_jpeg_segment(data, 0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0")
    extension = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + bytes(8)
    found = _read(tmp_path, files.with_jpeg_segment(data, 0xE1, extension))
    assert set(found.notes) == {Note.IPTC, Note.EXTENDED_XMP}


def test_heic_of_8_and_of_10_bits() -> None:
    y, x = np.mgrid[:48, :64]
    eight = photo.read(DATA / "eight_bits.heic")
    assert (eight.format, eight.size, eight.depth_bits) == ("HEIC", (64, 48), 8)
    expected = np.stack((4 * x, 5 * y, 2 * (x + y)), axis=2)
    assert np.abs(eight.pixels - expected).mean() < 4
    ten = photo.read(DATA / "ten_bits.heic")
    assert (ten.depth_bits, int(ten.pixels.max())) == (16, 65535)
    assert len(np.unique(ten.pixels[..., 2])) > 100  # of 111 levels of blue
    assert np.abs(ten.pixels[..., 0] - 65535 * x / 63).mean() < 300
    assert (photo.output_suffix(eight), photo.output_suffix(ten)) == (".jpg", ".tif")


def test_avif_of_8_and_of_10_bits(tmp_path: Path) -> None:
    eight = _read(tmp_path, files.encoded(files.smooth(), "AVIF", quality=95))
    assert (eight.format, eight.depth_bits) == ("AVIF", 8)
    assert np.abs(eight.pixels.astype(int) - files.smooth()).mean() < 4
    ramp = np.repeat(np.arange(1024, dtype=np.uint16)[None, :, None], 16, axis=0)
    stored = np.repeat(ramp, 3, axis=2)
    options = [cv2.IMWRITE_AVIF_DEPTH, 10, cv2.IMWRITE_AVIF_QUALITY, 100]
    ok, data = cv2.imencode(".avif", stored, options)
    assert ok
    ten = _read(tmp_path, data.tobytes())
    assert (ten.depth_bits, int(ten.pixels.min()), int(ten.pixels.max())) == (16, 0, 65535)
    assert len(np.unique(ten.pixels[0, :, 1])) > 1000


def test_heic_without_its_reader_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(PhotoNeedsReader) as caught:
        photo.read(DATA / "eight_bits.heic")
    assert (caught.value.kind, caught.value.package) == ("HEIC", "pi-heif")


def test_raw_without_rawpy_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(PhotoNeedsReader) as caught:
        photo.read(files.saved(tmp_path, "a.tif", files.dng()))  # by content, not by suffix
    assert (caught.value.kind, caught.value.package) == ("RAW", "rawpy")
