"""The place of a photo's result, and the rule where a file exists already: its job."""

import os
import stat
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

from nledn.batch.rows import BatchJob, Row, Skipped
from nledn.batch.seen import is_untouched, was_written
from nledn.batch.settings import BatchRequest, BatchSettings
from nledn.batch.sources import files_below, identity_of
from nledn.batch.workspace import Workspace
from nledn.errors import NotAFile, OutputFailed, ResultExists
from nledn.naming import Naming, name_of, numbered
from nledn.photo import writable_suffixes
from nledn.pipeline import Conflict, Target, settled


def target_of(job: BatchJob, ext: str, settings: BatchSettings) -> Path:
    """The place of a job's result whose format ends in `ext`, before any conflict."""
    naming = Naming(job.base.name, ext, job.checkpoint, settings.options.strength, job.n)
    return job.base.with_name(name_of(naming, settings.name))


class JobMaker:
    """Makes jobs of rows, by the files at the places of their results now."""

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

    def job(self, row: Row) -> BatchJob:
        """A row as a job."""
        base, written = self.where.out / row.base, self.where.written
        job = BatchJob(row.n, row.source, base, self.request.card.id, written=written)
        there = _present_at(job, self.settings)
        ours = tuple(path for path in there if self._is_ours(path, row))
        sources = tuple(path for path in there if not self._sources.isdisjoint(identity_of(path)))
        return replace(job, ours=ours, sources=sources)

    def _is_ours(self, path: Path, row: Row) -> bool:
        if row.output_seen is None or row.output is None or path != self.where.out / row.output:
            return False
        # A result that the user has edited since is theirs.
        return is_untouched(path, row.output_seen)


def _present_at(job: BatchJob, settings: BatchSettings) -> list[Path]:
    """The files at all places where a job's result may go."""
    endings = {job.source.suffix, *writable_suffixes()}
    there = []
    for ext in [settings.suffix] if settings.suffix else sorted(endings):
        for path in numbered(target_of(job, ext, settings)):
            if not os.path.lexists(path):
                break
            there.append(path)
    return there


def resolved(job: BatchJob, ext: str, settings: BatchSettings) -> Target | Skipped:
    """Decide where a result goes.

    Raises:
        WouldReplaceSource: a photo of this batch is there, and the result may not be renamed.
        OutputFailed: a link is there that should be replaced.
    """
    wanted = target_of(job, ext, settings)
    conflict = cast("Conflict", settings.conflict)  # `BatchSettings` has checked it
    ours = partial(_is_earlier_result, job=job)
    target = settled(wanted, conflict, sources=job.sources, is_ours=ours)
    if target is None:
        return Skipped(ResultExists(wanted))
    if target.overwrite and target.path.is_symlink():
        raise OutputFailed(target.path, "it is a link, and a batch replaces no file elsewhere")
    return target


def skipped_as_no_file(source: Path) -> Skipped | None:
    """Skip pipes and devices that have the name of a photo; reading them may never end."""
    try:
        mode = source.stat().st_mode
    except OSError:
        return None  # it fails when it is read, with a better sentence
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    return Skipped(NotAFile(source))


def skipped_unread(job: BatchJob, settings: BatchSettings) -> Skipped | None:
    """Skip without reading if the result's place is known to be taken."""
    no_file = skipped_as_no_file(job.source)
    if no_file is not None:
        return no_file
    ext = settings.suffix or job.source.suffix
    if ext.lower() not in writable_suffixes():
        return None
    target = resolved(job, ext, settings)
    return target if isinstance(target, Skipped) else None


def _is_earlier_result(path: Path, job: BatchJob) -> bool:
    """Return whether a file at a result's place is an earlier result of the same photo."""
    if path in job.ours:
        return True
    return job.written is not None and was_written(job.written, job.source, path)
