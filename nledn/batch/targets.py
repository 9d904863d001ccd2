"""Where a photo's result goes, and what happens where something is there already."""

import os
import stat
from functools import partial
from pathlib import Path
from typing import cast

from nledn.batch.rows import Job, Skipped
from nledn.batch.seen import was_written
from nledn.batch.settings import SUFFIX_OF, BatchSettings
from nledn.errors import NotAFile, OutputFailed, ResultExists
from nledn.naming import Naming, name_of, numbered
from nledn.photo import writable_suffixes
from nledn.pipeline import Conflict, Target, settled


def target_of(job: Job, ext: str, settings: BatchSettings) -> Path:
    """The place of a job's result whose format ends in `ext`, before any conflict."""
    naming = Naming(job.base.name, ext, job.checkpoint, settings.options.strength, job.n)
    return job.base.with_name(name_of(naming, settings.name))


def present_at(job: Job, settings: BatchSettings) -> list[Path]:
    """What is there at all places where a job's result may go."""
    endings = {job.source.suffix, *writable_suffixes()}
    if settings.format != "keep":
        endings = {SUFFIX_OF[settings.format]}
    there = []
    for ext in sorted(endings):
        for path in numbered(target_of(job, ext, settings)):
            if not os.path.lexists(path):
                break
            there.append(path)
    return there


def resolved(job: Job, ext: str, settings: BatchSettings) -> Target | Skipped:
    """Settle where a result goes.

    Raises:
        WouldReplaceSource: a photo of this batch is there, and the result may not be renamed.
        OutputFailed: a link is there that should be replaced.
    """
    wanted = target_of(job, ext, settings)
    conflict = cast("Conflict", settings.conflict)  # `BatchSettings` has checked it
    ours = partial(is_ours, job=job)
    target = settled(wanted, conflict, sources=job.sources, is_ours=ours)
    if target is None:
        return Skipped(ResultExists(wanted))
    if target.overwrite and target.path.is_symlink():
        raise OutputFailed(target.path, "it is a link, and a batch replaces no file elsewhere")
    return target


def skipped_as_no_file(source: Path) -> Skipped | None:
    """Skip what has the name of a photo, but would be waited for, or never ends."""
    try:
        mode = source.stat().st_mode
    except OSError:
        return None  # it fails when it is read, with a better sentence
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    return Skipped(NotAFile(source))


def skipped_unread(job: Job, settings: BatchSettings) -> Skipped | None:
    """Skip without reading where that tells nothing, or the result is known to be there."""
    no_file = skipped_as_no_file(job.source)
    if no_file is not None:
        return no_file
    ext = job.source.suffix
    if settings.format != "keep":
        ext = SUFFIX_OF[settings.format]
    elif ext.lower() not in writable_suffixes():
        return None
    target = resolved(job, ext, settings)
    return target if isinstance(target, Skipped) else None


def is_ours(path: Path, job: Job) -> bool:
    """Return whether a file at a result's place is an earlier result of the same photo."""
    if path in job.ours:
        return True
    return job.written is not None and was_written(job.written, path)
