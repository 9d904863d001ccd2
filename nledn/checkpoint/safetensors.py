"""Read safetensors. The library checks the header against the file: places, gaps, overlaps."""

from pathlib import Path

import safetensors

from nledn.checkpoint.numbers import Array, from_bytes
from nledn.errors import CheckpointDamaged

LENGTH_BYTES = 8  # a little-endian count of the header's bytes stands first
HEADER_LIMIT_BYTES = 100_000_000  # of the format itself; more is no safetensors at all
LONGEST_HEADER_BYTES = 1_000_000  # NLEDN's has 13 kB; names in a report come from it
DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32",
    "I32": "int32", "U64": "uint64", "I64": "int64", "F16": "float16", "BF16": "bfloat16",
    "F32": "float32", "F64": "float64", "C64": "complex64",
}  # fmt: skip


def is_safetensors(data: bytes) -> bool:
    """Return whether the bytes begin as the format does: a possible header length, then `{`."""
    length = int.from_bytes(data[:LENGTH_BYTES], "little")
    return data[LENGTH_BYTES : LENGTH_BYTES + 1] == b"{" and length <= HEADER_LIMIT_BYTES


def tensors(data: bytes, path: Path) -> dict[str, Array]:
    """Return the tensors of a file by name, bfloat16 as float32.

    Raises:
        CheckpointDamaged: the header and the file's bytes do not agree.
    """
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
