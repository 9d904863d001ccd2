"""The client's side of a batch: it owns plan, journal and lock, gives out jobs, takes outcomes.

Whoever computes, threads here or workers elsewhere, only sees jobs and outcomes.
"""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nledn.batch import place
from nledn.batch.figures import truth_of
from nledn.batch.journal import Journal
from nledn.batch.lock import Lock
from nledn.batch.place import WHOLE, Shard
from nledn.batch.plan import Asked, expected_ending, planned, seen_now
from nledn.batch.rows import (
    Counts,
    Done,
    Failed,
    Job,
    Outcome,
    PutBack,
    Row,
    Scores,
    Skipped,
    State,
    Thumbnails,
)
from nledn.batch.settings import Settings
from nledn.batch.sources import Found, identity_of
from nledn.batch.targets import present_at, resolved
from nledn.card import Card
from nledn.errors import BatchBusy, BatchInputEmpty, WouldReplaceSource
from nledn.messages import explain


@dataclass(frozen=True)
class Request:
    """A batch as it is asked for.

    Attributes:
        found: its photos.
        out: the output folder.
        settings: for each photo.
        card: of the checkpoint.
        shard: the part of it that this run does.
        retry_failed: try failed photos again though nothing has changed.
    """

    found: Found
    out: Path
    settings: Settings
    card: Card
    shard: Shard = WHOLE
    retry_failed: bool = False


@dataclass(frozen=True)
class Foreseen:
    """What a run would do with a photo.

    Attributes:
        row: as it is planned.
        target: where the result would go, or is already; None when there would be none.
        sentence: why there would be none.
    """

    row: Row
    target: Path | None = None
    sentence: str = ""


def preview(request: Request) -> list[Foreseen]:
    """What a run would do, photo by photo; nothing is written.

    Raises:
        JournalFailed: there is a journal, but it cannot be read.
        BatchInputEmpty: there is no photo but earlier results.
    """
    where = place.existing(request.out, request.shard)
    known: dict[Path, Row] = {}
    for path in (*where.others, where.journal):
        known |= _known(path) if path.exists() else {}
    maker = _JobMaker(request)
    return [_foreseen(row, maker) for row in _planned(request, known)]


def _foreseen(row: Row, maker: "_JobMaker") -> Foreseen:
    if row.state is not State.PLANNED:
        done = None if row.output is None else maker.out / row.output
        return Foreseen(row, done if row.state is State.DONE else None, row.sentence)
    job, _ = maker.job(row)
    try:
        found = resolved(job, expected_ending(row.source, maker.request.settings), maker.settings)
    except WouldReplaceSource as error:
        return Foreseen(row, sentence=str(explain(error)))
    if isinstance(found, Skipped):
        return Foreseen(row, sentence=found.sentence)
    return Foreseen(row, found.path)


def _known(path: Path) -> dict[Path, Row]:
    journal = Journal(path, read_only=True)
    try:
        return {row.source: row for row in journal.rows(all_runs=True)}
    finally:
        journal.close()


def _planned(request: Request, known: dict[Path, Row]) -> list[Row]:
    out = Path(os.path.abspath(request.out))
    rows = planned(
        request.found, known, Asked(out, request.settings, request.card, request.retry_failed)
    )
    if not rows:
        raise BatchInputEmpty(request.found.root)
    # The whole is planned before it is cut, so that all parts agree on names and numbers.
    return rows[request.shard.index - 1 :: request.shard.count]


