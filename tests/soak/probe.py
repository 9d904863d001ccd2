"""What a process holds: memory, file handles, threads, widgets."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import psutil
from PySide6.QtWidgets import QApplication

from nledn import heap

MEMORY_GROWTH_MB = 50.0
"""What issue 8 allows over 90 minutes, after warm-up."""
SPARE = 3
"""Handles and threads that come and go with timing: a lane's file, a pool's thread."""


@dataclass(frozen=True)
class Sample:
    """A process at rest.

    Attributes:
        at_s: seconds since the start.
        rss_mb: resident memory, that of child processes included.
        handles: open file descriptors.
        threads: of the process, native ones included.
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
    """Free what is free, and look."""
    gc.collect()
    heap.give_back()
    process = psutil.Process()
    children = process.children(recursive=True)
    rss = process.memory_info().rss + sum(_rss(child) for child in children)
    return Sample(
        round(at_s, 1),
        round(rss / 1e6, 1),
        process.num_fds(),
        process.num_threads(),
        len(children),
        len(QApplication.allWidgets()),
    )


def growth_of(samples: Sequence[Sample], field: str) -> float:
    """From the first fifth of the samples to the last, each by its median."""
    part = max(len(samples) // 5, 1)
    values = [float(getattr(sample, field)) for sample in samples]
    return median(values[-part:]) - median(values[:part])


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0  # it has just ended
