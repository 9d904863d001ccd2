"""NLEDN, the non-locally enhanced encoder-decoder (Li et al., ACM MM 2018, section 3).

The file follows the paper: the non-local operation (section 3.3), the densely connected
block around it (section 3.2), then the whole (section 3.1, figure 2). Where paper and published
checkpoints differ, the checkpoints decide; docs/network.md lists the differences. The
paper's reduced versions for study (section 4.4) and its literal eq. 4–5 are a `Variant`.
"""

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nledn.architecture import (
    CHANNELS,
    DENSE_LAYERS,
    GROWTH,
    INNER,
    NLEDN_ITSELF,
    NonLocalKind,
    Regions,
    Variant,
)
from nledn.attention import attend
from nledn.regions import LEVEL_GRIDS, Span, region_count, region_spans, safe_side, window_runs

SMALLEST_SUM = 1e-3  # smallest divisor of the literal operation; below, noise would be multiplied


def reflect_to(x: Tensor, height: int, width: int) -> Tensor:
    """Extend (B, C, H, W) at the bottom and right by reflection, as often as it takes."""
    for axis, side in ((2, height), (3, width)):
        if side != x.shape[axis]:
            period = max(2 * (x.shape[axis] - 1), 1)
            folded = torch.arange(side, device=x.device) % period
            is_one = x.shape[axis] == 1
            places = folded * 0 if is_one else torch.minimum(folded, period - folded)
            x = x.index_select(axis, places)
    return x


