"""The authors' names for the weights, and ours.

They call the encoder `up` and the decoder `down`, and number the members of `nn.Sequential`.
"""

from collections.abc import Mapping
from typing import TypeVar

BLOCKS = {
    "up_1": "encode_1",
    "up_2": "encode_2",
    "up_3": "encode_3",
    "down_3": "decode_3",
    "down_2": "decode_2",
    "down_1": "decode_1",
}
REGIONAL = "region_non_local.non_local_block"  # in all blocks but the global one, down_3
GLOBAL = "non_local"
INSIDE_NON_LOCAL = {"theta": "theta", "phi.0": "phi", "g.0": "g", "W": "w"}
INSIDE_BLOCK = {
    "group_0.0": "dense.0",
    "group_1.0": "dense.1",
    "group_2.0": "dense.2",
    "group_3.0": "dense.3",
    "fusion.0": "fusion",
}
OUTSIDE = {
    "down_2_fusion": "fuse_2",
    "down_1_fusion": "fuse_1",
    "fusion.0": "fuse_0",
    "fusion.1": "refine",
    "final_conv.0": "to_rain",
}

T = TypeVar("T")


def _table() -> dict[str, str]:
    layers = dict(OUTSIDE)
    for theirs, our in BLOCKS.items():
        non_local = GLOBAL if theirs == "down_3" else REGIONAL
        layers |= {
            f"{theirs}.{non_local}.{a}": f"{our}.non_local.{b}" for a, b in INSIDE_NON_LOCAL.items()
        }
        layers |= {f"{theirs}.{a}": f"{our}.{b}" for a, b in INSIDE_BLOCK.items()}
    return {f"{a}.{part}": f"{b}.{part}" for a, b in layers.items() for part in ("weight", "bias")}


AUTHORS_TO_OURS = _table()
"""Every tensor of the published files that has another name here."""


def ours(tensors: Mapping[str, T]) -> dict[str, T]:
    """Rename the authors' tensors; every other name stays, for a strict reader to refuse."""
    renamed: dict[str, T] = {}
    for name, tensor in tensors.items():
        wanted = AUTHORS_TO_OURS.get(name, name)
        # A file with both names for one tensor must not lose one of them unseen.
        renamed[name if wanted in tensors else wanted] = tensor
    return renamed
