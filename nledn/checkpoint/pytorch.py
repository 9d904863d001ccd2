"""Read PyTorch's own files, the zip format and the one before it, as data and without torch.

A pickle is a program. `_Unpickler` takes only the steps that a state dict needs, knows only the
names that tensors have, and replaces them by descriptions: nothing in the file is ever called.
"""

import io
import math
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from nledn.errors import CheckpointDamaged, CheckpointUnsafe, NotACheckpoint

Array = npt.NDArray[Any]

ZIP_START = b"PK\x03\x04"
PICKLE_START = b"\x80"
# The number 0x1950a86a20f9469cfc6c, pickled: every file of PyTorch before 1.6 begins with it.
LEGACY_START = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
LEGACY_PICKLES = 5  # magic number, version, system, the state dict, keys of its storages
LONGEST_PICKLES_BYTES = 200_000  # NLEDN's take 18 kB; each byte is a step at most
PARTS_LIMIT = 1_000  # of a zip; NLEDN's has some 130
DIRECTORY_END = b"PK\x05\x06"  # its record has the number of parts at byte 10, in two bytes
# The results of corruption: a number cut off, an empty stack, a missing part, an unknown step, …
UNREADABLE = (
    ValueError, LookupError, TypeError, AttributeError, EOFError, OverflowError, RuntimeError,
    struct.error, pickle.UnpicklingError, zipfile.BadZipFile,
)  # fmt: skip
DTYPES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
}  # fmt: skip


def is_pickled(data: bytes) -> bool:
    """Return whether the bytes begin as one of PyTorch's formats, or as any other pickle."""
    return data.startswith((ZIP_START, PICKLE_START))


def tensors(data: bytes, path: Path) -> dict[str, Array]:
    """Return the values of a state dict by name, bfloat16 as float32.

    A value that is no tensor becomes an array of one Python object.

    Raises:
        CheckpointUnsafe: the file asks for code.
        CheckpointDamaged: truncated or corrupt.
        NotACheckpoint: a zip or a pickle, but not PyTorch's.
    """
    try:
        read = _read_zip if data.startswith(ZIP_START) else _read_legacy
        state, storages = read(data, path)
        if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
            raise NotACheckpoint(path)
        _check_apart(state)
        return {name: _array(value, storages) for name, value in state.items()}
    except UNREADABLE as error:
        raise CheckpointDamaged(path, str(error).partition("\n")[0]) from error


