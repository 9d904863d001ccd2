"""The small files of `../shared/cases`, each of which broke once; skipped where they are not."""

from pathlib import Path

import numpy as np
import pytest

from nledn import decoder, photo
from nledn.errors import PhotoUnsupported
from nledn.photo import Note, Photo
from tests.conftest import SHARED

CASES = SHARED / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not here")

NOTES: dict[str, tuple[str, ...]] = {
    "a_clap.avif": (),
    "a_mono10.avif": (),
    "j_exif_multi.jpg": (),
    "j_icc_missing.jpg": (Note.BAD_ICC,),
    "j_motion_google.jpg": (Note.FILM,),
    "j_no_eoi.jpg": (Note.NO_END,),
    "j_xmp_cdata.jpg": (),
    "j_xmp_near64k.jpg": (),
    "p_cicp_icc.png": (Note.COLOUR_UNTAGGED,),
    "p_rawxmp.png": (),
    "r_dng.dng": (Note.RAW,),
    "r_orf.orf": (Note.RAW,),
    "t_5band_alpha_second.tif": (Note.EXTRA_CHANNELS,),
    "t_exif_ptr_broken.tif": (Note.BAD_EXIF_PART,),
    "t_geotiff.tif": (),
    "t_thumb_first.tif": (),
    "w_lossless.webp": (),
}
EXPECTED = sorted(path.name for path in CASES.glob("*.expect.npy"))
REFUSED = {"j_12bit.jpg": "12 bits", "t_tile_planar.tif": "separate planes"}


def _read(name: str) -> Photo:
    return decoder.read(CASES / name)


@pytest.mark.parametrize("name", NOTES)
def test_each_tells_what_is_not_kept(name: str) -> None:
    assert _read(name).notes == NOTES[name]


@pytest.mark.parametrize("expected", EXPECTED)
def test_each_has_its_pixels(expected: str) -> None:
    (path,) = (p for p in CASES.glob(f"{expected.partition('.')[0]}.*") if p.suffix != ".npy")
    if path.name in REFUSED:
        pytest.skip("refused by name")
    pixels = np.load(CASES / expected)
    found = _read(path.name)
    channels = pixels if pixels.ndim == 3 else pixels[:, :, None].repeat(3, axis=2)
    np.testing.assert_array_equal(found.pixels, channels[:, :, :3])
    if channels.shape[2] == 4:
        np.testing.assert_array_equal(found.alpha, channels[:, :, 3])
    assert found.grey == (pixels.ndim == 2)


@pytest.mark.parametrize("name", REFUSED)
def test_kinds_that_cannot_be_read_are_named(name: str) -> None:
    with pytest.raises(PhotoUnsupported) as caught:
        decoder.read(CASES / name)
    assert REFUSED[name] in str(caught.value)
    assert "<" not in str(caught.value.to_dict())


@pytest.mark.parametrize("name", ["p_rawxmp.png", "j_xmp_cdata.jpg", "r_dng.dng", "r_orf.orf"])
def test_xmp_is_there(name: str) -> None:
    assert _read(name).xmp


@pytest.mark.parametrize("name", ["r_dng.dng", "r_orf.orf", "j_exif_multi.jpg"])
def test_exif_is_there(name: str) -> None:
    assert _read(name).exif


def test_a_lossless_webp_and_a_geotiff_come_back(tmp_path: Path) -> None:
    for name in ("w_lossless.webp", "t_geotiff.tif"):
        found = _read(name)
        photo.write(found, tmp_path / name)
        again = photo.read(tmp_path / name)
        np.testing.assert_array_equal(again.pixels, found.pixels)
        assert again.geo == found.geo
        assert again.lossless == found.lossless
