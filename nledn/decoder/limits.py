"""Limits of time and memory for decoding a photo; docs/reliability.md has the reasons.

The operating system counts processor time and memory: Linux has both limits, macOS only the time,
Windows neither. The owner of the process measures the time by the clock on every system.
"""

import math
import os
import sys
import time
from pathlib import Path

HEADER_CPU_S = 5
DECODE_CPU_S = 3
# benchmarks/decoder.py: 0.003 to 0.022 s a megapixel for all formats except RAW and JPEG XL.
CPU_S_PER_MEGAPIXEL = {"RAW": 4.0, "JXL": 2.0}
CPU_S_PER_MEGAPIXEL_ELSE = 0.25
# A disk that wakes up, a slow network, a machine that is busy with a batch.
WALL_S = 60
WALL_TIMES_CPU = 4
SLOWEST_BYTES_PER_S = 1_000_000

LIFE_CPU_S = 4 * 3600  # of all photos; a process that had half of it is replaced by a new one

HEADER_BYTES = 256 * 2**20
LARGEST_RAW_BYTES = 2**30
DECODE_BYTES = 256 * 2**20
DECODE_BYTES_PER_PX = 32
PRINTED_BYTES = 2**20  # the only file that it writes is what libraries print
FILES = 256  # open at a time
THREAD_BYTES = 16 * 2**20  # the stacks of a decoder's threads count, and each core has some


def cpu_s(kind: str, megapixels: float) -> int:
    """Seconds of the processor that the pixels of a photo of that format may take."""
    rate = CPU_S_PER_MEGAPIXEL.get(kind, CPU_S_PER_MEGAPIXEL_ELSE)
    return math.ceil(DECODE_CPU_S + rate * megapixels)


def wall_s(path: Path, cpu_s: float) -> int:
    """Seconds by the clock for the same; an inaccessible file counts as small."""
    return math.ceil(WALL_S + WALL_TIMES_CPU * cpu_s + _size_bytes(path) / SLOWEST_BYTES_PER_S)


def header_bytes(path: Path) -> int:
    """The memory that a header may take on top of the process's own.

    LibRaw wants the whole file, which Python has twice while it reads it.
    """
    return HEADER_BYTES + 2 * min(_size_bytes(path), LARGEST_RAW_BYTES)


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def memory_bytes(megapixels: float) -> int:
    """The memory that decoding may take on top of the process's own."""
    threads = THREAD_BYTES * (os.cpu_count() or 1)
    return math.ceil(DECODE_BYTES + threads + DECODE_BYTES_PER_PX * megapixels * 1e6)


def hold(cpu_s: float, memory_bytes: int) -> None:
    """Limit this process to so much on top of what it has used; the system stops it beyond."""
    if sys.platform == "win32":
        return
    import resource

    _limit(resource.RLIMIT_CPU, math.ceil(time.process_time() + cpu_s))
    if sys.platform == "linux":
        # What it counts: private writable memory, and the stack.
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
        _limit(resource.RLIMIT_DATA, pages * os.sysconf("SC_PAGE_SIZE") + memory_bytes)


def hold_for_good() -> None:
    """Set limits that this process can never raise again, even when it is taken over."""
    if sys.platform == "win32":
        return
    import resource

    # A crash writes no core dump, which would hold the photo.
    _limit(resource.RLIMIT_CORE, 0, for_good=True)
    _limit(resource.RLIMIT_FSIZE, PRINTED_BYTES, for_good=True)
    _limit(resource.RLIMIT_NOFILE, FILES, for_good=True)
    _limit(resource.RLIMIT_CPU, LIFE_CPU_S, for_good=True)
    if sys.platform == "linux":
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        _limit(resource.RLIMIT_DATA, machine, for_good=True)


def is_old() -> bool:
    """Return whether this process has used half of the processor time of its life."""
    return time.process_time() > LIFE_CPU_S / 2


def _limit(what: int, most: int, *, for_good: bool = False) -> None:
    import resource

    hard = resource.getrlimit(what)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (soft, soft if for_good else hard))
