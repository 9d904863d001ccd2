"""The client's side of a batch: it owns plan, journal and lock, gives out jobs, takes outcomes.

Threads here or workers elsewhere only see jobs and outcomes.
"""

import logging
import threading
from collections.abc import Container, Iterator
from dataclasses import replace
from pathlib import Path

from nledn import temporary_files
from nledn.batch.journal import Journal
from nledn.batch.lock import Lock
from nledn.batch.plan import planned
from nledn.batch.rows import (
    BatchJob,
    Counts,
    Done,
    Failed,
    Outcome,
    PutBack,
    Row,
    Skipped,
    State,
    ThumbnailPair,
    TruthScores,
)
from nledn.batch.seen import seen_of
from nledn.batch.settings import BatchRequest
from nledn.batch.targets import JobMaker
from nledn.batch.workspace import Workspace, prepared
from nledn.errors import JournalFailed

log = logging.getLogger(__name__)


class Queue:
    """An open batch: `take` jobs, `finish` them, close it.

    Safe from several threads. Make one with `opened`.
    """

    def __init__(self, request: BatchRequest, where: Workspace) -> None:
        """Take the output folder; use `opened`."""
        self.request = request
        self.workspace = where
        self._taking = threading.Lock()
        self._lock = Lock(where.journal, where.out)
        try:
            self._journal = Journal(where.journal, self._lock.check)
        except BaseException:
            self._lock.release()
            raise
        self._sources = {request.found.root / file for file in request.found.files}
        self._maker = JobMaker(request, where, ())

    @classmethod
    def opened(cls, request: BatchRequest, *, plan: bool = True) -> "Queue":
        """Take the output folder, clean up what dead runs left, and plan.

        Args:
            request: the batch.
            plan: False leaves the last run as it stands, for a report on it.

        Raises:
            BatchBusy: another run works on the output folder.
            BatchInputEmpty: only earlier results were found.
            JournalFailed: the journal cannot be used.
            WriteError: the output folder cannot be made or written.
        """
        temporary_files.remove_abandoned()
        queue = cls(request, prepared(request.out))
        try:
            if plan:
                queue._plan()
            else:
                queue._leave_out_others()
        except BaseException:
            queue.close()
            raise
        return queue

    def __enter__(self) -> "Queue":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the output folder. Photos that were begun count as such until the next run."""
        try:
            counts = self.counts()
            if not counts.planned + counts.running:
                self.workspace.written.unlink(missing_ok=True)
        except (JournalFailed, OSError):
            log.debug("the journal cannot be read", exc_info=True)
        self._journal.close()
        self._lock.release()

    def _plan(self) -> None:
        known = {row.source: row for row in self._journal.rows(all_runs=True)}
        rows = planned(self.request, self.workspace, known)
        self._maker = JobMaker(self.request, self.workspace, rows)
        self._journal.plan(rows)

    def _leave_out_others(self) -> None:
        others = [row.source for row in self._journal.rows() if row.source not in self._sources]
        self._journal.leave_out(others)

    def keep_to(self, sources: Container[Path]) -> None:
        """Leave what is still to be done to a later run, but for these photos."""
        planned = (row.source for row in self._journal.rows() if row.state is State.PLANNED)
        self._journal.leave_out([source for source in planned if source not in sources])

    def take(self) -> BatchJob | None:
        """Return the next photo to do; None when all are done.

        Raises:
            BatchBusy: another run has taken the output folder over.
            JournalFailed, OutputDiskFull: the journal cannot be written.
        """
        with self._taking:
            row = self._journal.next_planned()
            if row is None:
                return None
            if row.source not in self._sources:
                raise JournalFailed(self.workspace.journal, "it names photos that were not chosen")
            self._journal.write(replace(row, state=State.RUNNING, seen=seen_of(row.source)))
            return self._maker.job(row)

    def finish(self, job: BatchJob, outcome: Outcome) -> Row:
        """Record the outcome of a job.

        Raises:
            BatchBusy, JournalFailed, OutputDiskFull: as `take`.
        """
        row = replace(self._journal.row(job.source), error=None)
        thumbnails = None
        match outcome:
            case Done():
                thumbnails = outcome.thumbnails
                row = replace(
                    row,
                    state=State.DONE,
                    seen=outcome.source_seen,
                    output=outcome.output.relative_to(self.workspace.out),
                    output_seen=outcome.output_seen,
                    seconds=outcome.seconds,
                    device=outcome.device,
                    figures=outcome.figures,
                    scores=None,
                )
            case Failed(error):
                row = replace(row, state=State.FAILED, error=error)
            case Skipped(error):
                row = replace(row, state=State.SKIPPED, error=error)
            case PutBack():
                row = replace(row, state=State.PLANNED)
        self._journal.write(row, thumbnails, redone=isinstance(outcome, Done))
        return row

    def add_scores(self, row: Row, scores: TruthScores) -> Row:
        """Add its agreement with the photo without rain to a photo that is done."""
        row = replace(row, scores=scores)
        self._journal.write(row)
        return row

    def rows(self) -> Iterator[Row]:
        """The photos of this run, in order, as they stand."""
        return map(self.workspace.checked, self._journal.rows())

    def thumbnails(self, row: Row) -> ThumbnailPair | None:
        """The small pictures of a photo, if it has any."""
        return self._journal.thumbnails(row.source)

    def counts(self) -> Counts:
        """The counts of the run."""
        return self._journal.counts()
