"""The Photo page's computation: begun, watched, stopped."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.photo import jobs
from app.photo.autosave import RecoveryFile
from app.photo.document import Document
from app.photo.state import PhotoState, tiles_of
from app.shell.engines import Engines
from app.tasks import Task, Tasks
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn import Focus, RainLayer


class Deraining(QObject):
    """Fills the document's rain, from the visible area outwards.

    Attributes:
        failed: (exception).
    """

    failed = Signal(object)

    def __init__(self, document: Document, engines: Engines, tasks: Tasks) -> None:
        super().__init__(document)
        self._document = document
        self._engines = engines
        self._tasks = tasks
        self._task: Task[RainLayer, jobs.Derained] | None = None
        self._preparing: Task[None] | None = None
        self._focus: Focus | None = None
        self._seen: tuple[Rect, Rect] | None = (
            None  # the visible part, and the part that is shown derained
        )
        self._began = (0.0, 0)
        self._then: Callable[[], None] | None = None

    def begin(self, keeper: RecoveryFile | None, then: Callable[[], None] | None = None) -> None:
        """Compute the missing tiles of the open photo, and call `then` at the end."""
        document, photo = self._document, self._document.photo
        if photo is None or document.status.state not in (PhotoState.READY, PhotoState.PARTIAL):
            return
        from nledn import Focus

        self._focus = Focus(self._seen[1] if self._seen else None)
        into = document.layer_of(document.options)
        in_sight = document.picture.in_sight(*self._seen) if self._seen else None
        job = jobs.DerainJob(
            self._engines, photo, document.options, self._focus, keeper, into, in_sight
        )
        document.set_state(PhotoState.DERAINING)
        self._then = then
        task = self._task = self._tasks.submit(job)
        task.progressed.connect(self._show)
        task.succeeded.connect(self._end)
        task.cancelled.connect(self._end)
        task.failed.connect(self._end)
        task.failed.connect(self.failed.emit)

    def prepare(self) -> None:
        """Choose and load the open photo's model, so that `begin` does not wait for it."""
        photo = self._document.photo
        if self._preparing is not None:
            self._preparing.abandon(cancel=True)
        if photo is not None and self._document.status.state is PhotoState.READY:
            job = jobs.PrepareJob(self._engines, photo, self._document.options)
            self._preparing = self._tasks.submit(job)

    def cancel(self) -> None:
        """Stop after the present tile; finished tiles are kept."""
        if self._task is not None and self._document.status.state is PhotoState.DERAINING:
            self._task.cancel()
            self._document.set_state(PhotoState.STOPPING)

    def cancel_and(self, then: Callable[[], None]) -> None:
        """Stop, and call `then` instead of the earlier continuation."""
        self._then = then
        if self._task is None:
            self.follow()
        else:
            self.cancel()

    def abandon(self) -> None:
        """Abandon the computation; its tiles stay in their layer."""
        if self._task is not None:
            self._task.abandon(cancel=True)
            self._task = None

    def forget(self) -> None:
        """Drop the continuation."""
        self._then = None

    def follow(self) -> None:
        """Call the continuation, now that nothing is computed."""
        then, self._then = self._then, None
        if then is not None:
            then()

    def look_at(self, rect: Rect, after: Rect) -> None:
        """Compute tiles from here outwards.

        Args:
            rect: the visible part of the photo, px.
            after: the part that is shown derained.
        """
        self._seen = (rect, after)
        if self._task is not None and self._focus is not None:
            self._focus.rect = after

    def look_nowhere(self) -> None:
        """Forget the visible part, for another photo."""
        self._seen = None

    def _show(self, value: jobs.Derained) -> None:
        """Show its beginning, or one more tile."""
        document = self._document
        if isinstance(value, jobs.Started):
            document.begin_layer(value.layer, value.choice)
            self._began = (time.monotonic(), tiles_of(value.layer)[0])
        elif isinstance(value, jobs.Previewed):
            document.picture.preview_added(value.preview, value.rect)
            self._began = (time.monotonic(), self._began[1])  # tiles are not slower for it
        else:
            began, before = self._began
            each_s = (time.monotonic() - began) / max(value.done - before, 1)
            left_s = each_s * (value.total - value.done)
            document.add_tile(value.rect, value.done, value.total, left_s)

    def _end(self, _end: object = None) -> None:
        self._task = None
        self._document.rest()
        self.follow()
