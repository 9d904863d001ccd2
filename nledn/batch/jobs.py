"""From the rows of a run, and from what is there now, to jobs."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from nledn.batch.rows import Job, Row
from nledn.batch.seen import is_untouched
from nledn.batch.settings import BatchRequest
from nledn.batch.sources import files_below, identity_of
from nledn.batch.targets import present_at
from nledn.batch.workspace import Workspace
from nledn.pairs import truth_of


class JobMaker:
    """Makes jobs of rows, by what is at the places of their results now."""

    def __init__(self, request: BatchRequest, where: Workspace, rows: Iterable[Row]) -> None:
        self.request = request
        self.settings = request.settings
        self.where = where
        rows = list(rows)
        # By device and inode, so that no source is replaced by any of its names.
        self._sources = {key for row in rows for key in identity_of(row.source)}
        if self.settings.truth is not None:
            results = {where.out / row.output for row in rows if row.output is not None}
            truths = set(files_below(self.settings.truth)) - results
            self._sources.update(key for path in truths for key in identity_of(path))

    def job(self, row: Row) -> Job:
        """A row as a job."""
        truth = None
        if self.settings.truth is not None:
            inside = row.source.relative_to(self.request.found.root)
            truth = truth_of(inside, self.settings.truth, row.source)
        base, written = self.where.out / row.base, self.where.written
        job = Job(row.n, row.source, base, self.request.card.id, truth=truth, written=written)
        there = present_at(job, self.settings)
        ours = tuple(path for path in there if self._is_ours(path, row))
        sources = tuple(path for path in there if not self._sources.isdisjoint(identity_of(path)))
        return replace(job, ours=ours, sources=sources)

    def _is_ours(self, path: Path, row: Row) -> bool:
        if row.output_seen is None or row.output is None or path != self.where.out / row.output:
            return False
        # A result that a person went on working with is theirs.
        return is_untouched(path, row.output_seen)
