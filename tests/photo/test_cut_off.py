"""Photos that lost their end: the mark alone, some rows, most of them."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from nledn import decoder, photo
from nledn.errors import PhotoCutOff, PhotoDamaged
from nledn.photo import Note
from tests.photo import files

STORED = files.colours(300, 200)


def _tiff(**options: Any) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, STORED, photometric="rgb", metadata=None, rowsperstrip=16, **options)
    return stream.getvalue()


WHOLE = {
    "baseline.jpg": files.encoded(STORED, "JPEG"),
    "progressive.jpg": files.encoded(STORED, "JPEG", progressive=True),
    "a.png": files.encoded(STORED, "PNG"),
    "plain.tif": _tiff(),
    "deflated.tif": _tiff(compression="zlib"),
}
ROW_BY_ROW = [name for name in WHOLE if name != "progressive.jpg"]


def _cut(folder: Path, name: str, share: float) -> Path:
    data = WHOLE[name]
    return files.saved(folder, name, data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("name", "mark_bytes"), [("baseline.jpg", 2), ("progressive.jpg", 2), ("a.png", 12)]
)
def test_a_missing_end_mark_is_said_and_costs_nothing(
    tmp_path: Path, name: str, mark_bytes: int
) -> None:
    whole = photo.read(files.saved(tmp_path, name, WHOLE[name]))
    found = decoder.read(files.saved(tmp_path, name, WHOLE[name][:-mark_bytes]))
    assert found.notes == (Note.NO_END,)
    np.testing.assert_array_equal(found.pixels, whole.pixels)


@pytest.mark.parametrize("name", WHOLE)
def test_missing_pixels_are_an_error_that_says_how_to_open_the_rest(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(PhotoCutOff) as caught:
        decoder.read(_cut(tmp_path, name, 0.7))
    assert caught.value.height / 2 <= caught.value.rows < caught.value.height == 300
    assert "--damaged" in str(caught.value)
    assert "--damaged" not in caught.value.in_window(str)


def test_an_end_mark_hides_no_missing_rows(tmp_path: Path) -> None:
    whole = WHOLE["baseline.jpg"]
    ended = whole[: int(len(whole) * 0.7)] + b"\xff\xd9"
    with pytest.raises(PhotoCutOff):
        decoder.read(files.saved(tmp_path, "a.jpg", ended))


@pytest.mark.parametrize("name", ROW_BY_ROW)
def test_the_rows_that_are_there_are_opened_when_asked(tmp_path: Path, name: str) -> None:
    whole = photo.read(files.saved(tmp_path, "whole", WHOLE[name])).pixels
    found = decoder.read(_cut(tmp_path, name, 0.7), damaged=True)
    (note,) = found.notes
    kind, _, rows = note.partition(":")
    assert kind == Note.CUT_OFF
    assert rows.endswith(" of 300")
    last = int(rows.split()[0])
    assert 150 <= last < 300
    sure = last - 20  # of a JPEG, the last blocks may be half there
    np.testing.assert_array_equal(found.pixels[:sure], whole[:sure])
    assert (found.pixels[-16:] == 128).all()


def test_a_progressive_jpeg_is_opened_as_sharp_as_it_goes(tmp_path: Path) -> None:
    found = decoder.read(_cut(tmp_path, "progressive.jpg", 0.7), damaged=True)
    assert found.notes[0].startswith(Note.CUT_OFF)
    assert np.abs(found.pixels.astype(int) - STORED).mean() < 60


@pytest.mark.parametrize("name", WHOLE)
def test_less_than_half_is_damage_whatever_is_asked(tmp_path: Path, name: str) -> None:
    share = 0.01 if name == "progressive.jpg" else 0.4
    for damaged in (False, True):
        with pytest.raises(PhotoDamaged) as caught:
            decoder.read(_cut(tmp_path, name, share), damaged=damaged)
        assert not isinstance(caught.value, PhotoCutOff)


@pytest.mark.parametrize("name", WHOLE)
def test_whole_photos_are_opened_as_ever(tmp_path: Path, name: str) -> None:
    path = files.saved(tmp_path, name, WHOLE[name])
    one, other = decoder.read(path), decoder.read(path, damaged=True)
    assert one.notes == other.notes == ()
    np.testing.assert_array_equal(one.pixels, other.pixels)
