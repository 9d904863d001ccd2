"""The batch of the window: its photos, which state it is in, where each photo stands.

It knows jobs and signals, no widgets and no dialogs. The journal knows what was done; this knows
what is asked for, and shows the one with the other.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.batch.autosave import Choices, KeepQueueJob, Kept, QueueFile, ReadQueueJob
from app.batch.engine import BatchEngine
from app.batch.jobs import (
    Asked,
    BatchJob,
    Ended,
    Entry,
    ForeseeJob,
    Gathered,
    GatherJob,
    Listed,
    Paused,
    ReportJob,
    added,
    results_folder,
    updated,
)
from app.batch.state import BatchState, BatchStatus
from app.photo.document import Document
from app.shell.settings import Preferences
from app.tasks import AnyJob, Tasks

if TYPE_CHECKING:
    from nledn.batch import Found, Update

FORESEE_AFTER_MS = 300  # of rest: a name that is being typed would be looked up with each letter


class Batch(QObject):
    """One batch at a time.

    Attributes:
        listed: (tuple of Entry); all photos anew.
        entry_changed: (Entry); one of them.
        status_changed: (BatchStatus).
        choices_changed: (Choices); not by the person.
        ended: (Ended); a run is over.
        failed: (exception).
    """

    listed = Signal(object)
    entry_changed = Signal(object)
    status_changed = Signal(object)
    choices_changed = Signal(object)
    ended = Signal(object)
    failed = Signal(object)

    def __init__(self, document: Document, tasks: Tasks, preferences: Preferences) -> None:
        super().__init__(document)
        self._document = document
        self._tasks = tasks
        self._preferences = preferences
        self._file = QueueFile()
        self._order = 0
        self.choices = Choices()
        self.watched: Path | None = None
        self.checkpoint = ""
        self.status = BatchStatus()
        self._found: Found | None = None
        self._entries: dict[Path, Entry] = {}
        self._counts: Counter[str] = Counter()
        self._running: dict[Path, float] = {}  # photos that are begun, and how far they are
        self._state = BatchState.EMPTY
        self._run: BatchJob | None = None
        self._update: Update | None = None
        self._gathering: GatherJob | None = None
        self._to_gather: list[tuple[tuple[Path, ...], bool]] = []
        self._starts = False  # the photos that are being gathered
        self._foreseeing: ForeseeJob | None = None
        self._reporting: ReportJob | None = None
        self._has_more = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(FORESEE_AFTER_MS)
        self._rest.timeout.connect(self.foresee)

    # What is asked for

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its photos, in order."""
        return tuple(self._entries.values())

    def add(self, paths: Iterable[Path], *, starts: bool = False) -> None:
        """Find photos among files and folders; a run begins with them if it `starts`."""
        self._to_gather.append((tuple(paths), starts))
        self._gather()

    def start_none(self) -> None:
        """Photos that are still looked for are listed, and no run begins with them."""
        self._to_gather = [(paths, False) for paths, _ in self._to_gather]
        self._starts = False

    def remove(self, sources: Iterable[Path]) -> None:
        """Take photos off the list; their files and results stay."""
        found = self._found
        if found is None or self._run is not None:
            return
        gone = set(sources)
        files = tuple(file for file in found.files if found.root / file not in gone)
        if not files:
            self.clear()
            return
        self._found = replace(found, files=files)
        self._show(tuple(each for each in self.entries if each.source not in gone))
        self.keep()
        self.foresee()

    def clear(self) -> None:
        """Forget the photos, and the folder of results that was chosen for them."""
        if self._run is None:
            self._gathering, self._to_gather = None, []
            self._found = None
            self._stop_foreseeing()
            self.choices = replace(self.choices, out="")
            self.choices_changed.emit(self.choices)
            self._show(())
            self.keep()

    def set_choices(self, choices: Choices) -> None:
        """Other names, another folder; what that means for the photos follows."""
        if choices != self.choices and self._run is None:
            self.choices = choices
            if self._found is not None:
                out = results_folder(choices.out, self._found.root)
                self.choices = replace(choices, out=out)
            if self.choices != choices:
                self.choices_changed.emit(self.choices)
            self.keep()
            self.foresee_soon()

    def set_watched(self, folder: Path | None) -> None:
        """Remember a folder that is watched."""
        self.watched = folder
        self.keep()

    def foresee_soon(self) -> None:
        """Look it up when what is being chosen has come to rest."""
        self._rest.start()

    def foresee(self) -> None:
        """Look up what a run would do now."""
        if self._found is not None and self._found.files and self._run is None:
            self._stop_foreseeing()
            self._foreseeing = ForeseeJob(self.asked())
            self._tasks.submit(self._foreseeing)
            self._tell()

    def asked(self, *, retry_failed: bool = False) -> Asked:
        """The batch as it is now; checkpoint and strength are those of the open photo."""
        assert self._found is not None
        options = replace(self._document.options, strength=self._document.strength)
        kept = self._preferences.settings
        return Asked(self._found, self.choices, options, kept.quality, kept.record, retry_failed)

    # A run

    def start(self, *, retry_failed: bool = False) -> None:
        """Do what is planned."""
        if self._found is None or self._run is not None:
            return
        asked = self.asked(retry_failed=retry_failed)
        engines = self._document.engines
        # The strength is no matter of the engine: the photo's and the batch's are one engine.
        options = replace(asked.options, strength=self._document.options.strength)
        self._run = BatchJob(asked, BatchEngine(self._tasks, engines, options))
        self._stop_foreseeing()
        self._update = None
        self._has_more = False
        self._set_stage(BatchState.RUNNING)
        self._tasks.submit(self._run)

    def pause(self) -> None:
        """Stop computing after this tile, and give up nothing."""
        if self._run is not None and self._state is BatchState.RUNNING:
            self._run.engine.pause()
            self._set_stage(BatchState.PAUSING)

    def resume(self) -> None:
        """Go on with the tile that comes next."""
        if self._run is not None and self._state in (BatchState.PAUSING, BatchState.PAUSED):
            self._run.engine.resume()
            self._set_stage(BatchState.RUNNING)

    def cancel(self) -> None:
        """End the run after this tile; what is done stays done."""
        self.start_none()
        if self._run is not None:
            self._has_more = False
            self._tasks.cancel(self._run)
            self._set_stage(BatchState.STOPPING)
        if self._reporting is not None:
            self._tasks.cancel(self._reporting)

    def make_report(self) -> None:
        """Write the report; the controller hears of it."""
        if self._found is not None and self._run is None and self._reporting is None:
            self._reporting = ReportJob(self.asked())
            self._tasks.submit(self._reporting)
            self._tell()

    # Between starts

    def restore(self) -> None:
        """Read the batch of the last start."""
        self._tasks.submit(ReadQueueJob(self._file))

    def keep(self) -> None:
        """Keep the batch for the next start."""
        found = self._found
        root, files = (None, ()) if found is None else (found.root, found.files)
        self._order += 1
        kept = Kept(root, files, self.choices, self.watched)
        self._tasks.submit(KeepQueueJob(self._file, kept, self._order))

    # What comes back

    def finished(self, job: AnyJob, result: Any) -> None:
        """A job is done."""
        if job is self._gathering:
            self._gathering = None
            if job.have is self._found:
                self._take(result, starts=self._starts)
            else:  # photos were taken off the list meanwhile: they are not to come back
                self._to_gather.insert(0, (job.paths, self._starts))
            self._gather()
        elif job is self._foreseeing:
            self._foreseeing = None
            self.checkpoint = result.checkpoint
            self._show(result.entries)
        elif job is self._run:
            self._end(result)
        elif job is self._reporting:
            self._reporting = None
            self._tell()
        elif isinstance(job, ReadQueueJob) and self._found is None:
            self._restore(*result)

    def reported(self, job: AnyJob, value: Any) -> None:
        """A run tells how far it is."""
        if job is not self._run:
            return
        if isinstance(value, Listed):
            self.checkpoint = value.checkpoint
            self._show(self._with_later(value))
        elif isinstance(value, Paused):
            if self._state is BatchState.PAUSING:
                self._set_stage(BatchState.PAUSED)
        else:
            self._take_update(value)

    def stopped(self, job: AnyJob) -> None:
        """A job was cancelled."""
        self._give_up(job)

    def job_failed(self, job: AnyJob, error: BaseException) -> None:
        """A job could not be done."""
        if self._give_up(job):
            self.failed.emit(error)

    # Inside

    def _stop_foreseeing(self) -> None:
        """What it would find is out of date, and others wait for its thread."""
        self._tasks.cancel(self._foreseeing)
        self._foreseeing = None

    def _gather(self) -> None:
        """One at a time: each adds to what the one before it found."""
        if self._gathering is None and self._to_gather:
            paths, self._starts = self._to_gather.pop(0)
            self._gathering = GatherJob(paths, self._found, self.choices, self._starts)
            self._tasks.submit(self._gathering)
        self._tell()

    def _take(self, gathered: Gathered, *, starts: bool) -> None:
        self._found = gathered.found
        if not self.choices.out:
            self.choices = replace(self.choices, out=gathered.choices.out)
            self.choices_changed.emit(self.choices)
        self._show(added(gathered.found, self.entries))
        self.keep()
        if self._run is not None:
            self._has_more = True
        elif not gathered.found.files:
            return  # a watched folder that is empty
        elif starts:
            self.start()
        else:
            self.foresee()

    def _with_later(self, listed: Listed) -> tuple[Entry, ...]:
        """What a run knows, and photos that were added since it began."""
        assert self._run is not None
        if not self._has_more or self._found is None:
            return listed.entries
        return added(self._found, listed.entries)

    def _take_update(self, update: "Update") -> None:
        self._update = update
        entry = self._entries.get(update.source)
        if entry is not None:
            self._change(updated(entry, update, Path(self.choices.out).expanduser()))

    def _change(self, entry: Entry) -> None:
        self._counts[self._entries[entry.source].state] -= 1
        self._counts[entry.state] += 1
        self._entries[entry.source] = entry
        self._running.pop(entry.source, None)
        if entry.state == "running":
            self._running[entry.source] = entry.share
        self.entry_changed.emit(entry)
        self._tell()

    def _end(self, ended: Ended) -> None:
        entries = self._with_later(ended.listed)
        # Whoever cancels during the last tile of the last photo has ended a run that was done.
        is_stopped = self._state is BatchState.STOPPING
        is_over = is_stopped or ended.cancelled or ended.error is not None
        self._run = None
        self._show(entries)
        if self._has_more and not is_over:
            self.start()
        else:
            self.ended.emit(ended)

    def _give_up(self, job: AnyJob) -> bool:
        """Forget a job that came to nothing; whether it was one of ours."""
        if job is self._run:
            self._run = None
            self._show(self.entries)
            self.foresee()
        elif job is self._gathering:
            self._gathering = None
            self._gather()
        elif job is self._foreseeing:
            self._foreseeing = None
        elif job is self._reporting:
            self._reporting = None
        else:
            return isinstance(job, KeepQueueJob | ReadQueueJob)
        self._tell()
        return True

    def _restore(self, kept: Kept, found: "Found | None") -> None:
        self.choices, self.watched, self._found = kept.choices, kept.watched, found
        self.choices_changed.emit(self.choices)
        if found is not None:
            self._show(added(found, ()))
            self.foresee()

    def _show(self, entries: tuple[Entry, ...]) -> None:
        self._entries = {entry.source: entry for entry in entries}
        self._counts = Counter(entry.state for entry in entries)
        self._running = {each.source: each.share for each in entries if each.state == "running"}
        self.listed.emit(entries)
        if self._run is None:
            self._state = BatchState.READY if entries else BatchState.EMPTY
        self._tell()

    def _set_stage(self, state: BatchState) -> None:
        self._state = state
        self._tell()

    def _tell(self) -> None:
        counts, update = self._counts, self._update
        busy = (self._gathering, self._foreseeing, self._reporting)
        status = BatchStatus(
            state=self._state,
            total=len(self._entries),
            planned=counts["planned"] + counts["running"],
            done=counts["done"],
            failed=counts["failed"],
            skipped=counts["skipped"],
            under_way=sum(self._running.values()),
            is_looking=any(job is not None for job in busy),
            megapixels_per_second=update.megapixels_per_second if update else None,
            seconds_left=update.seconds_left if update else None,
        )
        if status != self.status:
            self.status = status
            self.status_changed.emit(status)
