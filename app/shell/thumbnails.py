"""Small pictures for a table: visible rows come first."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from app.imaging.qimage import to_qimage
from app.tasks import Job, Tasks, Work
from nledn import decoder
from nledn.errors import DerainError

IN_SIGHT = 16  # rows of a usual window: the last requests of this number come next, in their order
WAITING_AT_MOST = 64  # visible rows, and a few more; those scrolled past are forgotten


class PictureCache(OrderedDict[Path, QPixmap]):
    """Small pictures of photos; the least recently shown ones go first."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def keep(self, path: Path, image: QImage, ratio: float) -> None:
        """Keep a picture with `ratio` px of the screen for one of the window; it may be null."""
        picture = QPixmap.fromImage(image)
        picture.setDevicePixelRatio(ratio)
        self[path] = picture
        while len(self) > self._most:
            self.popitem(last=False)

    def shown(self, path: Path) -> QPixmap | None:
        """Return a picture that is shown now; None without one."""
        picture = self.get(path)
        if picture is not None:
            self.move_to_end(path)
        return picture


class Thumbnails(QObject):
    """Makes one picture at a time, no larger than a box, so that photos can be opened meanwhile."""

    made = Signal(object, object)

    def __init__(self, tasks: Tasks, box: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._box = box
        self._waiting: OrderedDict[Path, None] = OrderedDict()
        self._screenful: deque[Path] = deque()
        self._making: Path | None = None

    def want(self, path: Path) -> None:
        """Request a picture; the last request comes first, a screenful at a time."""
        if path == self._making:
            return
        self._screenful.clear()
        self._waiting[path] = None
        self._waiting.move_to_end(path)
        if len(self._waiting) > WAITING_AT_MOST:
            self._waiting.popitem(last=False)
        self._next()

    def _next(self) -> None:
        if self._making is None and self._waiting:
            if not self._screenful:
                self._screenful.extend(list(self._waiting)[-IN_SIGHT:])
            self._making = path = self._screenful.popleft()
            del self._waiting[path]
            task = self._tasks.submit(ThumbnailJob(path, self._box))
            task.succeeded.connect(self._take)
            task.failed.connect(self._take)

    def _take(self, made: QImage | Exception) -> None:
        path, self._making = self._making, None
        self.made.emit(path, made if isinstance(made, QImage) else QImage())
        self._next()


@dataclass(frozen=True, eq=False)
class ThumbnailJob(Job[QImage]):
    """A small picture of a photo; null without one, as its row says."""

    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    path: Path
    box: QSize

    def run(self, work: Work) -> QImage:
        """Make it."""
        from nledn.batch import small

        try:
            photo = decoder.read(self.path, cancel=work.cancel)
            picture = small(photo, 2 * self.box.width())
        except DerainError:
            return QImage()
        aspect = Qt.AspectRatioMode.KeepAspectRatio
        smooth = Qt.TransformationMode.SmoothTransformation
        return to_qimage(np.asarray(picture)).scaled(self.box, aspect, smooth)
