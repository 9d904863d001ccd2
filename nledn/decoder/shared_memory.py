"""Memory that a decoder process and its owner share: slots for pixels, in turn.

One piece for as long as the process lives. A fresh one for each photo would cost a page fault every
4 kB, 106 ms for 72 MB where 21 ms do for the way through slots, hold the photo twice, and leave the
process able to change pixels that were handed over. It has no name that could stay behind, and
needs no room in /dev/shm.
"""

import mmap
import os
import sys
import tempfile
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nledn.photo.source import DepthName
if sys.platform == "linux":
    import fcntl

SLOTS = 3  # one is filled, one is emptied, one is on its way
# A decoder's strip. With a quarter of it, each of four times as many hand-overs is a chance for
# other programs to come in between: 4 to 10 % more on a busy machine.
SLOT_PX = 2**20
SLOT_BYTES = SLOT_PX * (3 + 1) * 2  # three colours and alpha, of 16 bits each; half of 32 bits
_BYTES = SLOTS * SLOT_BYTES


@dataclass(frozen=True)
class Shared:
    """The owner's view of the memory.

    Attributes:
        memory: all slots.
        word: the name by which another process finds it.
        passed: descriptors that the other process inherits; the owner closes them then.
    """

    memory: mmap.mmap
    word: str
    passed: tuple[int, ...]


def create() -> Shared:
    """Make the memory.

    Raises:
        OSError: no memory or no descriptor is left.
    """
    if sys.platform == "win32":
        name = f"afterrain-{uuid.uuid4().hex}"
        return Shared(mmap.mmap(-1, _BYTES, tagname=name), name, ())
    descriptor = _anonymous()
    try:
        os.ftruncate(descriptor, _BYTES)
        if sys.platform == "linux":
            # Memory that shrinks kills its readers, and the other side could make it shrink.
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
        memory = mmap.mmap(descriptor, _BYTES)
    except OSError:
        os.close(descriptor)
        raise
    return Shared(memory, str(descriptor), (descriptor,))


def found(word: str) -> mmap.mmap:
    """Find the memory by its word, in the other process."""
    if sys.platform == "win32":
        return mmap.mmap(-1, _BYTES, tagname=word)
    memory = mmap.mmap(int(word), _BYTES)
    os.close(int(word))
    return memory


def capacity_px(depth: "DepthName") -> int:
    """Return how many pixels fit into a slot."""
    return SLOT_PX // 2 if depth == "float32" else SLOT_PX


def planes(memory: mmap.mmap, slot: int, depth: "DepthName", count: int) -> tuple[Any, Any]:
    """The colours in a slot, (count, 3), and its alpha, (count,), of that depth; to be written."""
    import numpy as np

    start = slot * SLOT_BYTES
    colours = np.frombuffer(memory, depth, 3 * count, start).reshape(count, 3)
    return colours, np.frombuffer(memory, depth, count, start + 3 * SLOT_PX * 2)


def _anonymous() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("afterrain-pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