def _read_zip(data: bytes, path: Path) -> tuple[object, Mapping[str, bytes]]:
    """Return the state dict, and the bytes of its storages by their keys."""
    parts = _parts(data, path)
    pickles = [name for name in parts if name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise NotACheckpoint(path)
    folder = pickles[0].removesuffix("data.pkl")
    if parts.get(f"{folder}byteorder", b"little") != b"little":
        raise ValueError("its numbers are big-endian")
    if len(parts[pickles[0]]) > LONGEST_PICKLES_BYTES:
        raise ValueError("its pickle is longer than any state dict's")
    state = _Unpickler(io.BytesIO(parts[pickles[0]]), path).load()
    inside = f"{folder}data/"
    return state, {
        name.removeprefix(inside): part for name, part in parts.items() if name.startswith(inside)
    }


def _parts(data: bytes, path: Path) -> dict[str, bytes]:
    """Return the parts of a zip by name, after checking that they are no larger than the file."""
    end = data.rfind(DIRECTORY_END)
    if int.from_bytes(data[end + 10 : end + 12], "little") > PARTS_LIMIT:
        raise NotACheckpoint(path)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        # PyTorch stores without compression; anything else could be a bomb.
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise NotACheckpoint(path)
        if sum(entry.file_size for entry in entries) > len(data):
            raise ValueError("its parts are larger than the file")
        if len({entry.filename for entry in entries}) < len(entries):
            raise ValueError("two of its parts have one name")
        return {entry.filename: archive.read(entry) for entry in entries}


def _read_legacy(data: bytes, path: Path) -> tuple[object, Mapping[str, bytes]]:
    """Do the same for five pickles, followed by each storage as its count and its numbers."""
    stream = io.BytesIO(data[:LONGEST_PICKLES_BYTES])
    if not data.startswith(LEGACY_START):
        _Unpickler(stream, path).load()  # one that asks for code is refused for that
        raise NotACheckpoint(path)
    readers = [_Unpickler(stream, path) for _ in range(LEGACY_PICKLES)]
    _, _, system, state, keys = (reader.load() for reader in readers)
    if isinstance(system, dict) and not system.get("little_endian", True):
        raise ValueError("its numbers are big-endian")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise TypeError("it has no list of its storages")
    dtypes = readers[3].dtypes
    storages: dict[str, bytes] = {}
    begin = stream.tell()
    for key in keys:
        (count,) = struct.unpack_from("<q", data, begin)
        begin += 8
        end = begin + count * _item_bytes(dtypes[key])
        if not begin <= end <= len(data):
            raise ValueError("its numbers end too early")
        storages[key] = data[begin:end]
        begin = end
    return state, storages


@dataclass(frozen=True)
class _Kind:
    """The class of a storage."""

    dtype: str


@dataclass(frozen=True)
class _Storage:
    """Numbers that lie beside the pickle; old files have parts of others."""

    dtype: str
    key: str
    begin: int


@dataclass(frozen=True)
class _View:
    """A tensor: the numbers of a storage that it shows."""

    storage: _Storage
    begin: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def end(self) -> int:
        """One after the last number that it shows."""
        if 0 in self.shape:
            return self.begin
        pairs = zip(self.shape, self.strides, strict=True)
        return self.begin + sum((side - 1) * stride for side, stride in pairs) + 1


class _Dict(dict[str | int, object]):
    """A dict that never hashes a nested key, which can take practically for ever."""

    def __init__(self) -> None:
        super().__init__()

    def __setitem__(self, key: str | int, value: object) -> None:
        if not isinstance(key, str | int):
            raise TypeError("it has a key that is no name")
        super().__setitem__(key, value)


def _tensor(storage: object, offset: object, shape: object, strides: object, *_: object) -> _View:
    match storage, offset, shape, strides:
        case _Storage(), int(), tuple(), tuple() if len(shape) == len(strides):
            if all(type(number) is int and number >= 0 for number in (offset, *shape, *strides)):
                return _View(storage, storage.begin + offset, shape, strides)
    raise TypeError("a tensor has numbers or a shape that make no sense")


FUNCTIONS: dict[str, Callable[..., object]] = {
    "collections OrderedDict": _Dict,
    "torch._utils _rebuild_parameter": lambda tensor, *_: tensor,
    "torch._utils _rebuild_tensor": _tensor,  # before PyTorch 0.4, and in the published files
    "torch._utils _rebuild_tensor_v2": _tensor,
}
"""Replacements for the functions that a state dict calls."""

STEPS = (
    pickle.PROTO + pickle.FRAME + pickle.STOP + pickle.MARK
    + pickle.NONE + pickle.NEWTRUE + pickle.NEWFALSE
    + pickle.BININT + pickle.BININT1 + pickle.BININT2 + pickle.LONG1 + pickle.BINFLOAT
    + pickle.BINUNICODE + pickle.SHORT_BINUNICODE + pickle.BINSTRING + pickle.SHORT_BINSTRING
    + pickle.EMPTY_TUPLE + pickle.TUPLE + pickle.TUPLE1 + pickle.TUPLE2 + pickle.TUPLE3
    + pickle.EMPTY_LIST + pickle.APPEND + pickle.APPENDS + pickle.SETITEM + pickle.SETITEMS
    + pickle.BINPUT + pickle.LONG_BINPUT + pickle.MEMOIZE + pickle.BINGET + pickle.LONG_BINGET
    + pickle.GLOBAL + pickle.STACK_GLOBAL + pickle.REDUCE + pickle.BINPERSID
)  # fmt: skip
"""The opcodes of a state dict, but for the two that `_Unpickler` takes in its own way."""


class _Unpickler(pickle._Unpickler):
    """Take the steps of a state dict, and no other.

    It extends the class in Python: the one in C hashes any key, and reserves as much memory as the
    largest number that a pickle gives to a value.
    """

    dispatch: ClassVar = {step: pickle._Unpickler.dispatch[step] for step in STEPS} | {
        pickle.EMPTY_DICT[0]: lambda self: self.stack.append(_Dict()),
        pickle.BUILD[0]: lambda self: self.stack.pop(),  # attributes of a dict: none of weights
    }

    def __init__(self, stream: io.BytesIO, path: Path) -> None:
        super().__init__(stream)
        self.dtypes: dict[str, str] = {}  # by the key of a storage
        self._path = path

    def find_class(self, module: str, name: str) -> object:
        """Return the replacement for a name."""
        if module in ("torch", "torch.storage") and name.endswith("Storage"):
            return _Kind(DTYPES[name])
        function = FUNCTIONS.get(f"{module} {name}")
        if function is None:
            raise CheckpointUnsafe(self._path, f"{module} {name}")
        return function

    def persistent_load(self, pid: object) -> _Storage:
        """Return the replacement for a storage."""
        match pid:
            case ("storage", _Kind(dtype), str(key), str(), int(), *more):
                self.dtypes[key] = dtype
                match more:
                    case [] | [None]:
                        return _Storage(dtype, key, 0)
                    case [(str(), int(begin), int())] if begin >= 0:
                        return _Storage(dtype, key, begin)
        raise TypeError("a tensor has no numbers")


def _check_apart(state: Mapping[str, object]) -> None:
    """Refuse tensors that share numbers, with each other or within themselves."""
    places = []
    for name, view in state.items():
        if not isinstance(view, _View) or 0 in view.shape:
            continue
        if view.end - view.begin < math.prod(view.shape):
            raise ValueError(f"{name!r} repeats the same numbers")
        places.append((view.storage.key, view.begin, view.end, name))
    for (key, _, end, one), (next_key, begin, _, other) in pairwise(sorted(places)):
        if key == next_key and begin < end:
            raise ValueError(f"{one!r} and {other!r} lie over each other")


def _array(value: object, storages: Mapping[str, bytes]) -> Array:
    if not isinstance(value, _View):
        return np.array(None, object)
    data, item_bytes = storages[value.storage.key], _item_bytes(value.storage.dtype)
    if value.end * item_bytes > len(data):
        raise ValueError("a tensor reads beyond its numbers")
    numbers = from_bytes(
        data[value.begin * item_bytes : value.end * item_bytes], value.storage.dtype
    )
    strides = [stride * numbers.itemsize for stride in value.strides]
    return np.lib.stride_tricks.as_strided(numbers, value.shape, strides, writeable=False)


def _item_bytes(dtype: str) -> int:
    return 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize


def from_bytes(data: bytes, dtype: str) -> Array:
    """Return the little-endian numbers of `data`, flat.

    `bfloat16`, which NumPy lacks, becomes float32.
    """
    if dtype == "bfloat16":  # the upper half of a float32
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, np.dtype(dtype).newbyteorder("<"))
