"""Notices what a test run writes outside temporary folders.

Two nets, because each has holes: Python's audit events name the test at fault, but see only what
goes through Python; looking at the disk before and after sees what Qt, OpenCV and Rust write too,
but not whose it was.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# Audit event -> positions of the paths it changes, and of the folders they are relative to.
CHANGING = {
    "os.chmod": ((0, 2),),
    "os.link": ((1, 3),),
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.rmdir": ((0, 1),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.utime": ((0, 3),),
    "sqlite3.connect": ((0, None),),
}

# These change a link itself; every other event follows it.
CHANGING_LINKS = {"os.link", "os.remove", "os.rename", "os.rmdir", "os.symlink"}

Snapshot = Mapping[Path, tuple[int, int]]


class WriteGuard:
    """Writes of this process, seen through audit events.

    Attributes:
        found: one line for each write outside; the reader empties it.
        active: whether writes are noted now. An audit hook cannot be taken out again.
    """

    def __init__(self, allowed: Iterable[Path], forbidden: Iterable[Path]) -> None:
        self.found: list[str] = []
        self.active = False
        self._allowed = [os.path.realpath(path) for path in allowed]
        self._forbidden = [os.path.realpath(path) for path in forbidden]
        sys.addaudithook(self._audit)

    def is_outside(self, path: str) -> bool:
        """Return whether writing at `path` is forbidden, links resolved; the inner rule counts."""
        if "__pycache__" in path:
            return False
        allowed = max((len(root) for root in self._allowed if _within(path, root)), default=0)
        forbidden = max((len(root) for root in self._forbidden if _within(path, root)), default=1)
        return forbidden > allowed

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.active:
            return
        for path in _changed(event, args):
            folder, name = os.path.split(path)
            links_kept = event in CHANGING_LINKS
            real = f"{os.path.realpath(folder)}/{name}" if links_kept else os.path.realpath(path)
            if self.is_outside(real):
                self.found.append(f"{event} {path}")


def _changed(event: str, args: tuple[Any, ...]) -> list[str]:
    if event == "open":
        paths = [args[0]] if args[2] & WRITING else []
    else:
        # With a folder's descriptor the name alone says nothing; only shutil.rmtree works so.
        paths = [
            args[path]
            for path, folder in CHANGING.get(event, ())
            if folder is None or args[folder] == -1
        ]
    named = (path for path in paths if isinstance(path, str | bytes | os.PathLike))
    return [os.fsdecode(path) for path in named if path != ":memory:"]


def _within(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def snapshot(folders: Iterable[Path], passed_over: frozenset[str]) -> Snapshot:
    """Modification time (ns) and size (bytes) of every file below `folders`.

    Args:
        folders: those that do not exist count as empty.
        passed_over: names of folders that others write to at any time, and endings of files that
            a person may be editing while the tests run.
    """
    found = {}
    for folder in folders:
        for root, names, files in os.walk(folder):
            names[:] = [name for name in names if name not in passed_over]
            for path in (Path(root, name) for name in files):
                if path.suffix not in passed_over and path.exists():
                    state = path.stat()
                    found[path] = (state.st_mtime_ns, state.st_size)
    return found


def changes(before: Snapshot, after: Snapshot) -> list[Path]:
    """Files that are new, gone or different, in order."""
    return sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )
