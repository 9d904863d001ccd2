"""The kernel that bfloat16 takes on the CPU, against torch's own in float32."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nledn import attention
from nledn.attention import attend
from nledn.network import NLEDN

# bfloat16 has eight bits: a rounded score moves its weight by a percent or two.
TOLERANCE = 0.02

SHAPES = [
    (1, 40, 10),  # one region, one chunk
    (3, 40, 10),  # regions that share a chunk, the last one alone
    (2, 100, 25),  # rows that do not divide evenly
]


def inputs(shape: tuple[int, int, int]) -> list[Tensor]:
    regions, rows, keys = shape
    generator = torch.Generator().manual_seed(3)
    return [
        torch.randn(regions, 1, length, 32, generator=generator).mul(0.6).bfloat16()
        for length in (rows, keys, keys)
    ]


def reference(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(query, key, value, scale=1.0)


def relative_error(found: Tensor, expected: Tensor) -> float:
    return float((found.float() - expected).norm() / expected.norm())


@pytest.fixture(params=[200, 800, 2**20])
def _chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "CHUNK_SCORES", request.param)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)


@pytest.mark.usefixtures("_chunk")
@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_the_references_attention(shape: tuple[int, int, int]) -> None:
    query, key, value = inputs(shape)
    expected = F.scaled_dot_product_attention(query.float(), key.float(), value.float(), scale=1.0)
    found = attend(query, key, value)
    assert found.dtype == torch.bfloat16
    assert relative_error(found, expected) < TOLERANCE


@pytest.mark.usefixtures("_chunk")
@pytest.mark.parametrize("shape", SHAPES)
def test_its_gradients_are_the_references(shape: tuple[int, int, int]) -> None:
    ours = [tensor.requires_grad_() for tensor in inputs(shape)]
    references = [tensor.float().requires_grad_() for tensor in inputs(shape)]
    # A gradient as `_unfold` leaves it: rows are not neighbours.
    slope = torch.randn(shape[0], 1, 32, shape[1]).transpose(2, 3).bfloat16()
    (attend(*ours) * slope).sum().backward()  # type: ignore[no-untyped-call]
    (reference(*references) * slope).sum().backward()  # type: ignore[no-untyped-call]
    for our, expected in zip(ours, references, strict=True):
        assert our.grad is not None
        assert expected.grad is not None
        assert our.grad.dtype == torch.bfloat16
        assert relative_error(our.grad, expected.grad) < TOLERANCE


def test_float32_is_left_to_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "_Chunked", None)
    query, key, value = (tensor.float() for tensor in inputs(SHAPES[0]))
    expected = reference(query, key, value)
    assert torch.equal(attend(query, key, value), expected)


def network() -> NLEDN:
    """With non-local operations that count: a new one is the identity."""
    torch.manual_seed(5)
    made = NLEDN("fixed")
    for name, parameter in made.named_parameters():
        if name.endswith("non_local.w.weight"):
            torch.nn.init.normal_(parameter, std=0.1)
    return made


def test_the_rain_is_as_near_to_float32s_with_either_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rainy = torch.rand(1, 3, 160, 96)
    halved = network().bfloat16()
    halved.to_rain.float()
    with torch.no_grad():
        expected = network()(rainy)
        chunked = halved(rainy)
        monkeypatch.setattr(attention, "takes_chunks", lambda _: False)
        flash = halved(rainy)
    assert not torch.equal(chunked, flash)
    assert (chunked - expected).norm() < 1.1 * (flash - expected).norm()


def test_a_training_step_gets_the_references_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    rainy = torch.rand(2, 3, 64, 64)

    def gradient(*, bf16: bool) -> Tensor:
        trained = network()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            rain = trained(rainy)
        (rain - 0.1).square().mean().backward()
        return torch.cat([p.grad.flatten() for p in trained.parameters() if p.grad is not None])

    expected = gradient(bf16=False)
    chunked = relative_error(gradient(bf16=True), expected)
    monkeypatch.setattr(attention, "takes_chunks", lambda _: False)
    flash = relative_error(gradient(bf16=True), expected)
    assert chunked < 1.2 * flash


def test_scores_that_are_written_to_memory_are_written_in_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    query, key, value = (torch.randn(7, 1, n, 32) for n in (64, 16, 16))
    exact = attention.attend(query, key, value)
    regions = []

    def watched(query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        regions.append(len(query))
        return fused(query, key, value, scale=scale)

    fused = torch.nn.functional.scaled_dot_product_attention
    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", watched)
    monkeypatch.setattr(attention, "writes_scores", lambda _device: True)
    monkeypatch.setattr(attention, "WRITTEN_SCORES", 3 * 64 * 16)
    torch.testing.assert_close(attention.attend(query, key, value), exact)
    assert regions == [3, 3, 1]


@pytest.mark.parametrize(
    ("place", "hip", "written"),
    [("mps", None, True), ("cuda", "7.0", True), ("cuda", None, False), ("cpu", None, False)],
)
def test_which_devices_write_them(
    place: str, hip: str | None, written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.version, "hip", hip)
    assert attention.writes_scores(torch.device(place)) == written
