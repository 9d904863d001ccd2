"""NLEDN's sizes and the names of its weights, for those who must know them without torch.

`nledn.network` builds the network from these constants; `nledn.checkpoint` judges files by them.
"""

from collections.abc import Iterator
from typing import Literal, get_args

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
BLOCKS = ("encode_1", "encode_2", "encode_3", "decode_3", "decode_2", "decode_1")

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
