"""Reading PyTorch's own files, the zip format and the one before it, as data and never as code.

A pickle is a program. First its opcodes are looked at (`pickles`; it runs nothing), and every name
that it would import is compared with the few that tensors need; then `nledn.checkpoint.pickled`
takes it for the description of a state dict. Neither needs torch, and nothing is ever called.
"""

import io
import struct
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from nledn.checkpoint import pickles
from nledn.checkpoint import tensors as described
from nledn.checkpoint.pickled import describe
from nledn.checkpoint.stored import Stored
from nledn.errors import CheckpointDamaged, CheckpointUnsafe, NotACheckpoint

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
# What a corrupt file leads to: a number cut off, a stack that is empty, a part that is missing, …
UNREADABLE = (
    ValueError, LookupError, TypeError, EOFError, OverflowError, StopIteration, RuntimeError,
    struct.error, zipfile.BadZipFile,
)  # fmt: skip
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
        pickled = _pickle_of(parts, path)
        _check_globals(pickled, 1, path)
        read = partial(_read_zip, parts, pickled)
    else:
        is_legacy = data.startswith(LEGACY_START)
        _check_globals(data, LEGACY_PICKLES if is_legacy else 1, path)
        if not is_legacy:
            raise NotACheckpoint(path)
        read = partial(_read_legacy, data)
    try:
        state, storages = read()
        if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
            raise NotACheckpoint(path)
        described.check_apart(state)
        return {name: described.stored(value, storages) for name, value in state.items()}
    except UNREADABLE as error:
        raise CheckpointDamaged(path, str(error).partition("\n")[0]) from error


def _read_zip(parts: Mapping[str, bytes], pickled: bytes) -> tuple[object, Mapping[str, bytes]]:
    """The state dict, and the bytes of its storages by their keys."""
    folder = next(name for name in parts if name.endswith("/data.pkl")).removesuffix("data.pkl")
    if parts.get(f"{folder}byteorder", b"little") != b"little":
        raise ValueError("its numbers are big-endian")
    inside = f"{folder}data/"
    storages = {
        name.removeprefix(inside): data for name, data in parts.items() if name.startswith(inside)
    }
    return describe(io.BytesIO(pickled)), storages


def _read_legacy(data: bytes) -> tuple[object, Mapping[str, bytes]]:
    """Likewise: five pickles, then each storage as its count and its numbers."""
    stream = io.BytesIO(data)
    _, _, system, state, keys = (describe(stream) for _ in range(LEGACY_PICKLES))
    if isinstance(system, dict) and not system.get("little_endian", True):
        raise ValueError("its numbers are big-endian")
    if not isinstance(keys, list):
        raise TypeError("it has no list of its storages")
    item_bytes = described.item_bytes_by_key(state)
    storages: dict[str, bytes] = {}
    for key in keys:
        (count,) = struct.unpack("<q", stream.read(8))
        size = count * item_bytes[str(key)]
        if not 0 <= size <= len(data) - stream.tell():
            raise ValueError("its numbers end too early")
        storages[str(key)] = stream.read(size)
    return state, storages


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
