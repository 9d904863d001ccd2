"""A result as a file for another program, when it is dragged out of the window."""

import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.tasks import Job, Work
from nledn import temporary_files

if TYPE_CHECKING:
    from nledn.photo import WriteSettings
    from nledn.pipeline import Result


class DragFolders:
    """Private folders of files that were dragged out; any thread may use them.

    The other program may read its file long after the drop, so they stay until the window is
    closed; those of a process that was killed go at the next start, as unfinished files do. All
    lie in one, which is noted once: a note holds a file handle.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: tuple[Path, temporary_files.Noted] | None = None
        self._count = 0

    def make(self) -> Path:
        """Make one more, for its owner alone."""
        with self._lock:
            if self._all is None:
                self._all = temporary_files.private_folder()
            self._count += 1
            folder = self._all[0] / str(self._count)
        folder.mkdir(mode=0o700, parents=True)  # systems clean their temporary folders
        return folder

    def remove(self) -> None:
        """Remove all of them at the program's end."""
        with self._lock:
            made, self._all = self._all, None
        if made is not None:
            folder, note = made
            with suppress(OSError):  # then a later start removes it
                temporary_files.discard(folder)
                note.take_back()


@dataclass(frozen=True, eq=False)
class DragJob(Job[Path]):
    """Write a result to a private folder, so that it can be dragged to another program."""

    result: "Result"
    name: str
    settings: "WriteSettings"
    record: bool
    folders: DragFolders

    def run(self, work: Work) -> Path:
        """Write it."""
        from nledn import pipeline

        path = self.folders.make() / self.name
        pipeline.write(self.result, path, self.settings, record=self.record)
        return path
