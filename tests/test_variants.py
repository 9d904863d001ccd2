"""Table 2's variants and the paper's literal non-local operation: options of the one network."""

import pytest
import torch
from torch import Tensor, nn

from nledn.architecture import (
    NLEDN_ITSELF,
    REGION_LAYOUTS,
    VARIANTS,
    Regions,
    Variant,
    weight_shapes,
)
from nledn.network import NLEDN, NonLocal

NON_LOCAL = 4 * 64 * 32 + 3 * 32 + 64
DENSE_BLOCK = sum(9 * (64 + 32 * i) * 32 + 32 for i in range(4)) + 192 * 64 + 64
PLAIN_BLOCK = 9 * 64 * 32 + 3 * 9 * 32 * 32 + 4 * 32 + 32 * 64 + 64
ENDS = (9 * 3 * 64 + 64) + 2 * (9 * 64 * 64 + 64) + (192 * 64 + 64) + (9 * 64 * 3 + 3)
SKIPS = 2 * (128 * 64 + 64)


class Linear(NLEDN):
    """Without tanh, and in the precision of its weights."""

    def tail(self, features: Tensor) -> Tensor:
        return self.to_rain(features)  # type: ignore[no-any-return]


def network(name: str) -> NLEDN:
    """Of random weights, none of which is zero: `w` would hide the non-local operation."""
    torch.manual_seed(3)
    made = Linear("grid", VARIANTS[name]).eval().requires_grad_(False)
    for parameter in made.parameters():
        parameter.copy_(torch.randn_like(parameter) / parameter[0].numel() ** 0.5)
    return made


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("ra", ENDS + PLAIN_BLOCK),
        ("rb", ENDS + DENSE_BLOCK),
        ("rc", ENDS + 6 * DENSE_BLOCK),
        ("rd", ENDS + 6 * DENSE_BLOCK + SKIPS),
        ("re", ENDS + 6 * (DENSE_BLOCK + NON_LOCAL)),
        ("rf", ENDS + 6 * (DENSE_BLOCK + NON_LOCAL) + SKIPS),
        ("dot_product", ENDS + 6 * (DENSE_BLOCK + NON_LOCAL) + SKIPS),
    ],
)
def test_a_variant_has_the_weights_of_its_parts(name: str, weights: int) -> None:
    assert sum(parameter.numel() for parameter in network(name).parameters()) == weights


def test_the_last_variant_is_nledn_itself() -> None:
    assert VARIANTS["rf"] == NLEDN_ITSELF == Variant()
    assert NLEDN().variant == NLEDN_ITSELF
    assert list(NLEDN().state_dict()) == list(weight_shapes())


def reach_px(name: str, side: int) -> int:
    """The distance at which the rain changes with one pixel of the photo."""
    made, middle = network(name).double(), side // 2
    rainy = torch.rand(1, 3, side, side, dtype=torch.float64)
    touched = rainy.clone()
    touched[:, :, middle, middle] = 1 - touched[:, :, middle, middle]
    changed = (made(rainy) - made(touched)).abs().amax(dim=(0, 1)) > 1e-12
    rows, columns = torch.nonzero(changed, as_tuple=True)
    return int(torch.maximum((rows - middle).abs(), (columns - middle).abs()).max())


@pytest.mark.parametrize("name", ["ra", "rb"])
def test_one_block_reaches_as_far_as_its_convolutions(name: str) -> None:
    assert reach_px(name, 64) == 2 + 4 + 2


def test_six_blocks_in_a_row_reach_farther_but_no_farther_than_theirs() -> None:
    # What is left of a pixel after 28 convolutions and as many ReLUs may fade before their end.
    assert 16 < reach_px("rc", 64) <= 2 + 6 * 4 + 2


def test_pooling_and_non_local_operations_reach_farther() -> None:
    assert reach_px("rd", 96) > 28
    assert reach_px("re", 64) == 32, "the fourth block's only region is the whole photo"


@pytest.mark.parametrize("name", VARIANTS)
def test_every_weight_of_a_variant_is_learnt(name: str) -> None:
    made = network(name).requires_grad_()
    made(torch.rand(1, 3, 32, 48)).square().mean().backward()
    for parameter_name, parameter in made.named_parameters():
        # Without a soft-max the comparison of equals cancels what a bias of the keys adds.
        assert parameter.grad is not None, parameter_name
        if not parameter_name.endswith("phi.bias"):
            assert parameter.grad.abs().max() > 0, parameter_name


def applied(conv: nn.Conv2d, x: Tensor) -> Tensor:
    """A 1×1 convolution as what it is: a matrix; x is (channels, positions)."""
    assert conv.bias is not None
    return conv.weight[:, :, 0, 0] @ x + conv.bias[:, None]


def literally(operation: NonLocal, x: Tensor) -> Tensor:
    """Eq. 4–5 for one region, position by position; x is (64, h, w)."""
    parts = (operation.theta, operation.phi, operation.g)
    theta, phi, g = (applied(part, x.flatten(1)).T for part in parts)  # (h·w, 32) each
    rows = []
    for i in range(theta.shape[0]):
        similar = torch.stack([theta[i] @ phi[j] for j in range(phi.shape[0])])
        rows.append((similar[:, None] * g).sum(dim=0) / similar.sum())
    return applied(operation.w, torch.stack(rows).T).view_as(x) + x


def test_the_dot_product_is_the_papers_text_to_the_letter() -> None:
    torch.manual_seed(2)
    operation = NonLocal("dot_product").double().requires_grad_(False)
    for parameter in operation.parameters():
        parameter.copy_(torch.rand_like(parameter))  # positive: sums far from 0
    x = torch.rand(1, 64, 7, 10, dtype=torch.float64)
    upper, lower = (
        torch.cat([literally(operation, part) for part in band.tensor_split(2, dim=2)], dim=2)
        for band in (x[0, :, :4], x[0, :, 4:])
    )
    torch.testing.assert_close(operation(x, 2, "grid")[0], torch.cat((upper, lower), dim=1))


@pytest.mark.parametrize("regions", REGION_LAYOUTS)
def test_a_sum_that_vanishes_gives_no_infinity(regions: Regions) -> None:
    operation = NonLocal("dot_product").requires_grad_(False)
    for parameter in operation.phi.parameters():
        parameter.zero_()
    assert torch.isfinite(operation(torch.rand(1, 64, 6, 6), 1, regions)).all()


def test_the_two_operations_differ() -> None:
    rainy = torch.rand(1, 3, 40, 40)
    assert (network("rf")(rainy) - network("dot_product")(rainy)).abs().max() > 1e-3
