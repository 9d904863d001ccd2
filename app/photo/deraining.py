"""The Photo page's computation: begun, watched, stopped; and the work for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from PySide6.QtCore import QObject, Signal

from app.imaging.preview import InSight, Preview
from app.photo.document import Document
from app.photo.state import PhotoState, tiles_of
from app.shell.engines import Engines, LoadJob
from app.tasks import Job, QueueName, Task, Tasks, Work
from nledn import Options
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn import Derainer, Focus, RainLayer
    from nledn.device import Choice
    from nledn.engine import Progress
    from nledn.photo import Photo


@dataclass(frozen=True, eq=False)
class Started:
    """A derain began: its layer fills up from now on."""

    layer: "RainLayer"
    choice: "Choice"


@dataclass(frozen=True, eq=False)
class Previewed:
    """One more tile of the preview is there.

    Attributes:
        rect: pixels of its copy that changed.
    """

    preview: Preview
    rect: Rect


Derained: TypeAlias = "Started | Previewed | Progress"
"""The reports of a derain."""

PREVIEW_PX = 450_000  # that its tiles compute: 2 s on two cores; measured in benchmarks/README.md
PREVIEW_SHARES = (0.9, 0.75, 0.6, 0.45)  # of it that the copy has: tiles of one shape fit worse
WORTH_PREVIEW = 3  # pixels in sight for one of the copy; below it tiles are there about as soon


@dataclass(frozen=True, eq=False)
class DerainJob(Job["RainLayer", Derained]):
    """Compute the tiles of a photo that are missing.

    Reports `Started`, then `Previewed` where much of what is in sight is missing, then `Progress`.
    """

    queue: ClassVar[QueueName] = "compute"
    engines: Engines
    photo: "Photo"
    options: Options
    focus: "Focus"
    into: "RainLayer | None" = None
    in_sight: InSight | None = None

    def run(self, work: "Work[Derained]") -> "RainLayer":
        """Compute them."""
        photo = self.photo
        derainer, layer = self.engines.models().layer(photo, self.options, self.into, work.cancel)
        work.cancel.raise_if_cancelled()
        work.report(Started(layer, derainer.choice))
        if self.in_sight is not None:
            self._preview(derainer, layer, self.in_sight, work)

        return derainer.derain(
            photo.visible,
            into=layer,
            focus=self.focus,
            on_tile=work.report,
            cancel=work.cancel,
        )

    def _preview(
        self, derainer: "Derainer", layer: "RainLayer", seen: InSight, work: "Work[Derained]"
    ) -> None:
        """Derain a reduced copy of what is in sight; the layer does not get any of it."""
        from nledn import Focus

        if layer.missing_px(seen.rect) < WORTH_PREVIEW * PREVIEW_PX:
            return
        for share in PREVIEW_SHARES:
            width, height = seen.size_of(share * PREVIEW_PX)
            rain = derainer.start((height, width), grey=layer.grey, linear=layer.linear)
            if rain.tiling.computed_px <= PREVIEW_PX:
                break
        pixels = seen.copy((width, height))
        preview = Preview(seen.rect, pixels, rain)
        derainer.derain(
            pixels,
            into=rain,
            focus=Focus(seen.after_in(width, height)),
            on_tile=lambda done: work.report(Previewed(preview, done.rect)),
            cancel=work.cancel,
        )


class Deraining(QObject):
    """Fills the document's rain, from the visible area outwards."""

    failed = Signal(object)

    def __init__(self, document: Document, engines: Engines, tasks: Tasks) -> None:
        super().__init__(document)
        self._document = document
        self._engines = engines
        self._tasks = tasks
        self._task: Task[RainLayer, Derained] | None = None
        self._preparing: Task[Choice] | None = None
        self._is_loaded = False  # the engine
        self._focus: Focus | None = None
        self._seen: tuple[Rect, Rect] | None = None  # the visible part; that shown derained
        self._began = (0.0, 0)
        self._then: Callable[[], None] | None = None

    def begin(self, then: Callable[[], None] | None = None) -> None:
        """Compute the missing tiles of the open photo, and call `then` at the end."""
        document, photo = self._document, self._document.photo
        if photo is None or document.status.state not in (PhotoState.READY, PhotoState.PARTIAL):
            return
        from nledn import Focus

        self._focus = Focus(self._seen[1] if self._seen else None)
        into = document.layer
        in_sight = document.picture.in_sight(*self._seen) if self._seen else None
        job = DerainJob(self._engines, photo, document.options, self._focus, into, in_sight)
        document.set_state(PhotoState.DERAINING)
        self._then = then
        task = self._task = self._tasks.submit(job)
        task.progressed.connect(self._show)
        task.succeeded.connect(self._end)
        task.cancelled.connect(self._end)
        task.failed.connect(self._end)
        task.failed.connect(self.failed.emit)

    def engine_loaded(self, _choice: "Choice") -> None:
        """Prepare the photo, and those to come; a start does not wait for the look at its photo."""
        self._is_loaded = True
        self.prepare()

    def prepare(self) -> None:
        """Choose and load the open photo's model, so that `begin` does not wait for it."""
        photo = self._document.photo
        if self._preparing is not None:
            self._preparing.abandon(cancel=True)
        is_ready = self._document.status.state is PhotoState.READY
        if photo is not None and is_ready and self._is_loaded:
            job = LoadJob(self._engines, self._document.options, photo=photo)
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

    def _show(self, value: Derained) -> None:
        """Show its beginning, or one more tile."""
        document = self._document
        if isinstance(value, Started):
            document.begin_layer(value.layer, value.choice)
            self._began = (time.monotonic(), tiles_of(value.layer)[0])
        elif isinstance(value, Previewed):
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
