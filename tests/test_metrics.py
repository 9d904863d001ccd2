import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from skimage import metrics as skimage_metrics

from nledn.metrics import agreement, luma, psnr_y, to_uint8_cut

Bytes = npt.NDArray[np.uint8]


def photo(height: int, width: int, seed: int = 0) -> Bytes:
    """A smooth picture with some noise: SSIM sees both structure and its loss."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = np.stack([np.sin(x / 9 + k) * np.cos(y / 7) for k in range(3)], axis=2)
    values = 128 + 90 * waves + random.normal(0, 8, waves.shape)
    return np.clip(values, 0, 255).astype(np.uint8)


def noisy(image: Bytes, sigma: float) -> Bytes:
    noise = np.random.default_rng(1).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def skimages(truth: Bytes, image: Bytes) -> tuple[float, float]:
    functions: Any = skimage_metrics  # no types
    psnr = functions.peak_signal_noise_ratio(truth, image, data_range=255)
    return float(psnr), float(functions.structural_similarity(truth, image, data_range=255))


@pytest.mark.parametrize("size", [(7, 7), (7, 40), (33, 8), (300, 21), (519, 30)])
@pytest.mark.parametrize("sigma", [0.4, 12, 90])
def test_both_equal_scikit_images(size: tuple[int, int], sigma: float) -> None:
    clean = photo(*size)
    rainy = noisy(clean, sigma)
    y, truth = luma(rainy), luma(clean)
    psnr, ssim = skimages(truth, y)
    assert psnr_y(rainy, clean) == pytest.approx(psnr, abs=1e-10)
    assert agreement(rainy, clean).psnr_y == psnr_y(rainy, clean)
    assert agreement(rainy, clean).ssim_y == pytest.approx(ssim, abs=1e-12)


def test_flat_images_equal_scikit_images() -> None:
    # Without any variance SSIM is its two constants; a rounded variance would show here.
    clean = np.full((20, 20, 3), 200, np.uint8)
    rainy = np.full((20, 20, 3), 203, np.uint8)
    _, expected = skimages(luma(clean), luma(rainy))
    assert agreement(rainy, clean).ssim_y == pytest.approx(expected, abs=1e-12)


def test_every_colour_has_pillows_luma() -> None:
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    expected = np.asarray(Image.fromarray(colours).convert("YCbCr"))[:, :, 0]
    np.testing.assert_array_equal(luma(colours), expected)
    assert luma(np.full((1, 1, 3), 255, np.uint8)) == 255  # full range, not 16–235
    assert luma(np.array([[[0, 255, 0]]], np.uint8)) == 149  # cut, not rounded: 0.587·255 = 149.7


def test_one_level_off_everywhere_is_48_db() -> None:
    grey = np.full((10, 10, 3), 100, np.uint8)
    assert psnr_y(grey + np.uint8(1), grey) == pytest.approx(20 * math.log10(255))


def test_equal_images_are_infinitely_near() -> None:
    image = photo(20, 20)
    found = agreement(image, image.copy())
    assert found.psnr_y == math.inf
    assert found.ssim_y == pytest.approx(1.0, abs=1e-12)


def test_a_result_is_cut_not_rounded_and_clamped() -> None:
    image = np.array([-0.2, 0.0, 0.9 / 255, 1.999 / 255, 1.0, 1.7], np.float32)
    found = to_uint8_cut(image.reshape(1, 2, 3))
    assert found.dtype == np.uint8
    assert found.ravel().tolist() == [0, 0, 0, 1, 255, 255]


def test_photos_of_8_bits_come_through_floats_unchanged() -> None:
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    floats = levels.astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(to_uint8_cut(floats), levels)
