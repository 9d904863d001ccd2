"""Tensors as PyTorch's pickles describe them: a storage, and a view of it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from nledn.checkpoint.pickled import Called, Named, Outside
from nledn.checkpoint.stored import Stored

# By the names of torch's storages; what is not here is refused by its name.
DTYPES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
}  # fmt: skip
ITEM_BYTES = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2,
    "int8": 1, "uint8": 1, "bool": 1, "complex64": 8, "complex128": 16,
}  # fmt: skip
PARAMETER = "torch._utils _rebuild_parameter"
TENSORS = ("torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2")


@dataclass(frozen=True)
class View:
    """A tensor: which numbers of which storage.

    Attributes:
        dtype: of the storage.
        key: of the storage.
        offset: of the first number, in numbers.
        shape: of the tensor.
        strides: from one to the next along each axis, in numbers.
    """

    dtype: str
    key: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def end(self) -> int:
        """One after the last number that it reads."""
        if 0 in self.shape:
            return self.offset
        pairs = zip(self.shape, self.strides, strict=True)
        return self.offset + sum((side - 1) * stride for side, stride in pairs) + 1


def stored(value: object, storages: Mapping[str, bytes]) -> Stored:
    """A value of a state dict; one that is no tensor of a known kind is refused later, by name.

    Raises:
        ValueError: it reads beyond its storage.
        LookupError: there is no such storage.
        TypeError: its description makes no sense.
    """
    view = _view(value)
    if view is None:
        kind = value.function.split(".")[-1] if isinstance(value, Called) else type(value).__name__
        return Stored(kind, (), partial(_no_values, kind))
    data = storages[view.key]
    if view.end * ITEM_BYTES[view.dtype] > len(data):
        raise ValueError("a tensor reads beyond its numbers")
    return Stored(view.dtype, view.shape, partial(_values, view, data))


def check_apart(state: Mapping[str, object]) -> None:
    """Refuse tensors that share numbers, with each other or within themselves.

    Raises:
        ValueError: some do.
        TypeError: a description makes no sense.
    """
    places = []
    for name, value in state.items():
        view = _view(value)
        if view is None or 0 in view.shape:
            continue
        if view.end - view.offset < math.prod(view.shape):
            raise ValueError(f"{name!r} repeats the same numbers")
        places.append((view.key, view.offset, view.end, name))
    for (key, _, end, one), (next_key, begin, _, other) in pairwise(sorted(places)):
        if key == next_key and begin < end:
            raise ValueError(f"{one!r} and {other!r} lie over each other")


def item_bytes_by_key(state: object) -> dict[str, int]:
    """How many bytes a number of each storage takes, by the storage's key."""
    return {key: ITEM_BYTES[dtype] for key, dtype in _storages_in(state)}


def _storages_in(value: object) -> Iterator[tuple[str, str]]:
    """Keys and dtypes of all storages, wherever they are mentioned."""
    seen: set[int] = set()
    waiting = [value]  # no recursion: a file may nest as deeply as it likes
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Outside):
            dtype, key, _ = _storage(part)
            yield key, dtype
        elif isinstance(part, Called):
            waiting.append(part.arguments)
        elif isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list | tuple):
            waiting.extend(part)


def _view(value: object) -> View | None:
    if isinstance(value, Called) and value.function == PARAMETER:
        value = value.arguments[0]
    if not isinstance(value, Called) or value.function not in TENSORS:
        return None
    storage, offset, shape, strides, *_ = value.arguments
    numbers = (offset, *_tuple(shape), *_tuple(strides))
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise TypeError("a tensor has a shape that makes no sense")
    dtype, key, start = _storage(storage)
    assert isinstance(offset, int)
    view = View(dtype, key, start + offset, _tuple(shape), _tuple(strides))
    if len(view.shape) != len(view.strides):
        raise TypeError("a tensor has a shape that makes no sense")
    return view


def _tuple(value: object) -> tuple[int, ...]:
    if not isinstance(value, tuple):
        raise TypeError("a tensor has a shape that makes no sense")
    return value


def _storage(value: object) -> tuple[str, str, int]:
    """Dtype, key, and where it begins in that key's numbers: old files have parts of others."""
    match value:
        case Outside(("storage", Named(name), str(key), str(), int(), *more)):
            dtype = DTYPES[name.partition(" ")[2]]
            match more:
                case [] | [None]:
                    return dtype, key, 0
                case [(str(), int(start), int())] if start >= 0:
                    return dtype, key, start
    raise TypeError("a tensor has no numbers")


def _values(view: View, data: bytes) -> npt.NDArray[np.float32]:
    count = math.prod(view.shape)
    assert count <= len(data), "the shape was compared before"
    kind = "uint16" if view.dtype == "bfloat16" else view.dtype
    numbers = np.frombuffer(data, np.dtype(kind).newbyteorder("<"))[view.offset :]
    strides = [stride * numbers.itemsize for stride in view.strides]
    values = np.lib.stride_tricks.as_strided(numbers, view.shape, strides, writeable=False)
    if view.dtype == "bfloat16":  # NumPy has none: it is the upper half of a float32
        return (values.astype(np.uint32) << 16).view(np.float32)
    # float64 beyond float32's range becomes infinite here, and is refused for that.
    with np.errstate(over="ignore"):
        return np.array(values, np.float32, order="C")


def _no_values(kind: str) -> npt.NDArray[np.float32]:
    raise AssertionError(f"{kind} is no tensor")
