"""A watched folder: the photos that arrive in it, each once it is complete.

A file appears before its copying ends. It counts as complete when two checks, `SETTLE_S` apart,
find the same size and time.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from nledn.errors import FolderNotFound, FolderNotWatched

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver

SETTLE_S = 1.0  # between two checks; a copy over a slow network stalls for less

Stamp: TypeAlias = tuple[int, int]
"""Size in bytes and time of change in ns."""


class Settling:
    """Files that have arrived and are not known to be complete; used from one thread."""

    def __init__(self) -> None:
        self._stamps: dict[Path, Stamp | None] = {}
        self._complete: dict[Path, Stamp | None] = {}  # a notice can come after its file was seen

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        return tuple(self._stamps)

    def note(self, path: Path) -> None:
        """Note a file that arrived or changed."""
        self._stamps.setdefault(path, None)

    def clear(self) -> None:
        """Forget all of them."""
        self._stamps.clear()
        self._complete.clear()

    def compare(self, now: Mapping[Path, Stamp | None]) -> tuple[Path, ...]:
        """Return the complete files: those unchanged since the last check, each once.

        Args:
            now: the present stamps of `paths`; see `stamps_of`.
        """
        before = {path: self._stamps.pop(path, None) for path in now}
        changed = {path: now[path] for path in now if now[path] != self._complete.get(path)}
        complete = {
            path: stamp for path, stamp in changed.items() if stamp and stamp == before[path]
        }
        self._stamps |= {path: changed[path] for path in changed.keys() - complete if changed[path]}
        self._complete |= complete
        return tuple(complete)


def stamps_of(paths: tuple[Path, ...]) -> dict[Path, Stamp | None]:
    """Read the stamps of files; a missing or empty one has none."""
    stamps: dict[Path, Stamp | None] = dict.fromkeys(paths)
    for path in paths:
        with suppress(OSError):
            state = path.stat()
            if state.st_size > 0:
                stamps[path] = (state.st_size, state.st_mtime_ns)
    return stamps


def observed(
    folder: Path, seen: Callable[[Path], None], gone: Callable[[], None]
) -> "BaseObserver":
    """Start watching a folder and all below it, present links to folders included.

    Stop and join the result.

    Args:
        folder: to watch; its tree is read before this returns.
        seen: called from the observer's thread with a photo that arrived or changed.
        gone: called from a thread when the folder was deleted or moved, or its disk taken out:
            nothing is seen any more, not even in another folder of that name. May come twice.

    Raises:
        FolderNotFound: the folder is missing.
        FolderNotWatched: other programs have all that the system allows, or it forbids it.
    """
    from watchdog.observers import Observer

    from nledn.batch.sources import links_below  # the window opens before it is needed

    where = folder.resolve()  # nothing is seen through a link
    handler = _handler(where, folder, seen, gone)
    try:
        watched = folder.stat()
        observer = Observer()
        observer.schedule(handler, str(where), recursive=True)
        observer.start()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FolderNotFound(folder) from error
    except OSError as error:
        raise FolderNotWatched(folder, error.strerror or str(error)) from error
    with suppress(OSError):  # may not be listed; on Linux it alone tells that the folder was moved
        observer.schedule(handler, str(where.parent))
    for link in links_below(folder):
        with suppress(OSError):  # gone meanwhile
            there = link.resolve()
            observer.schedule(_handler(there, link, seen), str(there), recursive=True)
    asked = (folder, watched, observer, gone)
    threading.Thread(target=_check_place, args=asked, daemon=True).start()
    return observer


def _check_place(
    folder: Path, watched: os.stat_result, observer: "BaseObserver", gone: Callable[[], None]
) -> None:
    """Report that another disk or none is in its place, or that a folder above it was moved."""
    while observer.is_alive() and _is_there(folder, watched):
        observer.join(SETTLE_S)
    if observer.is_alive():
        gone()


def _is_there(folder: Path, watched: os.stat_result) -> bool:
    try:
        return os.path.samestat(watched, folder.stat())
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # a network disk may be out of reach for a moment


class _AtItsEnd(logging.Filter):
    """Drops watchdog's error about a change that comes while its thread is stopping."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep any other record."""
        return "called when the thread is inactive" not in record.getMessage()


logging.getLogger("watchdog.observers.inotify").addFilter(_AtItsEnd())


def _handler(
    folder: Path, name: Path, seen: Callable[[Path], None], gone: Callable[[], None] = lambda: None
) -> "FileSystemEventHandler":
    """Make a handler of what happens in a folder, whose files are `seen` below its other name."""
    from watchdog.events import FileSystemEventHandler

    from nledn.photo.formats import readable_suffixes

    suffixes = frozenset(readable_suffixes())

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: "FileSystemEvent") -> None:
            if event.event_type in ("deleted", "moved") and Path(str(event.src_path)) == folder:
                gone()
            if event.is_directory or event.event_type not in ("created", "modified", "moved"):
                return
            path = Path(str(event.dest_path or event.src_path))
            is_photo = path.suffix.lower() in suffixes and not path.name.startswith(".")
            if is_photo and folder in path.parents:
                seen(name / path.relative_to(folder))

    return Handler()
