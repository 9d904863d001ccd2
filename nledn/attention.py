"""Soft-max attention of the non-local operation, by the fastest kernel of the device.

torch's `scaled_dot_product_attention` is the reference, and what GPUs, float32 and exports use. In
bfloat16 on the CPU, its flash kernel is slow at our head width of 32: matrix products over chunks
of the scores, which stay in the processor's cache, take half the time, forward and backward
(benchmarks/README.md). Scores are rounded to bfloat16 on the way; the rain is as near to float32's
with either kernel (`tests/test_attention.py`).
"""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

# Scores that a thread works on at a time: 2 MiB. On one core of a Zen 5, 2^17 to 2^22 took 71, 61,
# 57, 54, 54 and 55 ms forward and 151, 128, 113, 104, 113 and 129 backward, and SDPA 111 and 170.
CHUNK_SCORES = 2**20
# Scores that are written at once on GPUs without a fused kernel: 64 MiB in float32. All regions of
# a tile together would write 8 kB a pixel, several times what the rest of the network needs.
WRITTEN_SCORES = 2**24
MOST_THREADS = 16  # that a chunk is made larger for, so that it stays at 32 MiB

Piece = tuple[slice, slice]


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """softmax(query keyᵀ) value, without a scale.

    Args:
        query: (n, 1, positions, 32), last stride 1; n regions.
        key: (n, 1, keys, 32), last stride 1.
        value: (n, 1, keys, 32), last stride 1.

    Returns:
        (n, 1, positions, 32), in the precision of `query`.
    """
    if writes_scores(query.device):
        return _in_pieces(query, key, value)
    if not takes_chunks(query):
        return F.scaled_dot_product_attention(query, key, value, scale=1.0)
    inputs = (query.squeeze(1), key.squeeze(1), value.squeeze(1))
    attended: Tensor = _Chunked.apply(*inputs)  # type: ignore[no-untyped-call]
    return attended.unsqueeze(1)


def takes_chunks(query: Tensor) -> bool:
    """Return whether matrix products over chunks are faster."""
    return query.device.type == "cpu" and query.dtype == torch.bfloat16


def writes_scores(device: torch.device) -> bool:
    """Return whether all scores are written to memory at once: on Apple's and most of AMD's."""
    return device.type == "mps" or (device.type == "cuda" and torch.version.hip is not None)


def _in_pieces(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attend to a few regions at a time, so that their scores need no more memory than a tile."""
    together = max(WRITTEN_SCORES // (query.shape[2] * key.shape[2]), 1)
    pieces = zip(*(torch.split(x, together) for x in (query, key, value)), strict=True)
    return torch.cat([F.scaled_dot_product_attention(q, k, v, scale=1.0) for q, k, v in pieces])


class _Chunked(torch.autograd.Function):
    """Keeps only its inputs for the backward pass, and computes the soft-max a second time."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        ctx.save_for_backward(query, key, value)
        attended, scores = torch.empty_like(query), _Scores(query, key)
        for regions, rows in scores.pieces():
            weights = scores.soft_max(query[regions, rows], key[regions])
            _product(weights, value[regions], out=attended[regions, rows])
        return attended

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        query, key, value = ctx.saved_tensors
        grad, grad_query = grad.contiguous(), torch.empty_like(query)
        scores, slope = _Scores(query, key), _Scores(query, key)
        grad_key, grad_value = _Sum(key, scores), _Sum(value, scores)
        for regions, rows in scores.pieces():
            part, queries = grad[regions, rows], query[regions, rows]
            weights = scores.soft_max(queries, key[regions])
            _product(weights.transpose(1, 2), part, out=grad_value.term(regions, rows))
            steep = slope.products(part, value[regions])
            torch._softmax_backward_data(steep, weights, -1, query.dtype, grad_input=steep)
            _product(steep, key[regions], out=grad_query[regions, rows])
            _product(steep.transpose(1, 2), queries, out=grad_key.term(regions, rows))
        return grad_query, grad_key.total(), grad_value.total()


class _Scores:
    """One chunk of scores, in memory that the next chunk uses again.

    A region's rows are cut into chunks; small regions are taken several together.
    """

    def __init__(self, query: Tensor, key: Tensor) -> None:
        self._regions, self._rows, _ = query.shape
        self._keys = key.shape[1]
        most = max(CHUNK_SCORES * min(torch.get_num_threads(), MOST_THREADS) // self._keys, 1)
        self.rows_together = min(most, self._rows)
        self._regions_together = min(max(most // self._rows, 1), self._regions)
        self._memory = query.new_empty(self._regions_together * self.rows_together * self._keys)

    def pieces(self) -> Iterator[Piece]:
        """Regions and rows of each chunk."""
        for region in range(0, self._regions, self._regions_together):
            for row in range(0, self._rows, self.rows_together):
                yield (
                    slice(region, min(region + self._regions_together, self._regions)),
                    slice(row, min(row + self.rows_together, self._rows)),
                )

    def products(self, rows: Tensor, keys: Tensor) -> Tensor:
        """(n, rows, keys): each row times each key, in this chunk's memory."""
        shape = (rows.shape[0], rows.shape[1], self._keys)
        chunk = self._memory[: shape[0] * shape[1] * shape[2]].view(shape)
        _product(rows, keys.transpose(1, 2), out=chunk)
        return chunk

    def soft_max(self, rows: Tensor, keys: Tensor) -> Tensor:
        """(n, rows, keys): how much each row looks at each key; rows sum to 1."""
        chunk = self.products(rows, keys)
        return torch.softmax(chunk, -1, out=chunk)


class _Sum:
    """A gradient that every chunk of a region's rows adds to; summed up in float32."""

    def __init__(self, like: Tensor, scores: _Scores) -> None:
        self._rows_together = scores.rows_together
        chunks = len({rows.start for _, rows in scores.pieces()})
        self._terms = like.new_empty(chunks, *like.shape)

    def term(self, regions: slice, rows: slice) -> Tensor:
        """The memory for a chunk's share."""
        return self._terms[rows.start // self._rows_together, regions]

    def total(self) -> Tensor:
        """The gradient, in the precision of its tensor."""
        return self._terms.sum(0)


def _product(left: Tensor, right: Tensor, out: Tensor) -> None:
    if len(left) == 1:  # one region's product has a shorter way to the kernel
        torch.mm(left[0], right[0], out=out[0])
    else:
        torch.bmm(left, right, out=out)
