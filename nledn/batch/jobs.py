"""From what is asked, and from what is there now, to rows and jobs."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nledn.batch.journal import Journal
from nledn.batch.place import WHOLE, Shard
from nledn.batch.plan import Asked, planned, seen_now
from nledn.batch.rows import Job, Row
from nledn.batch.settings import Settings
from nledn.batch.sources import Found, identity_of
from nledn.batch.targets import present_at
from nledn.card import Card
from nledn.errors import BatchInputEmpty
from nledn.pairs import truth_of


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


def known_to(path: Path) -> dict[Path, Row]:
    """Every photo that a journal knows.

    Raises:
        JournalFailed: it cannot be read.
    """
    journal = Journal(path)
    try:
        return {row.source: row for row in journal.rows(all_runs=True)}
    finally:
        journal.close()


def planned_for(request: Request, known: dict[Path, Row]) -> list[Row]:
    """The rows of all parts of a run: planned together, so that they agree on names and numbers.

    Raises:
        BatchInputEmpty: there is no photo but earlier results.
    """
    out = Path(os.path.abspath(request.out))
    rows = planned(
        request.found, known, Asked(out, request.settings, request.card, request.retry_failed)
    )
    if not rows:
        raise BatchInputEmpty(request.found.root)
    return rows


class JobMaker:
    """Makes jobs of rows, by what is at the places of their results now."""

    def __init__(self, request: Request, rows: Iterable[Row]) -> None:
        self.request = request
        self.settings = request.settings
        self.out = Path(os.path.abspath(request.out))
        # By device and inode, so that no source is replaced by any of its names.
        self._sources = {key for row in rows for key in identity_of(row.source)}

    def job(self, row: Row) -> tuple[Job, tuple[str, ...]]:
        """A row as a job, and the names that are taken at its result's place."""
        truth = None
        if self.settings.truth is not None:
            inside = row.source.relative_to(self.request.found.root)
            truth = truth_of(inside, self.settings.truth, row.source)
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
