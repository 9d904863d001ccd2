"""Muon: steps that move all directions of a kernel alike."""

import pytest
import torch
from torch import nn

from nledn.training.optimizer import Muon, orthogonal


@pytest.mark.parametrize("shape", [(8, 24), (24, 8), (16, 16)])
def test_no_direction_is_larger_than_another(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    matrix[:, 0] *= 10
    found = orthogonal(matrix)
    values = torch.linalg.svdvals(found)
    assert values.min() > 0.6
    assert values.max() < 1.3
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    assert (found * (left @ right)).sum() / (found.norm() * (left @ right).norm()) > 0.98


def test_kernels_take_steps_of_about_the_rate_and_the_rest_is_adamws() -> None:
    torch.manual_seed(2)
    layer = nn.Conv2d(8, 16, 3)
    twin = nn.Conv2d(8, 16, 3)
    twin.load_state_dict(layer.state_dict())
    before = layer.weight.detach().clone()
    pixels = torch.randn(1, 8, 9, 9)
    for one, optimizer in ((layer, Muon), (twin, torch.optim.AdamW)):
        stepper = optimizer(one.parameters(), lr=1e-3, weight_decay=0.0)
        one(pixels).square().mean().backward()
        stepper.step()
    step = (layer.weight - before).detach()
    assert step.square().mean().sqrt() == pytest.approx(0.2e-3, rel=0.2)
    assert not torch.equal(layer.weight, twin.weight)
    assert layer.bias is not None
    assert twin.bias is not None
    assert torch.equal(layer.bias, twin.bias)


def test_what_has_few_channels_is_adamws() -> None:
    torch.manual_seed(3)
    layer = nn.Conv2d(3, 16, 3)
    before = layer.weight.detach().clone()
    stepper = Muon(layer.parameters(), lr=1e-3, weight_decay=0.0)
    layer(torch.randn(1, 3, 9, 9)).square().mean().backward()
    stepper.step()
    # AdamW's first step is the rate itself, in every weight.
    assert torch.allclose((layer.weight - before).abs(), torch.tensor(1e-3), rtol=1e-2)
