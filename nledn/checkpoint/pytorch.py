"""Reading PyTorch's own files, the zip format and the one before it, as data and never as code.

A pickle is a program. Before torch sees it, its opcodes are looked at (`pickles`; it runs nothing),
and every name that it would import is compared with the few that tensors need. torch then reads it
with `weights_only`, which has its own list. Of a zip, torch is given the parts that were looked at
and nothing else, since two readers may find different parts in one file.
"""

import io
import warnings
import zipfile
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from nledn.checkpoint import pickles
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
PARTS_LIMIT = 1_000  # of a zip; NLEDN's has some 130
DIRECTORY_END = b"PK\x05\x06"  # its record has the number of parts at byte 10, in two bytes


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
        parts = _parts(data, path)
        _check_globals(_pickle_of(parts, path), 1, path)
        data = _zipped(parts)
    else:
        is_legacy = data.startswith(LEGACY_START)
        _check_globals(data, LEGACY_PICKLES if is_legacy else 1, path)
        if not is_legacy:
            raise NotACheckpoint(path)
    state = _load(data, path)
    if not isinstance(state, dict):
        raise NotACheckpoint(path)
    if not all(isinstance(name, str) for name in state):
        raise NotACheckpoint(path)
    _check_apart(state, path)
    return {name: _stored(value) for name, value in state.items()}


def _parts(data: bytes, path: Path) -> dict[str, bytes]:
    """The parts of a zip by name, once it is sure that they are no larger than the file."""
    end = data.rfind(DIRECTORY_END)
    if int.from_bytes(data[end + 10 : end + 12], "little") > PARTS_LIMIT:
        raise NotACheckpoint(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            # PyTorch stores without compression; anything else could be a bomb.
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise NotACheckpoint(path)
            if sum(entry.file_size for entry in entries) > len(data):
                raise CheckpointDamaged(path, "its parts are larger than the file")
            if len({entry.filename for entry in entries}) < len(entries):
                raise CheckpointDamaged(path, "two of its parts have one name")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise CheckpointDamaged(path, str(error)) from error


def _pickle_of(parts: dict[str, bytes], path: Path) -> bytes:
    found = [data for name, data in parts.items() if name.endswith("/data.pkl")]
    if len(found) != 1:
        raise NotACheckpoint(path)
    return found[0]


def _zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def _check_globals(data: bytes, count: int, path: Path) -> None:
    stream = io.BytesIO(data)
    try:
        for _ in range(count):
            for name in pickles.imports(stream):
                if not _is_harmless(name):
                    raise CheckpointUnsafe(path, name)
    except ValueError as error:
        raise CheckpointDamaged(path, str(error)) from error


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


def _check_apart(state: dict[str, Any], path: Path) -> None:
    """Refuse tensors that share numbers, with each other or within themselves."""
    import torch

    places = []
    for name, value in state.items():
        if isinstance(value, torch.Tensor) and value.layout == torch.strided and value.numel():
            steps = zip(value.shape, value.stride(), strict=True)
            length = 1 + sum((side - 1) * abs(step) for side, step in steps)
            if length < value.numel():
                raise CheckpointDamaged(path, f"{name!r} repeats the same numbers")
            begin = value.data_ptr() if value.device.type == "cpu" else 0
            places.append((begin, begin + length * value.element_size(), name))
    for (_, end, one), (begin, _, other) in pairwise(sorted(places)):
        if begin < end and begin:
            raise CheckpointDamaged(path, f"{one!r} and {other!r} lie over each other")


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
