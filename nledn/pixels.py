"""Arrays of pixels: their types, and conversions between depths."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]

Floats: TypeAlias = NDArray[np.float32]

Whole: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]

Pixels: TypeAlias = Whole | NDArray[np.float16] | NDArray[np.float32]
"""(H, W, 3) RGB, upright, C-contiguous, in the file's own encoding.

Of floats 1 is white; they may lie beyond 0 to 1 and hold what is no number.
"""

Plane: TypeAlias = Whole | NDArray[np.float16] | NDArray[np.float32]
"""(H, W): one channel of the same depth as the pixels."""

Mask: TypeAlias = NDArray[np.float32]
"""(H, W) in [0, 1]: 1 keeps the photo's pixel, 0 removes its rain."""

_FAR = 2**30  # beyond any picture
_STRIP_PX = 2**20  # converted at a time: large enough for speed, small beside any photo


def strips(height: int, width: int) -> Iterator[slice]:
    """Cut rows into strips of about a megapixel, so that no conversion needs a second photo."""
    rows = max(1, _STRIP_PX // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))


def to_8_bits(values: Pixels | Plane) -> Bytes:
    """Round to the nearest of 256 levels; 8 bits come back unchanged.

    65,535 is 257 · 255, so no value lies half-way, and 8 bits that were kept in 16 are exact.
    """
    if values.dtype == np.uint8:
        return values.view(np.uint8)
    rounded = np.empty(values.shape, np.uint8)
    for rows in strips(*values.shape[:2]):
        if is_float(values):
            rounded[rows] = np.rint(as_floats(values[rows]) * np.float32(255))
        else:
            rounded[rows] = (values[rows].astype(np.uint32) + 128) // 257
    return rounded


def in_depth(pixels: Pixels, depth: np.dtype[Any]) -> Pixels:
    """Bring pixels, or a plane, to another depth: exactly into a deeper one, else rounded.

    Floats are cut to 0 to 1 where they become whole numbers.
    """
    if pixels.dtype == depth:
        return pixels
    if depth == np.uint8:
        return to_8_bits(pixels)
    if depth.kind == "f":
        return as_floats(pixels).astype(depth)
    if not is_float(pixels):
        return pixels.astype(np.uint16) * np.uint16(257)
    rounded = np.empty(pixels.shape, np.uint16)
    for rows in strips(*pixels.shape[:2]):
        rounded[rows] = np.rint(as_floats(pixels[rows]) * np.float32(65535))
    return rounded


def is_float(values: NDArray[Any]) -> bool:
    """Return whether values are floating point, as those of some TIFFs."""
    return values.dtype.kind == "f"


def white(depth: np.dtype[Any]) -> int:
    """Return the value of white."""
    return 1 if depth.kind == "f" else int(np.iinfo(depth).max)


def without_hidden(pixels: Pixels, alpha: Plane) -> Pixels:
    """Replace the colour of each transparent pixel, of alpha 0, by the nearest visible one.

    Returns:
        `pixels` itself if nothing is hidden, or everything.
    """
    shown = alpha > 0
    if shown.all() or not shown.any():
        return pixels
    height, width = alpha.shape
    # For each pixel, the place of the nearest visible one so far: first in its row,
    # then along columns, downwards and upwards. It may be missed by a pixel at a corner.
    columns = np.arange(width, dtype=np.int32)
    before = np.maximum.accumulate(np.where(shown, columns, -_FAR), axis=1)
    after = np.minimum.accumulate(np.where(shown, columns, _FAR)[:, ::-1], axis=1)[:, ::-1]
    nearest_x = np.where(columns - before <= after - columns, before, after)
    nearest_y = np.repeat(np.arange(height, dtype=np.int32)[:, None], width, axis=1)
    for order in (range(1, height), range(height - 2, -1, -1)):
        for y in order:
            neighbour = y - order.step
            theirs = _distance(columns, y, nearest_x[neighbour], nearest_y[neighbour])
            closer = theirs < _distance(columns, y, nearest_x[y], nearest_y[y])
            nearest_x[y][closer] = nearest_x[neighbour][closer]
            nearest_y[y][closer] = nearest_y[neighbour][closer]
    filled = pixels.copy()
    hidden = ~shown
    filled[hidden] = pixels[nearest_y[hidden], nearest_x[hidden]]
    return filled


def _distance(
    columns: NDArray[np.int32], y: int, to_x: NDArray[np.int32], to_y: NDArray[np.int32]
) -> NDArray[np.float64]:
    """The squared distances of a row's pixels to others."""
    across = (columns - to_x).astype(np.float64)
    return across * across + (y - to_y).astype(np.float64) ** 2


def as_floats(pixels: Pixels) -> Floats:
    """Turn pixels into float32 in [0, 1]; beyond it they are cut, and what is no number is 0."""
    values: Floats = pixels.astype(np.float32)
    if is_float(pixels):
        return np.clip(np.nan_to_num(values, copy=False), 0, 1, out=values)
    return values / np.float32(white(pixels.dtype))
