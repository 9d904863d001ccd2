"""The network as OpenVINO computes it fastest, written down in OpenVINO's own operations.

The same function as `nledn.network`, which is the reference and is read first; tests compare the
two. Nothing here needs torch, so that a bundle can do without it. Four things differ; all but the
last give the same result to the bit in float32:

- OpenVINO pools with indices, and scatters, in plain loops: over a third of a tile's time. A map
  of which pixel won each window needs neither.
- Keys are pooled before they are divided into regions, which moves a quarter of the data.
- Channels come last between trunk and tail, as convolutions leave them.
- A convolution of concatenated maps is a sum of convolutions: a tile takes 5 to 8 % less without
  copying, since OpenVINO adds while it convolves.
"""

from collections.abc import Mapping
from functools import reduce
from typing import Any, Literal

import numpy as np

from nledn.architecture import CHANNELS, DENSE_LAYERS, INNER, Regions
from nledn.pixels import Floats
from nledn.regions import LEVEL_GRIDS, Span, region_count, region_spans, window_runs

Part = Literal["trunk", "tail"]
Node = Any  # of OpenVINO, which ships no types

# From 4 for the upper left pixel of a window down to 1: of equal maxima torch takes the first.
RANKS = np.array([[4, 3], [2, 1]], np.float32)
CHANNELS_LAST, CHANNELS_FIRST = [0, 2, 3, 1], [0, 3, 1, 2]


def build(
    part: Part, size: tuple[int, int], regions: Regions, weights: Mapping[str, Floats], ov: Any
) -> Any:
    """The model of a part for one tile shape.

    The trunk maps (1, 3, h, w) to features (1, h, w, 64), which the tail maps to (1, 3, h, w).

    Args:
        part: trunk or tail; the tail is float32 in every precision.
        size: h and w, px, each its own `safe_side`.
        regions: layout of the regions.
        weights: by the names of `nledn.architecture.weight_shapes`.
        ov: the module `openvino`.
    """
    network = Network(regions, weights, ov)
    shape = [1, 3, *size] if part == "trunk" else [1, *size, CHANNELS]
    given = network.ops.parameter(shape, np.float32, name=part)
    result = network.trunk(given) if part == "trunk" else network.tail(given)
    return ov.Model([result], [given], part)


