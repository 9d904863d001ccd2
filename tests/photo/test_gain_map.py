"""Gain maps: kept where the result is a JPEG of the same shape, told otherwise."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from nledn import decoder, photo, pipeline
from nledn.photo import Note
from tests.batch import batches
from tests.photo import files

ISO = b"urn:iso:std:iso:ts:21496:-1\0"
VALUES = 'hdrgm:Version="1.0" hdrgm:GainMapMax="2.0" hdrgm:HDRCapacityMax="2.0"'
APPLE = files.xmp_packet(
    attributes='xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/"'
    ' HDRGainMap:HDRGainMapVersion="65536"'
)
ULTRA_HDR = files.xmp_packet(attributes=VALUES)


def gains(height: int = 20, width: int = 28) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Dark above, and light below on the right."""
    y, x = np.mgrid[:height, :width]
    return np.where((y >= height // 2) & (x >= width // 2), 220, 40).astype(np.uint8)


def map_of(packet: bytes | None, *, iso: bytes = b"", size: tuple[int, int] = (20, 28)) -> bytes:
    options = {} if packet is None else {"xmp": packet}
    exif = files.exif_block(orientation=1)
    data = files.encoded(gains(*size), "JPEG", quality=95, exif=b"Exif\0\0" + exif, **options)
    return files.with_jpeg_segment(data, 0xE2, ISO + iso) if iso else data


def base(orientation: int = 1, packet: bytes | None = None) -> bytes:
    exif = files.exif_block(orientation=orientation, thumbnail=False)
    options = {} if packet is None else {"xmp": packet}
    return files.encoded(files.smooth(), "JPEG", quality=95, exif=b"Exif\0\0" + exif, **options)


def read(folder: Path, data: bytes) -> photo.Photo:
    return decoder.read(files.saved(folder, "a.jpg", data))


def decoded(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"))


MAPS = {
    "Ultra HDR": map_of(ULTRA_HDR),
    "ISO": map_of(None, iso=bytes(4) + b"gains"),
    "both": map_of(ULTRA_HDR, iso=bytes(4) + b"gains"),
    "Apple": map_of(APPLE),
}


@pytest.mark.parametrize("kind", MAPS)
def test_a_gain_map_comes_back_with_a_derained_jpeg(tmp_path: Path, kind: str) -> None:
    found = read(tmp_path, files.with_pictures(base(packet=files.xmp_packet()), MAPS[kind]))
    assert (found.format, found.notes) == ("JPEG", ())
    result = pipeline.write(pipeline.derain(found, batches.engine()), tmp_path / "dry.jpg")
    assert result.notes == ()
    again = decoder.read(tmp_path / "dry.jpg")
    assert again.gain_map == found.gain_map
    assert again.gain_map is not None
    np.testing.assert_array_equal(decoded(again.gain_map), decoded(MAPS[kind]))
    assert "Straße im Regen".encode() in (again.xmp or b"")
    assert b"THUMBNAIL-OF-THE-RAINY-PHOTO" not in (tmp_path / "dry.jpg").read_bytes()


def test_the_other_pictures_place_is_right(tmp_path: Path) -> None:
    found = read(tmp_path, files.with_pictures(base(), MAPS["Apple"]))
    photo.write(found, tmp_path / "dry.jpg")
    with Image.open(tmp_path / "dry.jpg") as image:  # which Pillow takes for MPO
        image.seek(1)
        np.testing.assert_array_equal(np.asarray(image), decoded(MAPS["Apple"]))


def test_what_googles_library_writes_comes_back_for_it(tmp_path: Path) -> None:
    light = np.linspace(0, 4, 64 * 48 * 3, dtype=np.float32).reshape(48, 64, 3)
    scene = pyvips.Image.new_from_array(light).copy(interpretation="scrgb")
    scene.uhdrsave(str(tmp_path / "wet.jpg"), Q=95)
    found = decoder.read(tmp_path / "wet.jpg")
    assert (found.format, found.notes) == ("JPEG", ())
    pipeline.write(pipeline.derain(found, batches.engine(), strength=0), tmp_path / "dry.jpg")
    before = pyvips.Image.uhdrload(str(tmp_path / "wet.jpg"))
    after = pyvips.Image.uhdrload(str(tmp_path / "dry.jpg"))
    for field in ("gainmap-max-content-boost", "gainmap-hdr-capacity-max"):
        assert after.get(field) == before.get(field)
    kept, wanted = (decoded(each.get("gainmap-data")) for each in (after, before))
    np.testing.assert_array_equal(kept, wanted)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_gain_map_is_turned_with_its_photo(tmp_path: Path, orientation: int) -> None:
    found = read(tmp_path, files.with_pictures(base(orientation), MAPS["both"]))
    assert (found.notes, found.gain_map is not None) == ((), True)
    upright = Image.fromarray(gains())
    upright.getexif()[274] = orientation
    turned = np.asarray(upright.transpose(Image.Transpose(_PILLOWS[orientation])))
    assert found.gain_map is not None
    assert np.abs(decoded(found.gain_map).astype(int) - turned).mean() < 6
    assert b"HDRCapacityMax" in found.gain_map
    assert ISO in found.gain_map


_PILLOWS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".bmp"])
def test_other_formats_say_that_it_is_not_kept(tmp_path: Path, suffix: str) -> None:
    found = read(tmp_path, files.with_pictures(base(), MAPS["both"]))
    assert Note.GAIN_MAP in photo.write(found, tmp_path / f"a{suffix}")


def test_a_map_of_another_shape_is_left_out_and_said(tmp_path: Path) -> None:
    for size in ((28, 28), (400, 560)):
        found = read(tmp_path, files.with_pictures(base(), map_of(APPLE, size=size)))
        assert (found.gain_map, found.notes) == (None, (Note.MPO,))
    found = read(tmp_path, files.with_pictures(base(), MAPS["both"]))
    cut = replace(found, pixels=found.pixels[:, :20])
    assert photo.write(cut, tmp_path / "b.jpg") == (Note.GAIN_MAP,)
    assert decoder.read(tmp_path / "b.jpg").notes == ()


@pytest.mark.parametrize("spoilt", [MAPS["both"][:-400], b"\xff\xd8\xff\xe0 no JPEG", b"none"])
def test_a_damaged_map_is_left_out_and_said(tmp_path: Path, spoilt: bytes) -> None:
    told = files.xmp_packet(attributes='hdrgm:Version="1.0"')
    found = read(tmp_path, files.with_pictures(base(packet=told), spoilt))
    assert found.gain_map is None
    assert Note.GAIN_MAP in found.notes


def test_a_third_picture_is_said(tmp_path: Path) -> None:
    found = read(
        tmp_path, files.with_pictures(base(), MAPS["Apple"], files.encoded(gains(), "JPEG"))
    )
    assert (found.gain_map is not None, found.notes) == (True, (Note.MPO,))


def test_a_map_behind_the_end_needs_no_mpf(tmp_path: Path) -> None:
    told = files.xmp_packet(attributes='hdrgm:Version="1.0"')
    found = read(tmp_path, base(packet=told) + MAPS["Ultra HDR"])
    assert (found.gain_map is not None, found.notes) == (True, ())


def test_a_picture_of_before_and_after_has_nothing_of_one_photo(tmp_path: Path) -> None:
    found = read(tmp_path, files.with_pictures(base(), MAPS["both"]))
    rich = replace(found, geo=b"geo", iptc=b"iptc")
    both = pipeline.side_by_side(rich, rich)
    assert (both.gain_map, both.geo, both.iptc, both.exif) == (None, None, None, None)
