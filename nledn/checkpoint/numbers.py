"""Numbers of a file as NumPy arrays."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def from_bytes(data: bytes, dtype: str) -> Array:
    """Return the little-endian numbers of `data`, flat.

    Args:
        data: a whole count of numbers.
        dtype: NumPy's name, or `bfloat16`, which NumPy lacks: it becomes float32.
    """
    if dtype == "bfloat16":  # the upper half of a float32
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, np.dtype(dtype).newbyteorder("<"))
