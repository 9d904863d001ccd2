"""The actions of the Photo page: open, derain, cancel, close; each starts a task."""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.photo import opening, words
from app.photo.autosave import Autosave, Recovered, find_unsaved
from app.photo.deraining import Deraining
from app.photo.document import Document
from app.photo.edits import Choices, Edits
from app.photo.saving import Saving
from app.photo.series import Series
from app.photo.state import PhotoState, Status
from app.shell.banner import Notice
from app.shell.dialogs import CHECKPOINT_SUFFIXES, Dialogs
from app.shell.engines import Engines, LoadJob
from app.shell.models import Models
from app.shell.names import image_in, is_welcome, path_kept, paths_in
from app.shell.settings import Preferences, Settings, with_recent
from app.shell.translation import tr
from app.tasks import Call, Job, R, Task, Tasks
from nledn import places
from nledn.messages import printable
from nledn.options import Options

if TYPE_CHECKING:
    from nledn.batch import Row
    from nledn.photo.provenance import Provenance

RESCAN_MS, RESCANS = 2000, 10  # a process that was killed holds its files until it has ended


class PhotoController(QObject):
    """Between the window's controls and the document.

    Attributes:
        noticed: (Notice or None) the message for the banner.
        folder_asked: (tuple of Path) photos to derain.
        series: the photos of the folder, and what is remembered of each.
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
        self.deraining = Deraining(document, engines, tasks)
        self.deraining.failed.connect(self._fail)
        self.saving = Saving(document, tasks, preferences, dialogs)
        self.saving.noticed.connect(self.noticed)
        self.saving.failed.connect(self._fail)
        self.saving.finish_asked.connect(self.derain)
        self.series = Series(document, engines, tasks, self.saving)
        self._opening: Task[Any] | None = None
        self._stepped_to: Path | None = None  # it may be read still, or be damaged
        self._offer: Recovered | None = None
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
        """Open a photo or folder, or import a model."""
        if path.suffix.lower() in CHECKPOINT_SUFFIXES:
            self._models.add(path)
        else:
            self.read(path)

    def open_sample(self) -> None:
        """Open the sample photo."""
        self.open(places.sample_photo())

    def step(self, by: int) -> None:
        """Open the next or previous photo of the folder, with its result."""
        path = self.document.neighbour(by, self._stepped_to)
        if path is not None:
            self.open_with_result(path)
            self._stepped_to = path

    def open_with_result(self, path: Path) -> None:
        """Open a photo of the folder, and show its result too if it has one there."""
        self.read(path, result=self.document.results.get(path))

    def drop(self, data: QMimeData) -> None:
        """Open a dropped or pasted file or picture."""
        if paths := paths_in(data):
            self.open(paths[0])
        elif (image := image_in(data)) is not None:
            self._begin_opening(Call(partial(opening.pasted, image)), self._take)

    def paste(self) -> None:
        """Open the content of the clipboard."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is not None:  # may be None, unlike in Qt's stub: another program may have ended
            text = "" if is_welcome(data) else data.text()
            self.drop(data)  # may ask a question, and then the clipboard changes
            if text:
                self.noticed.emit(words.nothing_to_paste(text))

    def read(
        self,
        path: Path,
        greeting: Notice | None = None,
        *,
        damaged: bool = False,
        result: Path | None = None,
    ) -> None:
        """Read a photo, or the first one of a folder; the open photo stays until then.

        The greeting is shown instead of the usual message. A damaged photo is opened as far as it
        can be read. `result` is a file that the photo is shown with.
        """
        options, store = self.document.options, self.series.edits
        is_edited = path == self.saving.edited
        job = opening.OpenJob(path, options, store, damaged, result, is_edited)
        self._begin_opening(job, partial(self._take, notice=greeting))

    def review(self, source: Path, output: Path | None, row: "Row | None") -> None:
        """Open a photo of a batch beside its result."""
        options, store = self.document.options, self.series.edits
        job = opening.ReviewJob(source, output, row, options, store)
        self._begin_opening(job, self._take)

    def look_for_recovery(self, rescans: int = RESCANS) -> None:
        """Offer to recover unsaved work; look again if its program has not ended yet."""
        task = self._tasks.submit(Call(find_unsaved))
        task.succeeded.connect(partial(self._take_scan, rescans))
        task.failed.connect(self._fail)

    def offer(self, offer: Recovered) -> None:
        """Offer to recover unsaved work; the offer stays until answered."""
        self._offer = offer
        self.noticed.emit(words.offer_of(offer, self.restore, self._forget))

    def restore(self, offer: Recovered) -> None:
        """Open what a crash left behind."""
        job = opening.RestoreJob(offer, self.series.edits)
        self._begin_opening(job, partial(self._take_restored, offer))

    # Deraining

    def warm_up(self, *, again: bool = False) -> None:
        """Load the engine now, so that the first tile does not wait for it.

        Args:
            again: choose the device again for the next photo; the present result stays.
        """
        options = self.document.options
        task = self._tasks.submit(LoadJob(self._engines, options, again))
        task.succeeded.connect(partial(self.document.set_engine_choice, options))
        task.succeeded.connect(self.deraining.engine_loaded)
        task.failed.connect(self._fail)

    def derain(self, then: Callable[[], None] | None = None) -> None:
        """Compute the missing tiles of the open photo, and call `then` at the end."""
        self._autosave.note("derain")
        self.deraining.begin(then)

    def cancel(self) -> None:
        """Stop after the present tile; finished tiles are kept."""
        self.deraining.cancel()

    def settings_changed(self, before: Settings, now: Settings) -> None:
        """Take the settings' options for the document."""
        changed = {
            name: getattr(now.options, name)
            for name in ("device", "backend", "precision", "tile")
            if getattr(now, name) != getattr(before, name)
        }
        if changed:
            self.document.set_options(replace(self.document.options, **changed))

    # Closing

    def when_saved(self, then: Callable[[], object], *, closes: bool = False) -> None:
        """Continue once nothing would be lost: nothing is unsaved, or it is saved or discarded.

        If this closes the window, no other photo is opened any more, and results of earlier ones
        would be lost too.
        """
        if closes:
            self._drop_opening()
        document, photo = self.document, self.document.photo
        left = self.series.left if closes else ()
        paths = [photo.path] if document.is_unsaved and photo is not None else []
        names = [printable(path.name) if path else tr("picture") for path in (*paths, *left)]
        if not names:
            then()
            return
        answer = self._dialogs.unsaved(*names)
        if answer != "cancel" and document.photo is not photo:
            # Another photo was opened meanwhile; the answer was not about it.
            self.when_saved(then, closes=closes)
        elif answer == "discard":
            self.saving.forget()
            self.deraining.forget()
            self.deraining.abandon()  # or its next tile would be unsaved without a question
            document.rest()
            then()
        elif answer == "save":
            save_left = partial(self._save_left, left, then)
            self.deraining.cancel_and(partial(self.saving.save_and, save_left))

    def _save_left(self, left: tuple[Path, ...], then: Callable[[], object]) -> None:
        """Open earlier photos one after the other, save their results, and continue."""
        if not left:
            then()
            return
        job = opening.OpenJob(left[0], self.document.options, self.series.edits)
        save_next = partial(self._save_left, left[1:], then)
        self._begin_opening(job, partial(self._take_left, save_next))

    def _take_left(self, then: Callable[[], None], found: opening.Found) -> None:
        def save() -> None:
            if self.document.status.state is PhotoState.DONE:  # not cancelled, nor failed
                self.saving.save_and(then)

        def complete(_key: None) -> None:
            is_known = self.document.status.state is PhotoState.DONE
            save() if is_known else self.derain(save)

        self._take(found).succeeded.connect(complete)

    def let_go(self) -> None:
        """Stop, and keep nothing for recovery."""
        self._drop_opening()
        self.deraining.abandon()
        self.series.remember()
        self._autosave.discard()

    # Results of tasks

    def _begin_opening(self, job: Job[R], take: Callable[[R], object]) -> None:
        self._drop_opening()
        self.series.remember()  # it may be the same photo that is read again
        self.opening_changed.emit(True)
        task = self._tasks.submit(job)
        task.succeeded.connect(partial(self._read, take))
        task.failed.connect(self._end_opening)
        task.failed.connect(self._fail)
        task.cancelled.connect(self._end_opening)
        self._opening = task

    def _read(self, take: Callable[[R], object], read: R) -> None:
        """Leave the open photo: its edits stay; only one without a file would be lost unsaved."""
        self._end_opening()
        photo = self.document.photo
        if photo is None or photo.path is not None:
            take(read)
        else:
            self.when_saved(partial(take, read))

    def _drop_opening(self) -> None:
        self._stepped_to = None
        if self._opening is not None:
            self._opening.abandon(cancel=True)
            self._end_opening()

    def _end_opening(self, _error: Exception | None = None) -> None:
        self._opening = None
        self.opening_changed.emit(False)

    def _take(self, found: opening.Found, notice: Notice | None = None) -> Task[None, Never]:
        """Open a photo that was read, and show its message; the task finds its known rain."""
        document, path, recovered = self.document, found.photo.path, found.recovered
        self.deraining.abandon()
        self.series.remember()
        self.deraining.look_nowhere()
        edits = found.edits or Edits(Choices(document.first_model))
        choices = edits.choices if recovered is None else Choices.of(recovered.options)
        wanted = replace(document.wanted, **asdict(choices))
        self._autosave.restart(path, wanted)
        document.take(found, wanted, edits.area)
        if found.rain is not None:
            document.take_rain(found.rain, edits)
        finding = self.series.take(found)
        self.deraining.prepare()
        self.deraining.follow()
        if path is not None and path != places.sample_photo():
            recent = with_recent(self._preferences.settings.recent, path)
            self._preferences.change(recent=recent)
        if self._offer is not None:  # until answered: it is not offered twice
            notice = words.offer_of(self._offer, self.restore, self._forget)
        self.noticed.emit(notice or words.notice_of(found, self._use, self.folder_asked.emit))
        return finding

    def _take_scan(self, rescans: int, offers: tuple[Recovered, ...] | None) -> None:
        if offers:
            self.offer(offers[0])
        elif offers is None and rescans:
            QTimer.singleShot(RESCAN_MS, self, partial(self.look_for_recovery, rescans - 1))

    def _take_restored(self, offer: Recovered, found: opening.Found) -> None:
        """Do again what was done to a photo before a crash."""
        assert found.recovered is not None, "the job found it"
        self._offer = None
        self._take(found)
        for deed in found.recovered.deeds:
            self.document.history.replay(deed)
        if "derain" in found.recovered.deeds:
            self.derain()
        self._forget(offer)

    def _forget(self, offer: Recovered) -> None:
        self._offer = None
        self._autosave.forget(offer)

    def _options_changed(self, options: Options) -> None:
        """Show their known rain; keep the model of new photos for the next start."""
        self.deraining.abandon()
        found = self._engines.kept(self.document.photo, options)
        if self.document.layer is None and found is not None:  # by another page
            self.document.take_rain(found)
        self.deraining.prepare()
        self.deraining.follow()
        self._preferences.change(checkpoint=self.document.first_model)

    # Messages

    def _fail(self, error: Exception) -> None:
        self.saving.forget()
        self.failed.emit(error)
        self.noticed.emit(words.notice_of_failure(error, self._open_damaged))

    def _open_damaged(self, path: Path) -> None:
        self.read(path, damaged=True)

    def _tell_fallback(self, status: Status) -> None:
        """Show once the device that is not used because it computes wrongly here."""
        choice = status.choice
        if choice is not None and choice.problem and choice.problem != self._told_problem:
            self._told_problem = choice.problem
            self.noticed.emit(Notice(words.fallen_back_of(choice), "info"))

    def _use(self, provenance: "Provenance") -> None:
        is_installed = provenance.checkpoint in {card.id for card in self._models.cards}
        weights = provenance.checkpoint if is_installed else self.document.options.weights
        choices = Choices(weights, provenance.strength, provenance.keep_brightness)
        self.document.history.choose(choices)

    def _folder(self) -> Path | None:
        photo = self.document.photo
        if photo is not None and photo.path is not None:
            return photo.path.parent
        recent = self._preferences.settings.recent
        return path_kept(recent[0]).parent if recent else None
