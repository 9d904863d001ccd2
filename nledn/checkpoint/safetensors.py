"""Reading safetensors: the header is judged against the file before a number of it is believed."""

import json
import math
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from nledn.checkpoint.stored import Stored
from nledn.errors import CheckpointDamaged

LENGTH_BYTES = 8  # a little-endian count of the header's bytes stands first
HEADER_LIMIT_BYTES = 100_000_000  # of the format itself; more is no safetensors at all
LONGEST_HEADER_BYTES = 1_000_000  # NLEDN's has 13 kB; one of 9 MB would take 8 s to go through
DIMENSIONS_LIMIT = 8  # keeps the product of a hostile shape short; ours have at most 4
DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
ITEM_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "U16": 2, "I16": 2, "F16": 2,
    "BF16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
}  # fmt: skip


def is_safetensors(data: bytes) -> bool:
    """Whether the bytes begin as the format does: a possible header length, then `{`."""
    length = int.from_bytes(data[:LENGTH_BYTES], "little")
    return data[LENGTH_BYTES : LENGTH_BYTES + 1] == b"{" and length <= HEADER_LIMIT_BYTES


def tensors(data: bytes, path: Path) -> dict[str, Stored]:
    """The tensors of a safetensors file, by name.

    Raises:
        CheckpointDamaged: the header and the file's bytes do not agree.
    """
    length = int.from_bytes(data[:LENGTH_BYTES], "little")
    start = LENGTH_BYTES + length
    if start > len(data):
        _refuse(path, f"its header should end at byte {start}, but the file has {len(data)}")
    if length > LONGEST_HEADER_BYTES:
        _refuse(path, f"its header has {length} bytes, far more than NLEDN's")
    header = _header(data[LENGTH_BYTES:start], path)
    header.pop("__metadata__", None)
    found = {name: _entry(name, entry, path) for name, entry in header.items()}
    _check_layout([place for _, _, place in found.values()], len(data) - start, path)
    return {
        name: Stored(
            dtype=DTYPES.get(kind, kind),
            shape=shape,
            values=partial(_values, data[start + place[0] : start + place[1]], kind, shape),
        )
        for name, (kind, shape, place) in found.items()
    }


def _header(text: bytes, path: Path) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a name stands twice in it")
        return dict(pairs)

    try:
        header: dict[str, Any] = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        _refuse(path, f"its header cannot be read: {error}")
    return header  # a dict: `is_safetensors` saw the brace


def _entry(name: str, entry: Any, path: Path) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    """Dtype, shape and place (begin, end) of a tensor, if they agree with each other."""
    match entry:
        case {"dtype": str(kind), "shape": list(shape), "data_offsets": [begin, end]}:
            if kind not in ITEM_BYTES:
                _refuse(path, f"{name!r} is of the unknown type {kind!r}")
            whole = all(type(number) is int and number >= 0 for number in (*shape, begin, end))
            if not whole or len(shape) > DIMENSIONS_LIMIT:
                _refuse(path, f"the shape or the place of {name!r} makes no sense")
            if end - begin != math.prod(shape) * ITEM_BYTES[kind]:
                _refuse(path, f"{name!r} does not have as many bytes as its shape needs")
            return kind, tuple(shape), (begin, end)
    _refuse(path, f"the header's entry for {name!r} is not a tensor's")


def _check_layout(places: list[tuple[int, int]], size_bytes: int, path: Path) -> None:
    """Refuse tensors that overlap, leave gaps, or do not fill the file to its end."""
    ordered = [(0, 0), *sorted(places), (size_bytes, size_bytes)]
    for (_, end), (begin, _) in pairwise(ordered):
        if end > size_bytes or begin > size_bytes:
            _refuse(path, "tensors are declared beyond the end of the file")
        if begin != end:
            _refuse(path, "its tensors overlap" if begin < end else "there are gaps in it")


def _values(data: bytes, kind: str, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    if kind == "BF16":  # NumPy has none: it is the upper half of a float32
        bits = np.frombuffer(data, "<u2").astype(np.uint32) << 16
        return bits.view(np.float32).reshape(shape)
    # float64 beyond float32's range becomes infinite here, and is refused for that.
    with np.errstate(over="ignore"):
        values = np.frombuffer(data, np.dtype(DTYPES[kind]).newbyteorder("<"))
        return values.astype(np.float32).reshape(shape)


def _refuse(path: Path, detail: str) -> NoReturn:
    raise CheckpointDamaged(path, detail)
