"""NLEDN, the non-locally enhanced encoder-decoder (Li et al., ACM MM 2018, section 3).

The file reads as the paper does: the non-local operation (section 3.3), the densely connected
block around it (section 3.2), then the whole (section 3.1, figure 2). Where paper and published
checkpoints differ, the checkpoints decide; docs/network.md lists the differences.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Regions = Literal["grid", "fixed"]
"""How a feature map is divided for the non-local operation.

`grid` is the authors': k×k regions whatever the size, k = 8, 4, 2, 1 by level. `fixed` is ours:
as many regions as keep each at or below 64×64, so that cost grows with the pixels. At 512×512
the two are the same function.
"""
REGION_LAYOUTS: tuple[Regions, ...] = get_args(Regions)

CHANNELS = 64  # width of the trunk (section 4.2)
GROWTH = 32  # channels that each dense convolution adds (section 4.2)
INNER = 32  # width inside the non-local operation: half the trunk
DENSE_LAYERS = 4  # 3×3 convolutions of a block; the paper's fifth layer is the 1×1 fusion
REGION_SIDE = 64  # a `grid` region of a 512×512 photo, on every level
LEVEL_GRIDS = (8, 4, 2, 1)  # regions a side at full, half, quarter and eighth size
SMALLEST_PIECE = 2  # a region must survive its own 2×2 pooling


class Span(NamedTuple):
    """A run of equal regions along one axis: `count` pieces of `length` positions from `start`."""

    start: int
    count: int
    length: int

    @property
    def stop(self) -> int:
        return self.start + self.count * self.length


def region_spans(side: int, pieces: int) -> list[Span]:
    """Divide an axis as `torch.chunk(pieces)` does: equal pieces, the last one the rest."""
    length = -(-side // pieces)
    count, rest = divmod(side, length)
    spans = [Span(0, count, length)]
    if rest:
        spans.append(Span(count * length, 1, rest))
    return spans


def region_count(side: int, grid: int, regions: Regions) -> int:
    """Pieces along an axis of `side` positions, on the level whose `grid` is 8, 4, 2 or 1."""
    return grid if regions == "grid" else -(-side // REGION_SIDE)


def safe_side(side: int, regions: Regions) -> int:
    """Smallest length ≥ `side` on which every region of every level has ≥ 2 positions.

    The authors' code fails on the lengths this steps over (1–15, 19–22, 25–27, …) and
    `forward` equals it on all others.
    """
    while not _is_safe(side, regions):
        side += 1
    return side


def _is_safe(side: int, regions: Regions) -> bool:
    for grid in LEVEL_GRIDS:
        if side < 1:
            return False
        if region_spans(side, region_count(side, grid, regions))[-1].length < SMALLEST_PIECE:
            return False
        side //= 2
    return True


def reflect_to(x: Tensor, height: int, width: int) -> Tensor:
    """Extend (B, C, H, W) at the bottom and right by reflection, as often as it takes."""
    for axis, side in ((2, height), (3, width)):
        if side != x.shape[axis]:
            x = x.index_select(axis, _reflected(x.shape[axis], side, x.device))
    return x


def _reflected(length: int, side: int, device: torch.device) -> Tensor:
    period = max(2 * (length - 1), 1)
    folded = torch.arange(side, device=device) % period
    return torch.minimum(folded, period - folded) if length > 1 else folded * 0


class NonLocal(nn.Module):
    """Embedded-Gaussian non-local operation on regions (section 3.3, eq. 4–5).

    Each position of a region is compared with the region's max-pooled positions; the soft-max
    over those has no 1/√d scale. `w` starts at zero, so that the operation starts as identity.
    """

    def __init__(self) -> None:
        super().__init__()
        self.theta = nn.Conv2d(CHANNELS, INNER, 1)
        self.phi = nn.Conv2d(CHANNELS, INNER, 1)
        self.g = nn.Conv2d(CHANNELS, INNER, 1)
        self.w = nn.Conv2d(INNER, CHANNELS, 1)
        nn.init.zeros_(self.w.weight)
        nn.init.zeros_(self.w.bias)  # type: ignore[arg-type]  # typed Optional, but bias=True

    def forward(self, x: Tensor, rows: int, columns: int) -> Tensor:
        """Enhance `x` (B, 64, H, W), divided into `rows` × `columns` regions."""
        embedded = self._embed(x)  # (B, 96, H, W)
        bands = []
        for vertical in region_spans(x.shape[2], rows):
            band = embedded[:, :, vertical.start : vertical.stop]
            parts = [
                self._attend(band[:, :, :, across.start : across.stop], vertical, across)
                for across in region_spans(x.shape[3], columns)
            ]
            bands.append(parts[0] if len(parts) == 1 else torch.cat(parts, dim=3))
        y = bands[0] if len(bands) == 1 else torch.cat(bands, dim=2)  # (B, 32, H, W)
        return self.w(y) + x  # type: ignore[no-any-return]

    def _embed(self, x: Tensor) -> Tensor:
        # θ, φ and g read the same pixels: one pass over them instead of three.
        parts = (self.theta, self.phi, self.g)
        weight = torch.cat([part.weight for part in parts])
        bias = torch.cat([part.bias for part in parts])  # type: ignore[misc]  # as above
        return F.conv2d(x, weight, bias)

    def _attend(self, embedded: Tensor, vertical: Span, across: Span) -> Tensor:
        """Attention inside each of the equal regions of (B, 96, H, W); n of them in all."""
        batch, _, height, width = embedded.shape
        theta, phi, g = (
            _fold(part, vertical, across)  # (n, 32, h, w), channels last
            for part in embedded.split(INNER, dim=1)
        )
        query = _tokens(theta)  # (n, 1, h·w, 32)
        key = _tokens(F.max_pool2d(phi, 2))  # (n, 1, h·w/4, 32)
        value = _tokens(F.max_pool2d(g, 2))  # (n, 1, h·w/4, 32)
        y = F.scaled_dot_product_attention(query, key, value, scale=1.0)  # (n, 1, h·w, 32)
        y = y.reshape(batch, vertical.count, across.count, vertical.length, across.length, INNER)
        y = y.permute(0, 1, 3, 2, 4, 5).reshape(batch, height, width, INNER)
        return y.permute(0, 3, 1, 2)  # (B, 32, H, W), channels last


def _fold(x: Tensor, vertical: Span, across: Span) -> Tensor:
    batch, channels = x.shape[:2]
    x = x.permute(0, 2, 3, 1)  # (B, H, W, C)
    x = x.reshape(
        batch, vertical.count, vertical.length, across.count, across.length, channels
    ).transpose(2, 3)  # (B, rows, columns, h, w, C)
    x = x.reshape(-1, vertical.length, across.length, channels)
    return x.permute(0, 3, 1, 2)


def _tokens(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1).flatten(1, 2).unsqueeze(1)


class NEDB(nn.Module):
    """Non-locally enhanced dense block (section 3.2, eq. 6–8)."""

    def __init__(self, grid: int) -> None:
        super().__init__()
        self.grid = grid
        self.non_local = NonLocal()
        self.dense = nn.ModuleList(
            nn.Conv2d(CHANNELS + i * GROWTH, GROWTH, 3, padding=1) for i in range(DENSE_LAYERS)
        )
        self.fusion = nn.Conv2d(CHANNELS + DENSE_LAYERS * GROWTH, CHANNELS, 1)

    def forward(self, x: Tensor, regions: Regions) -> Tensor:
        """Map (B, 64, H, W) to the same shape; the residual is the block's input, not D0."""
        rows, columns = (region_count(side, self.grid, regions) for side in x.shape[2:])
        features = [self.non_local(x, rows, columns)]  # D0: (B, 64, H, W)
        for conv in self.dense:
            features.append(F.relu(conv(torch.cat(features, dim=1))))  # Dl: (B, 32, H, W)
        return self.fusion(torch.cat(features, dim=1)) + x  # type: ignore[no-any-return]