class Network:
    """Each method adds to the graph what its namesake in `nledn.network` computes."""

    def __init__(self, regions: Regions, weights: Mapping[str, Floats], ov: Any) -> None:
        self.regions: Regions = regions
        self.weights = weights
        self.ops = ov.opset13
        self._max_pool = ov.opset1.max_pool  # the later ones also give indices

    def trunk(self, rainy: Node) -> Node:
        """`NLEDN.features`, (1, h, w, 64)."""
        f_minus1 = self.conv(rainy, "conv1")
        f0 = self.conv(f_minus1, "conv2")
        u1, e1 = self.down_and_up(f0)
        y = self.conv(self.conv_of([f0, u1, e1], "fuse_0"), "refine")
        return self.ops.transpose(self.ops.add(y, f_minus1), CHANNELS_LAST)

    def tail(self, features: Node) -> Node:
        """`NLEDN.tail`, (1, 3, h, w)."""
        first = self.ops.transpose(features, CHANNELS_FIRST)
        return self.ops.tanh(self.conv(first, "to_rain"))

    def down_and_up(self, f0: Node) -> tuple[Node, Node]:
        """Encoder and decoder: the decoder's output, and the first block's."""
        concat = self.ops.concat
        e1 = self.block(f0, "encode_1", 0)
        p1, i1 = self.pool(e1)
        p2, i2 = self.pool(self.block(p1, "encode_2", 1))
        p3, i3 = self.pool(self.block(p2, "encode_3", 2))
        u3 = self.unpool(self.block(p3, "decode_3", 3), i3, p2)
        d2 = self.block(self.conv(concat([p2, u3], 1), "fuse_2"), "decode_2", 2)
        u2 = self.unpool(d2, i2, p1)
        d1 = self.block(self.conv(concat([p1, u2], 1), "fuse_1"), "decode_1", 1)
        return self.unpool(d1, i1, f0), e1

    def conv(self, x: Node, name: str) -> Node:
        """A convolution that keeps the size, by the name of its weights."""
        return self.conv_of([x], name)

    def conv_of(self, parts: list[Node], name: str) -> Node:
        """A convolution of maps side by side: the sum of one of each, so that nothing is joined."""
        weight = self.weights[f"{name}.weight"]
        pads = [side // 2 for side in weight.shape[2:]]
        y = self.weights[f"{name}.bias"].reshape(1, -1, 1, 1)
        start = 0
        for x in parts:
            stop = start + list(x.shape)[1]
            share = np.ascontiguousarray(weight[:, start:stop])
            y = self.ops.add(self.ops.convolution(x, share, [1, 1], pads, pads, [1, 1]), y)
            start = stop
        return y

    def block(self, x: Node, name: str, level: int) -> Node:
        """`NEDB`."""
        features = [self.non_local(x, f"{name}.non_local", level)]
        for layer in range(DENSE_LAYERS):
            y = self.conv_of(features, f"{name}.dense.{layer}")
            features.append(self.ops.relu(y))
        return self.ops.add(self.conv_of(features, f"{name}.fusion"), x)

    def non_local(self, x: Node, name: str, level: int) -> Node:
        """`NonLocal`."""
        query, key, value = (self.conv(x, f"{name}.{part}") for part in ("theta", "phi", "g"))
        if self.regions == "overlapping":
            y = self.in_windows(query, self.pooled(key), self.pooled(value))
        else:
            y = self.in_regions(query, key, value, LEVEL_GRIDS[level])
        return self.ops.add(self.conv(y, f"{name}.w"), x)

    def in_windows(self, query: Node, key: Node, value: Node) -> Node:
        """Windows that overlap, of keys that are pooled already, blended by their weights."""
        height, width = list(query.shape)[2:]
        parts = []
        for down, rows in window_runs(height):
            for across, columns in window_runs(width):
                whole = self.sliced(query, down, across)
                keys, values = (self.sliced(x, down.halved, across.halved) for x in (key, value))
                y = self.attend(whole, keys, values, down, across)
                y = self.ops.multiply(y, np.outer(rows, columns)[None, None])
                before = [0, 0, down.start, across.start]
                after = [0, 0, height - down.stop, width - across.stop]
                if any(before) or any(after):
                    y = self.ops.pad(y, before, after, "constant", np.float32(0))
                parts.append(y)
        return reduce(self.ops.add, parts)

    def in_regions(self, query: Node, key: Node, value: Node, grid: int) -> Node:
        """Regions side by side."""
        spans = [
            region_spans(side, region_count(side, grid, self.regions))
            for side in list(query.shape)[2:]
        ]
        if all(len(axis) == 1 and axis[0].length % 2 == 0 for axis in spans):
            pooled = (self.pooled(key), self.pooled(value))
            return self.attend(query, *pooled, spans[0][0], spans[1][0])
        return self.by_parts(query, key, value, spans)

    def by_parts(self, query: Node, key: Node, value: Node, spans: list[list[Span]]) -> Node:
        """Regions of unlike or odd sides: each odd one loses its last row of keys."""
        bands = []
        for down in spans[0]:
            band = []
            for across in spans[1]:
                whole = self.sliced(query, down, across)
                keys, values = (
                    self.pooled_by_region(self.sliced(x, down, across), down, across)
                    for x in (key, value)
                )
                band.append(self.attend(whole, keys, values, down, across))
            bands.append(band[0] if len(band) == 1 else self.ops.concat(band, 3))
        return bands[0] if len(bands) == 1 else self.ops.concat(bands, 2)

    def sliced(self, x: Node, down: Span, across: Span) -> Node:
        """The part of a map that a pair of runs covers."""
        begin, end = [down.start, across.start], [down.stop, across.stop]
        return self.ops.slice(x, begin, end, [1, 1], [2, 3])

    def pooled_by_region(self, x: Node, down: Span, across: Span) -> Node:
        """Each region pooled for itself, and put together again."""
        tokens = self.divided(x, down, across)
        n = down.pieces * across.pieces
        x = self.ops.reshape(tokens, [n, down.length, across.length, INNER], False)
        x = self.pooled(self.ops.transpose(x, CHANNELS_FIRST))
        x = self.ops.transpose(x, CHANNELS_LAST)
        return self.joined(x, down.halved, across.halved)

    def attend(self, query: Node, key: Node, value: Node, down: Span, across: Span) -> Node:
        """Soft-max over the pooled keys of each region, without the 1/√d scale."""
        y = self.ops.scaled_dot_product_attention(
            self.divided(query, down, across),
            self.divided(key, down.halved, across.halved),
            self.divided(value, down.halved, across.halved),
            np.float32(0),  # no mask
            np.float32(1),
        )
        return self.joined(y, down, across)

    def divided(self, x: Node, down: Span, across: Span) -> Node:
        """(1, C, H, W) to (n, 1, h·w, C), n equal regions."""
        rows, columns = down.pieces, across.pieces
        x = self.ops.transpose(x, CHANNELS_LAST)
        if rows * columns > 1:
            x = self.ops.reshape(x, [rows, down.length, columns, across.length, INNER], False)
            x = self.ops.transpose(x, [0, 2, 1, 3, 4])
        return self.ops.reshape(x, [rows * columns, 1, down.length * across.length, INNER], False)

    def joined(self, y: Node, down: Span, across: Span) -> Node:
        """(n, …, C), n equal regions, back to (1, C, H, W)."""
        rows, columns = down.pieces, across.pieces
        if rows * columns > 1:
            y = self.ops.reshape(y, [rows, columns, down.length, across.length, INNER], False)
            y = self.ops.transpose(y, [0, 2, 1, 3, 4])
        y = self.ops.reshape(y, [1, rows * down.length, columns * across.length, INNER], False)
        return self.ops.transpose(y, CHANNELS_FIRST)

    def pooled(self, x: Node) -> Node:
        """2×2 max-pooling; a last odd row or column is in no window."""
        return self._max_pool(x, [2, 2], [0, 0], [0, 0], [2, 2])

    def pool(self, x: Node) -> tuple[Node, Node]:
        """Each window's maximum, and 1 at full size where it was first met, 0 elsewhere."""
        rows, columns = (side // 2 for side in list(x.shape)[2:])
        if list(x.shape)[2:] != [2 * rows, 2 * columns]:  # without a last odd row or column
            x = self.ops.slice(x, [0, 0], [2 * rows, 2 * columns], [1, 1], [2, 3])
        largest = self.pooled(x)
        ranks = np.tile(RANKS, (rows, columns))[None, None]
        won = self.ops.equal(x, self.doubled(largest))
        rank = self.ops.select(won, ranks, np.float32(0))
        first = self.ops.equal(rank, self.doubled(self.pooled(rank)))
        return largest, self.ops.convert(first, "f32")

    def unpool(self, x: Node, places: Node, like: Node) -> Node:
        """Each value where its window's maximum was; zero elsewhere."""
        y = self.ops.multiply(self.doubled(x), places)
        beyond = [a - b for a, b in zip(list(like.shape), list(places.shape), strict=True)]
        beyond[1] = 0
        if any(beyond):
            y = self.ops.pad(y, [0, 0, 0, 0], beyond, "constant", np.float32(0))
        return y

    def doubled(self, x: Node) -> Node:
        """Each pixel four times."""
        return self.ops.interpolate(
            x,
            np.array([2, 2], np.float32),
            "nearest",
            "scales",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
            axes=np.array([2, 3]),
        )
