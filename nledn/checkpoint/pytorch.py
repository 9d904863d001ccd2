"""Reading PyTorch's own files, the zip format and the one before it, as data and never as code.

A pickle is a program. Before torch sees it, its opcodes are listed (which runs nothing) and every
name that it would import is compared with the few that tensors need. torch then reads it with
`weights_only`, which has its own list.
"""

import io
import pickletools
import struct
import warnings
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from nledn.checkpoint.stored import Stored
from nledn.errors import CheckpointDamaged, CheckpointUnsafe, NotACheckpoint

if TYPE_CHECKING:
    from torch import Tensor

ZIP_START = b"PK\x03\x04"
PICKLE_START = b"\x80"
# The number 0x1950a86a20f9469cfc6c, pickled: every file of PyTorch before 1.6 begins with it.
LEGACY_START = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
LEGACY_PICKLES = 5  # magic number, version, system, the state dict, keys of its storages
HARMLESS = {
    "collections OrderedDict",
    "torch._utils _rebuild_parameter",
    "torch._utils _rebuild_tensor",  # before PyTorch 0.4, and in the published files
    "torch._utils _rebuild_tensor_v2",
}
IMPORTING = ("GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4")


def is_pickled(data: bytes) -> bool:
    """Whether the bytes begin as one of PyTorch's formats, or as any other pickle."""
    return data.startswith((ZIP_START, PICKLE_START))


def tensors(data: bytes, path: Path) -> dict[str, Stored]:
    """The tensors of a state dict, by name.

    Raises:
        CheckpointUnsafe: the file asks for code.
        CheckpointDamaged: truncated or corrupt.
        NotACheckpoint: a zip or a pickle, but not PyTorch's.
    """
    if data.startswith(ZIP_START):
        _check_globals(_zipped_pickle(data, path), 1, path)
    else:
        is_legacy = data.startswith(LEGACY_START)
        _check_globals(data, LEGACY_PICKLES if is_legacy else 1, path)
        if not is_legacy:
            raise NotACheckpoint(path)
    state = _load(data, path)
    if not isinstance(state, dict):
        raise NotACheckpoint(path)
    return {str(name): _stored(value) for name, value in state.items()}


def _zipped_pickle(data: bytes, path: Path) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            # PyTorch stores without compression; anything else could be a bomb.
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise NotACheckpoint(path)
            if sum(entry.file_size for entry in entries) > len(data):
                raise CheckpointDamaged(path, "its parts are larger than the file")
            pickles = [entry for entry in entries if entry.filename.endswith("/data.pkl")]
            if len(pickles) != 1:
                raise NotACheckpoint(path)
            return archive.read(pickles[0])
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise CheckpointDamaged(path, str(error)) from error


def _check_globals(data: bytes, pickles: int, path: Path) -> None:
    stream = io.BytesIO(data)
    try:
        for _ in range(pickles):
            for name in _imports(stream):
                if not _is_harmless(name):
                    raise CheckpointUnsafe(path, name)
    except (ValueError, EOFError, LookupError, struct.error) as error:
        raise CheckpointDamaged(path, str(error)) from error


def _imports(stream: io.BytesIO) -> Iterator[str]:
    """What the next pickle of a stream would import, as `module name`."""
    for opcode, argument, _ in pickletools.genops(stream):
        if opcode.name in IMPORTING:
            # Protocol 2, which PyTorch writes, names things in the opcode itself; the later
            # opcodes take names from the stack, where they can be hidden.
            yield str(argument) if isinstance(argument, str) else opcode.name


def _is_harmless(name: str) -> bool:
    module, _, kind = name.partition(" ")
    return name in HARMLESS or (module in ("torch", "torch.storage") and _is_storage(kind))


def _is_storage(kind: str) -> bool:
    return kind.endswith("Storage") and kind.removesuffix("Storage").isalnum()


def _load(data: bytes, path: Path) -> Any:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about formats that are old: so are the authors'
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:
        # torch lets out whatever a corrupt file leads it to: IndexError, AssertionError, …
        raise CheckpointDamaged(path, str(error).partition("\n")[0]) from error


def _stored(value: Any) -> Stored:
    import torch

    plain = (
        isinstance(value, torch.Tensor)
        and value.layout == torch.strided
        and value.device.type == "cpu"
    )
    if not plain:
        return Stored(type(value).__name__, (), partial(_no_values, value))
    return Stored(
        str(value.dtype).removeprefix("torch."), tuple(value.shape), partial(_values, value)
    )


def _values(tensor: "Tensor") -> npt.NDArray[np.float32]:
    # A copy: the tensor may be a view of a storage that others share.
    return np.array(tensor.detach().float().numpy(), np.float32, order="C")


def _no_values(value: object) -> npt.NDArray[np.float32]:
    raise AssertionError(f"{type(value).__name__} is no tensor")