class NLEDN(nn.Module):
    """The whole network (figure 2): three levels down, three up, skips between equals.

    Args:
        regions: the region layout; a checkpoint's card says which it was trained with.
    """

    def __init__(self, regions: Regions = "grid") -> None:
        super().__init__()
        self.regions: Regions = regions
        self.conv1 = nn.Conv2d(3, CHANNELS, 3, padding=1)
        self.conv2 = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        self.encode_1, self.encode_2, self.encode_3 = (NEDB(grid) for grid in LEVEL_GRIDS[:3])
        self.decode_3, self.decode_2, self.decode_1 = (NEDB(grid) for grid in LEVEL_GRIDS[:0:-1])
        self.fuse_2 = nn.Conv2d(2 * CHANNELS, CHANNELS, 1)
        self.fuse_1 = nn.Conv2d(2 * CHANNELS, CHANNELS, 1)
        self.fuse_0 = nn.Conv2d(3 * CHANNELS, CHANNELS, 1)
        self.refine = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        self.to_rain = nn.Conv2d(CHANNELS, 3, 3, padding=1)

    def forward(self, rainy: Tensor) -> Tensor:
        """Estimate the rain layer.

        Args:
            rainy: (B, 3, H, W) in [0, 1], RGB. Any size from 1×1.

        Returns:
            (B, 3, H, W) float32 in (-1, 1): rain to subtract, clean = clamp(rainy - rain, 0, 1)
            (eq. 3 with the sign of the published checkpoints).
        """
        height, width = rainy.shape[2:]
        safe = (safe_side(height, self.regions), safe_side(width, self.regions))
        rain = self.rain_of_safe(reflect_to(rainy, *safe))
        return rain[:, :, :height, :width]

    def rain_of_safe(self, rainy: Tensor) -> Tensor:
        """`forward` for sides that are their own `safe_side`."""
        features = self.features(rainy)  # (B, 64, H, W)
        # The tail is float32 in every precision: bfloat16 has steps of 1/512 at 0.3, which
        # would show as bands in a 16-bit sky.
        with torch.autocast(features.device.type, enabled=False):
            return torch.tanh(self.to_rain(features.float()))  # (B, 3, H, W)

    def features(self, rainy: Tensor) -> Tensor:
        """The trunk: all but the last convolution, in the precision of its weights."""
        regions = self.regions
        f_minus1 = self.conv1(rainy.to(self.conv1.weight.dtype))  # (B, 64, H, W)
        f0 = self.conv2(f_minus1)  # (B, 64, H, W)
        e1 = self.encode_1(f0, regions)  # (B, 64, H, W)
        p1, i1 = F.max_pool2d(e1, 2, return_indices=True)  # (B, 64, H/2, W/2)
        e2 = self.encode_2(p1, regions)
        p2, i2 = F.max_pool2d(e2, 2, return_indices=True)  # (B, 64, H/4, W/4)
        e3 = self.encode_3(p2, regions)
        p3, i3 = F.max_pool2d(e3, 2, return_indices=True)  # (B, 64, H/8, W/8)
        d3 = self.decode_3(p3, regions)
        u3 = _unpool(d3, i3, p2)  # (B, 64, H/4, W/4)
        d2 = self.decode_2(self.fuse_2(torch.cat((p2, u3), dim=1)), regions)
        u2 = _unpool(d2, i2, p1)  # (B, 64, H/2, W/2)
        d1 = self.decode_1(self.fuse_1(torch.cat((p1, u2), dim=1)), regions)
        u1 = _unpool(d1, i1, f0)  # (B, 64, H, W)
        y = self.refine(self.fuse_0(torch.cat((f0, u1, e1), dim=1)))
        return y + f_minus1  # type: ignore[no-any-return]  # (B, 64, H, W)

    def layers(self) -> Iterator[nn.Conv2d]:
        """Every convolution, for those who set precision or count cost."""
        return (module for module in self.modules() if isinstance(module, nn.Conv2d))


def _unpool(x: Tensor, indices: Tensor, like: Tensor) -> Tensor:
    """Put each value back where its maximum was taken from; zero elsewhere."""
    return F.max_unpool2d(x, indices, 2, output_size=like.shape[2:])
