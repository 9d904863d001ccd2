"""TIFF of floats: every value comes back, and rain is taken from those beyond 0 to 1 as well."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from app.imaging.picture import Picture
from app.imaging.pyramid import Pyramid
from app.imaging.qimage import ScreenColour
from nledn import decoder, photo, pipeline
from nledn.errors import PhotoUnsupported
from nledn.messages import explain_note
from nledn.pixels import to_8_bits
from nledn.rain import srgb_decoded, srgb_encoded
from nledn.tiling import Rect
from tests.batch import batches
from tests.commands import exit_code
from tests.photo import files, icc_profiles

pytestmark = pytest.mark.usefixtures("self_tested")
LINEAR = icc_profiles.rgb_profile(icc_profiles.gamma_curve(1))
RAIN = np.float32(batches.LEVELS / 255)


def scene(depth: Any = np.float32, height: int = 40, width: int = 56) -> Any:
    """Values from below 0 to far beyond white, and those that are no numbers."""
    values = np.random.default_rng(4).normal(0.6, 0.5, (height, width, 3))
    values[:8, :8] *= 50
    values[9, :4, 0] = (np.inf, -np.inf, -0.0, 65504)
    values[9, 4, 0] = np.nan if depth == np.float32 else 0  # libvips makes it infinite in 16 bits
    values[10, :2, 1] = (6e-8, 1e-5)  # of 16 bits, without a leading one
    return values.astype(depth)


def _written(folder: Path, values: Any, **options: Any) -> Path:
    options = {"photometric": "rgb", "planarconfig": "contig", "metadata": None} | options
    tifffile.imwrite(folder / "scene.tif", values, **options)
    return folder / "scene.tif"


def assert_same_bits(found: Any, expected: Any) -> None:
    assert found.dtype == expected.dtype
    numbers = ~np.isnan(expected)
    np.testing.assert_array_equal(np.isnan(found), ~numbers)
    kind = f"u{expected.dtype.itemsize}"
    np.testing.assert_array_equal(found.view(kind)[numbers], expected.view(kind)[numbers])


@pytest.mark.parametrize(
    "options",
    [{}, {"compression": "zlib"}, {"byteorder": ">"}, {"tile": (16, 16)}, {"bigtiff": True}],
    ids=str,
)
@pytest.mark.parametrize("depth", [np.float16, np.float32])
def test_at_strength_0_every_value_comes_back(tmp_path: Path, depth: Any, options: Any) -> None:
    stored = scene(depth)
    wet, dry = _written(tmp_path, stored, **options), tmp_path / "dry.tif"
    pipeline.write(pipeline.derain(decoder.read(wet), batches.engine(), strength=0), dry)
    assert_same_bits(tifffile.imread(dry), stored)
    found = decoder.read(dry)
    assert (found.depth_bits, found.is_float, found.notes) == (stored.itemsize * 8, True, ())


def test_every_float_of_16_bits_comes_back(tmp_path: Path) -> None:
    stored = np.arange(65536, dtype=np.uint16).view(np.float16).reshape(256, 256)
    stored[np.isnan(stored)] = 0
    found = photo.read(_written(tmp_path, stored, photometric="minisblack"))
    assert found.grey
    photo.write(found, tmp_path / "a.tif")
    assert_same_bits(tifffile.imread(tmp_path / "a.tif"), stored)


@pytest.mark.parametrize("depth", [np.float16, np.float32])
def test_the_predictor_of_floats_is_known(tmp_path: Path, depth: Any) -> None:
    # TIFF's technical note 3: bytes of equal weight together, then differences along the row.
    stored = scene(depth)
    each = stored.itemsize
    words = stored.astype(f">f{each}").view(np.uint8).reshape(40, 56 * 3, each)
    rows = np.moveaxis(words, 2, 1).reshape(40, -1).copy()
    rows[:, 3:] -= rows[:, :-3].copy()
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(
            iter([zlib.compress(rows.tobytes())]),
            shape=stored.shape,
            dtype=depth,
            photometric="rgb",
            compression="zlib",
            rowsperstrip=40,
            metadata=None,
            extratags=[(316, 3, 1, 3, True)],  # it takes no 317
        )
    predicted = (tmp_path / "a.tif").read_bytes().replace(b"\x3c\1\3\0\1", b"\x3d\1\3\0\1")
    assert_same_bits(photo.read(files.saved(tmp_path, "a.tif", predicted)).pixels, stored)


@pytest.mark.parametrize("depth", [np.float16, np.float32])
def test_rain_is_taken_from_values_beyond_white(tmp_path: Path, depth: Any) -> None:
    stored = scene(depth)
    rainy = decoder.read(_written(tmp_path, stored))
    pipeline.write(pipeline.derain(rainy, batches.engine()), tmp_path / "dry.tif")
    found = tifffile.imread(tmp_path / "dry.tif").astype(np.float32)
    before = stored.astype(np.float32)
    wanted = np.where(before >= RAIN, before - RAIN, np.minimum(before, 0))
    wanted[np.isnan(before)] = np.nan
    np.testing.assert_allclose(found, wanted, atol=2e-4, rtol=1e-3 if depth == np.float16 else 0)
    assert found[:8, :8].max() > 10


def test_a_linear_scene_loses_the_light_of_its_rain() -> None:
    stored = scene()
    rainy = photo.Photo(stored, icc=LINEAR, linear=True, format="TIFF")
    clean = pipeline.derain(rainy, batches.engine()).clean().pixels
    seen = np.clip(np.nan_to_num(stored), 0, 1)
    light = seen - srgb_decoded(np.maximum(srgb_encoded(seen) - RAIN, 0))
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(clean, stored - light, atol=1e-4)


@pytest.mark.parametrize("strength", [0.0, 0.6, 1.5])
@pytest.mark.parametrize("linear", [False, True])
def test_what_is_shown_is_what_is_saved(tmp_path: Path, strength: float, linear: bool) -> None:
    icc = LINEAR if linear else None
    wet = _written(tmp_path, scene(), iccprofile=icc)
    result = pipeline.derain(decoder.read(wet), batches.engine(), strength=strength)
    assert result.photo.linear is linear
    pipeline.write(result, tmp_path / "dry.tif")
    picture = Picture()
    picture.set_photo(result.photo)
    picture.set_layer(result.layer)
    picture.change_look(strength=strength)
    shown = picture.pixels("after", 0, Rect(0, 0, 56, 40))
    assert_same_bits(shown, tifffile.imread(tmp_path / "dry.tif"))
    image = ScreenColour(None).image(shown)
    bits = np.frombuffer(image.constBits(), np.uint8).reshape(40, 56, 4)
    np.testing.assert_array_equal(bits[:, :, 2::-1], to_8_bits(shown))


def test_reduced_copies_are_of_floats_too() -> None:
    copies = Pyramid(np.nan_to_num(scene(np.float16, 200, 260)))
    reduced = copies.read(1, Rect(0, 10, 100, 100))
    wanted = copies.source.astype(np.float32).reshape(100, 2, 130, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(reduced, wanted[10:, :100], rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize(("suffix", "bits", "levels"), [(".png", 16, 65535), (".jpg", 8, 255)])
def test_other_formats_get_whole_numbers_and_say_so(
    tmp_path: Path, suffix: str, bits: int, levels: int
) -> None:
    values = np.broadcast_to(np.linspace(-0.5, 1.5, 64, dtype=np.float32), (32, 64))
    found = photo.read(_written(tmp_path, values.copy(), photometric="minisblack"))
    told = photo.write(found, tmp_path / f"a{suffix}")
    assert told == (f"{photo.Note.NO_FLOAT}:{bits}",)
    assert explain_note(told[0]) == f"Floating point became {bits} bits per channel, cut to 0 to 1."
    again = photo.read(tmp_path / f"a{suffix}")
    wanted = np.rint(np.clip(values, 0, 1) * levels)
    assert again.depth_bits == bits
    assert np.abs(again.pixels[..., 0] - wanted).max() <= (0 if bits == 16 else 3)


def test_alpha_of_floats_is_kept(tmp_path: Path) -> None:
    stored = np.dstack([np.abs(np.nan_to_num(scene(), posinf=2)), np.full((40, 56), 0.25)])
    stored = stored.astype(np.float32)
    found = decoder.read(_written(tmp_path, stored, extrasamples=["unassalpha"]))
    photo.write(found, tmp_path / "a.tif")
    assert_same_bits(tifffile.imread(tmp_path / "a.tif"), stored)
    assert photo.write(found, tmp_path / "a.png") == (f"{photo.Note.NO_FLOAT}:16",)
    alpha = photo.read(tmp_path / "a.png").alpha
    assert alpha is not None
    assert (alpha == 16384).all()


def test_more_pixels_than_pass_at_once(tmp_path: Path) -> None:
    stored = np.random.default_rng(1).random((1300, 1100, 3), np.float32)
    assert_same_bits(decoder.read(_written(tmp_path, stored)).pixels, stored)


@pytest.mark.parametrize(
    ("values", "options", "word"),
    [
        (scene(np.float64), {}, "64/64/64 bits, float"),
        (scene(), {"photometric": "cielab"}, "CIE Lab"),
        (scene()[..., 0], {"photometric": "miniswhite"}, "black as 0"),
        (np.moveaxis(scene(np.float16), 2, 0), {"planarconfig": "separate"}, "separate planes"),
    ],
)
def test_other_floats_are_refused_by_name(
    tmp_path: Path, values: Any, options: Any, word: str
) -> None:
    with pytest.raises(PhotoUnsupported, match=word):
        photo.read(_written(tmp_path, np.ascontiguousarray(values), **options))


@pytest.mark.parametrize(
    ("tag", "value", "word"), [(259, 34887, "LERC"), (262, 32845, "LogLuv"), (259, 50000, "zstd")]
)
def test_rare_floats_are_refused_by_name(tmp_path: Path, tag: int, value: int, word: str) -> None:
    data = bytearray(_written(tmp_path, scene()).read_bytes())
    at = data.index(tag.to_bytes(2, "little") + b"\3\0\1\0\0\0") + 8
    data[at : at + 2] = value.to_bytes(2, "little")
    with pytest.raises(PhotoUnsupported, match=word):
        photo.read(files.saved(tmp_path, "a.tif", bytes(data)))


def test_the_command_keeps_floats(tmp_path: Path, weights: Path) -> None:
    wet, dry = _written(tmp_path, scene()), tmp_path / "dry.tif"
    assert exit_code("derain", wet, "--weights", weights, "--strength", "0", "-o", dry) == 0
    assert_same_bits(tifffile.imread(dry), scene())


def test_a_batch_keeps_floats(tmp_path: Path, weights: Path) -> None:
    (tmp_path / "wet").mkdir()
    stored = np.abs(np.nan_to_num(scene(), posinf=2, neginf=0))
    _written(tmp_path / "wet", stored)
    assert batches.exit_code(weights, tmp_path / "wet", tmp_path / "dry") == 0
    (result,) = (tmp_path / "dry").glob("*.tif")
    np.testing.assert_allclose(tifffile.imread(result), np.maximum(stored - RAIN, 0), atol=2e-4)
