"""Structures drawn behind the rain: still photos, with straight repeated edges."""

import numpy as np
import numpy.typing as npt
import torch

from nledn.pixels import Bytes
from nledn.training.data import Patches
from nledn.training.facades import build_on
from nledn.training.synthesis import RainMix
from tests.training.layers import rng

SIZE = (96, 128)
Image = npt.NDArray[np.float32]


def leaves(seed: int = 0) -> Image:
    return rng(seed).random((*SIZE, 3)).astype(np.float32)


def test_a_photo_stays_a_photo() -> None:
    for seed in range(40):
        built = build_on(leaves(), rng(seed))
        assert built.shape == (*SIZE, 3)
        assert built.dtype == np.float32
        assert 0 <= built.min() <= built.max() <= 1


def test_the_seed_decides_everything() -> None:
    np.testing.assert_array_equal(build_on(leaves(), rng(4)), build_on(leaves(), rng(4)))
    assert not np.array_equal(build_on(leaves(), rng(4)), build_on(leaves(), rng(5)))


def test_a_plain_wall_gets_edges() -> None:
    plain = np.full((*SIZE, 3), 0.5, np.float32)
    contrasts = [np.ptp(build_on(plain, rng(seed))) for seed in range(60)]
    assert np.mean(np.array(contrasts) > 0.05) > 0.8


def test_what_is_built_repeats_itself() -> None:
    plain = np.full((*SIZE, 3), 0.5, np.float32)
    assert np.median([_repetition(build_on(plain, rng(seed))) for seed in range(40)]) > 0.3
    assert _repetition(leaves()) < 0.1


def _repetition(picture: Image) -> float:
    """Of all shifts of 4 px and more, how much the picture is like itself at the best; 0 to 1."""
    level = picture.mean(2) - picture.mean()
    spectrum = np.abs(np.fft.fft2(level)) ** 2
    likeness = np.fft.ifft2(spectrum).real
    rows, columns = (np.minimum(np.arange(n), n - np.arange(n)) for n in SIZE)
    far = np.hypot(rows[:, None], columns[None]) >= 4
    return float(likeness[far].max() / max(likeness[0, 0], 1e-9))


def test_a_grille_leaves_the_photo_between_its_lines() -> None:
    photo = leaves()
    kept = [np.mean(build_on(photo, rng(seed)) == photo) for seed in range(60)]
    assert np.mean(np.array(kept) > 0.2) > 0.15


def test_a_share_of_the_patches_is_built_on_rainy_and_clean_alike() -> None:
    photos: list[Bytes] = [np.full((80, 80, 3), 90, np.uint8)]
    dry = RainMix(1, 0, 0, 0)
    batch = Patches(photos, dry, 1, built=0.5).batch(0, 40, 32)
    assert torch.equal(batch.rainy, batch.clean)
    with_edges = (batch.clean.amax((1, 2, 3)) - batch.clean.amin((1, 2, 3)) > 0.02).sum()
    assert 8 <= with_edges <= 30
    plain = Patches(photos, dry, 1).batch(0, 40, 32).clean
    assert torch.all(plain.amax((1, 2, 3)) == plain.amin((1, 2, 3)))
