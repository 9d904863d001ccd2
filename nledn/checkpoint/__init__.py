"""Read untrusted files into verified weights; write weights as safetensors.

A file is read once, up to a limit, and everything is decided on those bytes: hash, format (by
content, never by name), names, shapes, values. Nothing in it is run.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import safetensors

from nledn.architecture import DENSE_LAYERS, weight_shapes
from nledn.atomic import replacing
from nledn.checkpoint import pytorch
from nledn.checkpoint.pytorch import Array, from_bytes
from nledn.errors import (
    CheckpointChanged,
    CheckpointDamaged,
    CheckpointMismatch,
    CheckpointNotFound,
    CheckpointNotPermitted,
    CheckpointTooLarge,
    NotACheckpoint,
)
from nledn.pixels import Floats

LIMIT_BYTES = 10_000_000  # 1,005,379 float64 and their names; float32, the usual, takes 4 MB
FIRST_BYTES = 16  # enough to tell the formats

# Of safetensors, which begin with a little-endian count of the header's bytes.
LENGTH_BYTES = 8
HEADER_LIMIT_BYTES = 100_000_000  # of the format itself; more is no safetensors at all
LONGEST_HEADER_BYTES = 1_000_000  # NLEDN's has 13 kB; names in a report come from it
DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32",
    "I32": "int32", "U64": "uint64", "I64": "int64", "F16": "float16", "BF16": "bfloat16",
    "F32": "float32", "F64": "float64", "C64": "complex64",
}  # fmt: skip

# The authors' names: the encoder is `up`, the decoder `down`, and members of `nn.Sequential` have
# numbers.
BLOCKS = {
    "up_1": "encode_1", "up_2": "encode_2", "up_3": "encode_3",
    "down_3": "decode_3", "down_2": "decode_2", "down_1": "decode_1",
}  # fmt: skip
REGIONAL = "region_non_local.non_local_block"  # in all blocks but the global one, down_3
GLOBAL = "non_local"
INSIDE_NON_LOCAL = {"theta": "theta", "phi.0": "phi", "g.0": "g", "W": "w"}
INSIDE_BLOCK = {f"group_{i}.0": f"dense.{i}" for i in range(DENSE_LAYERS)} | {"fusion.0": "fusion"}
OUTSIDE = {
    "down_2_fusion": "fuse_2",
    "down_1_fusion": "fuse_1",
    "fusion.0": "fuse_0",
    "fusion.1": "refine",
    "final_conv.0": "to_rain",
}


@dataclass(frozen=True)
class Weights:
    """Verified weights.

    Attributes:
        arrays: float32, by the names of `nledn.network.NLEDN.state_dict()`, all of them, each of
            its shape, every value finite.
        sha256: of the file that was read.
        named_by: whose names the file has; `authors` for the layout of the published files.
    """

    arrays: Mapping[str, Floats]
    sha256: str
    named_by: Literal["us", "authors"] = "us"


def read(path: Path, *, sha256: str | None = None) -> Weights:
    """Read safetensors, or a `.pth` in the authors' layout or with our names.

    float64, float16 and bfloat16 are converted to float32.

    Args:
        path: the file; its name does not matter.
        sha256: of the bytes that are expected; None takes any.

    Raises:
        CheckpointNotFound: the file is missing.
        CheckpointNotPermitted: it may not be read.
        NotACheckpoint: of another kind: a folder, empty, text, a photo.
        CheckpointTooLarge: more than `LIMIT_BYTES`.
        CheckpointChanged: other bytes than `sha256` says.
        CheckpointUnsafe: a pickle that asks for code.
        CheckpointDamaged: truncated or corrupt.
        CheckpointMismatch: missing, unexpected or misshapen tensors.
    """
    data = _bytes(path)
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        raise CheckpointChanged(path, sha256, found)
    stored = (_tensors if _is_safetensors(data) else pytorch.tensors)(data, path)
    renamed = ours(stored)
    _check_declared(renamed, path)
    # float64 beyond float32's range becomes infinite here, and is refused for that.
    with np.errstate(over="ignore"):
        arrays = {name: np.array(renamed[name], np.float32, order="C") for name in weight_shapes()}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise CheckpointDamaged(path, f"{name} has values that are not finite")
    return Weights(arrays, found, "us" if renamed.keys() == stored.keys() else "authors")


def write(path: Path, arrays: Mapping[str, Floats]) -> str:
    """Write safetensors, atomically. Equal weights give equal bytes.

    Raises:
        WriteError: it cannot be written.
    """
    from safetensors.numpy import save

    data = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    with replacing(path, overwrite=True) as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


def _bytes(path: Path) -> bytes:
    """Return the whole file, if it has the start and the size of a checkpoint."""
    try:
        # Before opening: a named pipe would make us wait for a writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotACheckpoint(path)
        with path.open("rb") as file:
            first = file.read(FIRST_BYTES)
            if not (_is_safetensors(first) or pytorch.is_pickled(first)):
                raise NotACheckpoint(path)
            size = os.fstat(file.fileno()).st_size
            rest = file.read(LIMIT_BYTES)
    except FileNotFoundError as error:
        raise CheckpointNotFound(path) from error
    except PermissionError as error:
        raise CheckpointNotPermitted(path) from error
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL):
            raise CheckpointNotFound(path) from error
        raise CheckpointDamaged(path, error.strerror or str(error)) from error
    if len(first) + len(rest) > LIMIT_BYTES:
        raise CheckpointTooLarge(path, size, LIMIT_BYTES)
    return first + rest


def _check_declared(stored: Mapping[str, Array], path: Path) -> None:
    expected = weight_shapes()
    missing = tuple(name for name in expected if name not in stored)
    unexpected = tuple(name for name in stored if name not in expected)
    misshapen = tuple(
        f"{name} {found.dtype} {'×'.join(map(str, found.shape))}"
        for name, found in stored.items()
        if name in expected and (found.shape != expected[name] or found.dtype.kind != "f")
    )
    if missing or unexpected or misshapen:
        raise CheckpointMismatch(path, missing, unexpected, misshapen)


def _is_safetensors(data: bytes) -> bool:
    """Return whether the bytes begin as the format does: a possible header length, then `{`."""
    length = int.from_bytes(data[:LENGTH_BYTES], "little")
    return data[LENGTH_BYTES : LENGTH_BYTES + 1] == b"{" and length <= HEADER_LIMIT_BYTES


def _tensors(data: bytes, path: Path) -> dict[str, Array]:
    """The tensors of safetensors by name; the library checks places, gaps and overlaps."""
    length = int.from_bytes(data[:LENGTH_BYTES], "little")
    if length > LONGEST_HEADER_BYTES:
        raise CheckpointDamaged(path, f"its header has {length} bytes, far more than NLEDN's")
    try:
        return {
            name: from_bytes(entry["data"], DTYPES[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in safetensors.deserialize(data)
        }
    except (safetensors.SafetensorError, LookupError, ValueError) as error:
        raise CheckpointDamaged(path, str(error)) from error


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


def ours(tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Rename the authors' tensors; every other name stays, for a strict reader to refuse."""
    renamed: dict[str, Array] = {}
    for name, tensor in tensors.items():
        wanted = AUTHORS_TO_OURS.get(name, name)
        # A file with both names for one tensor must not lose one of them unseen.
        renamed[name if wanted in tensors else wanted] = tensor
    return renamed
