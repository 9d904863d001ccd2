"""A watched folder: each photo that arrives is reported when it is complete.

A file appears before its copying ends. It counts as complete when two checks, a moment apart, find
the same size and time.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

from app.tasks import Job, Task, Tasks, Work
from nledn.errors import InputNotFound

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver

SETTLE_MS = 1000  # between two checks; a copy over a slow network stalls for less

Stamp: TypeAlias = tuple[int, int]
"""Size in bytes and time of change in ns."""


@dataclass(frozen=True, eq=False)
class StampJob(Job[dict[Path, Stamp | None]]):
    """Read the stamps of files; a missing or empty one has none."""

    is_patient: ClassVar[bool] = True
    paths: tuple[Path, ...]

    def run(self, work: Work) -> dict[Path, Stamp | None]:
        """Look."""
        return {path: _stamp(path) for path in self.paths}


def _stamp(path: Path) -> Stamp | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return (state.st_size, state.st_mtime_ns) if state.st_size > 0 else None


@dataclass(frozen=True, eq=False)
class WatchJob(Job["BaseObserver"]):
    """Start watching a folder and all below it; the answer is the observer.

    Attributes:
        folder: to watch.
        seen: called from the observer's thread with a photo that changed.
    """

    folder: Path
    seen: Callable[[Path], None]

    def run(self, work: Work) -> "BaseObserver":
        """Start here, not on the main thread: all folders are listed."""
        from watchdog.observers import Observer

        observer = Observer()
        try:
            observer.schedule(_handler(self.seen), str(self.folder), recursive=True)
            observer.start()
        except OSError as error:
            raise InputNotFound(self.folder) from error
        return observer


@dataclass(frozen=True, eq=False)
class UnwatchJob(Job[None]):
    """Stop watching; wait for the observer's thread."""

    observer: "BaseObserver"

    def run(self, work: Work) -> None:
        """End it."""
        self.observer.stop()
        self.observer.join()


class Watch(QObject):
    """Watches one folder at a time, with all below it.

    Attributes:
        arrived: (tuple of Path) these are complete.
        failed: (exception) the folder cannot be watched.
    """

    arrived = Signal(object)
    failed = Signal(object)
    _seen = Signal(int, object)  # Qt would drop bytes that are not UTF-8

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._watching: Task[BaseObserver] | None = None
        self._turn = 0  # of watching: an observer continues for a moment after its turn
        self._stamps: dict[Path, Stamp | None] = {}
        self._looking: Task[dict[Path, Stamp | None]] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._look)
        self._seen.connect(self._note)  # from watchdog's thread to this one

    @property
    def is_watching(self) -> bool:
        """True if a folder is watched, or soon will be."""
        return self._watching is not None

    @property
    def waits(self) -> bool:
        """True if some files are not complete yet."""
        return bool(self._stamps)

    def begin(self, folder: Path) -> None:
        """Watch a folder, and no other."""
        self.end()
        turn = self._turn
        task = self._tasks.submit(WatchJob(folder, partial(self._seen.emit, turn)))
        task.failed.connect(partial(self._not_begun, turn))
        self._watching = task

    def end(self) -> None:
        """Stop watching; an observer that is still starting is ended later."""
        self._turn += 1
        self._timer.stop()
        self._stamps.clear()
        if self._looking is not None:
            self._looking.abandon()
        task, self._watching = self._watching, None
        if task is None:
            return
        if task.is_done:
            self._unwatch(task.result())
        else:
            task.succeeded.connect(self._unwatch)

    def _not_begun(self, turn: int, error: Exception) -> None:
        if turn == self._turn:
            self._watching = None
            self.failed.emit(error)

    def _unwatch(self, observer: "BaseObserver") -> None:
        self._tasks.submit(UnwatchJob(observer))

    def _note(self, turn: int, path: Path) -> None:
        if turn != self._turn:
            return
        self._stamps.setdefault(path, None)
        if not self._timer.isActive():
            self._timer.start()

    def _look(self) -> None:
        if self._looking is None or self._looking.is_done:
            self._looking = self._tasks.submit(StampJob(tuple(self._stamps)))
            self._looking.succeeded.connect(self._compare)
            self._looking.failed.connect(self.failed.emit)

    def _compare(self, now: dict[Path, Stamp | None]) -> None:
        whole = []
        for path, stamp in now.items():
            before = self._stamps.pop(path, None)
            if stamp is not None and stamp == before:
                whole.append(path)
            elif stamp is not None:
                self._stamps[path] = stamp
        if not self._stamps:
            self._timer.stop()
        if whole:
            self.arrived.emit(tuple(whole))


class _AtItsEnd(logging.Filter):
    """Drops watchdog's error about a change that comes while its thread is stopping."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep any other record."""
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
