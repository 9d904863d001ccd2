"""A result as a file that another program takes, when it is dragged out of the window."""

import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs.saving import Result
from app.runner import Job, Work

if TYPE_CHECKING:
    from nledn.photo import WriteSettings


class DragFolders:
    """Private folders of files that were dragged out; any thread may use them.

    The other program may read its file long after the drop, so they stay until the window is
    closed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: list[Path] = []

    def make(self) -> Path:
        """One more, for its owner alone."""
        folder = Path(tempfile.mkdtemp(prefix="afterrain-"))
        with self._lock:
            self._made.append(folder)
        return folder

    def remove(self) -> None:
        """Remove all of them; the program ends."""
        with self._lock:
            made, self._made = self._made, []
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, eq=False)
class DragJob(Job):
    """Write a result to a private folder, so that it can be dragged to another program."""

    result: Result
    name: str
    settings: "WriteSettings"
    record: bool
    folders: DragFolders

    def run(self, work: Work) -> Path:
        """Write it."""
        from nledn import photo as photos

        path = self.folders.make() / self.name
        photos.write(self.result.applied(record=self.record), path, self.settings)
        return path
