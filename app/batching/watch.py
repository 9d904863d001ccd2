"""Watches a folder: what arrives is told once it is whole.

A file that is being copied is there before it is whole. It counts as whole when two looks, a
moment apart, find the same size and time.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from app import jobs
from app.runner import Job, Runner

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

SETTLE_MS = 1000  # between two looks; a copy over a slow network stalls for less


class Watch(QObject):
    """Watches one folder at a time, with all below it.

    Attributes:
        arrived: (tuple of Path) these are whole.
        failed: (exception) the folder cannot be watched.
    """

    arrived = Signal(object)
    failed = Signal(object)
    _seen = Signal(int, object)  # Qt would drop from a text what is no UTF-8

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._starting: jobs.WatchJob | None = None
        self._observer: BaseObserver | None = None
        self._turn = 0  # of watching: an observer goes on for a moment when its turn is over
        self._stamps: dict[Path, jobs.Stamp | None] = {}
        self._looking: jobs.StampJob | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._look)
        self._seen.connect(self._note)  # from watchdog's thread to this one

    @property
    def is_watching(self) -> bool:
        """Whether a folder is being watched, or is about to be."""
        return self._starting is not None or self._observer is not None

    @property
    def waits(self) -> bool:
        """Whether files are there that are not whole yet."""
        return bool(self._stamps)

    def begin(self, folder: Path) -> None:
        """Watch a folder, and no other."""
        self.end()
        self._starting = jobs.WatchJob(folder, partial(self._seen.emit, self._turn))
        self._runner.submit(self._starting)

    def end(self) -> None:
        """Watch nothing."""
        self._starting = None
        self._turn += 1
        self._timer.stop()
        self._stamps.clear()
        observer, self._observer = self._observer, None
        if observer is not None:
            self._runner.submit(jobs.UnwatchJob(observer))

    def finished(self, job: Job, result: Any) -> None:
        """A job is done."""
        if isinstance(job, jobs.WatchJob):
            if job is self._starting:
                self._observer = result
            else:
                self._runner.submit(jobs.UnwatchJob(result))  # nobody wants it any more
        elif job is self._looking:
            self._looking = None
            self._compare(job.paths, result)

    def job_failed(self, job: Job, error: BaseException) -> None:
        """A job could not be done."""
        if job is self._starting:
            self._starting = None
            self.failed.emit(error)
        elif job is self._looking:
            self._looking = None
            self.failed.emit(error)

    def _note(self, turn: int, path: Path) -> None:
        if turn != self._turn:
            return
        self._stamps.setdefault(path, None)
        if not self._timer.isActive():
            self._timer.start()

    def _look(self) -> None:
        if self._looking is None:
            self._looking = jobs.StampJob(tuple(self._stamps))
            self._runner.submit(self._looking)

    def _compare(self, paths: tuple[Path, ...], now: dict[Path, jobs.Stamp]) -> None:
        whole = [path for path in paths if path in now and self._stamps.get(path) == now[path]]
        for path in paths:
            if path in whole or path not in now:
                self._stamps.pop(path, None)
            elif path in self._stamps:
                self._stamps[path] = now[path]
        if not self._stamps:
            self._timer.stop()
        if whole:
            self.arrived.emit(tuple(whole))
