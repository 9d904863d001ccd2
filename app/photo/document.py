"""What is open, which state it is in, what comes of it; it knows signals and no widgets.

Every wish is one hop out, a job, and one hop back, a signal. A result comes with its job, and one
that is no longer wanted is dropped.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.imaging.opened import Opened
from app.photo import autosave, jobs
from app.photo.autosave import Autosave, AutosaveJob
from app.photo.dragging import DragJob
from app.photo.recovery import Offer, Recovered
from app.photo.saving import Saving
from app.photo.state import PhotoState, Status, keep, state_of, tiles_of
from app.shell.engines import Engines, LoadJob
from app.tasks import AnyJob, Tasks
from nledn.options import STRENGTH_MAX, Options
from nledn.pixels import Mask
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn import RainLayer
    from nledn.batch import Row
    from nledn.device import Choice
    from nledn.photo import Photo
    from nledn.pipeline import Result

_TOLD = (AutosaveJob, jobs.CopyJob, DragJob, LoadJob, jobs.SaveJob)
# Their failures the document tells; whoever submits others tells theirs.


class Document(QObject):
    """One photo at a time, and what is done to it.

    Attributes:
        photo_opened: (Opened); its photo is the open one now.
        opening_changed: (bool); a photo is being read.
        layer_changed: (RainLayer or None); the rain to show.
        tile_added: (Rect); these pixels of the layer changed.
        status_changed: (Status).
        strength_changed: (float).
        options_changed: (Options).
        failed: (exception).
        recovery_found: (Offer).
        recovered: (Recovered); its photo has been opened just before.
        replacing: (function) takes up a photo that was read while the open one got work that is not
            saved; to be called once that is seen to.
        saving: what of the result is on disk.
    """

    photo_opened = Signal(object)
    opening_changed = Signal(bool)
    layer_changed = Signal(object)
    tile_added = Signal(object)
    status_changed = Signal(object)
    strength_changed = Signal(float)
    options_changed = Signal(object)
    failed = Signal(object)
    recovery_found = Signal(object)
    recovered = Signal(object)
    replacing = Signal(object)

    def __init__(self, tasks: Tasks, engines: Engines, options: Options) -> None:
        super().__init__(tasks)
        self._tasks = tasks
        self.engines = engines
        self.options = options
        self.photo: Photo | None = None
        self.folder: tuple[Path, ...] = ()
        self.layer: RainLayer | None = None
        self.strength = 1.0
        self.status = Status(PhotoState.EMPTY)
        self._choice: Choice | None = None  # of what is shown, else of the engine
        self._choices: WeakKeyDictionary[RainLayer, Choice] = WeakKeyDictionary()
        self._engines_choice: Choice | None = None
        self._layers: OrderedDict[Options, RainLayer] = OrderedDict()
        self._opening: AnyJob | None = None
        self._work_then: object = None  # of the open photo, when another was asked for
        self._deraining: jobs.DerainJob | None = None
        self._when_stopped: Callable[[], None] | None = None
        self._focus_rect: Rect | None = None
        self._began: tuple[float, int] = (0.0, 0)
        self._autosave = Autosave(tasks)
        self.saving = Saving(tasks, self._autosave)
        self._finished: dict[type[AnyJob], Callable[[Any, Any], None]] = {
            jobs.OpenJob: self._on_opened,
            jobs.PasteJob: self._on_opened,
            autosave.RestoreJob: self._on_restored,
            jobs.ReviewJob: self._on_reviewed,
            LoadJob: self._on_loaded,
            jobs.DerainJob: self._on_derained,
            jobs.SaveJob: self.saving.written,
            jobs.CopyJob: lambda _job, image: self.saving.copied.emit(image),
            DragJob: lambda _job, path: self.saving.dragged.emit(path),
            autosave.ScanJob: self._on_scanned,
        }

    def open(self, path: Path) -> None:
        """Read a photo, or the first one of a folder; what is open stays until it is read."""
        self._begin_opening(jobs.OpenJob(path))

    def paste(self, image: QImage) -> None:
        """Open a picture that no file stands behind."""
        self._begin_opening(jobs.PasteJob(image))

    def neighbour(self, by: int) -> Path | None:
        """The photo that many places on in the folder."""
        if self.photo is None or self.photo.path not in self.folder:
            return None
        place = self.folder.index(self.photo.path) + by
        return self.folder[place] if 0 <= place < len(self.folder) else None

    def restore(self, offer: Offer) -> None:
        """Open what a crash left behind."""
        self._begin_opening(autosave.RestoreJob(offer))

    def review(
        self, source: Path, output: Path | None, row: "Row | None", strength: float, checkpoint: str
    ) -> None:
        """Open a photo of a batch beside its result."""
        self._begin_opening(jobs.ReviewJob(source, output, row, strength, self.options, checkpoint))

    def forget(self, offer: Offer) -> None:
        """Remove what a crash left behind."""
        self._autosave.forget(offer.spill)

    def look_for_recovery(self) -> None:
        """Ask whether a crash left something behind; `recovery_found` follows if so."""
        self._tasks.submit(autosave.ScanJob())

    def warm_up(self) -> None:
        """Load the engine now, so that the first tile need not wait for it."""
        self._tasks.submit(LoadJob(self.engines, self.options))

    def renew(self) -> None:
        """Choose anew where the next photo is computed, and load that; what is shown stays."""
        self._tasks.submit(LoadJob(self.engines, self.options, anew=True))

    def derain(self) -> None:
        """Compute what is missing of the open photo's rain."""
        if self.photo is None or self.status.state not in (PhotoState.READY, PhotoState.PARTIAL):
            return
        from nledn import Focus

        focus = Focus(self._focus_rect)
        into = self._layers.get(self.options)
        job = self._deraining = jobs.DerainJob(
            self.engines, self.photo, self.options, focus, self._autosave.spill, into
        )
        self._set_status(PhotoState.DERAINING, *tiles_of(into))
        self._tasks.submit(job)

    def cancel(self) -> None:
        """Stop after the tile that is being computed; what is done is kept."""
        if self._deraining is not None and self.status.state is PhotoState.DERAINING:
            self._tasks.cancel(self._deraining)
            self._set_status(PhotoState.STOPPING, done=self.status.done, total=self.status.total)

    def cancel_and(self, then: Callable[[], None]) -> None:
        """Do something once nothing is being computed; at once if that is now."""
        if self._deraining is None:
            then()
        else:
            self._when_stopped = then
            self.cancel()

    def give_up(self) -> None:
        """Compute no more; the tile that is being computed is not waited for."""
        self._when_stopped = None
        if self._deraining is not None:
            self._abandon()
            self._show(self.layer, announce=False)

    def look_at(self, rect: Rect) -> None:
        """What the person sees now: tiles are computed from here outwards."""
        self._focus_rect = rect
        if self._deraining is not None:
            self._deraining.focus.rect = rect

    def set_strength(self, strength: float) -> None:
        """Share of the rain that is taken, 0 to 1.5."""
        strength = min(max(strength, 0.0), STRENGTH_MAX)
        if strength != self.strength:
            self.strength = strength
            self.strength_changed.emit(strength)
            self.saving.touch()

    def keep_strength(self) -> None:
        """Keep the strength for recovery, when a drag has come to rest."""
        self._autosave.strength(self.strength)

    def mask_painted(self, rect: Rect, values: Mask) -> None:
        """The mask changed inside `rect`; `values` (h, w) are a copy of it there."""
        self.saving.touch()
        self._autosave.mask(rect, values)

    def set_options(self, options: Options) -> None:
        """Another checkpoint or device; a result that was computed with it comes back at once."""
        if options == self.options:
            return
        self._abandon()
        self.options = options
        self.options_changed.emit(options)
        layer = self._layers.get(options) or self.engines.kept(self.photo, options)
        if layer is not None and self.photo is not None:
            keep(self._layers, options, layer)
            self._autosave.layer(self.photo.path, options, layer)
        self._show(layer)

    @property
    def latest(self) -> "RainLayer | None":
        """The rain that is shown; else what was, and comes back with what computed it."""
        return next(reversed(self._layers.values()), None) if self.layer is None else self.layer

    @property
    def can_save(self) -> bool:
        """Whether there is a result, and it is not just changing."""
        return self.latest is not None and self._deraining is None

    def result(self, mask: Mask | None) -> "Result":
        """What would be saved now."""
        from nledn.pipeline import Result

        assert self.photo is not None
        assert self.latest is not None
        kept = None if mask is None or not mask.any() else mask.copy()
        return Result(self.photo, self.latest, self.strength, kept)

    def close(self) -> None:
        """The photo is done with: stop, and keep nothing for recovery."""
        self._abandon()
        self._autosave.discard()

    def finished(self, job: AnyJob, result: Any) -> None:
        """A job is done."""
        handler = self._finished.get(type(job))
        if handler is not None:
            handler(job, result)

    def reported(self, job: AnyJob, value: Any) -> None:
        """A derain began, or one more tile is there."""
        if job is not self._deraining:
            return
        if isinstance(value, jobs.Started):
            self._on_started(value)
        else:
            self._on_tile(value)

    def stopped(self, job: AnyJob) -> None:
        """A job was cancelled."""
        if job is self._deraining:
            self._deraining = None
            self._show(self._layers.get(self.options), announce=False)

    def job_failed(self, job: AnyJob, error: BaseException) -> None:
        """A job could not be done."""
        if job is self._opening:
            self._end_opening()
        elif job is self._deraining:
            self.stopped(job)
        elif not isinstance(job, _TOLD):
            return  # another's, or one that nobody waits for any more
        if self.saving.job_failed(job, error):
            self.failed.emit(error)

    def _begin_opening(self, job: AnyJob) -> None:
        self._tasks.cancel(self._opening)
        self._opening = job
        self._work_then = self.saving.work
        self.opening_changed.emit(True)
        self._tasks.submit(job)

    def _end_opening(self) -> None:
        self._opening = None
        self.opening_changed.emit(False)

    def _on_opened(self, job: AnyJob, opened: Opened) -> None:
        if job is self._opening:
            self._end_opening()
            self._replace(partial(self._take, opened))

    def _replace(self, take: Callable[[], None]) -> None:
        """Before it was asked for, unsaved work was seen to; what came since then was not."""
        if self.saving.is_unsaved and self.saving.work != self._work_then:
            self.replacing.emit(take)
        else:
            take()

    def _take(self, opened: Opened, kept: Recovered | None = None) -> None:
        self._abandon()
        self._autosave.restart()
        self.keep_strength()
        self._layers.clear()
        self.photo, self.folder = opened.photo, opened.folder
        self._focus_rect = None
        self.saving.restart(opened.photo)
        self._show(None)
        self.photo_opened.emit(opened)
        self._tasks.submit(jobs.KeyJob(opened.photo))
        if kept is not None:
            self.options = kept.options
            self.options_changed.emit(kept.options)
            self._layers[kept.options] = kept.layer
            self._show(kept.layer)
            self.set_strength(kept.strength)
            self.recovered.emit(kept)

    def _on_restored(self, job: autosave.RestoreJob, found: tuple[Opened, Recovered]) -> None:
        if job is not self._opening:
            return
        self._end_opening()
        self._replace(partial(self._restore, job.offer, *found))

    def _restore(self, offer: Offer, opened: Opened, kept: Recovered) -> None:
        self._take(opened, kept)
        self.saving.touch()
        self._autosave.layer(kept.source, kept.options, kept.layer)
        self.keep_strength()
        self._autosave.forget(offer.spill)

    def _on_reviewed(self, job: jobs.ReviewJob, reviewed: jobs.Reviewed) -> None:
        if job is self._opening:
            self._end_opening()
            self._replace(partial(self._review, reviewed))

    def _review(self, reviewed: jobs.Reviewed) -> None:
        self._take(reviewed.opened, reviewed.result)
        self.saving.settle(reviewed.path)

    def _on_loaded(self, job: LoadJob, choice: "Choice") -> None:
        if job.options != self.options:
            return
        self._engines_choice = choice
        if self.layer is None:  # else that was computed elsewhere
            self._choice = choice
            self._set_status(self.status.state)

    def _on_scanned(self, _job: AnyJob, offers: tuple[Offer, ...]) -> None:
        if offers:
            self.recovery_found.emit(offers[0])

    def _on_started(self, started: jobs.Started) -> None:
        layer = started.layer
        if layer is not self.layer and layer.done.any():  # another page's work, and a result now
            self.saving.touch()
        keep(self._layers, self.options, layer)
        self.layer = layer
        self.saving.set_result(True)
        self.layer_changed.emit(layer)  # the same one may have got a tile that nobody heard of
        self._began = (time.monotonic(), tiles_of(layer)[0])
        self._choice = self._engines_choice = self._choices[layer] = started.choice
        self._set_status(self.status.state, *tiles_of(layer))

    def _on_tile(self, progress: Any) -> None:
        began, before = self._began
        each_s = (time.monotonic() - began) / max(progress.done - before, 1)
        left_s = each_s * (progress.total - progress.done)
        self.tile_added.emit(progress.rect)
        self._set_status(self.status.state, done=progress.done, total=progress.total, left_s=left_s)
        self.saving.touch()

    def _on_derained(self, job: AnyJob, layer: "RainLayer") -> None:
        if job is self._deraining:
            self._deraining = None
            self._show(layer, announce=False)

    def _abandon(self) -> None:
        """Whatever is being computed is no longer wanted; its tiles stay in their layer."""
        if self._deraining is not None:
            self._tasks.cancel(self._deraining)
            self._deraining = None

    def _show(self, layer: "RainLayer | None", *, announce: bool = True) -> None:
        self.layer = layer
        # Of a layer that a batch or a crash left, nobody here knows what computed it.
        self._choice = self._engines_choice if layer is None else self._choices.get(layer)
        self.saving.set_result(self.latest is not None)
        if announce:
            self.layer_changed.emit(layer)
        self._set_status(state_of(self.photo, layer), *tiles_of(layer))
        then, self._when_stopped = self._when_stopped, None
        if then is not None:
            then()

    def _set_status(
        self, state: PhotoState, done: int = 0, total: int = 0, left_s: float | None = None
    ) -> None:
        self.status = Status(state, done, total, left_s, self._choice)
        self.status_changed.emit(self.status)
