"""What can be measured of a comparison: figures, and where results are wrong."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.compare.jobs import ErrorMapJob, MeasureJob, Results
from app.imaging.picture import Picture
from app.tasks import AnyJob, Tasks
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.compare import Figures


class Metrics(QObject):
    """Measures results off the main thread; of an older request it takes nothing.

    Attributes:
        changed: there are other figures, or error maps.
        failed: (exception) something could not be measured.
        figures: by the panes' keys.
        rect: that they are of.
        error_maps: by the panes' keys.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.figures: dict[int, Figures] = {}
        self.rect: Rect | None = None
        self.error_maps: dict[int, Picture] = {}
        self._measuring: AnyJob | None = None
        self._mapping: AnyJob | None = None

    @property
    def is_measuring(self) -> bool:
        """Whether figures are about to come."""
        return self._measuring is not None

    def forget(self) -> None:
        """What was measured is of something else now."""
        self.figures, self.error_maps = {}, {}
        for job in (self._measuring, self._mapping):
            self._tasks.cancel(job)
        self._measuring = self._mapping = None

    def measure(self, results: Results, rect: Rect) -> None:
        """Figures inside a rectangle; `changed` follows."""
        self.rect = rect
        self._tasks.cancel(self._measuring)
        self._measuring = MeasureJob(results, rect)
        self._tasks.submit(self._measuring)

    def map_errors(self, results: Results) -> None:
        """Error maps of the whole photo, once; `changed` follows."""
        if self._mapping is None:
            self._mapping = ErrorMapJob(results)
            self._tasks.submit(self._mapping)

    def finished(self, job: AnyJob, result: Any) -> None:
        """A job is done."""
        if job is self._measuring:
            self._measuring = None
            self.figures = result
            self.changed.emit()
        elif job is self._mapping:
            for key, photo in result.items():
                self.error_maps[key] = Picture()
                self.error_maps[key].set_photo(photo)
            self.changed.emit()

    def job_failed(self, job: AnyJob, error: BaseException) -> None:
        """A job could not be done."""
        if job is self._measuring:
            self._measuring = None
            self.failed.emit(error)
        elif job is self._mapping:
            self.failed.emit(error)
