"""The network against the authors' own outputs (tests/golden), and at any size."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from nledn.architecture import Regions, weight_shapes
from nledn.checkpoint import ours, read
from nledn.network import NLEDN, reflect_to

GOLDEN = Path(__file__).parent / "golden"
SIZES = ("64x64", "61x83", "112x144", "130x97")
TOLERANCE = 1e-5  # golden/README of the reference: correct computations agree to 2e-6


def formula_state() -> dict[str, Tensor]:
    """The weights of the golden outputs: set by a formula, so that no file is needed."""
    shapes = json.loads((GOLDEN / "state_dict_shapes.json").read_text())
    arrays = {
        name: formula_array(k, tuple(shape)) for k, (name, shape) in enumerate(shapes.items())
    }
    return {name: torch.from_numpy(array) for name, array in ours(arrays).items()}


def formula_array(k: int, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    i = np.arange(np.prod(shape), dtype=np.float64)
    v = 43758.5453 * np.sin(12.9898 * (i + 1) + 78.233 * (k + 1))
    u = v - np.floor(v) - 0.5
    scale = np.sqrt(12 / np.prod(shape[1:])) if len(shape) > 1 else 0.04
    return np.asarray((u * scale).reshape(shape), np.float32)


def golden(size: str) -> tuple[Tensor, npt.NDArray[np.float32]]:
    with np.load(GOLDEN / "formula_weights.npz") as arrays:
        return torch.from_numpy(arrays[f"rainy_{size}"])[None], arrays[f"rain_{size}"]


def network_with_formula(regions: Regions = "grid") -> NLEDN:
    network = NLEDN(regions)
    network.load_state_dict(formula_state())
    return network.eval().requires_grad_(False)


class Float64Tail(NLEDN):
    """The same function with no float32 in it."""

    def tail(self, features: Tensor) -> Tensor:
        return torch.tanh(self.to_rain(features))


@pytest.mark.parametrize("size", SIZES)
def test_float64_equals_the_published_network_everywhere(size: str) -> None:
    network = Float64Tail()
    network.load_state_dict(formula_state())
    rainy, rain = golden(size)
    found = network.double().requires_grad_(False)(rainy.double())[0].numpy()
    np.testing.assert_allclose(found, rain, rtol=0, atol=TOLERANCE)


@contextmanager
def pooling_decided_by(indices: list[Tensor]) -> Iterator[list[float]]:
    """Pool at the given places, and tell how far from each maximum they ever were.

    112×144 and 130×97 hold windows whose two largest values differ by 7e-7 and 5e-8: less than
    float32 resolves, so that threads and kernels toss a coin, and a value may move one pixel.
    """
    pool, left, gaps = F.max_pool2d, list(indices), [0.0]

    def decided(x: Tensor, size: int, return_indices: bool = False) -> Any:
        if not return_indices:
            return pool(x, size)
        largest = pool(x, size)
        places = left.pop(0)
        taken = x.flatten(2).gather(2, places.flatten(2)).view_as(largest)
        gaps.append(float((largest - taken).max()))
        return taken, places

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(F, "max_pool2d", decided)
        yield gaps


def float64_pooling(rainy: Tensor) -> list[Tensor]:
    pool, indices = F.max_pool2d, []

    def noted(x: Tensor, size: int, return_indices: bool = False) -> Any:
        if not return_indices:
            return pool(x, size)
        largest, places = pool(x, size, return_indices=True)
        indices.append(places)
        return largest, places

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(F, "max_pool2d", noted)
        network_with_formula().double().features(rainy.double())
    return indices


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
@pytest.mark.parametrize("size", SIZES)
def test_float32_equals_the_published_network_everywhere(
    size: str, layout: torch.memory_format
) -> None:
    rainy, rain = golden(size)
    network = network_with_formula()
    if layout is torch.channels_last:
        network.channels_last()
    with pooling_decided_by(float64_pooling(rainy)) as gaps:
        found = network(rainy.to(memory_format=layout))[0].numpy()
    np.testing.assert_allclose(found, rain, rtol=0, atol=TOLERANCE)
    assert max(gaps) < 2e-6, "only a tie within float32's noise may be decided from outside"


@pytest.mark.parametrize("size", ["64x64", "61x83"])
def test_float32_needs_no_help_where_there_is_no_tie(size: str) -> None:
    rainy, rain = golden(size)
    found = network_with_formula()(rainy)[0].numpy()
    np.testing.assert_allclose(found, rain, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("file", "key", "tolerance"),
    [
        ("net_Rain100L.pth", "rain_Rain100L", 1e-5),
        ("net_Rain100H.pth", "rain_Rain100H", 1e-5),
        ("net_DDN.pth", "rain_DDN", 1e-5),
        # A pooling tie moves 1.4 % of this one's values above 1e-4.
        ("net_DID.pth", "rain_DID", 1e-3),
    ],
)
def test_the_authors_checkpoints(shared: Path, file: str, key: str, tolerance: float) -> None:
    weights = read(shared / "official" / file)
    network = NLEDN("grid")
    network.load_state_dict({name: torch.tensor(array) for name, array in weights.arrays.items()})
    with np.load(shared / "golden" / "authors_weights.npz") as arrays:
        rainy, rain = torch.from_numpy(arrays["rainy"])[None], arrays[key]
    found = network.requires_grad_(False)(rainy)[0].numpy()
    np.testing.assert_allclose(found, rain, rtol=0, atol=tolerance)


def test_names_and_shapes_are_those_that_checkpoints_are_judged_by() -> None:
    found = {name: tuple(tensor.shape) for name, tensor in NLEDN().state_dict().items()}
    assert found == weight_shapes()
    assert sum(tensor.numel() for tensor in NLEDN().parameters()) == 1_005_379


@pytest.mark.parametrize("regions", ["grid", "fixed", "overlapping"])
@pytest.mark.parametrize(
    "size", [(1, 1), (1, 40), (2, 3), (7, 7), (15, 16), (19, 57), (50, 43), (65, 33)]
)
def test_any_size_gives_a_rain_of_that_size(size: tuple[int, int], regions: Regions) -> None:
    rain = network_with_formula(regions)(torch.rand(1, 3, *size))
    assert rain.shape == (1, 3, *size)
    assert torch.isfinite(rain).all()


def test_small_sizes_are_those_of_the_reflected_photo() -> None:
    network, rainy = network_with_formula(), torch.rand(1, 3, 20, 9)
    extended = network(reflect_to(rainy, 23, 16))
    torch.testing.assert_close(network(rainy), extended[:, :, :20, :9], rtol=0, atol=0)


def test_reflection_goes_back_and_forth_without_repeating_the_border() -> None:
    row = torch.arange(3.0).reshape(1, 1, 1, 3)
    assert reflect_to(row, 1, 8).flatten().tolist() == [0, 1, 2, 1, 0, 1, 2, 1]
    assert reflect_to(row[..., :1], 2, 3).flatten().tolist() == [0] * 6


def test_both_layouts_are_one_function_at_512() -> None:
    rainy = torch.rand(1, 3, 512, 512)
    grid, fixed = network_with_formula("grid"), network_with_formula("fixed")
    torch.testing.assert_close(grid(rainy), fixed(rainy), rtol=0, atol=0)


def test_layouts_differ_where_regions_do() -> None:
    rainy = torch.rand(1, 3, 96, 64)
    grid, fixed = network_with_formula("grid"), network_with_formula("fixed")
    assert (grid(rainy) - fixed(rainy)).abs().max() > 0.01


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_attention_never_materialises_its_matrices(
    dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nledn.attention.takes_chunks", lambda _: False)  # the reference
    network = network_with_formula("fixed").to(dtype)
    network.to_rain.float()
    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):  # raises where it would fall back
        assert torch.isfinite(network(torch.rand(1, 3, 130, 97))).all()


def test_equal_regions_are_attended_together(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    attention = F.scaled_dot_product_attention

    def counted(query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        assert query.ndim == key.ndim == value.ndim == 4
        assert query.stride(-1) == key.stride(-1) == value.stride(-1) == 1
        assert scale == 1.0
        calls.append(query.shape)
        return attention(query, key, value, scale=scale)

    monkeypatch.setattr(F, "scaled_dot_product_attention", counted)
    network_with_formula()(torch.rand(1, 3, 130, 97))
    assert len(calls) <= 4 * 6, "four a level: inner regions, last row, last column, corner"


def test_half_precision_keeps_a_float32_tail() -> None:
    network = network_with_formula("fixed").to(torch.bfloat16)
    network.to_rain.float()
    rain = network(torch.rand(1, 3, 64, 64))
    assert rain.dtype == torch.float32
    assert not torch.equal(rain, rain.bfloat16().float()), "the output is not rounded to bf16"
