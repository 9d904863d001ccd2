"""The torch backend's own part: overflow, CUDA graphs (faked), and every region layout."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from nledn.architecture import Regions
from nledn.backends import Trained, create, self_test
from nledn.backends.torch import KEPT_SHAPES, Graphs, network_of
from nledn.device import Choice
from nledn.network import NLEDN


def on_cpu(precision: str) -> Choice:
    return Choice("cpu", "torch", precision, 1, ())


@pytest.fixture(scope="module")
def too_bright() -> Trained:
    """Weights whose features are infinite in fp16, and large numbers in fp32."""
    trained = self_test.made_up()
    arrays = dict(trained.arrays)
    arrays["refine.bias"] = np.full(64, 1e5, np.float32)
    return replace(trained, arrays=arrays)


def test_features_that_overflow_give_no_numbers_although_tanh_would(too_bright: Trained) -> None:
    tile = self_test.made_up_tile(64, 64)
    assert not np.isfinite(create(on_cpu("fp16"), too_bright).rain(tile)).any()
    assert np.isfinite(create(on_cpu("fp32"), too_bright).rain(tile)).all()


@pytest.mark.parametrize("regions", ["grid", "fixed", "overlapping"])
@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 1e-6), ("fp16", 0.012)])
def test_a_batch_gives_what_each_of_its_tiles_gives(
    regions: Regions, precision: str, tolerance: float
) -> None:
    trained = replace(self_test.made_up(), regions=regions)
    tiles = np.random.default_rng(3).random((3, 3, 80, 96), np.float32)
    together = create(on_cpu(precision), trained).rain(tiles)
    exact = create(on_cpu("fp32"), trained)
    for tile, rain in zip(tiles, together, strict=True):
        assert self_test.rms(rain - exact.rain(tile[None])[0]) < tolerance


class Work:
    """Twice the tile.

    Attributes:
        done: shapes that were computed, operation by operation.
        last: memory that the last one read and wrote.
    """

    def __init__(self) -> None:
        self.done: list[tuple[int, ...]] = []
        self.last: tuple[Tensor, Tensor] | None = None

    def compute(self, rainy: Tensor) -> Tensor:
        self.done.append(tuple(rainy.shape))
        self.last = rainy, rainy * 2
        return self.last[1]


class Graph:
    """Does again, in the same memory, what was computed while it was recorded."""

    memory: tuple[Tensor, Tensor] | None = None

    def replay(self) -> None:
        assert self.memory is not None, "it was recorded"
        rainy, rain = self.memory
        torch.mul(rainy, 2, out=rain)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    found = Work()

    @contextmanager
    def recording(graph: Graph, **settings: object) -> Iterator[None]:
        assert settings["capture_error_mode"] == "thread_local"
        yield
        graph.memory = found.last

    monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 0))
    monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
    monkeypatch.setattr(torch.cuda, "graph", recording)
    return found


def test_a_shape_is_recorded_at_its_second_tile_and_then_replayed(work: Work) -> None:
    graphs = Graphs(work.compute)
    for value in range(1, 5):
        rain = graphs.run(torch.full((1, 3, 8, 8), float(value)))
        assert torch.equal(rain, torch.full((1, 3, 8, 8), 2.0 * value))
    assert len(work.done) == 2


def test_the_oldest_graph_goes_when_there_are_too_many(work: Work) -> None:
    graphs = Graphs(work.compute)
    sides = range(8, 8 + KEPT_SHAPES + 1)
    for side in (*sides, *sides, sides[-1], sides[0]):
        graphs.run(torch.ones(1, 3, side, 8))
    assert [shape[2] for shape in work.done] == [*sides, *sides, sides[0]]


def test_graphs_that_are_forgotten_begin_again(work: Work) -> None:
    graphs = Graphs(work.compute)
    for _ in range(3):
        graphs.run(torch.ones(1, 3, 8, 8))
    graphs.forget()
    graphs.run(torch.ones(1, 3, 8, 8))
    assert len(work.done) == 3


@pytest.mark.parametrize("regions", ["grid", "fixed", "overlapping"])
def test_the_second_tile_of_a_shape_brings_nothing_to_the_device(
    regions: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy from the host cannot be recorded in a graph."""
    network = network_of(replace(self_test.made_up(), regions=regions))
    rainy = torch.rand(1, 3, 80, 96)
    with torch.inference_mode():
        first = network(rainy)
        monkeypatch.setattr(torch, "from_numpy", None)
        monkeypatch.setattr(torch, "tensor", None)
        assert torch.equal(network(rainy), first)


def test_what_is_kept_of_windows_serves_training_too() -> None:
    network = NLEDN("overlapping")
    with torch.inference_mode():
        network(torch.rand(1, 3, 80, 96))
    network(torch.rand(1, 3, 80, 96)).sum().backward()
