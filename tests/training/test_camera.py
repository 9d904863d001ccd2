"""The way from a scene to a file: rainy and clean are treated alike."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn.pairs import find_pairs
from nledn.training.camera import Camera, FloatImage, compressed, sharpened
from nledn.training.config import HELD_OUT_PHOTOS
from nledn.training.data import find_photos, load
from nledn.training.paired_set import as_pixels, recorded, recorded_pair
from tests.training.layers import rng

ALWAYS = Camera(scaled=1.0, sharpened=1.0, compressed=1.0, lowest_quality=45)


def noisy(side: int = 64) -> FloatImage:
    return rng(1).random((side, side, 3)).astype(np.float32)


def test_a_file_treats_rainy_and_clean_alike() -> None:
    clean = noisy()
    rainy = np.clip(clean + 0.1, 0, 1).astype(np.float32)
    differences = []
    for seed in range(5):
        rainy_file, clean_file = compressed((rainy, clean), 70, rng(seed))
        assert rainy_file.shape == clean_file.shape == clean.shape
        assert 0 <= rainy_file.min() <= rainy_file.max() <= 1
        assert not np.array_equal(clean_file, clean)
        differences.append(np.median(rainy_file - clean_file))
    assert np.mean(differences) == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("seed", range(6))
def test_a_dry_scene_is_recorded_once(seed: int) -> None:
    clean = noisy(80)
    rainy_file, clean_file = ALWAYS.record((clean, clean), 64, rng(seed))
    assert rainy_file is clean_file
    assert clean_file.shape == (64, 64, 3)
    assert 0 <= clean_file.min() <= clean_file.max() <= 1


def test_no_camera_leaves_the_pair_alone_and_draws_nothing() -> None:
    pair, chance = (noisy(), noisy()), rng(3)
    assert Camera().side(64, chance) == 64
    assert Camera().record(pair, 64, chance) == pair
    assert chance.random() == rng(3).random()


def test_rain_falls_at_sizes_around_the_patch() -> None:
    chance = rng()
    sides = [ALWAYS.side(100, chance) for _ in range(400)]
    assert 60 <= min(sides) < 70
    assert 230 < max(sides) <= 240
    assert np.mean(np.array(sides) < 100) == pytest.approx(0.2, abs=0.06)


def test_sharpening_makes_a_halo_beside_an_edge_and_leaves_flat_parts() -> None:
    edge = np.full((32, 32, 3), 0.4, np.float32)
    edge[:, 16:] = 0.6
    sharp = sharpened(edge, 1.0, 0.8)
    assert sharp[16, 15, 0] < 0.37
    assert sharp[16, 16, 0] > 0.63
    np.testing.assert_allclose(sharp[:, [0, 31]], edge[:, [0, 31]], atol=1e-5)


def test_the_recorded_pairs_are_of_the_photos_kept_out_and_always_the_same(
    tmp_path: Path,
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in HELD_OUT_PHOTOS.read_text("utf-8").splitlines():
        pixels = rng(len(name)).integers(0, 200, (340, 340, 3), np.uint8)
        Image.fromarray(pixels).save(photos / name, format="PNG")
    recorded(photos, tmp_path / "set")
    pairs = find_pairs(tmp_path / "set").pairs
    assert len(pairs) == 60
    kept = load(find_photos(photos, HELD_OUT_PHOTOS.read_text("utf-8").splitlines())[1])
    for pair in pairs[::7]:
        assert pair.clean is not None
        rainy, clean = (Image.open(path) for path in (pair.rainy, pair.clean))
        assert rainy.size == clean.size == (320, 320)
        assert rainy.tobytes() != clean.tobytes()
        again = recorded_pair(int(pair.rainy.stem) - 1, kept)
        np.testing.assert_array_equal(np.asarray(rainy), as_pixels(again.rainy))
        np.testing.assert_array_equal(np.asarray(clean), as_pixels(again.clean))
