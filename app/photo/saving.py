"""What of the open photo's result is on disk, and whether closing would lose something."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.photo.autosave import Autosave
from app.photo.dragging import DragFolders, DragJob
from app.photo.jobs import CopyJob, Saved, SaveJob
from app.tasks import AnyJob, Tasks
from nledn.errors import OutputExists

if TYPE_CHECKING:
    from nledn.photo import Photo, WriteSettings
    from nledn.pipeline import Result


class Saving(QObject):
    """Counts the changes of one photo, and writes its result.

    Attributes:
        unsaved_changed: (bool).
        saved: (jobs.Saved).
        copied: (QImage); to be put on the clipboard.
        dragged: (Path); a file to be dragged out.
        occupied: (SaveJob); its file is there already, and nobody was asked about that yet.
        path: where the photo's result was saved last; None before that.
    """

    unsaved_changed = Signal(bool)
    saved = Signal(object)
    copied = Signal(object)
    dragged = Signal(object)
    occupied = Signal(object)

    def __init__(self, tasks: Tasks, autosave: Autosave) -> None:
        super().__init__(tasks)
        self._tasks = tasks
        self._autosave = autosave
        self._photo: Photo | None = None
        self._has_result = False
        self._revision = 0
        self._saved_revision = 0
        self._was_unsaved = False
        self._writing: set[SaveJob] = set()
        self._drag_folders = DragFolders()
        self.path: Path | None = None

    @property
    def is_unsaved(self) -> bool:
        """Whether closing would lose something."""
        return self._has_result and self._revision != self._saved_revision

    @property
    def work(self) -> tuple[bool, int]:
        """Whether there is a result, and of how many changes; tells work from more work."""
        return self._has_result, self._revision

    @property
    def is_writing(self) -> bool:
        """Whether the open photo's result is being written."""
        return any(job.result.photo is self._photo for job in self._writing)

    def restart(self, photo: "Photo") -> None:
        """Another photo is open; nothing was done to it yet."""
        self._photo = photo
        self.path = None
        self._has_result = False
        self._revision = self._saved_revision = 0
        self._tell()

    def set_result(self, there: bool) -> None:
        """Rain of the photo is known, be it out of sight: without it there is nothing to lose."""
        self._has_result = there
        self._tell()

    def touch(self) -> None:
        """The result changed."""
        self._revision += 1
        self._tell()

    def settle(self, path: Path | None) -> None:
        """Nothing would be lost now; the result lies there, or nowhere."""
        self.path = path
        self._saved_revision = self._revision
        self._tell()

    def save(
        self,
        result: "Result",
        path: Path,
        settings: "WriteSettings",
        *,
        record: bool,
        find_free_name: bool = False,
    ) -> None:
        """Write the result; `occupied` follows where it would meet another file."""
        self._submit(SaveJob(result, path, settings, record, self._revision, find_free_name))

    def replace_file(self, job: SaveJob) -> None:
        """Save once more, and replace the file that is there."""
        self._submit(replace(job, settings=replace(job.settings, overwrite=True)))

    def copy(self, result: "Result") -> None:
        """Make the result for the clipboard; `copied` follows."""
        self._tasks.submit(CopyJob(result))

    def drag(self, result: "Result", name: str, settings: "WriteSettings", *, record: bool) -> None:
        """Make a file to be dragged out; `dragged` follows."""
        self._tasks.submit(DragJob(result, name, settings, record, self._drag_folders))

    def forget_dragged(self) -> None:
        """The program ends: remove the files that were dragged out."""
        self._drag_folders.remove()

    def written(self, job: SaveJob, saved: Saved) -> None:
        """A job has saved a result, perhaps of a photo that is no longer open."""
        if job not in self._writing:
            return
        self._writing.discard(job)
        if job.result.photo is self._photo:
            self.path = saved.path
            self._saved_revision = saved.revision
            self._tell()
            if not self.is_unsaved:
                self._autosave.settle()
        self.saved.emit(saved)

    def job_failed(self, job: AnyJob, error: BaseException) -> bool:
        """A job could not save; what was unsaved still is. Whether that needs to be told."""
        if not isinstance(job, SaveJob):
            return True
        self._writing.discard(job)
        if not isinstance(error, OutputExists):
            return True
        self.occupied.emit(job)
        return False

    def _submit(self, job: SaveJob) -> None:
        self._writing.add(job)
        self._tasks.submit(job)

    def _tell(self) -> None:
        if self.is_unsaved != self._was_unsaved:
            self._was_unsaved = self.is_unsaved
            self.unsaved_changed.emit(self.is_unsaved)
