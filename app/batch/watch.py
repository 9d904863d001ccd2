"""Watches a folder: what arrives is told once it is whole.

A file that is being copied is there before it is whole. It counts as whole when two looks, a
moment apart, find the same size and time.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.tasks import AnyJob, Job, Tasks, Work
from nledn.errors import BatchInputNotFound

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver


SETTLE_MS = 1000  # between two looks; a copy over a slow network stalls for less


Stamp = tuple[int, int]


@dataclass(frozen=True, eq=False)
class StampJob(Job[dict[Path, Stamp]]):
    """Look how large files are now; one that is gone, or empty, has no stamp."""

    is_patient: ClassVar[bool] = True
    paths: tuple[Path, ...]

    def run(self, work: Work) -> dict[Path, Stamp]:
        """Look."""
        stamps = {}
        for path in self.paths:
            try:
                state = path.stat()
            except OSError:
                continue
            if state.st_size > 0:
                stamps[path] = (state.st_size, state.st_mtime_ns)
        return stamps


@dataclass(frozen=True, eq=False)
class WatchJob(Job["BaseObserver"]):
    """Begin to watch a folder and all below it; the answer is the observer.

    Attributes:
        folder: to be watched.
        seen: called from the observer's thread with a photo that changed.
    """

    folder: Path
    seen: Callable[[Path], None]

    def run(self, work: Work) -> "BaseObserver":
        """Begin: folders are walked through here, not on the main thread."""
        from watchdog.observers import Observer

        observer = Observer()
        try:
            observer.schedule(_handler(self.seen), str(self.folder), recursive=True)
            observer.start()
        except OSError as error:
            raise BatchInputNotFound(self.folder) from error
        return observer


@dataclass(frozen=True, eq=False)
class UnwatchJob(Job[None]):
    """Watch no longer; waits for the observer's thread."""

    observer: "BaseObserver"

    def run(self, work: Work) -> None:
        """End it."""
        self.observer.stop()
        self.observer.join()


class Watch(QObject):
    """Watches one folder at a time, with all below it.

    Attributes:
        arrived: (tuple of Path) these are whole.
        failed: (exception) the folder cannot be watched.
    """

    arrived = Signal(object)
    failed = Signal(object)
    _seen = Signal(int, object)  # Qt would drop from a text what is no UTF-8

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._starting: WatchJob | None = None
        self._observer: BaseObserver | None = None
        self._turn = 0  # of watching: an observer goes on for a moment when its turn is over
        self._stamps: dict[Path, Stamp | None] = {}
        self._looking: StampJob | None = None
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
        self._starting = WatchJob(folder, partial(self._seen.emit, self._turn))
        self._tasks.submit(self._starting)

    def end(self) -> None:
        """Watch nothing."""
        self._starting = None
        self._turn += 1
        self._timer.stop()
        self._stamps.clear()
        observer, self._observer = self._observer, None
        if observer is not None:
            self._tasks.submit(UnwatchJob(observer))

    def finished(self, job: AnyJob, result: Any) -> None:
        """A job is done."""
        if isinstance(job, WatchJob):
            if job is self._starting:
                self._observer = result
            else:
                self._tasks.submit(UnwatchJob(result))  # nobody wants it any more
        elif job is self._looking:
            self._looking = None
            self._compare(job.paths, result)

    def job_failed(self, job: AnyJob, error: BaseException) -> None:
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
            self._looking = StampJob(tuple(self._stamps))
            self._tasks.submit(self._looking)

    def _compare(self, paths: tuple[Path, ...], now: dict[Path, Stamp]) -> None:
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


class _AtItsEnd(logging.Filter):
    """Drops the error that watchdog logs when a change comes while its thread is being stopped."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is anything else."""
        return "called when the thread is inactive" not in record.getMessage()


logging.getLogger("watchdog.observers.inotify").addFilter(_AtItsEnd())


def _handler(seen: Callable[[Path], None]) -> "FileSystemEventHandler":
    from watchdog.events import FileSystemEventHandler

    from nledn.photo.formats import readable_suffixes

    suffixes = frozenset(readable_suffixes())

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: "FileSystemEvent") -> None:
            if event.is_directory or event.event_type not in ("created", "modified", "moved"):
                return
            path = Path(str(event.dest_path or event.src_path))
            if path.suffix.lower() in suffixes and not path.name.startswith("."):
                seen(path)

    return Handler()


"""Size in bytes and time of change in ns."""
