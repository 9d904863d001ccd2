"""The sizes of NLEDN and the names of its weights, without torch.

`nledn.network` builds the network from these constants; `nledn.checkpoint` judges files by them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Regions = Literal["grid", "fixed", "overlapping"]
"""The division of a feature map for the non-local operation.

`grid` is the authors': k×k regions whatever the size, k = 8, 4, 2, 1 by level. `fixed` takes as
many regions as keep each at or below 64×64, so that cost grows with the pixels. At 512×512 the
two are the same function. `overlapping` takes windows of 32×32 that begin every 16 positions and
blends their outputs, so that no border shows in the rain.
"""
REGION_LAYOUTS: tuple[Regions, ...] = get_args(Regions)

CHANNELS = 64  # width of the trunk (section 4.2)
GROWTH = 32  # channels that each dense convolution adds (section 4.2)
INNER = 32  # width inside the non-local operation: half the trunk
DENSE_LAYERS = 4  # 3×3 convolutions of a block; the paper's fifth layer is the 1×1 fusion
BLOCKS = ("encode_1", "encode_2", "encode_3", "decode_3", "decode_2", "decode_1")

NonLocalKind = Literal["embedded_gaussian", "dot_product", "none"]
"""The comparison of positions in the non-local operation (section 3.3).

`embedded_gaussian` is what the published checkpoints have: a soft-max over max-pooled keys.
`dot_product` is the paper's text to the letter (eq. 4–5): f = θᵀφ over all positions, divided by
its sum. `none` leaves the operation out.
"""


@dataclass(frozen=True)
class Variant:
    """The parts of a network: NLEDN itself, or less of it, for study (section 4.4, table 2).

    Entrance and exit (two convolutions, two convolutions and the skips around them) are always
    the same.

    Attributes:
        blocks: dense blocks in a row; six, three down and three up, where there is pooling.
        dense: whether each convolution of a block reads all before it, or the last one only.
        pooling: pooling striding, unpooling by indices and the skips between equals; without it
            all blocks work at full size.
        non_local: what comes before the convolutions of a block.
    """

    blocks: int = len(BLOCKS)
    dense: bool = True
    pooling: bool = True
    non_local: NonLocalKind = "embedded_gaussian"


NLEDN_ITSELF = Variant()
VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        "ra": Variant(blocks=1, dense=False, pooling=False, non_local="none"),
        "rb": Variant(blocks=1, pooling=False, non_local="none"),
        "rc": Variant(pooling=False, non_local="none"),
        "rd": Variant(non_local="none"),
        "re": Variant(pooling=False),
        "rf": NLEDN_ITSELF,
        "dot_product": Variant(non_local="dot_product"),
    }
)
"""Table 2's six by their names there (R_f is NLEDN), and the paper's literal operation."""

Shape = tuple[int, ...]


def weight_shapes() -> dict[str, Shape]:
    """Name and shape of each tensor of `NLEDN().state_dict()`, in its order."""
    shapes: dict[str, Shape] = {}
    for name, outputs, inputs, side in _convolutions():
        shapes[f"{name}.weight"] = (outputs, inputs, side, side)
        shapes[f"{name}.bias"] = (outputs,)
    return shapes


def _convolutions() -> Iterator[tuple[str, int, int, int]]:
    """Name, channels out, channels in and kernel side."""
    yield "conv1", CHANNELS, 3, 3
    yield "conv2", CHANNELS, CHANNELS, 3
    for block in BLOCKS:
        yield from _block(block)
    yield "fuse_2", CHANNELS, 2 * CHANNELS, 1
    yield "fuse_1", CHANNELS, 2 * CHANNELS, 1
    yield "fuse_0", CHANNELS, 3 * CHANNELS, 1
    yield "refine", CHANNELS, CHANNELS, 3
    yield "to_rain", 3, CHANNELS, 3


def _block(block: str) -> Iterator[tuple[str, int, int, int]]:
    for part in ("theta", "phi", "g"):
        yield f"{block}.non_local.{part}", INNER, CHANNELS, 1
    yield f"{block}.non_local.w", CHANNELS, INNER, 1
    for i in range(DENSE_LAYERS):
        yield f"{block}.dense.{i}", GROWTH, CHANNELS + i * GROWTH, 3
    yield f"{block}.fusion", CHANNELS, CHANNELS + DENSE_LAYERS * GROWTH, 1
