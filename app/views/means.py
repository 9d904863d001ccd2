"""Means of blocks, by NumPy alone: in strips that stay in the processor's cache."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

STRIP_ROWS = 32  # of the result: 8, 32 and 128 were tried on 24 megapixels


def means(values: Array, level: int) -> Array:
    """The means of blocks of 2ⁿ×2ⁿ values, whole numbers rounded half up.

    Args:
        values: (H, W) or (H, W, C) uint8, uint16, int16 or float32; a last block that is not
            whole is filled up with its last row and column.
        level: n, 1 or more.
    """
    side = 1 << level
    below, right = (-length % side for length in values.shape[:2])
    if below or right:
        beyond = [(0, below), (0, right), (0, 0)][: values.ndim]
        values = np.pad(values, beyond, mode="edge")
    height, width = (length // side for length in values.shape[:2])
    cells = values.reshape(height, side, width, side, -1)
    found = np.empty((height, width, cells.shape[4]), values.dtype)
    for top in range(0, height, STRIP_ROWS):
        strip = slice(top, top + STRIP_ROWS)
        _reduce(cells[strip], level, found[strip])
    return found.reshape(height, width, *values.shape[2:])


def _reduce(cells: Array, level: int, into: Array) -> None:
    """(h, side, w, side, C) to (h, w, C); a channel at a time, whose steps are even."""
    kind = _sum_kind(cells.dtype, level)
    rows = cells[:, 0].astype(kind)
    for row in range(1, cells.shape[1]):
        rows += cells[:, row]
    for channel in range(cells.shape[4]):
        total = rows[:, :, 0, channel] + rows[:, :, 1, channel]
        for column in range(2, cells.shape[3]):
            total += rows[:, :, column, channel]
        if kind is np.float32:
            total *= np.float32(0.25**level)
        else:
            total += kind(1 << (2 * level - 1))
            total >>= kind(2 * level)
        into[:, :, channel] = total


def _sum_kind(kind: np.dtype[Any], level: int) -> type[Any]:
    """The smallest type that holds the sum of a block."""
    if kind == np.float32:
        return np.float32
    if kind == np.uint8 and level <= 4:
        return np.uint16
    return np.int32 if level <= 7 else np.int64
