"""CUDA graphs: the about 350 operations of a tile, started by one call."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

KEPT_SHAPES = 2  # landscape and portrait; all share one pool, so a second costs no tile's memory


class _Recorded(NamedTuple):
    graph: torch.cuda.CUDAGraph
    rainy: Tensor
    rain: Tensor


class Graphs:
    """Records a tile shape at its second use, and replays it from then on.

    The first tile of a shape is computed as usual: that chooses kernels and fills caches, which
    cannot be done while recording.

    Args:
        compute: the operations; they may not ask the device for anything.
    """

    def __init__(self, compute: Callable[[Tensor], Tensor]) -> None:
        self._compute = compute
        self._met: set[torch.Size] = set()
        self._recorded: dict[torch.Size, _Recorded] = {}
        self._pool = torch.cuda.graph_pool_handle()

    def run(self, rainy: Tensor) -> Tensor:
        """Return what `compute` does; overwritten by the next run of the same shape."""
        if rainy.shape not in self._met:
            self._met.add(rainy.shape)
            return self._compute(rainy)
        recorded = self._recorded.get(rainy.shape) or self._record(rainy)
        recorded.rainy.copy_(rainy)
        recorded.graph.replay()
        return recorded.rain

    def forget(self) -> None:
        """Free the memory."""
        self._recorded.clear()
        self._met.clear()
        self._pool = torch.cuda.graph_pool_handle()

    def _record(self, rainy: Tensor) -> _Recorded:
        while len(self._recorded) >= KEPT_SHAPES:
            del self._recorded[next(iter(self._recorded))]
        graph, kept = torch.cuda.CUDAGraph(), rainy.clone()
        # Other threads may ask for the free memory meanwhile.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            rain = self._compute(kept)
        self._recorded[rainy.shape] = _Recorded(graph, kept, rain)
        return self._recorded[rainy.shape]
