"""Pictures that nobody computes here: the truth, and other programs' results."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.compare.jobs import AttachJob, FindTruthJob
from app.tasks import AnyJob, Tasks

if TYPE_CHECKING:
    from nledn.photo import Photo


class References(QObject):
    """Reads them off the main thread.

    Attributes:
        attached: (int, Attached) a pane's key, and its picture.
        failed: (int, exception) a pane's key, and why there is none.
        truth_found: (Path) the photo without rain lies where sets of pairs have it.
    """

    attached = Signal(int, object)
    failed = Signal(int, object)
    truth_found = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._reading: dict[AnyJob, int] = {}
        self._finding: AnyJob | None = None

    def read(self, key: int, photo: "Photo", path: Path) -> None:
        """Read a picture of the size of `photo`, for a pane."""
        job = AttachJob(photo, path)
        self._reading[job] = key
        self._tasks.submit(job)

    def find_truth(self, photo: "Photo") -> None:
        """Look for the photo without rain."""
        self._finding = FindTruthJob(photo)
        self._tasks.submit(self._finding)

    def finished(self, job: AnyJob, result: Any) -> None:
        """A job is done."""
        if job in self._reading:
            self.attached.emit(self._reading.pop(job), result)
        elif job is self._finding and result is not None:
            self.truth_found.emit(result)

    def job_failed(self, job: AnyJob, error: BaseException) -> None:
        """A job could not be done."""
        if job in self._reading:
            self.failed.emit(self._reading.pop(job), error)
