"""The batch of the window: its photos, its state and theirs.

It knows tasks and signals, no widgets and no dialogs. The journal knows the finished work; this
knows the requests, and shows both.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.batch import jobs
from app.batch.engine import BatchEngine
from app.batch.jobs import Asked, Ended, Entry, Reported
from app.batch.state import BatchState, BatchStatus, Choices, Kept, QueueFile, Saving
from app.shell.engines import Engines
from app.shell.settings import Preferences, Settings
from app.tasks import Call, Task, Tasks
from nledn import Options

if TYPE_CHECKING:
    from nledn.batch import Found, Update

# Of idle time: a name that is being typed would be looked up with each letter.
FORESEE_AFTER_MS = 300


class Batch(QObject):
    """One batch at a time.

    Attributes:
        listed: (tuple of Entry); all photos, after any change.
        photo_done: (Path, Path, Options); a run wrote the result of a photo with its options.
        restored: the batch of the last start is back.
        foreseen: the list shows what a run would do now.
        ended: (Ended); a run is over.
    """

    listed = Signal(object)
    entry_changed = Signal(object)
    photo_done = Signal(object, object, object)
    status_changed = Signal(object)
    choices_changed = Signal(object)
    restored = Signal()
    foreseen = Signal()
    ended = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        tasks: Tasks,
        preferences: Preferences,
        engines: Engines,
        options: Callable[[], Options],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._preferences = preferences
        self._engines = engines
        self.options = options
        self._chosen = self._present()  # by a click
        self._file = QueueFile()
        self.choices = Choices()
        self.watched: Path | None = None
        self._arriving: Path | None = None  # the same, unless watching it has failed
        self.status = BatchStatus()
        self._found: Found | None = None
        self._entries: dict[Path, Entry] = {}
        self._state = BatchState.EMPTY
        self._engine: BatchEngine | None = None  # of the run
        self._run: Task[Ended, Reported] | None = None
        self._update: Update | None = None
        self._to_gather: list[tuple[tuple[Path, ...], bool]] = []  # with whether a run begins
        self._gathering: Task[tuple[Found, Path]] | None = None  # the first of them
        self._foreseeing: Task[tuple[Entry, ...]] | None = None
        self._reporting: Task[Path] | None = None
        self._has_more = False
        self._rest = QTimer(self, singleShot=True, interval=FORESEE_AFTER_MS)
        self._rest.timeout.connect(self.foresee)
        preferences.changed.connect(self._take_settings)

    # Requests

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its photos, in order."""
        return tuple(self._entries.values())

    @property
    def is_running(self) -> bool:
        """A run has the output folder."""
        return _is_busy(self._run)

    def add(self, paths: Iterable[Path], *, starts: bool = False) -> None:
        """Find photos among files and folders; a run begins with them if it `starts`."""
        self._to_gather.append((tuple(paths), starts))
        self._gather()

    def start_none(self) -> None:
        """List photos that are still being found, and begin no run with them."""
        self._to_gather = [(paths, False) for paths, _ in self._to_gather]

    def remove(self, sources: Iterable[Path]) -> None:
        """Take photos off the list; their files and results stay."""
        found = self._found
        if found is None or self.is_running:
            return
        gone = set(sources)
        files = tuple(file for file in found.files if found.root / file not in gone)
        if not files:
            self.clear()
            return
        self._set_found(replace(found, files=files))
        self._show(tuple(each for each in self.entries if each.source not in gone))
        self.keep()
        self.foresee()

    def clear(self) -> None:
        """Forget the photos and, unless more arrive, their chosen folder of results."""
        if not self.is_running:
            self._to_gather.clear()
            self._forget()

    def set_choices(self, choices: Choices) -> None:
        """Change names or folder; the new preview follows."""
        if choices == self.choices or self.is_running:
            return
        if self._found is not None:
            choices = replace(choices, out=jobs.results_folder(choices.out, self._found.root))
        self.choices = choices
        self.choices_changed.emit(choices)
        self.keep()
        self.foresee_soon()

    def expect(self, folder: Path | None) -> None:
        """Let what arrives in a folder join the batch, at its place in the tree; None ends that."""
        before, self._arriving = self._arriving, folder
        if before is not None and folder is None and not self._entries:
            self._forget()

    def set_watched(self, folder: Path | None) -> None:
        """Remember a watched folder, whose photos have the present choices of the Photo page."""
        self.watched = folder
        self._choose()

    def foresee_soon(self) -> None:
        """Preview a run once the choices are idle."""
        self._rest.start()

    def foresee(self) -> None:
        """Preview a run now."""
        if self._found is not None and self._found.files and not self.is_running:
            self._stop_foreseeing()
            task = self._foreseeing = self._tasks.submit(jobs.ForeseeJob(self.asked()))
            task.succeeded.connect(self._take_foreseen)
            task.failed.connect(self._fail)
            self._tell()

    def asked(self) -> Asked:
        """The batch as it is now; model, strength and brightness are those of the open photo."""
        assert self._found is not None
        return Asked(self._found, self.choices, *self._present())

    # A run

    def start(self, *, retry_failed: bool = False) -> None:
        """Do the planned work with the present choices."""
        if self._found is not None and not self.is_running:
            self._choose()
            self._begin(retry_failed=retry_failed)

    def _choose(self) -> None:
        """Take the present choices for all runs until the next click; one under way has its own."""
        if not self.is_running:
            self._chosen = self._present()
        self.keep()

    def _present(self) -> tuple[Options, Saving]:
        return self.options(), Saving.of(self._preferences.settings)

    def _begin(self, *, retry_failed: bool = False) -> None:
        """Do the planned work with the choices of the last click."""
        assert self._found is not None
        # Strength and brightness do not matter to the engine: the photo and the batch share one.
        self._engine = BatchEngine(self._tasks, self._engines, self._chosen[0])
        self._stop_foreseeing()
        self._update = None
        self._has_more = False
        asked = Asked(self._found, self.choices, *self._chosen, retry_failed)
        task = self._run = self._tasks.submit(jobs.BatchJob(asked, self._engine))
        task.progressed.connect(self._take_progress)
        task.succeeded.connect(self._end)
        task.cancelled.connect(self._give_up)
        task.failed.connect(self._run_failed)
        self._set_state(BatchState.RUNNING)

    def go(self) -> None:
        """Start; or pause after this tile; or continue with the next one."""
        if self._engine is None or not self.is_running:
            self.start()
        elif self._state is BatchState.RUNNING:
            self._engine.pause()
            self._set_state(BatchState.PAUSING)
        elif self._state is not BatchState.STOPPING:
            self._engine.resume()
            self._set_state(BatchState.RUNNING)

    def cancel(self) -> None:
        """End the run after this tile; finished photos are kept."""
        self.start_none()
        if self._run is not None and self.is_running:
            self._has_more = False
            self._run.cancel()
            self._set_state(BatchState.STOPPING)
        if self._reporting is not None:
            self._reporting.cancel()

    def make_report(self, show: Callable[[Path], object]) -> None:
        """Write the report, then `show` it."""
        if self._found is not None and not self.is_running and not _is_busy(self._reporting):
            task = self._reporting = self._tasks.submit(jobs.ReportJob(self.asked()))
            task.succeeded.connect(show)
            task.succeeded.connect(self._tell)
            task.cancelled.connect(self._tell)
            task.failed.connect(self._fail)
            self._tell()

    # Between starts

    def restore(self) -> None:
        """Read the batch of the last start; `restored` follows, unless photos came sooner."""
        task = self._tasks.submit(Call(self._file.read))
        task.succeeded.connect(self._restore)
        task.failed.connect(self._fail)

    def keep(self) -> None:
        """Keep the batch for the next start."""
        self._file.latest = Kept(self._found, self.choices, self.watched, *self._chosen)
        task = self._tasks.submit(Call(self._file.write))
        task.failed.connect(self._fail)

    # Inside

    def _take_settings(self, before: Settings, now: Settings) -> None:
        if Saving.of(before) != Saving.of(now):
            self.foresee_soon()

    def _fail(self, error: Exception) -> None:
        self._tell()
        self.failed.emit(error)

    def _set_found(self, found: "Found | None") -> None:
        """Change the photos; photos that are being added are looked for again."""
        self._found = found
        if self._gathering is not None:
            self._gathering.abandon(cancel=True)
            self._gather()

    def _forget(self) -> None:
        found = None
        if self._arriving is None:
            self.choices = replace(self.choices, out="")
            self.choices_changed.emit(self.choices)
        elif self._found is not None:
            found = replace(self._found, files=())
        self._set_found(found)
        self._stop_foreseeing()
        self._show(())
        self.keep()

    def _gather(self) -> None:
        """Find photos, one request at a time: each adds to the result of the last."""
        if not _is_busy(self._gathering) and self._to_gather:
            paths, starts = self._to_gather[0]
            job = jobs.GatherJob(paths, self._found, self.choices.out, starts)
            task = self._gathering = self._tasks.submit(job)
            task.succeeded.connect(self._take_gathered)
            task.failed.connect(self._not_gathered)
        self._tell()

    def _take_gathered(self, gathered: "tuple[Found, Path]") -> None:
        _, starts = self._to_gather.pop(0)
        found, beside = gathered
        self._found = found
        out = jobs.results_folder(self.choices.out, beside)
        if out != self.choices.out:
            self.choices = replace(self.choices, out=out)
            self.choices_changed.emit(self.choices)
        self._show(jobs.added(found, self.entries))
        self.keep()
        if self.is_running:
            self._has_more = True
        elif found.files:  # a watched folder may be empty
            self._begin() if starts else self.foresee()
        self._gather()

    def _not_gathered(self, error: Exception) -> None:
        self._to_gather.pop(0)
        self._gather()
        self.failed.emit(error)

    def _take_foreseen(self, entries: tuple[Entry, ...]) -> None:
        self._show(entries)
        self.foreseen.emit()

    def _stop_foreseeing(self) -> None:
        """Abandon a preview: its answer is out of date, and others wait for its thread."""
        if self._foreseeing is not None:
            self._foreseeing.abandon(cancel=True)

    def _take_progress(self, value: Reported) -> None:
        if isinstance(value, tuple):
            self._show(self._with_later(value))
        elif isinstance(value, BatchState):
            if self._state is BatchState.PAUSING:
                self._set_state(value)
        else:
            self._update = value
            entry = self._entries.get(value.source)
            if entry is not None:
                self._change(jobs.updated(entry, value, Path(self.choices.out).expanduser()))

    def _with_later(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Show the photos of a run, and those added since it began."""
        if not self._has_more or self._found is None:
            return entries
        return jobs.added(self._found, entries)

    def _change(self, entry: Entry) -> None:
        self._entries[entry.source] = entry
        self.entry_changed.emit(entry)
        if entry.state == "done" and entry.output is not None:
            self.photo_done.emit(entry.source, entry.output, self._chosen[0])
        self._tell()

    def _end(self, ended: Ended) -> None:
        state = self._state
        # A run that is cancelled during its very last tile is complete.
        is_over = state is BatchState.STOPPING or ended.cancelled or ended.error is not None
        self._show(self._with_later(ended.entries))
        if self._has_more and not is_over:
            self._begin()
            if state is BatchState.PAUSING:
                self.go()
            return
        self.ended.emit(ended)
        is_outdated = self._arriving is None and self._present() != self._chosen
        if ended.error is None and (ended.cancelled or is_outdated):
            self.foresee_soon()

    def _give_up(self) -> None:
        """Note that the run failed."""
        self._show(self.entries)
        self.foresee()

    def _run_failed(self, error: Exception) -> None:
        self._give_up()
        self.failed.emit(error)

    def _restore(self, kept: Kept) -> None:
        if self._entries:
            return
        self.choices, self.watched = kept.choices, kept.watched
        present = self._present()
        self._chosen = kept.options or present[0], kept.saving or present[1]
        self.choices_changed.emit(self.choices)
        if kept.found is not None:
            self._set_found(kept.found)
            self._show(jobs.added(kept.found, ()))
            self.foresee()
        self.restored.emit()

    def _show(self, entries: tuple[Entry, ...]) -> None:
        self._entries = {entry.source: entry for entry in entries}
        self.listed.emit(entries)
        if not self.is_running:
            self._state = BatchState.READY if entries else BatchState.EMPTY
        self._tell()

    def _set_state(self, state: BatchState) -> None:
        self._state = state
        self._tell()

    def _tell(self, _outcome: object = None) -> None:
        status = replace(
            jobs.counted(self.entries),
            state=self._state,
            is_looking=any(map(_is_busy, (self._gathering, self._foreseeing, self._reporting))),
            seconds_left=self._update.seconds_left if self._update else None,
        )
        if status != self.status:
            self.status = status
            self.status_changed.emit(status)


def _is_busy(task: Task[Any, Any] | None) -> bool:
    return task is not None and not task.is_done
