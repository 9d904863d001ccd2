"""XMP files beside a photo come along under the result's name."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nledn import photo, pipeline
from nledn.photo import Note, Photo, WriteSettings
from tests.photo import files
from tests.test_engine import Brightest, derainer_of

PACKET = files.xmp_packet(
    "<xmp:Rating>5</xmp:Rating><exif:GPSLatitude>51,30.0N</exif:GPSLatitude>",
    'tiff:Orientation="6" exif:PixelXDimension="9"',
)


def _saved(folder: Path, suffix: str = ".png", **settings: Any) -> Photo:
    source = files.saved(folder, "a.jpg", files.encoded(files.smooth(), "JPEG"))
    result = pipeline.derain(photo.read(source), derainer_of(Brightest()))
    return pipeline.write(result, folder / f"b{suffix}", WriteSettings(**settings))


@pytest.mark.parametrize(("beside", "carried"), [("a.xmp", "b.xmp"), ("a.jpg.xmp", "b.png.xmp")])
def test_a_sidecar_is_carried_along_and_true(tmp_path: Path, beside: str, carried: str) -> None:
    files.saved(tmp_path, beside, PACKET)
    assert _saved(tmp_path).notes == ()
    told = (tmp_path / carried).read_bytes()
    assert b'tiff:Orientation="1"' in told
    assert b'exif:PixelXDimension="56"' in told
    assert b">5<" in told
    assert (tmp_path / beside).read_bytes() == PACKET
    assert len(list(tmp_path.iterdir())) == 4


def test_what_is_to_be_left_out_is_left_out_of_it_too(tmp_path: Path) -> None:
    files.saved(tmp_path, "a.xmp", PACKET)
    _saved(tmp_path, strip="location")
    told = (tmp_path / "b.xmp").read_bytes()
    assert b"GPS" not in told
    assert b">5<" in told
    (tmp_path / "b.xmp").unlink()
    _saved(tmp_path, strip="all", overwrite=True)
    assert not (tmp_path / "b.xmp").exists()


@pytest.mark.parametrize("there", ["damaged", "another's"])
def test_one_that_cannot_be_carried_along_is_said(tmp_path: Path, there: str) -> None:
    files.saved(tmp_path, "a.xmp", b"no XML" if there == "damaged" else PACKET)
    if there == "another's":
        files.saved(tmp_path, "b.xmp", b"mine")
    assert _saved(tmp_path).notes == (Note.SIDECAR,)
    assert photo.read(tmp_path / "b.png").size == (56, 40)
    if there == "another's":
        assert (tmp_path / "b.xmp").read_bytes() == b"mine"


def test_a_sidecar_that_nobody_edited_follows_its_source(tmp_path: Path) -> None:
    for rating in (b">5<", b">4<", b">3<"):
        files.saved(tmp_path, "a.xmp", PACKET.replace(b">5<", rating))
        assert _saved(tmp_path, overwrite=True).notes == ()
        assert rating in (tmp_path / "b.xmp").read_bytes()


def test_an_edited_sidecar_is_kept_and_said(tmp_path: Path) -> None:
    files.saved(tmp_path, "a.xmp", PACKET)
    _saved(tmp_path)
    edited = (tmp_path / "b.xmp").read_bytes().replace(b">5<", b">1<")
    (tmp_path / "b.xmp").write_bytes(edited)
    assert _saved(tmp_path, overwrite=True).notes == (Note.SIDECAR,)
    assert (tmp_path / "b.xmp").read_bytes() == edited


def test_a_photo_without_a_file_has_none(tmp_path: Path) -> None:
    pasted = pipeline.derain(Photo(files.smooth()), derainer_of(Brightest()))
    written = pipeline.write(replace(pasted), tmp_path / "b.png")
    assert written.notes == ()
    assert [path.name for path in tmp_path.iterdir()] == ["b.png"]
