"""A preview of a run."""

from dataclasses import dataclass
from pathlib import Path

from nledn.batch import workspace
from nledn.batch.journal import known_to
from nledn.batch.plan import expected_ending, planned
from nledn.batch.rows import Row, Skipped, State
from nledn.batch.settings import BatchRequest
from nledn.batch.targets import JobMaker, resolved, skipped_as_no_file
from nledn.cancel import CancelToken
from nledn.errors import DerainError, WriteError


@dataclass(frozen=True)
class Foreseen:
    """The planned work for a photo.

    Attributes:
        row: as planned.
        target: where the result would go, or is already; None without a result.
        error: why no result would be written.
    """

    row: Row
    target: Path | None = None
    error: DerainError | None = None


def preview(request: BatchRequest, cancel: CancelToken | None = None) -> list[Foreseen]:
    """Return the planned work, photo by photo; write nothing.

    Args:
        request: what the run would be asked.
        cancel: read before each photo.

    Raises:
        Cancelled: `cancel` was set.
        JournalFailed: the journal cannot be read.
        BatchInputEmpty: only earlier results were found.
    """
    where = workspace.existing(request.out)
    rows = planned(request, where, known_to(where.journal))
    maker = JobMaker(request, where, rows)
    cancel, foreseen = cancel or CancelToken(), []
    for row in rows:
        cancel.raise_if_cancelled()
        foreseen.append(_foreseen(row, maker))
    return foreseen


def _foreseen(row: Row, maker: JobMaker) -> Foreseen:
    if row.state is not State.PLANNED:
        done = None if row.output is None else maker.where.out / row.output
        return Foreseen(row, done if row.state is State.DONE else None, row.error)
    no_file = skipped_as_no_file(row.source)
    if no_file is not None:
        return Foreseen(row, error=no_file.error)
    job = maker.job(row)
    try:
        found = resolved(job, expected_ending(row.source, maker.request.settings), maker.settings)
    except WriteError as error:
        return Foreseen(row, error=error)
    if isinstance(found, Skipped):
        return Foreseen(row, error=found.error)
    return Foreseen(row, found.path)
