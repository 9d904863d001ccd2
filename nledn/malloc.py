"""The C library's use of freed memory, which decides a third of a tile's time.

glibc gives large blocks back to the system as soon as they are freed, and the system clears each
page again when the next tile asks for it. A tile's temporaries are tens of megabytes each: with
them kept, a tile of 512² px took 0.91 s instead of 1.48 s in bfloat16, 1.97 s instead of 2.89 s in
float32, and a training step 1.57 s instead of 1.85 s (benchmarks/README.md). Kept memory is used
again, so that a process holds its peak need, and no more.

Other C libraries have their own rules and are left alone.
"""

import ctypes
import os

# From <malloc.h>.
M_TRIM_THRESHOLD = -1
M_MMAP_MAX = -4
M_ARENA_MAX = -8
NEVER = 2**31 - 1


def keep_freed() -> bool:
    """Keep freed memory in this process from now on; return False if that is impossible.

    Threads that have had memory before keep their own heap, which still gives memory back: call
    this before starting the threads that compute.
    """
    library = _glibc()
    if library is None:
        return False
    settings = ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, NEVER), (M_ARENA_MAX, 1))
    taken = [library.mallopt(*setting) for setting in settings]
    return all(taken)


def give_back() -> None:
    """Return free memory to the system; 0.1 s for a tile's memory."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if "CS_GNU_LIBC_VERSION" not in getattr(os, "confstr_names", ()):
        return None
    return ctypes.CDLL(None) if os.confstr("CS_GNU_LIBC_VERSION") else None
