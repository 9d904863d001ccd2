"""Work for the Batch page: finding photos, the preview, the run, the report."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from app.batch.engine import BatchEngine
from app.batch.state import BatchState, BatchStatus, Choices, Saving
from app.shell.names import folder_typed
from app.tasks import Job, QueueName, Work
from nledn import Options
from nledn.errors import BatchInputEmpty, DerainError, NotAPhoto, PhotoIsVideo

if TYPE_CHECKING:
    from nledn.batch import BatchRequest, Ending, Found, Queue, Row, Update


@dataclass(frozen=True)
class Entry:
    """A photo in the list of a batch.

    Attributes:
        name: of the photo below the batch's folder.
        state: planned, running, done, failed or skipped.
        seconds: of computing, when it is done.
        error: why it failed, was skipped, or would be.
        output: the result, or its place; None without one.
        share: computed part of a running one, 0 to 1.
        little: nearly nothing changed.
        moved: change of the overall brightness, in levels of 255; 0 if small.
    """

    source: Path
    name: str
    state: str = "planned"
    seconds: float = 0.0
    error: DerainError | None = None
    output: Path | None = None
    share: float = 0.0
    little: bool = False
    moved: int = 0
    row: "Row | None" = None


@dataclass(frozen=True)
class Asked:
    """The window's request for a batch."""

    found: "Found"
    choices: Choices
    options: Options
    saving: Saving
    retry_failed: bool = False

    def request(self) -> "BatchRequest":
        """The same for `nledn.batch`; reads the checkpoint's card.

        Raises:
            OptionInvalid: a value that a batch does not take.
            UnknownCheckpoint: no checkpoint of that id.
        """
        from nledn import batch, catalog

        settings = batch.BatchSettings(
            options=self.options,
            name=self.choices.name,
            conflict=self.choices.conflict,
            format=self.choices.format,
            **vars(self.saving),
        )
        card = catalog.card_of(self.options.weights)
        out = Path(self.choices.out).expanduser()
        return batch.BatchRequest(self.found, out, settings, card, retry_failed=self.retry_failed)


@dataclass(frozen=True)
class Ended:
    """A run is over; `entries` are its photos."""

    entries: tuple[Entry, ...]
    cancelled: bool
    error: DerainError | None


Reported: TypeAlias = "tuple[Entry, ...] | Update | BatchState"
"""The reports of a run: its photos, an update of one, or that it is paused now."""


@dataclass(frozen=True, eq=False)
class GatherJob(Job["tuple[Found, Path]"]):
    """Find the photos among files and folders.

    The answer is all photos of the batch, and the folder beside which results go.

    Attributes:
        out: folder of the results, as typed.
        starts: they come from a watched folder, and a run begins at once.
    """

    paths: tuple[Path, ...]
    have: "Found | None"
    out: str
    starts: bool = False

    def run(self, work: Work) -> "tuple[Found, Path]":
        """Find them, folders with their subfolders."""
        from nledn.batch import Found, together

        first = self.paths[0]
        beside = first if first.is_dir() else first.parent
        refused: list[DerainError] = []
        new = list(_found(self.paths, Path(results_folder(self.out, beside)), refused))
        if not new and self.starts:
            new = [Found(first, ())]  # a watched folder may be empty for now
        if not new:
            raise refused[0]
        have = [] if self.have is None else [self.have]
        return together([*have, *new]), beside


@dataclass(frozen=True, eq=False)
class ForeseeJob(Job[tuple[Entry, ...]]):
    """Preview a run without writing; the answer is its photos."""

    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    asked: Asked

    def run(self, work: Work) -> tuple[Entry, ...]:
        """Look."""
        from nledn.batch import preview

        request = self.asked.request()
        root = request.found.root
        return tuple(
            replace(entry_of(each.row, root, request.out), output=each.target, error=each.error)
            for each in preview(request, work.cancel)
        )