class NonLocal(nn.Module):
    """Non-local operation on regions (section 3.3, eq. 4–5).

    Each position of a region is compared with the region's max-pooled positions; the soft-max
    over those has no 1/√d scale. `w` starts at zero, so that the operation starts as identity.

    Args:
        kind: that, or the paper's own text: no pooling, no soft-max, a division by the sum.
    """

    def __init__(self, kind: NonLocalKind) -> None:
        super().__init__()
        self.is_literal = kind == "dot_product"
        self.theta = nn.Conv2d(CHANNELS, INNER, 1)
        self.phi = nn.Conv2d(CHANNELS, INNER, 1)
        self.g = nn.Conv2d(CHANNELS, INNER, 1)
        self.w = nn.Conv2d(INNER, CHANNELS, 1)
        nn.init.zeros_(self.w.weight)
        nn.init.zeros_(self.w.bias)  # type: ignore[arg-type]  # typed Optional, but bias=True

    def forward(self, x: Tensor, grid: int, regions: Regions) -> Tensor:
        """Enhance `x` (B, 64, H, W) on the level whose `grid` is 8, 4, 2 or 1."""
        theta, phi, g = self.theta(x), self.phi(x), self.g(x)  # (B, 32, H, W) each
        if regions == "overlapping":
            y = self._in_windows(theta, phi, g)
        else:
            y = self._in_regions(
                theta, phi, g, [region_count(n, grid, regions) for n in x.shape[2:]]
            )
        return self.w(y) + x  # type: ignore[no-any-return]  # (B, 64, H, W)

    def _in_regions(self, theta: Tensor, phi: Tensor, g: Tensor, counts: list[int]) -> Tensor:
        """Compare in regions side by side, so many down and across; (B, 32, H, W)."""
        bands = []
        for down in region_spans(theta.shape[2], counts[0]):
            band = []
            for across in region_spans(theta.shape[3], counts[1]):
                query = _tokens(_fold(theta, down, across))  # (n, 1, h·w, 32), n regions
                key, value = _fold(phi, down, across), _fold(g, down, across)  # (n, 32, h, w)
                if not self.is_literal:
                    key, value = F.max_pool2d(key, 2), F.max_pool2d(value, 2)
                y = self._compare(query, _tokens(key), _tokens(value))
                band.append(_unfold(y, down, across))
            bands.append(_joined(band, axis=3))
        return _joined(bands, axis=2)

    def _in_windows(self, theta: Tensor, phi: Tensor, g: Tensor) -> Tensor:
        """Compare in windows that overlap, and blend their outputs; (B, 32, H, W)."""
        if not self.is_literal:
            phi, g = F.max_pool2d(phi, 2), F.max_pool2d(g, 2)  # (B, 32, H/2, W/2)
        blended = torch.zeros_like(theta)
        for down, row_weights in _windows(theta.shape[2], theta.device):
            for across, column_weights in _windows(theta.shape[3], theta.device):
                spans = (down, across) if self.is_literal else (down.halved, across.halved)
                query = _tokens(_fold(theta, down, across))  # (n, 1, h·w, 32), n windows
                key, value = _tokens(_fold(phi, *spans)), _tokens(_fold(g, *spans))
                y = _unfold(self._compare(query, key, value), down, across)
                part = blended[:, :, down.start : down.stop, across.start : across.stop]
                part += y * torch.outer(row_weights, column_weights).to(y.dtype)
        return blended

    def _compare(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """(n, 1, positions, 32), as `query`, from (n, 1, keys, 32)."""
        return (_dot_product if self.is_literal else attend)(query, key, value)


@lru_cache
def _windows(side: int, device: torch.device) -> tuple[tuple[Span, Tensor], ...]:
    """The windows along an axis, with weights that are on the device already.

    A CUDA graph can record no copy from the host, and training no tensor of `inference_mode`.
    """
    with torch.inference_mode(mode=False):
        return tuple(
            (run, torch.from_numpy(weights).to(device)) for run, weights in window_runs(side)
        )


def _dot_product(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Eq. 4–5 to the letter: y = (θᵀφ)g / Σθᵀφ.

    Without a soft-max the product may be re-associated, θᵀ(φg), at linear cost. The sum may be
    negative, and may vanish: it is kept from 0, so that a loss stays finite.
    """
    weighted = query @ (key.transpose(2, 3) @ value)  # (n, 1, h·w, 32)
    total = query @ key.sum(dim=2).unsqueeze(3)  # (n, 1, h·w, 1)
    return weighted / torch.where(total.abs() < SMALLEST_SUM, SMALLEST_SUM, total)


def _fold(x: Tensor, down: Span, across: Span) -> Tensor:
    """The equal regions of a part of (B, C, H, W), as (n, C, h, w), channels last."""
    batch, channels = x.shape[:2]
    x = x[:, :, down.start : down.stop, across.start : across.stop].permute(0, 2, 3, 1)
    x = x.reshape(batch, down.pieces, down.length, across.pieces, across.length, channels)
    x = x.transpose(2, 3).reshape(-1, down.length, across.length, channels)
    # One region of one photo is still a view of NCHW, whose channels are not neighbours.
    return x.contiguous().permute(0, 3, 1, 2)


def _tokens(x: Tensor) -> Tensor:
    """(n, C, h, w), channels last, to (n, 1, h·w, C): one head, last stride 1."""
    return x.permute(0, 2, 3, 1).flatten(1, 2).unsqueeze(1)


def _unfold(y: Tensor, down: Span, across: Span) -> Tensor:
    """(n, 1, h·w, C) back to the part of (B, C, H, W) that it came from, channels last."""
    channels = y.shape[-1]
    y = y.reshape(-1, down.pieces, across.pieces, down.length, across.length, channels)
    y = y.transpose(2, 3).reshape(
        -1, down.pieces * down.length, across.pieces * across.length, channels
    )
    return y.permute(0, 3, 1, 2)


def _joined(parts: list[Tensor], axis: int) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim=axis)


class NEDB(nn.Module):
    """Non-locally enhanced dense block (section 3.2, eq. 6–8)."""

    def __init__(self, grid: int, variant: Variant = NLEDN_ITSELF) -> None:
        super().__init__()
        self.grid = grid
        self.variant = variant
        if variant.non_local != "none":
            self.non_local = NonLocal(variant.non_local)
        grown = [CHANNELS + i * GROWTH for i in range(DENSE_LAYERS + 1)]
        reads = grown if variant.dense else [CHANNELS] + [GROWTH] * DENSE_LAYERS
        self.dense = nn.ModuleList(nn.Conv2d(n, GROWTH, 3, padding=1) for n in reads[:-1])
        self.fusion = nn.Conv2d(reads[-1], CHANNELS, 1)

    def forward(self, x: Tensor, regions: Regions) -> Tensor:
        """Map (B, 64, H, W) to the same shape; the residual is the block's input, not D0."""
        is_local = self.variant.non_local == "none"
        features = [x if is_local else self.non_local(x, self.grid, regions)]  # D0: (B, 64, H, W)
        for conv in self.dense:
            features.append(F.relu(conv(self._read(features))))  # Dl: (B, 32, H, W)
        return self.fusion(self._read(features)) + x  # type: ignore[no-any-return]

    def _read(self, features: list[Tensor]) -> Tensor:
        return torch.cat(features, dim=1) if self.variant.dense else features[-1]


class NLEDN(nn.Module):
    """The whole network (figure 2): three levels down, three up, skips between equals."""

    def __init__(self, regions: Regions = "grid", variant: Variant = NLEDN_ITSELF) -> None:
        super().__init__()
        self.regions: Regions = regions
        self.variant = variant
        self.conv1 = nn.Conv2d(3, CHANNELS, 3, padding=1)
        self.conv2 = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        down, up = (
            [NEDB(grid, variant) for grid in grids]
            for grids in (LEVEL_GRIDS[:3], LEVEL_GRIDS[:0:-1])
        )
        if variant.pooling:
            self.encode_1, self.encode_2, self.encode_3 = down
            self.decode_3, self.decode_2, self.decode_1 = up
            self.fuse_2 = nn.Conv2d(2 * CHANNELS, CHANNELS, 1)
            self.fuse_1 = nn.Conv2d(2 * CHANNELS, CHANNELS, 1)
        else:
            self.row = nn.ModuleList((down + up)[: variant.blocks])
        self.fuse_0 = nn.Conv2d(3 * CHANNELS, CHANNELS, 1)
        self.refine = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        self.to_rain = nn.Conv2d(CHANNELS, 3, 3, padding=1)

    def channels_last(self) -> "NLEDN":
        """Lay the weights out in the order that convolutions read fastest."""
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in the stub
        return self

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
        rain = self.tail(self.features(reflect_to(rainy, *safe)))  # (B, 3, H, W) of safe sides
        return rain[:, :, :height, :width]

    def features(self, rainy: Tensor) -> Tensor:
        """The trunk: all but the last convolution, in the precision of its weights."""
        f_minus1 = self.conv1(rainy.to(self.conv1.weight.dtype))  # (B, 64, H, W)
        f0 = self.conv2(f_minus1)  # (B, 64, H, W)
        u1, e1 = self._down_and_up(f0) if self.variant.pooling else self._in_a_row(f0)
        y = self.refine(self.fuse_0(torch.cat((f0, u1, e1), dim=1)))
        return y + f_minus1  # type: ignore[no-any-return]  # (B, 64, H, W)

    def _down_and_up(self, f0: Tensor) -> tuple[Tensor, Tensor]:
        """Encoder and decoder (figure 2): the decoder's output, and the first block's."""
        regions = self.regions
        e1 = self.encode_1(f0, regions)  # (B, 64, H, W)
        p1, i1 = self.pool(e1)  # (B, 64, H/2, W/2)
        e2 = self.encode_2(p1, regions)
        p2, i2 = self.pool(e2)  # (B, 64, H/4, W/4)
        e3 = self.encode_3(p2, regions)
        p3, i3 = self.pool(e3)  # (B, 64, H/8, W/8)
        d3 = self.decode_3(p3, regions)
        u3 = self.unpool(d3, i3, p2)  # (B, 64, H/4, W/4)
        d2 = self.decode_2(self.fuse_2(torch.cat((p2, u3), dim=1)), regions)
        u2 = self.unpool(d2, i2, p1)  # (B, 64, H/2, W/2)
        d1 = self.decode_1(self.fuse_1(torch.cat((p1, u2), dim=1)), regions)
        return self.unpool(d1, i1, f0), e1  # (B, 64, H, W) each

    def pool(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Pooling striding (section 3.1): each window's maximum and its place."""
        return F.max_pool2d(x, 2, return_indices=True)  # (B, 64, H/2, W/2) both

    def unpool(self, x: Tensor, places: Tensor, like: Tensor) -> Tensor:
        """Put each value back at the place of its maximum; zero elsewhere."""
        # The operator itself: its functional form imports sympy, 0.4 s before the first tile.
        unpooled: Tensor = torch.ops.aten.max_unpool2d(x, places, like.shape[2:])
        return unpooled

    def _in_a_row(self, f0: Tensor) -> tuple[Tensor, Tensor]:
        """The variants without pooling: the last block's output and the first's, at full size."""
        outputs = [f0]
        for block in self.row:
            outputs.append(block(outputs[-1], self.regions))  # (B, 64, H, W)
        return outputs[-1], outputs[1]

    def tail(self, features: Tensor) -> Tensor:
        """The last convolution and tanh, float32 in every precision.

        bfloat16 has steps of 1/512 at 0.3, which would show as bands in a 16-bit sky.
        """
        with torch.autocast(features.device.type, enabled=False):
            return torch.tanh(self.to_rain(features.float()))  # (B, 3, H, W)
