"""The network as OpenVINO computes it fastest: translated from `nledn.network`, without weights.

The graph's weights are inputs, named as the network's; whoever reads it puts a checkpoint's tensors
in their place. Two things are said otherwise than torch says them, with the same result to the bit
in float32:

- OpenVINO pools with indices, and scatters, in plain loops: over a third of a tile's time. A map
  of which pixel won each window needs neither.
- Keys are pooled before they are divided into regions, which moves a quarter of the data.
"""

import warnings
from typing import Any

import torch
from torch import Tensor, nn

from nledn.architecture import BLOCKS, CHANNELS, INNER, Regions
from nledn.backends.openvino import Part, weight_names
from nledn.network import NLEDN, NonLocal
from nledn.regions import region_spans

# From 4 for the upper left pixel of a window down to 1: of equal maxima torch takes the first.
RANKS = ((4.0, 3.0), (2.0, 1.0))


def export(part: Part, height: int, width: int, regions: Regions, openvino: Any) -> Any:
    """Translate a part of the network for one tile shape.

    The trunk maps (1, 3, h, w) to features (1, h, w, 64), which the tail maps to (1, 3, h, w).
    Channels come last between the two, as convolutions leave them.
    """
    network = Translated(regions).requires_grad_(False).eval()
    names = weight_names(part)
    weights = {name: network.state_dict()[name] for name in names}
    shape = (1, 3, height, width) if part == "trunk" else (1, height, width, CHANNELS)
    with torch.no_grad(), warnings.catch_warnings():
        # WORKAROUND: torch 2.13's export warns of its own insides (LeafSpec). Can go with the
        # first torch that does not.
        warnings.simplefilter("ignore", FutureWarning)
        exported = torch.export.export(_Part(network, part), (torch.zeros(shape), weights))
        graph = openvino.convert_model(exported)
    shapes = [shape, *(tuple(weights[name].shape) for name in names)]
    inputs = graph.get_parameters()
    graph.reshape(
        {
            node.output(0): openvino.PartialShape(list(size))
            for node, size in zip(inputs, shapes, strict=True)
        }
    )
    for node, name in zip(inputs, [part, *names], strict=True):
        node.set_friendly_name(name)
    return graph


class _Part(nn.Module):
    """Trunk or tail as a function of its weights; the network is hidden so that it has none."""

    def __init__(self, network: "Translated", part: Part) -> None:
        super().__init__()
        self._hidden = (network,)
        forward = network.to_features if part == "trunk" else network.from_features
        network.forward = forward  # type: ignore[assignment, method-assign]  # what is called below

    def forward(self, x: Tensor, weights: dict[str, Tensor]) -> Tensor:
        return torch.func.functional_call(self._hidden[0], weights, (x,))  # type: ignore[no-any-return]


class Translated(NLEDN):
    """The same function in words that OpenVINO has fast kernels for."""

    def __init__(self, regions: Regions) -> None:
        super().__init__(regions)
        for block in BLOCKS:
            nedb = getattr(self, block)
            nedb.non_local = TranslatedNonLocal(nedb.non_local)

    def to_features(self, rainy: Tensor) -> Tensor:
        """The trunk, (1, h, w, 64)."""
        return self.features(rainy).permute(0, 2, 3, 1)

    def from_features(self, features: Tensor) -> Tensor:
        """The tail, (1, 3, h, w)."""
        return torch.tanh(self.to_rain(features.permute(0, 3, 1, 2)))

    def pool(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Each window's maximum, and 1 at full size where it was first met, 0 elsewhere.

        A last odd row or column is in no window.
        """
        rows, columns = (side // 2 for side in x.shape[2:])
        x = x[:, :, : 2 * rows, : 2 * columns]
        largest = torch.max_pool2d(x, 2)
        ranks = torch.tensor(RANKS).repeat(rows, columns)[None, None]
        rank = torch.where(x == _doubled(largest), ranks, torch.zeros(()))
        first = rank == _doubled(torch.max_pool2d(rank, 2))
        return largest, first.to(x.dtype)

    def unpool(self, x: Tensor, places: Tensor, like: Tensor) -> Tensor:
        """Each value where its window's maximum was; zero elsewhere."""
        beyond = [
            side - inside for side, inside in zip(like.shape[2:], places.shape[2:], strict=True)
        ]
        y = _doubled(x) * places
        return nn.functional.pad(y, (0, beyond[1], 0, beyond[0])) if any(beyond) else y


class TranslatedNonLocal(NonLocal):
    """Takes the other one's convolutions."""

    def __init__(self, like: NonLocal) -> None:
        nn.Module.__init__(self)
        self.is_literal = False
        self.theta, self.phi, self.g, self.w = like.theta, like.phi, like.g, like.w

    def forward(self, x: Tensor, rows: int, columns: int) -> Tensor:
        """See `NonLocal.forward`."""
        spans = (region_spans(x.shape[2], rows), region_spans(x.shape[3], columns))
        if any(len(axis) > 1 or axis[0].length % 2 for axis in spans):
            return super().forward(x, rows, columns)
        height, width = (axis[0].length for axis in spans)
        grid = (rows, columns)
        query = _divided(self.theta(x), grid)  # (n, 1, h·w, 32), n regions
        key, value = (_divided(torch.max_pool2d(part(x), 2), grid) for part in (self.phi, self.g))
        y = nn.functional.scaled_dot_product_attention(query, key, value, scale=1.0)
        y = y.reshape(rows, columns, height, width, INNER).transpose(1, 2)
        y = y.reshape(1, rows * height, columns * width, INNER).permute(0, 3, 1, 2)
        return self.w(y) + x  # type: ignore[no-any-return]


def _divided(x: Tensor, grid: tuple[int, int]) -> Tensor:
    """(1, C, H, W) to (n, 1, h·w, C), n equal regions."""
    rows, columns = grid
    _, channels, height, width = x.shape
    x = x.permute(0, 2, 3, 1).reshape(rows, height // rows, columns, width // columns, channels)
    return x.transpose(1, 2).reshape(rows * columns, 1, -1, channels)


def _doubled(x: Tensor) -> Tensor:
    return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
