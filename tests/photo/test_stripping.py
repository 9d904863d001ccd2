"""Metadata that is left out by choice is gone to the last byte; the rest comes back."""

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nledn import photo, pipeline
from nledn.photo import Photo, WriteSettings, metadata
from tests.photo import files
from tests.test_engine import Brightest, derainer_of

PLACE = struct.pack("<6I", 51, 1, 30, 1, 0, 1)
PACKET = files.xmp_packet(
    "<exif:GPSLatitude>51,30.0N</exif:GPSLatitude>"
    '<dji:Flight rdf:parseType="Resource"><dji:gpsTrack>51.4557</dji:gpsTrack></dji:Flight>',
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Essen"'
    ' xmlns:dji="http://www.dji.com/drone-dji/1.0/" dji:GpsLatitude="51.4556"',
)
TEXTS = (("Comment", "x"), ("exif:GPSLatitude", "51/1, 30/1"), ("GPSLongitude", "51.46"))
SECRETS = (PLACE, b"51,30.0N", b"Essen", b"51.4556", b"51.4557", b"51/1, 30/1", b"51.46")


def _written(folder: Path, suffix: str, strip: Any) -> Path:
    block = files.exif_block(orientation=1, thumbnail=False)
    wet = Photo(files.smooth(), exif=block, xmp=PACKET, dpi=(300.0, 300.0), texts=TEXTS)
    result = pipeline.derain(replace(wet), derainer_of(Brightest()))
    pipeline.write(result, folder / f"a{suffix}", WriteSettings(strip=strip))
    return folder / f"a{suffix}"


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_the_location_is_gone_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = _written(tmp_path, suffix, "location")
    data = path.read_bytes()
    for secret in SECRETS:
        assert secret not in data
    found = photo.read(path)
    assert found.notes == ()
    assert found.texts == (TEXTS[:1] if suffix in (".jpg", ".png") else ())
    assert found.exif is not None
    exif = Image.Exif()
    exif.load(found.exif)
    assert (exif[0x010F], exif.get_ifd(0x8769)[0x927C]) == ("Kamera", files.MAKER_NOTE)
    assert not exif.get_ifd(0x8825)
    assert found.xmp is not None
    assert "Straße im Regen".encode() in found.xmp


@pytest.mark.parametrize("place", [0, 8])
def test_a_location_that_claims_the_place_of_other_fields_costs_none(place: int) -> None:
    block = files.exif_block(orientation=1, thumbnail=False)
    at = block.index(struct.pack("<HHI", 2, 5, 3)) + 8
    damaged = block[:at] + struct.pack("<I", place) + block[at + 4 :]
    left = metadata.stripped(Photo(files.smooth(), exif=damaged), "location").exif
    assert left is not None
    exif = Image.Exif()
    exif.load(left)
    assert exif[0x010F] == "Kamera"
    assert not exif.get_ifd(0x8825)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_all_is_gone_but_the_record_and_what_the_pixels_need(tmp_path: Path, suffix: str) -> None:
    path = _written(tmp_path, suffix, "all")
    found = photo.read(path)
    assert (found.exif, found.texts) == (None, ())
    assert found.xmp is not None
    assert b"Stra" not in found.xmp
    assert found.dpi == (None if suffix == ".webp" else pytest.approx((300, 300), abs=0.02))


def test_nothing_is_gone_where_nothing_is_asked_for(tmp_path: Path) -> None:
    data = _written(tmp_path, ".png", "none").read_bytes()
    for kept in SECRETS:
        assert kept in data


@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".png"])
def test_names_of_places_go_from_iptc(tmp_path: Path, suffix: str) -> None:
    block = b"\x1c\2\5\0\3wet\x1c\2\x5a\0\5Essen"
    result = pipeline.derain(Photo(files.smooth(), iptc=block), derainer_of(Brightest()))
    pipeline.write(result, tmp_path / f"a{suffix}", WriteSettings(strip="location"))
    data = (tmp_path / f"a{suffix}").read_bytes()
    assert b"wet" in data
    assert b"Essen" not in data
