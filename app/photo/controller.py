"""The actions of the Photo page: open, derain, cancel, close; each starts a task."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.imaging.opened import Opened
from app.photo import jobs
from app.photo.autosave import Autosave, FileJob, Offer, Recovered
from app.photo.document import Document
from app.photo.saving import Saving
from app.photo.state import PhotoState, Status, tiles_of
from app.photo.words import fallen_back_of, nothing_to_paste, notice_of, offer_of
from app.shell.banner import Notice
from app.shell.dialogs import CHECKPOINT_SUFFIXES, Dialogs
from app.shell.dropped import image_in, is_welcome, paths_in
from app.shell.engines import Engines, LoadJob
from app.shell.models import Models
from app.shell.names import path_kept
from app.shell.settings import Preferences, Settings, with_recent
from app.shell.translation import tr
from app.tasks import Job, R, Task, Tasks
from nledn import places
from nledn.messages import printable
from nledn.options import Options
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn import Focus, RainLayer
    from nledn.batch import Row
    from nledn.engine import Progress
    from nledn.photo.provenance import Provenance

RESCAN_MS, RESCANS = 2000, 10  # a process that was killed holds its files until it has ended


class PhotoController(QObject):
    """Between the window's controls and the document.

    Attributes:
        noticed: (Notice or None) the message for the banner.
        failed: (exception).
        opening_changed: (bool); a photo is being read.
        folder_asked: (tuple of Path) photos to derain.
        document: the open photo.
        saving: saves results.
    """

    noticed = Signal(object)
    failed = Signal(object)
    opening_changed = Signal(bool)
    folder_asked = Signal(object)

    def __init__(
        self,
        document: Document,
        engines: Engines,
        tasks: Tasks,
        preferences: Preferences,
        dialogs: Dialogs,
        models: Models,
    ) -> None:
        super().__init__(document)
        self.document = document
        self._engines = engines
        self._tasks = tasks
        self._preferences = preferences
        self._dialogs = dialogs
        self._models = models
        self._autosave = Autosave(tasks)
        self.saving = Saving(document, tasks, preferences, dialogs)
        self.saving.noticed.connect(self.noticed)
        self.saving.failed.connect(self._fail)
        self.saving.finish_asked.connect(self.derain)
        self._opening: Task[Any] | None = None
        self._deraining: Task[RainLayer, jobs.Started | Progress] | None = None
        self._focus: Focus | None = None  # of the present derain
        self._seen: Rect | None = None
        self._began = (0.0, 0)
        self._when_stopped: Callable[[], None] | None = None
        self._offer: Offer | None = None
        self._told_problem = ""
        document.history.done.connect(self._autosave.note)
        document.unsaved_changed.connect(self._autosave.note_saved)
        document.options_changed.connect(self._options_changed)
        document.status_changed.connect(self._tell_fallback)

    # Opening

    def ask_photo(self) -> None:
        """Let the user choose a photo."""
        from nledn.photo.formats import readable_suffixes

        path = self._dialogs.photo(self._folder(), readable_suffixes())
        if path is not None:
            self.open(path)

    def ask_folder(self) -> None:
        """Let the user choose a folder of photos."""
        path = self._dialogs.folder(self._folder())
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Open a photo or folder, or import a checkpoint, after asking about unsaved work."""
        if path.suffix.lower() in CHECKPOINT_SUFFIXES:
            self._models.add(path)
        else:
            self.when_saved(partial(self.read, path))

    def open_sample(self) -> None:
        """Open the sample photo."""
        self.open(places.sample_photo())

    def step(self, by: int) -> None:
        """Open the next or previous photo of the folder."""
        path = self.document.neighbour(by)
        if path is not None:
            self.open(path)

    def drop(self, data: QMimeData) -> None:
        """Open a dropped or pasted file or picture."""
        if paths := paths_in(data):
            self.open(paths[0])
        elif (image := image_in(data)) is not None:
            self.when_saved(lambda: self._begin_opening(jobs.PasteJob(image), self._take))

    def paste(self) -> None:
        """Open the content of the clipboard."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is not None:  # may be None, unlike in Qt's stub: another program may have ended
            self.drop(data)
            if data.text() and not is_welcome(data):
                self.noticed.emit(nothing_to_paste(data.text()))

    def read(self, path: Path, greeting: Notice | None = None) -> None:
        """Read a photo, or the first one of a folder; the open photo stays until then.

        Args:
            path: of the photo or folder.
            greeting: a message shown when it is open, instead of the usual one.
        """
        self._begin_opening(jobs.OpenJob(path), partial(self._take, notice=greeting))

    def review(
        self, source: Path, output: Path | None, row: "Row | None", strength: float, checkpoint: str
    ) -> None:
        """Open a photo of a batch beside its result, after asking about unsaved work."""
        job = jobs.ReviewJob(source, output, row, strength, self.document.options, checkpoint)
        take = partial(self._take_reviewed, output)
        self.when_saved(lambda: self._begin_opening(job, take))

    def look_for_recovery(self, rescans: int = RESCANS) -> None:
        """Offer to recover unsaved work; look again if its program has not ended yet."""
        task = self._tasks.submit(jobs.ScanJob())
        task.succeeded.connect(partial(self._take_scan, rescans))
        task.failed.connect(self._fail)

    def offer(self, offer: Offer) -> None:
        """Offer to recover unsaved work; the offer stays until answered."""
        self._offer = offer
        self.noticed.emit(offer_of(offer, self.restore, self._forget))

    def restore(self, offer: Offer) -> None:
        """Recover unsaved work, after asking about other unsaved work."""
        job, take = jobs.RestoreJob(offer), partial(self._take_restored, offer)
        self.when_saved(lambda: self._begin_opening(job, take))

    # Deraining

    def warm_up(self, *, again: bool = False) -> None:
        """Load the engine now, so that the first tile does not wait for it.

        Args:
            again: choose the device again for the next photo; the present result stays.
        """
        options = self.document.options
        task = self._tasks.submit(LoadJob(self._engines, options, again))
        task.succeeded.connect(partial(self.document.set_engine_choice, options))
        task.failed.connect(self._fail)

    def derain(self, then: Callable[[], None] | None = None) -> None:
        """Compute the missing tiles of the open photo, and call `then` at the end."""
        document, photo = self.document, self.document.photo
        if photo is None or document.status.state not in (PhotoState.READY, PhotoState.PARTIAL):
            return
        from nledn import Focus

        self._focus, into = Focus(self._seen), document.layer_of(document.options)
        keeper = self._autosave.file
        job = jobs.DerainJob(self._engines, photo, document.options, self._focus, keeper, into)
        document.set_state(PhotoState.DERAINING)
        self._when_stopped = then
        task = self._deraining = self._tasks.submit(job)
        task.progressed.connect(self._show_progress)
        task.succeeded.connect(self._end_deraining)
        task.cancelled.connect(self._end_deraining)
        task.failed.connect(self._end_deraining)
        task.failed.connect(self._fail)

    def cancel(self) -> None:
        """Stop after the present tile; finished tiles are kept."""
        if self._deraining is not None and self.document.status.state is PhotoState.DERAINING:
            self._deraining.cancel()
            self.document.set_state(PhotoState.STOPPING)

    def look_at(self, rect: Rect) -> None:
        """Compute tiles from here outwards: the visible area."""
        self._seen = rect
        if self._deraining is not None and self._focus is not None:
            self._focus.rect = rect

    def settings_changed(self, before: Settings, now: Settings) -> None:
        """Take the settings' options for the document."""
        changed = {
            name: getattr(now.options, name)
            for name in ("device", "backend", "precision", "tile")
            if getattr(now, name) != getattr(before, name)
        }
        if changed:
            self.document.history.change_options(replace(self.document.options, **changed))

    # Closing

    def when_saved(self, then: Callable[[], None]) -> None:
        """Continue once nothing would be lost: nothing is unsaved, or it is saved or discarded."""
        document, photo = self.document, self.document.photo
        if not document.is_unsaved or photo is None:
            then()
            return
        path = photo.path
        answer = self._dialogs.unsaved(printable(path.name) if path else tr("picture"))
        if answer != "cancel" and document.photo is not photo:
            self.when_saved(then)  # another photo was opened meanwhile; the answer was not about it
        elif answer == "discard":
            self.saving.forget()
            self._when_stopped = None
            self._abandon()  # or its next tile would be unsaved without a question
            document.rest()
            then()
        elif answer == "save":
            self._when_stopped = partial(self.saving.save_and, then)
            if self._deraining is None:
                self._run_when_stopped()
            else:
                self.cancel()

    def let_go(self) -> None:
        """Stop, and keep nothing for recovery."""
        self._abandon()
        self._autosave.discard()

    # Results of tasks

    def _begin_opening(self, job: Job[R], take: Callable[[R], None]) -> None:
        if self._opening is not None:
            self._opening.abandon(cancel=True)
        self.opening_changed.emit(True)
        task = self._tasks.submit(job)
        task.succeeded.connect(partial(self._read, take, self.document.work))
        task.failed.connect(self._end_opening)
        task.failed.connect(self._fail)
        task.cancelled.connect(self._end_opening)
        self._opening = task

    def _read(self, take: Callable[[R], None], work: object, read: R) -> None:
        """Ask about unsaved work again: some may have been done since the photo was requested."""
        self._end_opening()
        if self.document.work == work:
            take(read)
        else:
            self.when_saved(partial(take, read))

    def _end_opening(self, _error: Exception | None = None) -> None:
        self._opening = None
        self.opening_changed.emit(False)

    def _take(self, opened: Opened, notice: Notice | None = None) -> None:
        """Open a photo that was read, remember it, and show its message."""
        document, path = self.document, opened.photo.path
        self._abandon()
        self._seen = None
        self._autosave.restart(path, document.options, document.strength)
        document.take(opened)
        self._tasks.submit(jobs.KeyJob(opened.photo))
        self._run_when_stopped()
        if path is not None and path != places.sample_photo():
            recent = with_recent(self._preferences.settings.recent, path)
            self._preferences.change(recent=recent)
        if self._offer is not None:  # until answered: it is not offered twice
            notice = offer_of(self._offer, self.restore, self._forget)
        self.noticed.emit(notice or notice_of(opened, self._use, self.folder_asked.emit))

    def _take_scan(self, rescans: int, scan: jobs.Scan) -> None:
        if scan.offers:
            self.offer(scan.offers[0])
        elif scan.is_busy and rescans:
            QTimer.singleShot(RESCAN_MS, self, partial(self.look_for_recovery, rescans - 1))

    def _take_reviewed(self, output: Path | None, found: tuple[Opened, Recovered | None]) -> None:
        opened, kept = found
        self._take(opened)
        if kept is not None and output is not None:
            self._take_kept(kept)
            latest = self.document.latest
            assert latest is not None, "it was just taken"
            self.document.set_saved(latest, output, latest.work)

    def _take_restored(self, offer: Offer, found: tuple[Opened, Recovered]) -> None:
        opened, kept = found
        self._offer = None
        self._take(opened)
        self._take_kept(kept)
        keeper = self._autosave.file
        assert keeper is not None, "it has a file, or nothing would have been kept"
        task = self._tasks.submit(jobs.KeepJob(keeper, kept.layers))
        task.succeeded.connect(lambda _: self._forget(offer))
        for deed in kept.deeds:
            self.document.history.replay(deed)

    def _take_kept(self, kept: Recovered) -> None:
        document = self.document
        for options, layer in kept.layers:
            document.take_rain(layer, options)
        document.set_options(kept.options)
        document.set_strength(kept.strength)
        document.history.restart()
        self._autosave.restart(kept.source, kept.options, kept.strength)

    def _forget(self, offer: Offer) -> None:
        self._offer = None
        self._tasks.submit(FileJob(partial(offer.file.unlink, missing_ok=True)))

    def _show_progress(self, value: "jobs.Started | Progress") -> None:
        """Show the beginning of a derain, or one more tile."""
        if isinstance(value, jobs.Started):
            self.document.begin_layer(value.layer, value.choice)
            self._began = (time.monotonic(), tiles_of(value.layer)[0])
            return
        began, before = self._began
        each_s = (time.monotonic() - began) / max(value.done - before, 1)
        left_s = each_s * (value.total - value.done)
        self.document.add_tile(value.rect, value.done, value.total, left_s)

    def _end_deraining(self, _end: object = None) -> None:
        self._deraining = None
        self.document.rest()
        self._run_when_stopped()

    def _abandon(self) -> None:
        """Abandon the present derain; its tiles stay in their layer."""
        if self._deraining is not None:
            self._deraining.abandon(cancel=True)
            self._deraining = None

    def _run_when_stopped(self) -> None:
        then, self._when_stopped = self._when_stopped, None
        if then is not None:
            then()

    def _options_changed(self, options: Options) -> None:
        """Keep the present choice for the next start, also one made by undo."""
        self._abandon()
        found = self._engines.kept(self.document.photo, options)
        if self.document.layer is None and found is not None:  # by another page
            self.document.take_rain(found, options)
        self._run_when_stopped()
        self._preferences.change(checkpoint=options.weights)

    # Messages

    def _fail(self, error: Exception) -> None:
        self.saving.forget()
        self.failed.emit(error)
        self.noticed.emit(Notice.of(error))

    def _tell_fallback(self, status: Status) -> None:
        """Show once the device that is not used because it computes wrongly here."""
        choice = status.choice
        if choice is not None and choice.problem and choice.problem != self._told_problem:
            self._told_problem = choice.problem
            self.noticed.emit(Notice(fallen_back_of(choice), "info"))

    def _use(self, provenance: "Provenance") -> None:
        self.document.history.strength_settled(provenance.strength)
        if provenance.checkpoint in {card.id for card in self._models.cards}:
            self.document.history.choose_checkpoint(provenance.checkpoint)

    def _folder(self) -> str:
        photo = self.document.photo
        if photo is not None and photo.path is not None:
            return str(photo.path.parent)
        recent = self._preferences.settings.recent
        return str(path_kept(recent[0]).parent) if recent else str(Path.home())
