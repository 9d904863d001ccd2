"""Resources of a process: memory, file handles, threads, widgets."""

import gc
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from PySide6.QtWidgets import QApplication

from nledn import malloc
from nledn.backends.openvino import KEPT

MEMORY_GROWTH_MB = 50.0
"""The growth that 90 minutes may bring after warm-up."""
LONG_SAMPLES = 20
SPARE = 3
"""Handles and threads that come and go with timing: a lane's file, a pool's thread."""
POOLED_AT_MOST = 12
"""Threads that are no leak: libvips's workers, 8 here, and the 4 of a watched folder."""
THREADS_WHILE_COLD = 12
"""Threads in a short session, in which an engine still starts some for new shapes of tiles."""


@dataclass(frozen=True)
class Sample:
    """A process at rest.

    Attributes:
        at_s: seconds since the start.
        rss_mb: resident memory, that of child processes included.
        handles: open file descriptors.
        threads: of the process, native ones included, without `POOLED_AT_MOST` of two pools.
        children: processes that it started and that still run.
        widgets: of Qt.
    """

    at_s: float
    rss_mb: float
    handles: int
    threads: int
    children: int
    widgets: int


def take_sample(at_s: float) -> Sample:
    """Free what is free or kept to be used again, and look."""
    KEPT.clear()  # six compiled models of 400 MB each by design, met in the course of a play
    gc.collect()
    malloc.give_back()
    process = psutil.Process()
    children = process.children(recursive=True)
    rss = process.memory_info().rss + sum(_rss(child) for child in children)
    return Sample(
        round(at_s, 1),
        round(rss / 1e6, 1),
        process.num_fds(),
        process.num_threads() - min(_pooled(), POOLED_AT_MOST),
        len(children),
        len(QApplication.allWidgets()),
    )


def growth_of(samples: Sequence[Sample]) -> dict[str, float]:
    """The growth of each at the end, once it is warm.

    The first fifth of the samples is warm-up; the next is compared with the last, by medians.
    """
    if len(samples) < 3:
        return {}
    part = max(len(samples) // 5, 1)
    first, last = samples[part : 2 * part], samples[-part:]
    return {
        name: round(median(_values(last, name)) - median(_values(first, name)), 1)
        for name in ("rss_mb", "handles", "threads", "children")
    }


def too_much(samples: Sequence[Sample]) -> list[str]:
    """Return the forbidden growth; memory only if there was time for caches to fill."""
    found = []
    is_long = len(samples) >= LONG_SAMPLES
    for name, more in growth_of(samples).items():
        spare = THREADS_WHILE_COLD if name == "threads" and not is_long else SPARE
        if name != "rss_mb" and more > spare:
            found.append(f"{name} grew by {more}")
        elif name == "rss_mb" and more > MEMORY_GROWTH_MB and is_long:
            found.append(f"memory grew by {more} MB")
    return found


def _values(samples: Sequence[Sample], name: str) -> list[float]:
    return [float(getattr(sample, name)) for sample in samples]


def _pooled() -> int:
    watching = (type(each).__module__.startswith("watchdog.") for each in threading.enumerate())
    names = (_name_of(thread) for thread in Path("/proc/self/task").glob("*/comm"))
    return sum(watching) + sum(name == "libvips worker" for name in names)


def _name_of(thread: Path) -> str:
    try:
        return thread.read_text().strip()
    except OSError:
        return ""  # it has just ended


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0  # it has just ended
