"""The errors that a training makes smaller, and the measure of validation."""

import pytest
import torch

from nledn.training.data import PatchBatch
from nledn.training.loop import loss_of, psnr, weight_of_rain


def test_a_rainy_pixel_weighs_as_said_and_a_patch_as_ever() -> None:
    rainy = torch.zeros(2, 3, 4, 4)
    rainy[0, 1, 0, :2] = 0.5
    squares = weight_of_rain(PatchBatch(rainy, torch.zeros_like(rainy)), 3.0).square()
    assert squares[0, 0, 0, 0] / squares[0, 0, 3, 3] == pytest.approx(3)
    torch.testing.assert_close(squares.mean(dim=(1, 2, 3)), torch.ones(2))


def test_the_losses_are_the_mean_error_and_the_root_of_each_patchs_mean_square() -> None:
    error = torch.zeros(2, 3, 4, 4)
    error[0, :, :2] = -0.2
    assert float(loss_of(error, "l1")) == pytest.approx(0.05)
    # Patch by patch: half the pixels of one are off by 0.2, and nothing of the other.
    assert float(loss_of(error, "rmse")) == pytest.approx(0.2 * 0.5**0.5 / 2, abs=1e-3)
    dry = torch.zeros(1, 3, 4, 4, requires_grad=True)
    (slope,) = torch.autograd.grad(loss_of(dry, "rmse"), dry)
    assert bool((slope == 0).all()), "a dry patch that is left alone is at rest"


def test_psnr_of_equal_images_is_bounded() -> None:
    assert psnr(torch.zeros(3), torch.zeros(3)) == 100
    assert psnr(torch.zeros(3), torch.full((3,), 0.1)) == pytest.approx(20)
