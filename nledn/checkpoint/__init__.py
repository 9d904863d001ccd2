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

from nledn.architecture import weight_shapes
from nledn.atomic import replacing
from nledn.checkpoint import pytorch, safetensors
from nledn.checkpoint.names import ours
from nledn.checkpoint.numbers import Array
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
    stored = (safetensors if safetensors.is_safetensors(data) else pytorch).tensors(data, path)
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
    """Write safetensors, atomically. Equal weights give equal bytes."""
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
            if not (safetensors.is_safetensors(first) or pytorch.is_pickled(first)):
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
