"""What the readers hand on: tensors as a file declares them, not yet trusted."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FLOATING = ("float64", "float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Stored:
    """One tensor of a file.

    Attributes:
        dtype: by NumPy's name, or whatever else the file says.
        shape: as declared; nothing has been allocated for it yet.
        values: gives the values as float32; call it only for a floating dtype and once the shape
            is known to be right.
    """

    dtype: str
    shape: tuple[int, ...]
    values: Callable[[], npt.NDArray[np.float32]]
