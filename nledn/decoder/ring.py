"""Memory that a decoder process and its owner share: slots that pixels pass through, in turn.

One piece for as long as the process lives. Fresh shared memory for each photo would cost a page
fault every 4 kB, 84 ms for 72 MB where 10 ms do for the copy out of a slot (docs/reliability.md).
It has no name that could stay behind, and needs no room in /dev/shm.
"""

import mmap
import os
import sys
import tempfile
import uuid
from dataclasses import dataclass

SLOTS = 3  # one is filled, one is emptied, one is on its way
# A decoder's strip. With a quarter of it, each of four times as many hand-overs is a chance for
# other programs to come in between: 4 to 10 % more on a busy machine.
SLOT_PX = 2**20
SLOT_BYTES = SLOT_PX * (3 + 1) * 2  # three colours and alpha, of 16 bits each
_RING_BYTES = SLOTS * SLOT_BYTES


@dataclass(frozen=True)
class Shared:
    """The memory as its owner has it.

    Attributes:
        memory: all slots.
        word: by which another process finds it.
        passed: descriptors that this process has to inherit; the owner closes them then.
    """

    memory: mmap.mmap
    word: str
    passed: tuple[int, ...]


def create() -> Shared:
    """Make the memory.

    Raises:
        OSError: the system has none to give, or no descriptor for it.
    """
    if sys.platform == "win32":
        name = f"afterrain-{uuid.uuid4().hex}"
        return Shared(mmap.mmap(-1, _RING_BYTES, tagname=name), name, ())
    descriptor = _anonymous()
    try:
        os.ftruncate(descriptor, _RING_BYTES)
        memory = mmap.mmap(descriptor, _RING_BYTES)
    except OSError:
        os.close(descriptor)
        raise
    return Shared(memory, str(descriptor), (descriptor,))


def found(word: str) -> mmap.mmap:
    """Find the memory by its word, in the other process."""
    if sys.platform == "win32":
        return mmap.mmap(-1, _RING_BYTES, tagname=word)
    memory = mmap.mmap(int(word), _RING_BYTES)
    os.close(int(word))
    return memory


def _anonymous() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("afterrain-pixels")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