@dataclass(frozen=True, eq=False)
class BatchJob(Job[Ended, Reported]):
    """Do the planned work; report its photos, their updates and the beginning of a pause."""

    queue: ClassVar[QueueName] = "batch"
    asked: Asked
    engine: BatchEngine = field(repr=False)

    def run(self, work: Work[Reported]) -> Ended:
        """Do it."""
        from nledn.batch import Queue

        self.engine.on_stand = lambda: work.report(BatchState.PAUSED)
        with Queue.opened(self.asked.request()) as queue:
            work.report(_listed(queue))
            ending = self._computed(queue, work)
            return Ended(_listed(queue), ending.cancelled, ending.error)

    def _computed(self, queue: "Queue", work: Work[Reported]) -> "Ending":
        from nledn.batch import Ending, run

        counts = queue.counts()
        if counts.planned == 0:
            return Ending(counts)
        self.engine.load()
        return run(queue, self.engine, work.report, work.cancel, self.engine.clock)


@dataclass(frozen=True, eq=False)
class ReportJob(Job[Path]):
    """Write the report of a batch in its present state; the answer is its path."""

    queue: ClassVar[QueueName] = "batch"
    asked: Asked

    def run(self, work: Work) -> Path:
        """Write it into the folder of the results."""
        from nledn import report
        from nledn.batch import Queue, report_of

        with Queue.opened(self.asked.request(), plan=False) as queue:
            path = report.page_in(queue.workspace.out)
            in_words = partial(DerainError.in_window, translated=str)  # a report is in English
            report.write(report_of(queue, work.cancel, in_words), path)
        return path


def entry_of(row: "Row", root: Path, out: Path) -> Entry:
    """A row of the journal as an entry of the list."""
    from nledn.batch.figures import BRIGHTNESS_MOVED, LITTLE_TAKEN

    entry = Entry(
        source=row.source,
        name=str(row.source.relative_to(root)),
        state=row.state.value,
        seconds=row.seconds,
        error=row.error,
        row=row,
    )
    if row.state != "done" or row.figures is None or row.output is None:
        return entry
    change = row.figures.change
    return replace(
        entry,
        output=out / row.output,
        little=change.taken < LITTLE_TAKEN,
        moved=round(change.brightness) if abs(change.brightness) > BRIGHTNESS_MOVED else 0,
    )


def added(found: "Found", known: Sequence[Entry]) -> tuple[Entry, ...]:
    """Entries of a running batch with added photos: known ones unchanged, then the new."""
    have = {entry.source: entry for entry in known}
    sources = (found.root / file for file in found.files)
    return tuple(
        have.get(source) or Entry(source, str(source.relative_to(found.root))) for source in sources
    )


def counted(entries: Sequence[Entry]) -> BatchStatus:
    """Count the photos by their states."""
    counts = Counter(entry.state for entry in entries)
    return BatchStatus(
        total=len(entries),
        planned=counts["planned"] + counts["running"],
        done=counts["done"],
        failed=counts["failed"],
        skipped=counts["skipped"],
        under_way=sum(entry.share for entry in entries if entry.state == "running"),
    )


def _listed(queue: "Queue") -> tuple[Entry, ...]:
    root, out = queue.request.found.root, queue.workspace.out
    return tuple(entry_of(row, root, out) for row in queue.rows())


def updated(entry: Entry, update: "Update", out: Path) -> Entry:
    """An entry after something happened to its photo."""
    if update.row is None:
        return replace(entry, state=update.state.value, share=update.share, error=None)
    root = entry.source.parents[len(Path(entry.name).parts) - 1]
    return entry_of(update.row, root, out)


RESULTS = "derained"
"""The default name of the results folder, beside the photos."""


def results_folder(out: str, beside: Path) -> str:
    """The folder that the user typed; a relative one lies beside the photos."""
    return str(folder_typed(out or RESULTS, beside))


def _found(paths: Iterable[Path], out: Path, refused: list[DerainError]) -> Iterable["Found"]:
    from nledn import photo
    from nledn.batch import Found, in_folder

    suffixes = frozenset(photo.readable_suffixes())
    for path in paths:
        if path.is_dir():
            try:
                yield in_folder(path, recursive=True, out=out)
            except (BatchInputEmpty, PhotoIsVideo) as error:
                refused.append(error)  # the others may have some
        elif path.suffix.lower() in suffixes and not path.name.startswith("."):
            yield Found(path.parent, (Path(path.name),))
        else:
            refused.append(NotAPhoto(path))
