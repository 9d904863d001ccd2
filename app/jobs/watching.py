"""Watching a folder, by the system's own notices of what changes there."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.runner import Job, Work
from nledn.errors import InputNotFound

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver


class _AtItsEnd(logging.Filter):
    """Drops the error that watchdog logs when a change comes while its thread is being stopped."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is anything else."""
        return "called when the thread is inactive" not in record.getMessage()


logging.getLogger("watchdog.observers.inotify").addFilter(_AtItsEnd())


@dataclass(frozen=True, eq=False)
class WatchJob(Job):
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
            raise InputNotFound(self.folder) from error
        return observer


@dataclass(frozen=True, eq=False)
class UnwatchJob(Job):
    """Watch no longer; waits for the observer's thread."""

    observer: "BaseObserver"

    def run(self, work: Work) -> None:
        """End it."""
        self.observer.stop()
        self.observer.join()


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
