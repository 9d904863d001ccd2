"""The slots of the ring, as arrays that are filled on one side and read on the other."""

import mmap
from typing import Any

import numpy as np

from nledn.decoder.ring import SLOT_BYTES, SLOT_PX
from nledn.photo.canvas import DepthName


def colours(memory: mmap.mmap, slot: int, depth: DepthName, count: int) -> Any:
    """The colours in a slot: (count, 3) of that depth, to be read or written."""
    start = slot * SLOT_BYTES
    return np.frombuffer(memory, depth, 3 * count, start).reshape(count, 3)


def alpha(memory: mmap.mmap, slot: int, depth: DepthName, count: int) -> Any:
    """The alpha in a slot: (count,) of that depth, to be read or written."""
    start = slot * SLOT_BYTES + 3 * SLOT_PX * 2
    return np.frombuffer(memory, depth, count, start)
