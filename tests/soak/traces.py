"""Leftovers of a run on the disk: nothing unfinished, nothing of a photo, all of it private."""

import stat
from collections.abc import Iterator
from pathlib import Path

from nledn.temporary_files import TEMPORARY_SUFFIX

SECRET = "Rain fell on 48.2082 N, 16.3738 E"
"""Stands in the files that the monkey plays with; logs and settings are not to repeat it."""


def unfinished_in(folder: Path) -> Iterator[str]:
    """Temporary files and folders of dragged files that are no longer needed."""
    for path in folder.rglob("*"):
        if path.name.endswith((TEMPORARY_SUFFIX, ".recovery")):
            yield f"left behind: {path}"


def told_in(folder: Path) -> Iterator[str]:
    """Logs, settings and caches that repeat what a photo holds."""
    for path in folder.rglob("*"):
        if path.is_file() and SECRET.encode() in path.read_bytes():
            yield f"tells what a photo holds: {path}"


def open_to_others(state: Path) -> Iterator[str]:
    """The folder of logs and recovery files names photos: it is for its owner alone."""
    if stat.S_IMODE(state.stat().st_mode) & 0o077:
        yield f"open to others: {state}"
