"""The client's side of a batch: it owns plan, journal and lock, gives out jobs, takes outcomes.

Whoever computes, threads here or workers elsewhere, only sees jobs and outcomes.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from nledn import unfinished
from nledn.batch import place
from nledn.batch.jobs import JobMaker, Request, known_to, planned_for
from nledn.batch.journal import Journal
from nledn.batch.lock import Lock
from nledn.batch.plan import merged, seen_now
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
from nledn.errors import BatchBusy, JournalFailed, OutputDiskFull

log = logging.getLogger(__name__)


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
        self._maker = JobMaker(request, ())

    @classmethod
    def opened(cls, request: Request) -> "Queue":
        """Take the output folder, clean up what dead runs left, and plan.

        Raises:
            BatchBusy: a run that is alive works on the output folder.
            BatchInputEmpty: there is no photo but earlier results.
            JournalFailed: the journal cannot be used.
            WriteError: the output folder cannot be made or written.
        """
        return cls._taken(request, cls._plan)

    @classmethod
    def as_it_stands(cls, request: Request) -> "Queue":
        """Take the output folder and plan nothing: for a report of what the last run did.

        Raises:
            BatchBusy, JournalFailed, WriteError: as `opened`.
        """
        return cls._taken(request, lambda _queue: None)

    @classmethod
    def _taken(cls, request: Request, then: "Callable[[Queue], None]") -> "Queue":
        unfinished.remove_abandoned()
        where = place.prepared(request.out, request.shard)
        queue = cls(request, where, Journal(where.journal))
        try:
            lock = Lock(where.journal, where.out)
            lock.acquire(queue._note_loss)
            queue._lock = lock
            place.refuse_other_runs(where, request.shard)
            then(queue)
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
        except (JournalFailed, OutputDiskFull):
            # Whoever comes next sees that this process is dead; what stopped it is told elsewhere.
            log.debug("the journal could not be given back", exc_info=True)
        finally:
            self._journal.close()

    def _plan(self) -> None:
        own = {row.source: row for row in self._journal.rows(all_runs=True)}
        known = merged((*map(known_to, self.place.others), own), self.place.out)
        every = planned_for(self.request, known)
        rows = self.request.shard.of(every)
        self._maker = JobMaker(self.request, every)
        self._journal.plan(rows)

    def _note_loss(self, error: BatchBusy) -> None:
        self._lost = error

    def take(self, *, elsewhere: bool = False) -> Job | None:
        """The next photo to be done; None when there is none left.

        Args:
            elsewhere: workers that do not know of each other may begin the job several times.

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
            job, there = self._maker.job(row)
            present = there if row.present is None else row.present
            self._journal.write(
                replace(row, state=State.RUNNING, seen=seen_now(row.source), present=present)
            )
            return replace(job, present=present) if elsewhere else job

    def finish(self, job: Job, outcome: Outcome) -> Row:
        """Write down what became of a job.

        Raises:
            JournalFailed, OutputDiskFull: the journal cannot be written.
        """
        row = replace(self._journal.row(job.source), present=None, error=None)
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
            case Failed(error):
                row = replace(row, state=State.FAILED, error=error)
            case Skipped(error):
                row = replace(row, state=State.SKIPPED, error=error)
            case PutBack():
                row = replace(row, state=State.PLANNED)
        self._journal.write(row, thumbnails, anew=isinstance(outcome, Done))
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