class Queue:
    """A batch that is open: `take` jobs, `finish` them, close it.

    Safe from several threads. Make one with `opened`.

    Attributes:
        request: what was asked for.
        place: where the journal is.
    """

    def __init__(self, request: Request, where: place.Place, journal: Journal) -> None:
        self.request = request
        self.place = where
        self._journal = journal
        self._taking = threading.Lock()
        self._lock: Lock | None = None
        self._lost: BatchBusy | None = None
        self._maker = _JobMaker(request)

    @classmethod
    def opened(cls, request: Request) -> "Queue":
        """Take the output folder, clean up what dead runs left, and plan.

        Raises:
            BatchBusy: a run that is alive works on the output folder.
            BatchInputEmpty: there is no photo but earlier results.
            JournalFailed: the journal cannot be used.
            WriteError: the output folder cannot be made or written.
        """
        where = place.prepared(request.out, request.shard)
        queue = cls(request, where, Journal(where.journal))
        try:
            queue._start()
        except BaseException:
            queue.close()
            raise
        return queue

    def __enter__(self) -> "Queue":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the output folder back. Photos that were begun count as such until the next run."""
        try:
            if self._lock is not None:
                self._lock.release()
        finally:
            self._journal.close()

    def _start(self) -> None:
        lock = Lock(self.place.journal, self.place.out)
        lock.acquire(self._note_loss)
        self._lock = lock
        alone = place.refuse_other_runs(self.place, self.request.shard)
        known: dict[Path, Row] = {}
        for path in self.place.others:
            known |= _known(path)
        known |= {row.source: row for row in self._journal.rows(all_runs=True)}
        rows = _planned(self.request, known)
        self._journal.plan(rows)
        if alone:
            begun = [row for row in known.values() if row.present is not None]
            folders = {(self.place.out / row.base).parent for row in (*rows, *begun)}
            place.remove_leftovers(folders)

    def _note_loss(self, error: BatchBusy) -> None:
        self._lost = error

    def take(self) -> Job | None:
        """The next photo to be done; None when there is none left.

        Raises:
            BatchBusy: another run has taken the output folder over.
            JournalFailed, OutputDiskFull: the journal cannot be written.
        """
        with self._taking:
            if self._lost is not None:
                raise self._lost
            row = self._journal.next_planned()
            if row is None:
                return None
            job, present = self._maker.job(row)
            self._journal.write(
                replace(
                    row,
                    state=State.RUNNING,
                    seen=seen_now(row.source),
                    present=present if row.present is None else row.present,
                )
            )
            return job

    def finish(self, job: Job, outcome: Outcome) -> Row:
        """Write down what became of a job.

        Raises:
            JournalFailed, OutputDiskFull: the journal cannot be written.
        """
        row = replace(self._journal.row(job.source), present=None, kind="", sentence="")
        thumbnails = None
        match outcome:
            case Done():
                thumbnails = outcome.thumbnails
                row = replace(
                    row,
                    state=State.DONE,
                    seen=outcome.source_seen,
                    output=outcome.output.relative_to(self.place.out),
                    output_seen=outcome.output_seen,
                    seconds=outcome.seconds,
                    device=outcome.device,
                    figures=outcome.figures,
                    scores=outcome.scores,
                )
            case Failed():
                row = replace(row, state=State.FAILED, kind=outcome.kind, sentence=outcome.sentence)
            case Skipped():
                row = replace(row, state=State.SKIPPED, sentence=outcome.sentence)
            case PutBack():
                row = replace(row, state=State.PLANNED)
        self._journal.write(row, thumbnails)
        return row

    def add(self, row: Row, scores: Scores | None, thumbnails: Thumbnails | None) -> Row:
        """Add what a report asks of a photo that was done without it; None leaves what it has.

        Raises:
            JournalFailed, OutputDiskFull: the journal cannot be written.
        """
        row = row if scores is None else replace(row, scores=scores)
        self._journal.write(row, thumbnails)
        return row

    def rows(self) -> Iterator[Row]:
        """The photos of this run, in order, as they stand."""
        return self._journal.rows()

    def thumbnails(self, row: Row) -> Thumbnails | None:
        """The small pictures of a photo, if it has any."""
        return self._journal.thumbnails(row.source)

    def counts(self) -> Counts:
        """How far the run is."""
        return self._journal.counts()


class _JobMaker:
    """Makes jobs of rows, by what is at the places of their results now."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.settings = request.settings
        self.out = Path(os.path.abspath(request.out))
        # By device and inode, so that no source is replaced by any of its names.
        files = request.found.files
        self._sources = {key for path in files for key in identity_of(request.found.root / path)}

    def job(self, row: Row) -> tuple[Job, tuple[str, ...]]:
        """A row as a job, and the names that are taken at its result's place."""
        truth = None
        if self.settings.truth is not None:
            inside = row.source.relative_to(self.request.found.root)
            truth = truth_of(inside, self.settings.truth)
        job = Job(row.n, row.source, self.out / row.base, self.request.card.id, truth=truth)
        there = present_at(job, self.settings)
        ours = [path for path in there if self._is_ours(path, row)]
        sources = [path for path in there if not self._sources.isdisjoint(identity_of(path))]
        job = replace(job, ours=tuple(ours), sources=tuple(sources))
        return job, tuple(path.name for path in there)

    def _is_ours(self, path: Path, row: Row) -> bool:
        if row.present is not None and path.name not in row.present:
            return True  # a run that was killed wrote it
        if row.output is None or row.output_seen is None or path != self.out / row.output:
            return False
        # A result that a person went on working with is theirs.
        now = seen_now(path)
        return now is not None and now.is_like(row.output_seen)
